"""One copy of the METROMAJX example with one planted error of every rule: each is found, alone.

Two rules need a whole table to be gone (FILE-MISSING, LESION-UNCLASSED); they are planted in the
small study of `plants.py`.
"""

import csv
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from trialwright.core.errors import Finding
from trialwright.datasets.tabular import read_tables
from trialwright.datasets.validate import RULES, find_data_findings
from trialwright.protocol.load import load_protocol
from trialwright.study.facts import find_facts

EXAMPLE = Path(__file__).parents[3] / "examples" / "metromajx"
NEED_A_TABLE_GONE = {"FILE-MISSING", "LESION-UNCLASSED"}
Place = tuple[str, str, int | None]
Row = dict[str, str]


class Copy:
    """The example's tables to plant errors in; no row is used twice."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.tables: dict[str, list[Row]] = {}
        self.planted: list[Place] = []
        self.used: set[int] = set()
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as stream:
                self.tables[path.stem] = list(csv.DictReader(stream))

    def find(self, domain: str, **where: str) -> Row:
        """Return the first unused row with these values."""
        row = next(
            row
            for row in self.tables[domain]
            if id(row) not in self.used and all(row[name] == text for name, text in where.items())
        )
        self.used.add(id(row))
        return row

    def note(self, rule: str, domain: str, row: Row) -> None:
        self.planted.append((rule, f"{domain}.csv", self.tables[domain].index(row) + 2))

    def put(self, rule: str, domain: str, where: Row, **values: str) -> None:
        """Write values into a row."""
        row = self.find(domain, **where)
        row.update(values)
        self.note(rule, domain, row)

    def add(self, rule: str, domain: str, where: Row, **values: str) -> None:
        """Append a row that is like another but for these values."""
        row = {**self.find(domain, **where), f"{domain.upper()}SEQ": "900", **values}
        number = sum(other.get("USUBJID") == row["USUBJID"] for other in self.tables[domain])
        if f"{domain.upper()}SEQ" in self.tables[domain][0]:
            row[f"{domain.upper()}SEQ"] = values.get(f"{domain.upper()}SEQ", str(900 + number))
        else:
            del row[f"{domain.upper()}SEQ"]
        self.tables[domain].append(row)
        self.used.add(id(row))
        self.note(rule, domain, row)

    def write(self) -> None:
        for domain, rows in self.tables.items():
            with (self.folder / f"{domain}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)

    def change_header(self, rule: str, domain: str, old: str, new: str) -> None:
        path = self.folder / f"{domain}.csv"
        header, _, rows = path.read_text(encoding="utf-8").partition("\n")
        names = [new if name == old else name for name in header.split(",")]
        path.write_text(",".join(names) + "\n" + rows, encoding="utf-8")
        self.planted.append((rule, path.name, None))


def subject(number: int | str, **where: str) -> Row:
    name = number if isinstance(number, str) else f"{number:02d}"
    return {"USUBJID": f"MJX-{name}", **where}


def plant_in_subjects(copy: Copy) -> None:
    copy.put("TYPE-INTEGER", "dm", subject("S10"), AGE="38.5")
    copy.put("CODELIST", "dm", subject("S09"), SEX="female")
    copy.put("AGE-RANGE", "dm", subject("S08"), AGE="640")
    copy.put("AGE-ELIGIBLE", "dm", subject(6), AGE="16")
    copy.put("ARM-UNKNOWN", "dm", subject(7), ARMCD="B")
    copy.put("CONSENT-MISSING", "dm", subject(4), RFICDTC="")
    copy.find("ds", **subject(4))["DSDECOD"] = "ELIGIBILITY CRITERIA MET"
    copy.put("ENTRY-ARM", "dm", subject("S07"))
    copy.find("ds", **subject("S07", DSSEQ="2")).update(
        DSDECOD="ENROLLED", DSCAT="PROTOCOL MILESTONE"
    )
    copy.put("DEATH-DATE", "dm", subject(10), DTHDTC="")
    copy.put("DEATH-FLAG", "dm", subject(12), DTHFL="")
    copy.put("DEATH-CAUSE", "dm", subject("S04"), DTHFL="Y", DTHDTC="2021-12-01")
    copy.add("DEATH-DETAILS", "dd", {}, USUBJID="MJX-03", DDSEQ="1")
    copy.put("DEATH-STATUS", "ss", subject(9), SSSTRESC="DEAD")
    copy.put("DEATH-DISPOSITION", "ds", subject(14, DSDECOD="DEATH"), DSSTDTC="2022-02-24")
    copy.put("DS-DATE", "ds", subject("S06", DSSEQ="2"), DSSTDTC="")
    copy.add("DS-TWICE", "ds", subject(8, DSDECOD="ENROLLED"))
    copy.add("ELIGIBILITY", "ie", {}, USUBJID="MJX-05")
    copy.put("DOMAIN-CODE", "ss", subject(3), DOMAIN="SV")
    copy.put("DATE-AFTER-CUT", "ss", subject(11), SSDTC="2022-03-05")
    copy.put("VALUE-MISSING", "mh", subject(2), MHTERM="")
    copy.put("SUPP-ORPHAN", "suppmh", subject(3), IDVARVAL="99")
    copy.put("STUDY-ID", "cm", subject(5), STUDYID="OTHER")
    copy.put("THERAPY-DATE", "cm", subject(2, CMCAT="SUBSEQUENT ANTICANCER THERAPY"), CMSTDTC="")


def plant_in_doses_and_visits(copy: Copy) -> None:
    cyclophosphamide = {"EXTRT": "Cyclophosphamide"}
    copy.put("EX-AGENT", "ex", subject(2, **cyclophosphamide), EXTRT="Cyclophosphamid")
    copy.put("EX-UNIT", "ex", subject(3, **cyclophosphamide), EXDOSU="")
    copy.put("EX-UNIT-PLAN", "ex", subject(4, **cyclophosphamide), EXDOSU="g")
    copy.put("EX-NEGATIVE", "ex", subject(5, **cyclophosphamide), EXDOSE="-50")
    copy.put("EX-BEFORE-ENTRY", "ex", subject(8, **cyclophosphamide), EXSTDTC="2021-06-03")
    copy.add("EX-NOT-ENROLLED", "ex", subject(9), USUBJID="MJX-S05")
    avelumab = subject(7, EXTRT="Avelumab")
    copy.add("EX-AFTER-STOP", "ex", avelumab, EXSTDTC="2021-09-20", EXENDTC="2021-09-20")
    copy.add("EX-OVERLAP", "ex", subject(6, EXSTDTC="2021-07-26"), EXSTDTC="2021-07-29")
    avelumab = subject(5, EXTRT="Avelumab")
    copy.add("EX-AFTER-DEATH", "ex", avelumab, EXSTDTC="2021-12-01", EXENDTC="2021-12-01")
    copy.put("EX-WEIGHT", "ex", subject(13, EXTRT="Avelumab"))
    for row in copy.tables["vs"]:
        if row["USUBJID"] == "MJX-13" and row["VSTESTCD"] == "WEIGHT":
            row["VSTESTCD"] = "WAIST"
    copy.put("VS-WEIGHT", "vs", subject(2, VSTESTCD="WEIGHT"), VSSTRESN="178.6", VSSTRESU="LB")
    copy.put("TYPE-NUMBER", "vs", subject(3, VSTESTCD="TEMP"), VSSTRESN="36,6")
    copy.put("DATE-FORMAT", "vs", subject(4), VSDTC="03/02/2021")
    copy.put("DATE-BEFORE-CONSENT", "vs", subject(5), VSDTC="2021-03-20")
    copy.add(
        *("VISIT-AFTER-DEATH", "sv", subject(5)),
        VISITNUM="900", VISIT="FOLLOW-UP", SVSTDTC="2021-12-01", SVENDTC="",
    )  # fmt: skip
    copy.put("VISIT-ORDER", "sv", subject(9, VISIT="C9D15"), SVSTDTC="2022-01-20", SVENDTC="")
    copy.put("VISIT-WINDOW", "sv", subject(10, VISIT="C1D15"), SVSTDTC="2021-04-10", SVENDTC="")


def plant_in_lesions(copy: Copy) -> None:
    site = {"TREVAL": "INVESTIGATOR"}
    later = {"TRTESTCD": "LDIAM", "VISIT": "WEEK 6", **site}
    copy.put("SCAN-WINDOW", "tr", subject(11, VISIT="WEEK 12", **site), TRDTC="2021-08-10")
    copy.put("SCAN-ORDER", "tr", subject(2, VISIT="WEEK 6", **site), TRDTC="2021-08-20")
    copy.put("TR-ORPHAN", "tr", subject(12, **later), TRLNKID="T09")
    copy.add("TU-UNMEASURED", "tu", subject(12), TULNKID="NT09", TUSTRESC="NON-TARGET")
    copy.put("LESION-CLASS", "tr", subject(13, **later), TRGRPID="NON-TARGET")
    gone = {"TRSTRESN": "", "TRSTRESC": "", "TRORRES": "", "TRSTRESU": ""}
    copy.find("tr", **subject(14, TRLNKID="T01", VISIT="SCREENING", **site)).update(gone)
    copy.put("LESION-BASELINE", "tr", subject(14, TRLNKID="T01", VISIT="WEEK 6", **site))
    node, lesion = subject(4, TRTESTCD="LPERP", VISIT="SCREENING"), subject(9, VISIT="SCREENING")
    copy.put("TARGET-NODE", "tr", node, TRSTRESN="12", TRSTRESC="12", TRORRES="12")
    copy.put("TARGET-SIZE", "tr", lesion, TRSTRESN="8", TRSTRESC="8", TRORRES="8")
    for number, place in enumerate(("SKIN", "BREAST", "SPLEEN"), start=6):
        add_target(copy, 3, f"T{number:02d}", place)
    copy.note("TARGET-COUNT", "tu", copy.tables["tu"][-1])
    for number in (6, 7):
        add_target(copy, 1, f"T{number:02d}", "LIVER")
    copy.note("TARGET-ORGAN", "tu", copy.tables["tu"][-1])


def plant_in_measurements(copy: Copy) -> None:
    later = {"TRTESTCD": "LDIAM", "VISIT": "WEEK 6", "TREVAL": "INVESTIGATOR"}
    copy.put("TR-UNIT", "tr", subject(5, **later), TRSTRESN="3,2 cm")
    copy.put("TR-CONVERSION", "tr", subject(6, **later), TRORRES="1.2", TRORRESU="cm")
    copy.put("TR-RESULT", "tr", subject(11, **later), TRSTRESN="", TRORRES="29,5")
    copy.put("TR-RANGE", "tr", subject(7, **later), TRSTRESN="2900", TRORRES="2900")
    copy.put("TR-LESION", "tr", subject(8, **later), TRLNKID="")
    copy.put("TR-DATE", "tr", subject(9, **later), TRDTC="")
    state = {"TRTESTCD": "TUMSTATE", "TRSTRESC": "ABSENT", "TRSTRESN": "", "TRORRESU": ""}
    copy.add("TR-STATE", "tr", subject(10, **later), **state)
    alone = {"TRTESTCD": "SUMDIAM", "TRLNKID": "", "VISITNUM": "900", "VISIT": "UNSCHEDULED"}
    copy.add("TR-SUM", "tr", subject(11, **later), **alone)


def plant_in_reads(copy: Copy) -> None:
    later = {"TRTESTCD": "LDIAM", "VISIT": "WEEK 6", "TREVAL": "INVESTIGATOR"}
    copy.add("READ-REPEATED", "tr", subject(3, **later), TRSTRESN="77", TRORRES="77")
    copy.add("VISIT-REPEATED", "tr", subject(4, **later), TRDTC="2021-10-21")
    copy.add("READ-COPY", "rs", subject(5))
    copy.put("RS-RESPONSE", "rs", subject(2, RSEVAL="INVESTIGATOR"), RSSTRESC="STABLE")
    copy.put("READ-ACCEPTED", "rs", subject(11, RSEVALID="RADIOLOGIST 2"), RSACPTFL="Y")
    for row in copy.tables["tr"]:  # the second reader is accepted from week 12 on
        if row["USUBJID"] == "MJX-11" and row["VISIT"] == "UNSCHEDULED":
            row["TRACPTFL"] = "Y" if row["TREVALID"] == "RADIOLOGIST 2" else ""
    copy.put("READ-CHANGES", "tr", subject(11, VISIT="UNSCHEDULED", TREVALID="RADIOLOGIST 2"))


def add_target(copy: Copy, number: int, lesion: str, place: str) -> None:
    """Identify and measure one more target of the investigator's."""
    tumor = {**subject(number), "TULNKID": "T01", "TUEVAL": "INVESTIGATOR"}
    size = {**subject(number), "TRLNKID": "T01", "TREVAL": "INVESTIGATOR", "VISIT": "SCREENING"}
    for domain, where in (("tu", tumor), ("tr", size)):
        code = domain.upper()
        rows = copy.tables[domain]
        like = next(row for row in rows if all(row[key] == text for key, text in where.items()))
        row = {**like, f"{code}SEQ": str(800 + len(rows)), f"{code}LNKID": lesion}
        rows.append({**row, "TULOC": place} if domain == "tu" else row)


