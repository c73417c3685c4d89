"""One planted error for every rule of the check: what is done to the clean study."""

from collections.abc import Callable
from pathlib import Path

from clean_study import Tables

Plant = Callable[[Tables], None]
FilePlant = Callable[[Path], None]


def put(domain: str, position: int, **values: str) -> Plant:
    """Write values into one record, counted from 0."""

    def plant(tables: Tables) -> None:
        tables[domain][position].update(values)

    return plant


def add(domain: str, like: int, **values: str) -> Plant:
    """Append a record that is like another one but for these values."""

    def plant(tables: Tables) -> None:
        tables[domain].append({**tables[domain][like], **values})

    return plant


def without(domain: str, column: str) -> Plant:
    """Take a column away."""

    def plant(tables: Tables) -> None:
        for row in tables[domain]:
            del row[column]

    return plant


def both(*plants: Plant) -> Plant:
    """Do one thing after the other, where an error takes two records."""

    def plant(tables: Tables) -> None:
        for step in plants:
            step(tables)

    return plant


def add_targets(*places: str) -> Plant:
    """Identify and measure one more target of subject 02 in each of these organs."""

    def plant(tables: Tables) -> None:
        for number, place in enumerate(places, start=2):
            lesion = f"T{number:02d}"
            values = {"TULNKID": lesion, "TUSEQ": str(10 + number), "TULOC": place}
            tables["tu"].append({**tables["tu"][4], **values})
            values = {"TRLNKID": lesion, "TRSEQ": str(10 + number)}
            tables["tr"].append({**tables["tr"][8], **values})

    return plant


def take_away(folder: Path) -> None:
    (folder / "dm.csv").unlink()


def unclass(folder: Path) -> None:
    for name in ("tu.csv", "supptu.csv"):
        (folder / name).unlink()
    text = (folder / "tr.csv").read_text(encoding="utf-8")
    (folder / "tr.csv").write_text(text.replace("NON-TARGET", ""), encoding="utf-8")


def rename_header(name: str, old: str, new: str) -> FilePlant:
    """Replace a name in the header of a file."""

    def plant(folder: Path) -> None:
        header, _, rows = (folder / name).read_text(encoding="utf-8").partition("\n")
        columns = [new if column == old else column for column in header.split(",")]
        (folder / name).write_text(",".join(columns) + "\n" + rows, encoding="utf-8")

    return plant


