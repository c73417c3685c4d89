"""Why treatment ended, and who died of what."""

from small_trial import ONE_ARM, TWO_ARMS, adsl

from trialwright.analyze.disposition import analyze_deaths, analyze_disposition
from trialwright.core.table import text_plain
from trialwright.report.sentences.conduct import tell_deaths, tell_disposition

SAFETY = {"SAFFL": "Safety population"}
OFF = {"EOTSTT": "DISCONTINUED"}


def test_states_of_the_treated_add_up() -> None:
    rows = [{}, OFF | {"DCTREAS": "DEATH"}, OFF, {"EOTSTT": "COMPLETED"}]
    found = analyze_disposition(adsl(*rows), ONE_ARM, SAFETY)
    states = [found.count(f"saf.{key}") for key in ("ongoing", "completed", "discontinued")]
    assert states == [1, 1, 2]
    assert sum(states) == found.count("saf.n")
    assert found.count("saf.because_death") + found.count("saf.because_not_stated") == 2


def test_nobody_treated_is_zero_of_zero() -> None:
    found = analyze_disposition(adsl(), ONE_ARM, SAFETY)
    assert "0 (NE)" in found.table().to_text()
    assert text_plain(tell_disposition(found)[0]) == (
        "Safety population: of 0 patients, treatment was discontinued in 0."
    )


def test_a_reason_reads_as_a_sentence_does() -> None:
    found = analyze_disposition(adsl(OFF | {"DCTREAS": "PROGRESSIVE DISEASE"}, {}), ONE_ARM, SAFETY)
    assert text_plain(tell_disposition(found)[0]) == (
        "Safety population: of 2 patients, treatment was discontinued in 1: "
        "progressive disease in 1; it was ongoing in 1."
    )


def test_causes_of_death_add_up_to_deaths_in_every_arm() -> None:
    died = {"DTHFL": "Y", "DTHCAUS": "DISEASE PROGRESSION"}
    rows = [died, died | {"ARMCD": "B"}, {"DTHFL": "Y", "ARMCD": "B"}, {}]
    found = analyze_deaths(adsl(*rows), TWO_ARMS, {"ENRLFL": "Enrolled"})
    for arm in (".a", ".b", ""):
        causes = [
            found.count(f"enrl.{key}{arm}") for key in ("of_disease_progression", "of_not_stated")
        ]
        assert sum(causes) == found.count(f"enrl.died{arm}")


def test_one_death_of_one_patient_is_told() -> None:
    found = analyze_deaths(adsl({"DTHFL": "Y"}), ONE_ARM, {"ENRLFL": "Enrolled"})
    assert (
        text_plain(tell_deaths(found)[0])
        == "Enrolled: 1 of 1 patient died, of an unstated cause 1."
    )
