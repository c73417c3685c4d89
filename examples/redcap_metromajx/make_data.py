"""Write the METROMAJX example as a REDCap project would export it, from the SDTM tables beside it.

    python examples/redcap_metromajx/make_data.py

writes data/export.csv (raw export: codes, checkboxes as field___code, repeating instruments) and
data/dictionary.csv (the data dictionary, labels in French), and copies the protocol, its lists and
what is no clinical table (slides, plasma). The data are synthetic, as those of the other example.
"""

import csv
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE.parent / "metromajx"
KEYS = ("record_id", "redcap_repeat_instrument", "redcap_repeat_instance")
DICTIONARY_HEADER = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note",
    "Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max",
    "Identifier?", "Branching Logic (Show field only if...)", "Required Field?",
    "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name",
    "Matrix Ranking?", "Field Annotation",
)  # fmt: skip
YES_NO = {"1": ("Oui", "Y"), "0": ("Non", "N")}
SITES = {
    "ABDOMINAL WALL": "Paroi abdominale", "AXILLARY LYMPH NODE": "Ganglion axillaire",
    "BACK": "Dos", "BONE": "Os", "BUTTOCK": "Fesse", "CERVICAL LYMPH NODE": "Ganglion cervical",
    "CHEST WALL": "Paroi thoracique", "FOREARM": "Avant-bras",
    "INGUINAL LYMPH NODE": "Ganglion inguinal", "LIVER": "Foie", "LUNG": "Poumon",
    "PELVIS": "Bassin", "PERITONEUM": "Péritoine", "PLEURA": "Plèvre",
    "RETROPERITONEUM": "Rétropéritoine", "SCALP": "Cuir chevelu", "SKIN": "Peau",
    "SPLEEN": "Rate", "THIGH": "Cuisse", "UPPER ARM": "Bras",
}  # fmt: skip
SITE_CODES = {str(n): (label, value) for n, (value, label) in enumerate(SITES.items(), start=1)}
SIDES = {"1": ("Gauche", "LEFT"), "2": ("Droite", "RIGHT")}
READERS = {
    "1": ("Investigateur", ""), "2": ("Radiologue 1", "RADIOLOGIST 1"),
    "3": ("Radiologue 2", "RADIOLOGIST 2"),
}  # fmt: skip
GROUPS = {
    "1": ("Cible", "TARGET"), "2": ("Non cible", "NON-TARGET"), "3": ("Nouvelle", "NEW"),
}  # fmt: skip
RESPONSES = {
    "1": ("RP", "PR"), "2": ("MS", "SD"), "3": ("PD", "PD"), "4": ("NE", "NE"),
    "5": ("Non-RC/non-PD", "NON-CR/NON-PD"), "6": ("Équivoque", "EQUIVOCAL"),
    "7": ("Certaine", "UNEQUIVOCAL"),
}  # fmt: skip
CRITERIA = {"1": "INCL05", "2": "INCL08", "3": "INCL09", "4": "INCL11", "5": "EXCL01"}
CRITERIA_LABELS = (
    "OMS 0 ou 1", "Absence de structures lymphoïdes tertiaires", "Lésion injectable",
    "Fonctions d'organes", "Inhibiteur ou inducteur du CYP2B6",
)  # fmt: skip
TESTS = ("HGB", "NEUT", "LYM", "PLAT", "ALB", "ALP", "ALT", "AST", "BILI", "CREAT", "K", "SODIUM")
VITALS = ("HEIGHT", "WEIGHT", "TEMP", "PULSE", "SYSBP", "DIABP")
VITAL_FIELDS = ("taille", "poids", "temperature", "pouls", "pa_systolique", "pa_diastolique")
Row = Mapping[str, str]


def name_visit(visit: str) -> str:
    """Return a visit as the French form calls it."""
    words = {"SCREENING": "Sélection", "UNSCHEDULED": "Hors calendrier", "D-7": "J-7"}
    if visit in words:
        return words[visit]
    return f"Semaine {visit[5:]}" if visit.startswith("WEEK") else visit.replace("D", "J")


def french_date(iso: str) -> str:
    """Return a date as it is typed in France."""
    return "/".join(reversed(iso.split("-"))) if iso else ""


def in_cm(millimeters: str) -> str:
    """Return a length in cm, exactly as long as it was written in mm."""
    if not millimeters:
        return ""
    whole, _, decimals = millimeters.partition(".")
    return f"{whole[:-1] or '0'}.{whole[-1]}{decimals}"