def write(name: str, content: bytes) -> FilePlant:
    """Write a file."""

    def plant(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return plant


def append(name: str, line: str) -> FilePlant:
    """Append a line to a file."""

    def plant(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    return plant


def empty(folder: Path) -> None:
    header, _, _ = (folder / "pr.csv").read_text(encoding="utf-8").partition("\n")
    (folder / "pr.csv").write_text(header + "\n", encoding="utf-8")


FILE_PLANTS: dict[str, FilePlant] = {
    "FILE-MISSING": take_away,
    "LESION-UNCLASSED": unclass,
    "FILE-UNKNOWN": write("tumors.csv", b"USUBJID\n01\n"),
    "FILE-TWICE": write("ie.parquet", b"PAR1"),
    "FILE-UNREADABLE": write("pr.csv", b"PK\x03\x04\x00\x00"),
    "FILE-EMPTY": empty,
    "HEADER-DUPLICATE": rename_header("lb.csv", "LBSTNRLO", "LBSTNRHI"),
    "HEADER-EMPTY": rename_header("ae.csv", "AEACN", ""),
    "ROW-FIELDS": append("mh.csv", "TRIAL,MH,02,2,pain, in the back,Back pain,OTHER,2020"),
}

PLANTS: dict[str, Plant] = {
    "COLUMN-MISSING": without("cm", "CMTRT"),
    "COLUMN-EXPECTED": without("qs", "QSDTC"),
    "VALUE-MISSING": put("mh", 1, MHTERM=""),
    "TYPE-NUMBER": put("qs", 1, QSSTRESN="0,5"),
    "TYPE-INTEGER": put("dm", 2, AGE="55.5"),
    "CODELIST": put("dm", 0, SEX="female"),
    "CODELIST-EXTENDED": put("ae", 2, AEOUT="RECOVERED"),
    "RS-RESPONSE": put("rs", 3, RSSTRESC="PROGRESSION"),
    "KEY-DUPLICATE": put("ae", 1, AESEQ="1"),
    "SEQ-MISSING": put("lb", 2, LBSEQ=""),
    "SUBJECT-ORPHAN": put("lb", 2, USUBJID="20"),
    "STUDY-ID": put("pr", 0, STUDYID="OTHER"),
    "DOMAIN-CODE": put("ss", 0, DOMAIN="SV"),
    "SUPP-ORPHAN": put("supptu", 1, IDVARVAL="9"),
    "DATE-FORMAT": put("qs", 0, QSDTC="20/01/2021"),
    "DATE-REAL": put("vs", 2, VSDTC="2021-02-30"),
    "DATE-PARTIAL": put("ae", 1, AESTDTC="2021-02"),
    "DATE-ORDER": put("ae", 2, AEENDTC="2021-03-08"),
    "DATE-AFTER-CUT": put("ss", 0, SSDTC="2022-01-02"),
    "DATE-BEFORE-CONSENT": put("sv", 0, SVSTDTC="2021-01-09"),
    "CONSENT-MISSING": both(
        put("dm", 1, RFICDTC=""), put("ds", 2, DSDECOD="ELIGIBILITY CRITERIA MET")
    ),
    "ELIGIBILITY": add("ie", 0, USUBJID="01"),
    "AGE-RANGE": put("dm", 0, AGE="161"),
    "AGE-ELIGIBLE": put("dm", 0, AGE="16"),
    "ARM-UNKNOWN": put("dm", 0, ARMCD="B"),
    "ENTRY-ARM": put("ds", 6, DSDECOD="ENROLLED", DSCAT="PROTOCOL MILESTONE"),
    "DS-DATE": put("ds", 6, DSSTDTC=""),
    "DS-TWICE": add("ds", 1, DSSEQ="3", DSSTDTC="2021-01-26"),
    "THERAPY-DATE": put("cm", 2, CMSTDTC=""),
    "VISIT-ORDER": put("sv", 0, SVSTDTC="2021-02-02"),
    "VISIT-WINDOW": put("sv", 3, SVSTDTC="2021-03-01"),
    "SCAN-ORDER": put("tr", 7, TRDTC="2021-01-02"),
    "SCAN-WINDOW": put("tr", 7, TRDTC="2021-04-05"),
    "TR-ORPHAN": put("tr", 4, TRLNKID="T03"),
    "TU-UNMEASURED": add("tu", 2, TUSEQ="9", TULNKID="NT02"),
    "LESION-CLASS": put("tr", 4, TRGRPID="NON-TARGET"),
    "LESION-BASELINE": put("tr", 6, TRSTRESC="", TRSTRESN="", TRORRES="", TRSTRESU=""),
    "TARGET-SIZE": put("tr", 6, TRSTRESN="8", TRSTRESC="8", TRORRES="8"),
    "TARGET-NODE": put("tr", 1, TRSTRESN="12", TRSTRESC="12", TRORRES="12"),
    "TARGET-COUNT": add_targets("LIVER", "LUNG", "LUNG", "SKIN", "BREAST"),
    "TARGET-ORGAN": add_targets("LIVER", "LIVER"),
    "TR-UNIT": put("tr", 3, TRSTRESN="3,2 cm"),
    "TR-CONVERSION": put("tr", 0, TRSTRESN="12", TRSTRESC="12"),
    "TR-RESULT": put("tr", 7, TRSTRESN="", TRSTRESC="29,5", TRORRES="29,5"),
    "TR-RANGE": put("tr", 7, TRSTRESN="2900", TRSTRESC="2900", TRORRES="2900"),
    "TR-LESION": put("tr", 4, TRLNKID=""),
    "TR-STATE": add(
        *("tr", 3), TRSEQ="9", TRTESTCD="TUMSTATE", TRSTRESC="ABSENT", TRSTRESN="", TRORRESU=""
    ),
    "TR-DATE": put("tr", 7, TRDTC=""),
    "TR-SUM": put("tr", 9, TRTESTCD="SUMDIAM", TRLNKID=""),
    "READ-REPEATED": add("tr", 3, TRSEQ="9", TRORRES="33", TRSTRESC="33", TRSTRESN="33"),
    "READ-CHANGES": both(
        *(put("tr", position, TRACPTFL="") for position in (3, 4, 5)), put("tr", 7, TRACPTFL="Y")
    ),
    "VISIT-REPEATED": add("tr", 3, TRSEQ="9", TRDTC="2021-03-24"),
    "READ-COPY": add("rs", 3, RSSEQ="2"),
    "READ-ACCEPTED": put("rs", 2, RSACPTFL="Y"),
    "EX-AGENT": put("ex", 0, EXTRT="Cyclophosphamid"),
    "EX-UNIT": put("ex", 0, EXDOSU=""),
    "EX-UNIT-PLAN": put("ex", 0, EXDOSU="g"),
    "EX-NEGATIVE": put("ex", 0, EXDOSE="-50"),
    "EX-WEIGHT": put("vs", 1, VSTESTCD="HEIGHT", VSSTRESN="181", VSSTRESU="cm"),
    "VS-WEIGHT": put("vs", 1, VSSTRESN="178.6", VSSTRESU="LB"),
    "EX-NOT-ENROLLED": add("ex", 0, USUBJID="03", EXSTDTC="2021-03-01", EXENDTC="2021-03-07"),
    "EX-BEFORE-ENTRY": put("ex", 0, EXSTDTC="2021-01-24"),
    "EX-AFTER-STOP": add("ex", 5, EXSEQ="4", EXSTDTC="2021-05-03", EXENDTC="2021-05-03"),
    "EX-OVERLAP": add("ex", 0, EXSEQ="4", EXSTDTC="2021-02-05", EXENDTC="2021-02-11"),
    "DEATH-DATE": put("dm", 1, DTHDTC=""),
    "DEATH-FLAG": put("dm", 1, DTHFL=""),
    "DEATH-DETAILS": add("dd", 0, USUBJID="01"),
    "DEATH-CAUSE": put("dm", 2, DTHFL="Y", DTHDTC="2021-09-01"),
    "DEATH-STATUS": put("ss", 2, SSSTRESC="ALIVE"),
    "DEATH-DISPOSITION": put("ds", 5, DSSTDTC="2021-07-03"),
    "AE-FATAL": put("ae", 1, AETOXGR="5"),
    "EX-AFTER-DEATH": add("ex", 5, EXSEQ="4", EXSTDTC="2021-07-05", EXENDTC="2021-07-05"),
    "VISIT-AFTER-DEATH": add("sv", 7, VISITNUM="9", VISIT="C6D1", SVSTDTC="2021-07-05"),
    "AE-AFTER-DEATH": put("ae", 2, AESTDTC="2021-07-02", AEENDTC=""),
    "ASSESSMENT-AFTER-DEATH": put("lb", 2, LBDTC="2021-07-02"),
    "AE-TERM": put("ae", 0, AEDECOD="Fevers"),
    "AE-GRADE": put("ae", 0, AETOXGR=""),
    "AE-START": put("ae", 0, AESTDTC=""),
    "AE-SERIOUS": put("ae", 2, AESER="N"),
    "QS-ECOG": put("qs", 0, QSSTRESN="80", QSSTRESC="80", QSORRES="80"),
    "LB-UNIT": put("lb", 0, LBSTRESU=""),
    "LB-CTCAE": put("lb", 2, LBSTRESU="stone"),
    "LB-LIMITS": put("lb", 0, LBSTNRLO="40", LBSTNRHI="5"),
    "SLIDE-ORPHAN": put("slides", 2, USUBJID="20"),
    "SLIDE-LESION": put("slides", 2, LNKID="T07"),
    "SLIDE-VISIT": put("slides", 2, VISIT="Screening"),
    "SLIDE-INJECTED": put("slides", 1, LNKID="T01"),
    "SLIDE-UNSIZED": put("slides", 0, FILE="01_screening.png", PIXELUM=""),
    "SLIDE-STAIN": put("slides", 0, STAIN="CD88"),
    "SLIDE-FILE": put("slides", 0, FILE="01_elsewhere.svs"),
    "SLIDE-PIXEL": put("slides", 0, PIXELUM="0.0005"),
    "PLASMA-ORPHAN": put("plasma", 1, SAMPLEID="20_C1D15"),
    "SPECIMEN-ORPHAN": put("bs", 0, BSREFID="01-B"),
}
