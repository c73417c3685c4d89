"""How plain words become what they mean."""

import pytest
from pydantic import TypeAdapter, ValidationError

from trialwright.protocol.arms import (
    STOP_REASON_TERMS,
    StartRule,
    StopReason,
    WrittenTreatmentStart,
)
from trialwright.protocol.baseline import WrittenGroup, WrittenThreshold
from trialwright.protocol.curves import ZeroLimit
from trialwright.protocol.endpoints import AnalysisRead, CensoringScheme
from trialwright.protocol.estimands import (
    IntercurrentEvent,
    Landmark,
    Strategy,
    TimeToEvent,
    WrittenSensitivity,
)
from trialwright.protocol.words import WrittenDose

DOSE = TypeAdapter(WrittenDose)
START = TypeAdapter(WrittenTreatmentStart)
GROUP = TypeAdapter(WrittenGroup)
THRESHOLD = TypeAdapter(WrittenThreshold)
SENSITIVITY = TypeAdapter(WrittenSensitivity)


@pytest.mark.parametrize(
    ("written", "amount", "unit", "is_per_kg"),
    [("50 mg", 50, "mg", False), ("10 mg/kg", 10, "mg/kg", True), ("1e9 pfu", 1e9, "pfu", False)],
)
def test_a_dose_is_an_amount_and_a_unit(
    written: str, amount: float, unit: str, is_per_kg: bool
) -> None:
    dose = DOSE.validate_python(written)
    assert (dose.amount, dose.unit, dose.is_per_kg, dose.text) == (amount, unit, is_per_kg, written)


@pytest.mark.parametrize("written", ["mg", "50", "-5 mg", "3,2 mg", ["50 mg"], {"amount": "50"}])
def test_anything_else_is_no_dose(written: object) -> None:
    with pytest.raises(ValidationError, match="an amount and a unit, such as 50 mg"):
        DOSE.validate_python(written)


@pytest.mark.parametrize(
    ("written", "rule", "agent"),
    [
        ("first dose of any agent", StartRule.FIRST_DOSE_OF_ANY, None),
        ("first dose of JX-594", StartRule.FIRST_DOSE_OF, "JX-594"),
        ("date of enrolment", StartRule.ENROLLMENT, None),
        ("date of enrollment", StartRule.ENROLLMENT, None),
        ("reference start date", StartRule.REFERENCE_START, None),
    ],
)
def test_the_start_of_treatment_is_one_of_four_rules(
    written: str, rule: StartRule, agent: str | None
) -> None:
    start = START.validate_python(written)
    assert (start.rule, start.agent, start.text) == (rule, agent, written)


def test_another_start_of_treatment_is_refused() -> None:
    with pytest.raises(ValidationError, match="date of enrollment"):
        START.validate_python("when it begins")


@pytest.mark.parametrize(
    ("written", "label", "values", "has_others", "has_missing"),
    [
        ("Angiosarcoma", "Angiosarcoma", ("Angiosarcoma",), False, False),
        ({"Male": "M"}, "Male", ("M",), False, False),
        ({"Low": ["1", "2"]}, "Low", ("1", "2"), False, False),
        ({"Other histotypes": "others"}, "Other histotypes", (), True, False),
        ({"Unknown": ["U", "missing"]}, "Unknown", ("U",), False, True),
    ],
)
def test_a_row_of_table_1_is_a_label_with_values(
    written: object, label: str, values: tuple[str, ...], has_others: bool, has_missing: bool
) -> None:
    group = GROUP.validate_python(written)
    assert (group.label, group.values) == (label, values)
    assert (group.has_others, group.has_missing) == (has_others, has_missing)


@pytest.mark.parametrize("written", [{"A": "1", "B": "2"}, {"A": {"b": "1"}}, ["A"], {"A": [None]}])
def test_anything_else_is_no_row_of_table_1(written: object) -> None:
    with pytest.raises(ValidationError, match="a label with its values"):
        GROUP.validate_python(written)


@pytest.mark.parametrize(
    ("written", "lower", "upper", "is_open"),
    [
        ("2", 2, 2, False),
        ("1 to 2", 1, 2, False),
        (">2", 2, None, True),
        (">= 2", 2, None, False),
        ("<0.5", None, 0.5, True),
        ("<=65", None, 65, False),
    ],
)
def test_a_threshold_is_a_number_a_range_or_a_limit(
    written: str, lower: float | None, upper: float | None, is_open: bool
) -> None:
    threshold = THRESHOLD.validate_python(written)
    assert (threshold.lower, threshold.upper, threshold.is_open) == (lower, upper, is_open)
    assert threshold.label == written


@pytest.mark.parametrize("written", ["~2", ">1 to 2", "many", ""])
def test_anything_else_is_no_threshold(written: str) -> None:
    with pytest.raises(ValidationError, match="a number, a range or a limit"):
        THRESHOLD.validate_python(written)


def test_a_sensitivity_analysis_changes_one_thing() -> None:
    assert SENSITIVITY.validate_python("enrolled").population == "enrolled"
    assert SENSITIVITY.validate_python("investigator read").read is AnalysisRead.INVESTIGATOR
    assert SENSITIVITY.validate_python("scheme fda_a").scheme is CensoringScheme.FDA_A
    assert SENSITIVITY.validate_python("zero limit").s_zero_limit is ZeroLimit.ZERO
    with pytest.raises(ValidationError, match="radiologist"):
        SENSITIVITY.validate_python("nobody's read")


def test_every_reason_to_stop_has_its_disposition_term() -> None:
    assert set(STOP_REASON_TERMS) == set(StopReason)


def test_every_strategy_has_its_name_in_ich_e9() -> None:
    names = {strategy.ich_e9_name for strategy in Strategy}
    assert names == {
        "composite variable",
        "treatment policy",
        "hypothetical",
        "while on treatment",
    }


def test_a_landmark_gives_the_question_that_the_derivation_takes() -> None:
    landmark = Landmark(
        id="npr6", kind="landmark", variable="no progression", population="all", at_months=6
    )
    rule = landmark.rule
    assert (rule.months, rule.days, rule.scan_from_days_before) == (6, None, 14)
    assert landmark.paramcd == "NPR6"
    assert rule.new_therapy_is_failure
    followed = landmark.model_copy(
        update={"intercurrent": {IntercurrentEvent.NEW_THERAPY: Strategy.FOLLOW_ON}}
    )
    assert not followed.rule.new_therapy_is_failure


@pytest.mark.parametrize(
    ("event", "start", "paramcd"),
    [
        ("progression or death", "treatment start", "PFS"),
        ("death", "treatment start", "OS"),
        ("progression or death", "first response", "RSD"),
        ("response", "treatment start", "TTR"),
    ],
)
def test_a_time_to_event_knows_its_parameter(event: str, start: str, paramcd: str) -> None:
    endpoint = TimeToEvent.model_validate(
        {
            "id": "x",
            "kind": "time_to_event",
            "variable": "time",
            "population": "all",
            "event": event,
            "from": start,
            "censor": "last contact",
        }
    )
    assert endpoint.paramcd == paramcd