def code(choices: Mapping[str, tuple[str, str]], value: str) -> str:
    """Return the code of a value, empty for none."""
    return next((key for key, (_, meant) in choices.items() if meant == value), "")


def read(name: str) -> list[dict[str, str]]:
    """Read one SDTM table of the other example."""
    with (SOURCE / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def first(rows: Iterable[Row], **wanted: str) -> Row:
    """Return the first row with these values, or one that is empty."""
    found = (row for row in rows if all(row[name] == value for name, value in wanted.items()))
    return next(found, {})


@dataclass(frozen=True)
class Field:
    """A field of the project: its name, label, kind and choices (code to label and value)."""

    name: str
    label: str
    kind: str = "text"
    choices: Mapping[str, tuple[str, str]] | None = None
    validation: str = ""

    def columns(self) -> list[str]:
        """Return the columns of the export that the field has."""
        boxes = self.choices if self.kind == "checkbox" and self.choices else {}
        return [f"{self.name}___{key}" for key in boxes] or [self.name]

    def describe(self, form: str) -> list[str]:
        """Return the field's line of the dictionary."""
        pairs = [f"{key}, {label}" for key, (label, _) in (self.choices or {}).items()]
        choices = " | ".join(pairs) if self.kind not in ("text", "yesno") else ""
        line = [self.name, form, "", self.kind, self.label, choices, "", self.validation]
        return [*line, *[""] * (len(DICTIONARY_HEADER) - len(line))]


def text(name: str, label: str) -> Field:
    """Return a field of text."""
    return Field(name, label)


def day(name: str, label: str) -> Field:
    """Return a field that is checked to be a date."""
    return Field(name, label, validation="date_dmy")


def pick(name: str, label: str, choices: Mapping[str, tuple[str, str]]) -> Field:
    """Return a list to choose from."""
    return Field(name, label, "dropdown", choices)


def boxes(name: str, label: str, labels: Iterable[str]) -> Field:
    """Return boxes to tick."""
    choices = {str(n): (words, "") for n, words in enumerate(labels, start=1)}
    return Field(name, label, "checkbox", choices)


def yes_no(name: str, label: str) -> Field:
    """Return a yes or no."""
    return Field(name, label, "yesno", YES_NO)


def write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Write a CSV file."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Write the export, its dictionary, and what both examples share."""
    from forms import FORMS

    columns = [
        name
        for form, (fields, _) in FORMS.items()
        for name in (*(c for field in fields for c in field.columns()), f"{form}_complete")
    ]
    entries: list[dict[str, str]] = []
    for form, (_, rows) in FORMS.items():
        counts: dict[str, int] = {}
        for subject, values in rows():
            record = subject.removeprefix("MJX-")
            counts[record] = counts.get(record, 0) + 1
            repeats = form != "inclusion"
            keys = (record, form if repeats else "", str(counts[record]) if repeats else "")
            entry = dict(zip(KEYS, keys, strict=True))
            entries.append({**entry, **values, f"{form}_complete": "2"})
    order = {entry["record_id"]: None for entry in entries}
    place = {record: number for number, record in enumerate(order)}
    entries.sort(key=lambda entry: place[entry["record_id"]])
    header = [*KEYS, *columns]
    lines = [[entry.get(name, "") for name in header] for entry in entries]
    write(HERE / "data" / "export.csv", header, lines)
    described = [Field("record_id", "N° de patient").describe("inclusion")]
    described += [f.describe(form) for form, (fields, _) in FORMS.items() for f in fields]
    write(HERE / "data" / "dictionary.csv", DICTIONARY_HEADER, described)
    share()
    print(f"{len(lines)} rows, {len(header)} columns")


def share(folder: Path = HERE) -> None:
    """Copy what both examples share: protocol, lists, slides and plasma where there are."""
    shutil.copy(SOURCE / "protocol.yaml", folder / "protocol.yaml")
    for name in ("lists", "slides"):
        if (SOURCE / name).is_dir():
            shutil.copytree(SOURCE / name, folder / name, dirs_exist_ok=True)
    for path in (SOURCE / "data").iterdir():
        if path.stem == "slides" or path.stem.startswith("plasma"):
            shutil.copy(path, folder / "data" / path.name)


if __name__ == "__main__":
    main()