def plant_in_events_and_laboratory(copy: Copy) -> None:
    copy.put("AE-FATAL", "ae", subject(11), AETOXGR="5")
    copy.put("AE-TERM", "ae", subject(3), AEDECOD="Fevers")
    copy.put("AE-GRADE", "ae", subject(4), AETOXGR="")
    copy.put("AE-START", "ae", subject(6), AESTDTC="")
    copy.put("AE-SERIOUS", "ae", subject(7, AESER="N"), AESHOSP="Y")
    late = {"AESTDTC": "2021-06-30", "AEENDTC": ""}
    copy.add("AE-AFTER-DEATH", "ae", subject(1), **late)
    copy.put("CODELIST-EXTENDED", "ae", subject(8), AEOUT="RECOVERED")
    copy.put("KEY-DUPLICATE", "ae", subject(2, AESEQ="2"), AESEQ="1")
    copy.put("DATE-PARTIAL", "ae", subject(9), AESTDTC="2021")
    copy.put("DATE-ORDER", "ae", subject(13, AEDECOD="Fatigue"), AEENDTC="2021-01-01")
    copy.put("QS-ECOG", "qs", subject(3), QSSTRESN="80")
    copy.put("LB-UNIT", "lb", subject(3), LBSTRESU="")
    copy.put("LB-CTCAE", "lb", subject(7, LBTESTCD="HGB"), LBSTRESU="stone")
    copy.put("LB-LIMITS", "lb", subject(4), LBSTNRLO="900", LBSTNRHI="5")
    copy.put("SEQ-MISSING", "lb", subject(5), LBSEQ="")
    copy.put("SUBJECT-ORPHAN", "lb", subject(6), USUBJID="MJX-99")
    copy.put("DATE-REAL", "lb", subject(7), LBDTC="2021-02-30")
    copy.put("ASSESSMENT-AFTER-DEATH", "lb", subject(1), LBDTC="2021-06-30")
    specimen = subject(1, BSTESTCD="TLS")
    copy.put("SPECIMEN-ORPHAN", "bs", specimen, BSREFID="MJX-01_ELSEWHERE")


