"""A collected response that differs from the one the lesions give."""

import polars as pl
from tumor_records import mm, on_day, subjects, tr

from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.derive.response import derive_collected_responses, derive_time_point_responses
from trialwright.derive.response_findings import find_response_differences
from trialwright.protocol.endpoints import AnalysisRead, ResponseRules

READ, RULES = AnalysisRead.INVESTIGATOR, ResponseRules()


def differences(response):
    recorded = {
        "tr": tr(mm("T01", 0, -7, 50.0), mm("T01", 1, 42, 60.0)),
        "rs": pl.DataFrame(
            [
                {"USUBJID": "01", "RSSEQ": 7, "RSTESTCD": "OVRLRESP", "RSSTRESC": response}
                | {"VISITNUM": 1.0, "RSDTC": on_day(42).isoformat()}
            ]
        ),
    }
    lesions = derive_lesion_measurements(recorded, subjects(), READ)
    derived = derive_time_point_responses(lesions, RULES)
    collected = derive_collected_responses(recorded, READ, RULES)
    return find_response_differences(collected, derived, "rs.csv")


def test_a_collected_response_that_differs_says_which_rule_decided():
    assert [found.message for found in differences("SD")] == [
        "rs.csv, RSSTRESC (USUBJID 01, VISITNUM 1, RSSEQ 7): SD by INVESTIGATOR, but the lesions "
        "give PD, expected the same (The sum of target diameters grew by at least 20% and 5 mm "
        "over its nadir). Ask the reader which of the two is right. [RS-DERIVED]"
    ]


def test_a_collected_response_that_agrees_is_no_finding():
    assert differences("PD") == []
