"""Single lesions: class, node, value, state, baseline."""

import polars as pl
import pytest
from tumor_records import START, mm, on_day, state, subjects, tr

from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.protocol.endpoints import AnalysisRead, MissingDay

INVESTIGATOR = AnalysisRead.INVESTIGATOR


def derive(*rows, tu=None, read=INVESTIGATOR, missing_day=MissingDay.FIRST):
    recorded = {"tr": tr(*rows)} | ({} if tu is None else {"tu": pl.DataFrame(tu)})
    return derive_lesion_measurements(recorded, subjects(), read, missing_day)


def only(frame, *columns):
    return frame.select(columns).rows()


def test_a_lesion_too_small_to_measure_is_5_mm_unless_a_number_is_given():
    small = {"TRORRES": "TOO SMALL TO MEASURE", "TRSTAT": None}
    lesions = derive(mm("T01", 1, 42, None, **small), mm("T02", 1, 42, 3.5, **small))
    assert only(lesions, "TRLNKID", "AVAL", "AVALC") == [
        ("T01", 5.0, "TOO SMALL TO MEASURE"),
        ("T02", 3.5, "TOO SMALL TO MEASURE"),
    ]


def test_an_absent_lesion_is_0_mm_and_one_not_done_has_no_value():
    lesions = derive(state("T01", 1, 42, "ABSENT", TRGRPID="TARGET"), mm("T02", 1, 42, None))
    assert only(lesions, "AVAL", "AVALC") == [(0.0, "ABSENT"), (None, "NOT EVALUABLE")]


@pytest.mark.parametrize("ids", [("T01a", "T01b"), ("T01.1", "T01.2")])
def test_the_fragments_of_a_split_lesion_are_added_up(ids):
    lesions = derive(mm(ids[0], 1, 42, 17.0), mm(ids[1], 1, 42, 12.5))
    assert only(lesions, "TRLNKID", "AVAL") == [("T01", 29.5)]


def test_a_split_lesion_with_a_fragment_not_done_is_not_evaluable():
    lesions = derive(mm("T01a", 1, 42, 17.0), mm("T01b", 1, 42, None))
    assert only(lesions, "AVAL", "AVALC") == [(None, "NOT EVALUABLE")]


def test_merged_lesions_count_once_under_the_first_of_them():
    lesions = derive(mm("T01/T02", 1, 42, 58.0))
    assert only(lesions, "TRLNKID", "AVAL", "AVALC") == [
        ("T01", 58.0, "MEASURED"),
        ("T02", 0.0, "MERGED"),
    ]


def test_a_node_counts_with_its_short_axis():
    tu = [{"USUBJID": "01", "TULNKID": "T01", "TUSTRESC": "TARGET", "TULOC": "LYMPH NODE, AXILLA"}]
    lesions = derive(mm("T01", 0, -7, 31.0), mm("T01", 0, -7, 22.0, TRTESTCD="LPERP"), tu=tu)
    assert only(lesions, "TULOCGR1", "AVAL", "LDIAM", "LPERP") == [("NODAL", 22.0, 31.0, 22.0)]


def test_a_lesion_with_a_short_axis_only_is_a_node():
    lesions = derive(mm("T01", 0, -7, 22.0, TRTESTCD="LPERP"))
    assert only(lesions, "TULOCGR1", "AVAL") == [("NODAL", 22.0)]


def test_a_record_without_class_has_that_of_its_lesion_in_tu():
    tu = [{"USUBJID": "01", "TULNKID": "L1", "TUSTRESC": "TARGET", "TULOC": "LIVER"}]
    assert only(derive(mm("L1", 0, -7, 20.0, TRGRPID=None), tu=tu), "TRGRPID") == [("TARGET",)]


