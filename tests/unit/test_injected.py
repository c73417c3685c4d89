"""Injected and non-injected lesions apart."""

import polars as pl
import pytest
from tumor_records import mm, on_day, subjects, tr

from trialwright.derive.injected import derive_injected_lesions, derive_injected_sums
from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.protocol.endpoints import AnalysisRead

EX = pl.DataFrame(
    [
        {"USUBJID": "01", "EXLNKID": "T01", "EXSTDTC": on_day(15).isoformat()},
        {"USUBJID": "01", "EXLNKID": "T01", "EXSTDTC": on_day(1).isoformat()},
        {"USUBJID": "01", "EXLNKID": None, "EXSTDTC": on_day(1).isoformat()},
    ]
)


def test_a_lesion_is_injected_from_its_first_injection_on():
    assert derive_injected_lesions({"ex": EX}).rows() == [("01", "T01", on_day(1))]


def test_a_flag_in_supptu_names_an_injected_lesion_without_date():
    supptu = pl.DataFrame(
        [{"USUBJID": "01", "IDVAR": "TUSEQ", "IDVARVAL": "2", "QNAM": "INJECTED", "QVAL": "Y"}]
    )
    tu = pl.DataFrame([{"USUBJID": "01", "TUSEQ": n, "TULNKID": f"T0{n}"} for n in (1, 2)])
    found = derive_injected_lesions({"supptu": supptu, "tu": tu, "ex": EX})
    assert found.rows() == [("01", "T01", on_day(1)), ("01", "T02", None)]


def test_the_sums_of_both_groups_are_complete_or_missing_each_for_itself():
    rows = [
        mm("T01", 0, -7, 40.0), mm("T02", 0, -7, 30.0), mm("T03", 0, -7, 20.0),
        mm("T01", 1, 42, 10.0), mm("T02", 1, 42, 33.0), mm("T03", 1, 42, None),
        mm("T01", 2, 84, 20.0), mm("T02", 2, 84, 33.0), mm("T03", 2, 84, 22.0),
    ]  # fmt: skip
    lesions = derive_lesion_measurements({"tr": tr(*rows)}, subjects(), AnalysisRead.INVESTIGATOR)
    sums = derive_injected_sums(lesions, derive_injected_lesions({"ex": EX}))
    assert sums.select("PARAMCD", "VISITNUM", "AVAL", "PCHG", "ABLFL").rows() == [
        ("SDIAMI", 0.0, 40.0, 0.0, "Y"),
        ("SDIAMI", 1.0, 10.0, -75.0, None),
        ("SDIAMI", 2.0, 20.0, -50.0, None),
        ("SDIAMN", 0.0, 50.0, 0.0, "Y"),
        ("SDIAMN", 1.0, None, None, None),
        ("SDIAMN", 2.0, 55.0, pytest.approx(10.0), None),
    ]