def plant_in_slides_and_plasma(copy: Copy) -> None:
    names = ("USUBJID", "VISIT", "STAIN", "FILE", "PIXELUM", "SPECIMEN", "LNKID")
    slides = (
        ("SLIDE-ORPHAN", ("MJX-99", "SCREENING", "CD8", "a.svs", "0.5", "biopsy", "")),
        ("SLIDE-LESION", ("MJX-02", "SCREENING", "CD8", "b.svs", "0.5", "biopsy", "T77")),
        ("SLIDE-VISIT", ("MJX-02", "Screening", "CD8", "c.svs", "0.5", "biopsy", "")),
        ("SLIDE-INJECTED", ("MJX-01", "C2D1", "CD8", "d.svs", "0.5", "biopsy", "T01")),
        ("SLIDE-PIXEL", ("MJX-01", "SCREENING", "CD8", "e.svs", "0.0005", "biopsy", "")),
        ("SLIDE-UNSIZED", ("MJX-01", "SCREENING", "CD8", "f.png", "", "biopsy", "")),
        ("SLIDE-STAIN", ("MJX-01", "SCREENING", "CD88", "g.svs", "0.5", "biopsy", "")),
        ("SLIDE-FILE", ("MJX-01", "SCREENING", "CD8", "absent.svs", "0.5", "biopsy", "")),
    )
    copy.tables["slides"] = [dict(zip(names, values, strict=True)) for _, values in slides]
    for (rule, _), row in zip(slides, copy.tables["slides"], strict=True):
        copy.note(rule, "slides", row)
    sample = {"OLINKID": "OID1", "ASSAY": "CXCL10", "NPX": "5.1"}
    copy.tables["plasma"] = [
        {"SAMPLEID": "MJX-01_C1D1", **sample},
        {"SAMPLEID": "MJX-99_C1D1", **sample},
    ]
    copy.note("PLASMA-ORPHAN", "plasma", copy.tables["plasma"][1])


