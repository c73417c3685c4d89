"""The check as a whole: what is switched off, what is missing, what is odd."""

import polars as pl
import pytest

from trialwright.core.errors import Finding, Severity
from trialwright.datasets.rules_registry import declare_rule, order_findings
from trialwright.datasets.validate import (
    RULES,
    AgentFacts,
    ScanSchedule,
    StudyFacts,
    VisitWindow,
    find_data_findings,
)

DM = pl.DataFrame({"USUBJID": ["01", "02"], "ARMCD": ["A", "A"], "SEX": ["X", "F"]})


def check(facts: StudyFacts | None = None, **tables: pl.DataFrame) -> list[Finding]:
    files = {domain: f"{domain}.csv" for domain in tables}
    return find_data_findings(tables, files, facts or StudyFacts())


def ids(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def test_a_study_without_tables_lacks_its_demographics_and_nothing_else() -> None:
    assert ids(check()) == ["FILE-MISSING"]


def test_dates_alone_are_enough_for_a_clean_check() -> None:
    dm = pl.DataFrame({"USUBJID": ["01"], "DTHFL": ["Y"], "DTHDTC": ["2010-05-01"]})
    ex = pl.DataFrame(
        {"USUBJID": ["01"], "EXSEQ": [1], "EXTRT": ["drug"], "EXSTDTC": ["2010-01-01"]}
    )
    assert ids(check(dm=dm, ex=ex)) == ["COLUMN-EXPECTED"]


@pytest.mark.parametrize(
    ("severity", "expected"),
    [("off", []), ("warn", [Severity.WARN]), ("block", [Severity.BLOCK])],
)
def test_the_protocol_decides_what_a_rule_does(severity: str, expected: list[Severity]) -> None:
    found = check(StudyFacts(severities={"CODELIST": severity}), dm=DM)
    assert [finding.severity for finding in found] == expected


def test_findings_are_ordered_by_file_row_column_and_rule() -> None:
    ae = pl.DataFrame(
        {
            "USUBJID": ["01", "09", "01"],
            "AESEQ": ["1", "", "x"],
            "AEDECOD": ["Fever", "", "Fever"],
            "AESTDTC": ["2021", "2021-01-01", "1/1/21"],
        }
    )
    found = check(ae=ae, dm=DM)
    assert [(item.file, item.row, item.column, item.rule) for item in found] == [
        ("ae.csv", 1, "AESTDTC", "DATE-PARTIAL"),
        ("ae.csv", 2, "AEDECOD", "VALUE-MISSING"),
        ("ae.csv", 2, "AESEQ", "SEQ-MISSING"),
        ("ae.csv", 2, "USUBJID", "SUBJECT-ORPHAN"),
        ("ae.csv", 3, "AESEQ", "TYPE-INTEGER"),
        ("ae.csv", 3, "AESTDTC", "DATE-FORMAT"),
        ("dm.csv", 1, "SEX", "CODELIST"),
    ]


def test_a_column_that_every_row_has_wrong_is_said_once() -> None:
    lb = pl.DataFrame(
        {
            "STUDYID": ["B"] * 3,
            "USUBJID": ["01"] * 3,
            "LBSEQ": [1, 2, 3],
            "LBTESTCD": ["ALT"] * 3,
            "LBSTRESN": [1.0, 2.0, 3.0],
            "LBDTC": ["2021-01-01"] * 3,
        }
    )
    found = check(StudyFacts(study_id="A"), dm=DM.with_columns(SEX=pl.lit("F")), lb=lb)
    assert [(item.row, item.column, item.rule) for item in found] == [
        (None, "LBSTRESU", "LB-UNIT"),
        (None, "STUDYID", "STUDY-ID"),
    ]


def test_a_missing_column_is_one_finding_and_its_look_alike_is_named() -> None:
    tr = pl.DataFrame(
        {
            "USUBJID": ["01"],
            "TRSEQ": [1],
            "TRTESTCDE": ["LDIAM"],
            "TRLNKID": ["T01"],
            "TRGRPID": ["TARGET"],
            "TRSTRESN": [12],
            "TRSTRESU": ["cm"],
            "TRDTC": ["2021-01-01"],
            "VISITNUM": [1],
        }
    )
    (finding,) = check(dm=DM.drop("SEX"), tr=tr)
    assert finding.message == (
        "tr.csv, TRTESTCD: no such column, but TRTESTCDE, expected TRTESTCD in the header. "
        "Add the column, or rename the one that holds it. [COLUMN-MISSING]"
    )


def test_tables_of_other_names_are_passed_over() -> None:
    assert check(dm=DM.drop("SEX"), notes=pl.DataFrame({"ANY": [1]})) == []


def test_partial_dates_contradict_only_when_no_day_could_be_right() -> None:
    dm = pl.DataFrame({"USUBJID": ["01"], "DTHFL": ["Y"], "DTHDTC": ["2021-03"]})
    ae = pl.DataFrame(
        {
            "USUBJID": ["01"] * 3,
            "AESEQ": [1, 2, 3],
            "AEDECOD": ["Fever"] * 3,
            "AESTDTC": ["2021-03-31", "2021-04-01", "2021"],
        }
    )
    after = [item for item in check(dm=dm, ae=ae) if item.rule == "AE-AFTER-DEATH"]
    assert [item.row for item in after] == [2]


@pytest.mark.parametrize(
    ("visit_date", "is_found"),
    [("2021-02-19", True), ("2021-02-20", False), ("2021-02-24", False), ("2021-02-25", True)],
)
def test_both_ends_of_a_visit_window_belong_to_it(visit_date: str, is_found: bool) -> None:
    sv = pl.DataFrame(
        {
            "USUBJID": ["01", "01"],
            "VISITNUM": [1, 2],
            "VISIT": ["C1D1", "C1D15"],
            "SVSTDTC": ["2021-02-08", visit_date],
        }
    )
    facts = StudyFacts(visits=(VisitWindow("C1D15", 15, -2, 2, "C1D1"),))
    assert ids(check(facts, dm=DM.drop("SEX"), sv=sv)) == ["VISIT-WINDOW"] * is_found


def test_there_is_no_study_day_0_before_an_anchor() -> None:
    assert VisitWindow("D-7", -7).offset_days == -7
    assert VisitWindow("D1", 1).offset_days == 0


@pytest.mark.parametrize(
    ("scan_date", "visit", "is_found"),
    [
        ("2021-01-30", "SCREENING", False),
        ("2021-03-15", "WEEK 6", False),
        ("2021-03-22", "WEEK 6", False),
        ("2021-03-30", "WEEK 6", True),
        ("2021-03-30", "UNSCHEDULED 1", False),
        ("2021-02-20", "WEEK 6", True),
        ("2022-02-07", "WEEK 52", True),
    ],
)
def test_a_scan_lies_in_a_window_of_the_schedule(
    scan_date: str, visit: str, is_found: bool
) -> None:
    dm = pl.DataFrame({"USUBJID": ["01"], "RFSTDTC": ["2021-02-08"]})
    tr = pl.DataFrame(
        {
            "USUBJID": ["01"],
            "TRSEQ": [1],
            "TRTESTCD": ["TUMSTATE"],
            "TRLNKID": ["NEW01"],
            "TRGRPID": ["NEW"],
            "TRSTRESN": [None],
            "TRSTRESU": [None],
            "TRDTC": [scan_date],
            "VISITNUM": [1],
            "VISIT": [visit],
        }
    )
    facts = StudyFacts(scans=ScanSchedule(42, -7, 7))
    assert ids(check(facts, dm=dm, tr=tr)) == ["SCAN-WINDOW"] * is_found


def test_two_readers_may_name_different_lesions_alike() -> None:
    """A class is that of a read: T01 of one reader may be a target and of another none."""
    tu = pl.DataFrame(
        {
            "USUBJID": ["01", "01"],
            "TUSEQ": [1, 2],
            "TULNKID": ["L1", "L1"],
            "TUTESTCD": ["TUMIDENT"] * 2,
            "TUSTRESC": ["TARGET", "NON-TARGET"],
            "TUEVALID": ["RADIOLOGIST 1", "RADIOLOGIST 2"],
        }
    )
    assert "LESION-CLASS" not in ids(check(dm=DM.drop("SEX"), tu=tu))
    same = tu.with_columns(TUEVALID=pl.lit("RADIOLOGIST 1"))
    assert "LESION-CLASS" in ids(check(dm=DM.drop("SEX"), tu=same))


def test_a_dose_in_mg_is_held_against_a_plan_in_mg_per_kg_with_the_weight() -> None:
    ex = pl.DataFrame(
        {
            "USUBJID": ["01", "01", "02"],
            "EXSEQ": [1, 2, 1],
            "EXTRT": ["Avelumab"] * 3,
            "EXDOSE": [700, 700, 820],
            "EXDOSU": ["mg"] * 3,
            "EXSTDTC": ["2021-02-22", "2021-03-08", "2021-02-22"],
        }
    )
    vs = pl.DataFrame(
        {
            "USUBJID": ["02"],
            "VSSEQ": [1],
            "VSTESTCD": ["WEIGHT"],
            "VSSTRESN": [82],
            "VSSTRESU": ["kg"],
            "VSDTC": ["2021-02-22"],
        }
    )
    facts = StudyFacts(agents=(AgentFacts("Avelumab", "mg/kg"),))
    found = check(facts, dm=DM.drop("SEX"), ex=ex, vs=vs)
    assert [(item.rule, item.row, item.subject) for item in found] == [("EX-WEIGHT", 1, "01")]


def test_a_term_of_ctcae_may_be_specified() -> None:
    ae = pl.DataFrame(
        {
            "USUBJID": ["01", "01"],
            "AESEQ": [1, 2],
            "AEDECOD": [
                "FEVER",
                "Skin and subcutaneous tissue disorders - Other, specify: vaccinia pustule",
            ],
            "AETOXGR": ["1", "1"],
            "AESTDTC": ["2021-02-22", "2021-02-22"],
        }
    )
    assert check(StudyFacts(ctcae_version="4.0"), dm=DM.drop("SEX"), ae=ae) == []


def test_an_id_is_declared_once() -> None:
    with pytest.raises(ValueError, match="rule AE-GRADE is declared twice"):
        declare_rule(RULES["AE-GRADE"])


def test_a_severity_that_is_none_is_refused() -> None:
    finding = Finding("AE-GRADE", Severity.BLOCK, "ae.csv", "nothing", "a grade", "Ask.")
    with pytest.raises(ValueError, match="maybe"):
        order_findings([finding], {"AE-GRADE": "maybe"})
