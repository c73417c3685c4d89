"""Gene sets in GMT files: one set a line, name, description, members."""

from pathlib import Path

from trialwright.datasets.olink_frame import refuse

MIN_FIELDS = 3


def read_gmt(path: str | Path) -> dict[str, frozenset[str]]:
    """Read gene sets.

    Parameters
    ----------
    path : str or Path
        GMT file: fields parted by tabs.

    Returns
    -------
    dict
        Name to members, in the order of the file.

    Raises
    ------
    DataError
        If the file is missing, a line has no members, or a name comes twice.
    """
    file = Path(path)
    if not file.is_file():
        raise refuse("GMT-FILE", file.name, "no such file", "a GMT file", "Look at its name.")
    sets: dict[str, frozenset[str]] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        name, *rest = (field.strip() for field in line.split("\t"))
        members = frozenset(field for field in rest[1:] if field)
        if len(rest) + 1 < MIN_FIELDS or not members:
            raise refuse(
                "GMT-LINE",
                f"{file.name} row {number}",
                f"'{name}' without members",
                "name, description and genes, parted by tabs",
                "Save the file with tabs.",
            )
        if name in sets:
            raise refuse(
                "GMT-TWICE",
                f"{file.name} row {number}",
                f"a second set '{name}'",
                "each name once",
                "Rename one of the two.",
            )
        sets[name] = members
    return sets
