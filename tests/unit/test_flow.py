"""Participant flow: everybody is somewhere, with a reason."""

from small_trial import adsl

from trialwright.analyze.flow import analyze_flow
from trialwright.core.table import text_plain
from trialwright.report.sentences.conduct import tell_flow

LEVELS = {"ENRLFL": "Enrolled", "SAFFL": "Treated", "EFFFL": "Evaluable"}
FAILED = {"ENRLFL": "N", "SCRFFL": "Y", "SAFFL": "N", "EFFFL": "N"}


def test_a_trial_in_which_nobody_was_enrolled_counts_nobody() -> None:
    flow = analyze_flow(adsl(FAILED | {"SCRFREAS": "Age"}), LEVELS)
    assert [flow.count(f"{stem}.n") for stem in ("screened", "enrl", "saf", "eff")] == [1, 0, 0, 0]
    assert flow.count("not_enrl.age") == 1
    assert flow.describe()


def test_a_trial_without_anybody_has_a_flow_of_zeros() -> None:
    flow = analyze_flow(adsl(), LEVELS)
    assert set(flow.data["stat"]) == {0.0}
    assert text_plain(tell_flow(flow)) == (
        "Of 0 patients assessed, 0 were enrolled, 0 were treated and 0 were evaluable."
    )


def test_a_reason_that_nobody_stated_is_named_so() -> None:
    flow = analyze_flow(adsl({"EFFFL": "N"}, {"SAFFL": None}), LEVELS)
    assert flow.count("not_eff.not_stated") == 1
    assert flow.count("not_saf.n") == 1


def test_reasons_come_by_falling_frequency_and_then_by_name() -> None:
    reasons = ["b", "a", "c", "c"]
    flow = analyze_flow(adsl(*(FAILED | {"SCRFREAS": text} for text in reasons)), LEVELS)
    labels = [row.cells[0].text for row in flow.table().rows if row.indent]
    assert labels == ["c", "a", "b"]
