"""Turn the published dates of a pancreatic cancer trial into SDTM tables; nothing is invented.

Run as `python examples/pancreatic/make_data.py`; the same bytes come out every time. Another folder
may be given as the only argument.
"""

import csv
import sys
from datetime import date, datetime
from pathlib import Path

Row = dict[str, object]

HERE = Path(__file__).resolve().parent
STUDY = "PANCREATIC"
NOT_RECORDED = "."
ARM = "Imatinib mesylate + gemcitabine"
DISEASE = "Pancreatic cancer"
COLUMNS = {
    "dm": "STUDYID DOMAIN USUBJID SUBJID RFSTDTC DTHDTC DTHFL ARMCD ARM",
    "ds": "STUDYID DOMAIN USUBJID DSSEQ DSTERM DSDECOD DSCAT DSSCAT DSSTDTC",
    "mh": "STUDYID DOMAIN USUBJID MHSEQ MHTERM MHDECOD MHCAT",
    "suppmh": "STUDYID RDOMAIN USUBJID IDVAR IDVARVAL QNAM QLABEL QVAL QORIG",
    "rs": "STUDYID DOMAIN USUBJID RSSEQ RSTESTCD RSTEST RSCAT RSORRES RSSTRESC RSEVAL RSDTC",
}


def read_date(text: str) -> date | None:
    """Read a date as the file writes it: month first, without leading zeros.

    Parameters
    ----------
    text : str
        Such as 4/13/2009, or "." when no date was recorded.

    Returns
    -------
    date or None
        The date.
    """
    return None if text == NOT_RECORDED else datetime.strptime(text, "%m/%d/%Y").date()


def make_patient(number: int, record: dict[str, str]) -> dict[str, Row]:
    """Make the rows of one patient.

    Parameters
    ----------
    number : int
        Of the record in the file, from 1; patients have no other name.
    record : dict
        stage, onstudy, progression, death.

    Returns
    -------
    dict
        One row by table; no rs without a recorded progression.
    """
    common: Row = {"STUDYID": STUDY, "USUBJID": f"PAN-{number:02d}"}
    entered, died = read_date(record["onstudy"]), read_date(record["death"])
    progressed = read_date(record["progression"])
    rows = {
        "dm": {"DOMAIN": "DM", "SUBJID": f"{number:02d}", "ARMCD": "A", "ARM": ARM}
        | {"RFSTDTC": entered, "DTHDTC": died, "DTHFL": "Y" if died else ""},
        "mh": {"DOMAIN": "MH", "MHSEQ": 1, "MHTERM": DISEASE, "MHDECOD": DISEASE}
        | {"MHCAT": "PRIMARY DIAGNOSIS"},
        "suppmh": {"RDOMAIN": "MH", "IDVAR": "MHSEQ", "IDVARVAL": 1, "QORIG": "CRF"}
        | {"QNAM": "STAGE", "QLABEL": "Disease Stage", "QVAL": record["stage"]},
    }
    if progressed:
        rows["rs"] = {"DOMAIN": "RS", "RSSEQ": 1, "RSTESTCD": "OVRLRESP"}
        rows["rs"] |= {"RSTEST": "Overall Response", "RSORRES": "PD", "RSSTRESC": "PD"}
        rows["rs"] |= {"RSEVAL": "INVESTIGATOR", "RSDTC": progressed}
    return {table: common | row for table, row in rows.items()}


def make_disposition(patient: Row) -> list[Row]:
    """Make the enrollment and the death of one patient.

    Parameters
    ----------
    patient : dict
        The row of DM.

    Returns
    -------
    list of dict
        Rows of DS in order of date.
    """
    common: Row = {"STUDYID": STUDY, "DOMAIN": "DS", "USUBJID": patient["USUBJID"]}
    enrolled = {"DSSEQ": 1, "DSTERM": "Enrolled", "DSDECOD": "ENROLLED"}
    enrolled |= {"DSCAT": "PROTOCOL MILESTONE", "DSSTDTC": patient["RFSTDTC"]}
    rows = [common | enrolled]
    if patient["DTHDTC"]:
        died = {"DSSEQ": 2, "DSTERM": "Death", "DSDECOD": "DEATH", "DSCAT": "DISPOSITION EVENT"}
        died |= {"DSSCAT": "STUDY PARTICIPATION", "DSSTDTC": patient["DTHDTC"]}
        rows.append(common | died)
    return rows


def write_tables(raw: Path, folder: Path) -> None:
    """Write the tables.

    Parameters
    ----------
    raw : Path
        The published CSV.
    folder : Path
        Where the tables go; existing ones are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, list[Row]] = {name: [] for name in COLUMNS}
    with raw.open(encoding="utf-8", newline="") as lines:
        for number, record in enumerate(csv.DictReader(lines), 1):
            patient = make_patient(number, record)
            for name, row in patient.items():
                tables[name].append(row)
            tables["ds"] += make_disposition(patient["dm"])
    for name, columns in COLUMNS.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns.split(), restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(tables[name])


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "data"
    write_tables(HERE / "raw" / "pancreatic.csv", folder)
    print(f"Tables are in {folder}")