def plant_in_files(copy: Copy) -> None:
    """Spoil files after the tables have been written."""
    folder = copy.folder
    for rule, name, content in (
        ("FILE-UNKNOWN", "tumors.csv", b"USUBJID\nMJX-01\n"),
        ("FILE-TWICE", "ie.parquet", b"PAR1"),
        ("FILE-UNREADABLE", "pr.csv", b"PK\x03\x04\x00"),
        ("FILE-EMPTY", "suppcm.csv", b"RDOMAIN,USUBJID,IDVAR,IDVARVAL,QNAM,QVAL\n"),
    ):
        (folder / name).write_bytes(content)
        copy.planted.append((rule, name, None))
    copy.change_header("HEADER-DUPLICATE", "lb", "LBORNRLO", "LBORNRHI")
    copy.change_header("HEADER-EMPTY", "vs", "VSTEST", "")
    copy.change_header("COLUMN-MISSING", "cm", "CMTRT", "NOTE")
    copy.change_header("COLUMN-EXPECTED", "qs", "QSDTC", "NOTE")
    with (folder / "mh.csv").open("a", encoding="utf-8") as stream:
        stream.write("METROMAJX,MH,MJX-02,900,pain, in the back,Back pain,OTHER,,\n")
    copy.planted.append(("ROW-FIELDS", "mh.csv", len(copy.tables["mh"]) + 2))


