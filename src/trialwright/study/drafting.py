"""A first mapping.yaml, written beside the tables that it is of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trialwright.core.errors import StudyError
from trialwright.datasets.mapping.draft import draft_mapping
from trialwright.datasets.mapping.read import MAPPING_FILE
from trialwright.study.store import replace_text


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that was written."""

    path: Path
    n_tables: int
    n_guesses: int

    def as_dict(self) -> dict[str, Any]:
        """Return the draft under the keys that scripts rely on."""
        return {"mapping": str(self.path), "tables": self.n_tables, "guesses": self.n_guesses}


def write_draft(folder: Path, out: Path | None) -> Drafted:
    """Write a draft of the tables in a folder.

    Parameters
    ----------
    folder : Path
        Tables of a centre.
    out : Path, optional
        File to write, which may exist; mapping.yaml in the folder, which may not, when left out.

    Raises
    ------
    StudyError
        The folder is none, or has a mapping already.
    """
    if not folder.is_dir():
        raise StudyError(f"{folder} is not a directory, expected the folder of the tables.")
    path = out or folder / MAPPING_FILE
    if out is None and path.exists():
        raise StudyError(
            f"{path} is there, expected none: a draft would replace what was confirmed. "
            "Move it away, or name another file with --out."
        )
    text = draft_mapping(folder)
    replace_text(path, text)
    return Drafted(path, text.count("  - file: "), text.count("guess: "))