def test_a_lesion_that_only_tu_names_at_a_visit_was_seen_there():
    tu = [
        {"USUBJID": "01", "TULNKID": "NT01", "TUSTRESC": "NON-TARGET", "VISITNUM": 0.0},
        {"USUBJID": "01", "TULNKID": "NEW01", "TUSTRESC": "NEW", "VISITNUM": 1.0},
    ]
    lesions = derive(mm("T01", 0, -7, 20.0), mm("T01", 1, 42, 20.0), tu=tu)
    assert only(lesions, "VISITNUM", "TRLNKID", "AVALC", "ADT", "ABLFL") == [
        (0.0, "NT01", "PRESENT", on_day(-7), "Y"),
        (0.0, "T01", "MEASURED", on_day(-7), "Y"),
        (1.0, "NEW01", "UNEQUIVOCAL", on_day(42), None),
        (1.0, "T01", "MEASURED", on_day(42), None),
    ]


def test_baseline_is_the_last_evaluable_record_on_or_before_the_start():
    lesions = derive(
        mm("T01", 0, -20, 20.0),
        mm("T01", 0.1, 0, 24.0),
        mm("T02", 0, -20, 30.0),
        mm("T02", 0.1, 0, None),
        mm("T01", 1, 42, 22.0),
    )
    flagged = lesions.filter(pl.col("ABLFL") == "Y")
    assert only(flagged, "TRLNKID", "VISITNUM", "AVAL") == [("T02", 0.0, 30.0), ("T01", 0.1, 24.0)]


@pytest.mark.parametrize(
    ("rule", "day", "flag"),
    [(MissingDay.FIRST, 1, "D"), (MissingDay.LAST, 30, "D"), (MissingDay.UNKNOWN, None, None)],
)
def test_a_missing_day_is_put_in_by_the_rule_and_flagged(rule, day, flag):
    lesions = derive(mm("T01", 1, 42, 20.0, TRDTC="2021-04"), missing_day=rule)
    expected = START.replace(month=4, day=day) if day else None
    assert only(lesions, "ADT", "ADTF") == [(expected, flag)]


def test_two_dates_under_one_visit_number_are_two_assessments():
    lesions = derive(mm("T01", 9.2, 42, 20.0), mm("T01", 9.2, 130, 35.0), mm("T02", 9.2, 130, 8.0))
    assert only(lesions, "TRREPNUM", "TRLNKID", "ADT", "AVAL") == [
        (1, "T01", on_day(42), 20.0),
        (2, "T01", on_day(130), 35.0),
        (2, "T02", on_day(130), 8.0),
    ]


def test_of_two_records_of_one_day_the_first_counts():
    lesions = derive(mm("T01", 1, 42, 20.0), mm("T01", 1, 42, 35.0))
    assert only(lesions, "AVAL", "TRSEQ") == [(20.0, 1)]


@pytest.mark.parametrize(
    ("read", "size", "name"),
    [
        (AnalysisRead.INVESTIGATOR, 20.0, "INVESTIGATOR"),
        (AnalysisRead.RADIOLOGIST_1, 21.0, "RADIOLOGIST 1"),
        (AnalysisRead.RADIOLOGIST_2, 22.0, "RADIOLOGIST 2"),
        (AnalysisRead.ADJUDICATED, 22.0, "CENTRAL"),
    ],
)
def test_each_read_has_its_own_records(read, size, name):
    central = {"TREVAL": "INDEPENDENT ASSESSOR"}
    lesions = derive(
        mm("T01", 0, -7, 20.0, TREVAL="INVESTIGATOR"),
        mm("T01", 0, -7, 21.0, TREVALID="RADIOLOGIST 1", **central),
        mm("T01", 0, -7, 22.0, TREVALID="RADIOLOGIST 2", TRACPTFL="Y", **central),
        read=read,
    )
    assert only(lesions, "PARQUAL", "AVAL") == [(name, size)]


def test_a_measured_non_target_node_below_10_mm_is_absent():
    node = {"TRGRPID": "NON-TARGET", "TRTESTCD": "LPERP"}
    lesions = derive(mm("NT01", 1, 42, 9.9, **node), mm("NT02", 1, 42, 10.0, **node))
    assert only(lesions, "AVALC") == [("ABSENT",), ("PRESENT",)]


def test_no_records_give_no_rows_but_all_columns():
    lesions = derive()
    assert lesions.height == 0
    assert {"USUBJID", "AVAL", "ABLFL"} <= set(lesions.columns)