def check(folder: Path) -> list[Finding]:
    facts = find_facts(load_protocol(EXAMPLE / "protocol.yaml"))
    recorded = read_tables(folder)
    there = tuple(file for file in recorded.tables["slides"]["FILE"] if file != "absent.svs")
    facts = replace(facts, slide_files=there)
    return find_data_findings(recorded.tables, recorded.files, facts, recorded.findings)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(Path(shutil.copytree(EXAMPLE / "data", tmp_path / "data")))


def test_one_error_of_every_rule_gives_each_finding_none_missing_none_extra(copy: Copy) -> None:
    before = Counter((item.rule, item.subject) for item in check(copy.folder))
    plant_in_subjects(copy)
    plant_in_doses_and_visits(copy)
    plant_in_lesions(copy)
    plant_in_measurements(copy)
    plant_in_reads(copy)
    plant_in_events_and_laboratory(copy)
    plant_in_slides_and_plasma(copy)
    copy.write()
    plant_in_files(copy)
    findings = check(copy.folder)
    known = [item for item in findings if (item.rule, item.subject) in before]
    assert Counter((item.rule, item.subject) for item in known) == before
    found = [(item.rule, item.file, item.row) for item in findings if item not in known]
    assert sorted(found, key=str) == sorted(copy.planted, key=str)
    of_exports = {rule for rule in RULES if rule.startswith(("NPX-", "GMT-"))}
    derived = {name for name, rule in RULES.items() if rule.module.endswith("rules_conduct")}
    of_sources = {rule for rule in RULES if rule.startswith(("MAP-", "SOURCE-"))}
    elsewhere = NEED_A_TABLE_GONE | derived | of_exports | of_sources | {"RS-DERIVED"}
    assert {rule for rule, _, _ in copy.planted} == set(RULES) - elsewhere
