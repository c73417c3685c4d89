"""iRECIST: resets, known new lesions, new categories, what cannot be judged."""

import pytest
from tumor_records import mm, on_day, state, subjects, tr

from trialwright.derive.irecist import derive_irecist_endpoints, derive_irecist_responses
from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.protocol.endpoints import AnalysisRead, ResponseRules

BASE = [mm("T01", 0, -7, 50.0), state("NT01", 0, -7, "PRESENT")]


def follow(*visits, **dates):
    """Return responses and endpoints; each visit is {lesion: mm or state}, six weeks apart."""
    rows, who = list(BASE), subjects(**dates)
    for number, found in enumerate(visits, 1):
        day = 42 * number
        for lesion, value in ({"NT01": "PRESENT"} | found).items():
            if isinstance(value, str):
                rows.append(state(lesion, number, day, value))
            else:
                group = "NEW" if lesion.startswith("NEW") else "TARGET"
                rows.append(mm(lesion, number, day, value, TRGRPID=group))
    lesions = derive_lesion_measurements({"tr": tr(*rows)}, who, AnalysisRead.INVESTIGATOR)
    responses = derive_irecist_responses(lesions)
    endpoints = derive_irecist_endpoints(responses, who, ResponseRules())
    return responses["OVRLRESP"].to_list(), endpoints.row(0, named=True)


def test_small_growth_adds_up_over_visits_until_it_confirms():
    assert follow({"T01": 62.0}, {"T01": 66.0}, {"T01": 68.0})[0] == ["iUPD", "iUPD", "iCPD"]


def test_assessments_after_confirmed_progression_are_left_out():
    assert follow({"T01": 62.0}, {"T01": 70.0}, {"T01": 20.0})[0] == ["iUPD", "iCPD"]


def test_a_shrinking_tumor_resets_a_new_lesion_which_then_is_known():
    visits = [{"T01": 50.0, "NEW01": "PRESENT"}, {"T01": 30.0, "NEW01": "PRESENT"}]
    assert follow(*visits, {"T01": 30.0, "NEW01": "PRESENT"})[0] == ["iUPD", "iPR", "iPR"]
    again = {"T01": 30.0, "NEW01": "PRESENT", "NEW02": "PRESENT"}
    assert follow(*visits, again)[0] == ["iUPD", "iPR", "iUPD"]
    assert follow(*visits, {"T01": 30.0, "NEW01": "INCREASED"})[0] == ["iUPD", "iPR", "iUPD"]


@pytest.mark.parametrize(("size", "answer"), [(16.9, "iPR"), (17.0, "iUPD")])
def test_a_known_new_lesion_counts_again_when_it_grows_by_5_mm_and_20_percent(size, answer):
    visits = [{"T01": 50.0, "NEW01": 12.0}, {"T01": 30.0, "NEW01": 12.0}]
    assert follow(*visits, {"T01": 30.0, "NEW01": size})[0][-1] == answer


def test_a_new_lesion_that_is_gone_resets():
    assert follow({"T01": 50.0, "NEW01": "PRESENT"}, {"T01": 50.0})[0] == ["iUPD", "iSD"]


def test_a_block_stays_open_over_what_cannot_be_judged():
    missing = {"T01": None, "NT01": "NOT EVALUABLE"}
    found, endpoints = follow({"T01": 62.0}, missing, {"T01": 68.0})
    assert found == ["iUPD", "NE", "iCPD"]
    assert endpoints["ADT"] == on_day(42)


def test_a_non_target_block_is_not_reset_while_the_non_target_is_not_evaluated():
    visits = [{"T01": 50.0, "NT01": "UNEQUIVOCAL PROGRESSION"}]
    assert follow(*visits, {"T01": 50.0, "NT01": "NOT EVALUABLE"})[0] == ["iUPD", "NE"]
    assert follow(*visits, {"T01": 50.0, "NT01": "PRESENT"})[0] == ["iUPD", "iSD"]


def test_progression_of_another_category_confirms():
    spread = {"T01": 62.0, "NT01": "UNEQUIVOCAL PROGRESSION"}
    assert follow({"T01": 62.0}, spread)[0] == ["iUPD", "iCPD"]


def test_a_lesion_that_returns_after_complete_response_is_unconfirmed_progression():
    gone = {"T01": 0.0, "NT01": "ABSENT"}
    assert follow(gone, {"T01": 4.0, "NT01": "ABSENT"})[0] == ["iCR", "iUPD"]


def test_a_block_that_was_reset_does_not_date_progression():
    found, endpoints = follow({"T01": 62.0}, {"T01": 50.0}, DTHDT=on_day(100))
    assert found == ["iUPD", "iSD"]
    assert (endpoints["CNSR"], endpoints["EVNTDESC"], endpoints["AVAL"]) == (0, "Death", 101.0)


def test_a_subject_without_assessment_is_censored_at_the_start():
    _, endpoints = follow()
    assert (endpoints["IBOR"], endpoints["CNSR"], endpoints["AVAL"]) == ("NE", 1, 1.0)
