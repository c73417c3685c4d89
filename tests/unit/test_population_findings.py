"""Populations that contradict each other are found, subject by subject."""

from small_trial import adsl

from trialwright.derive.population_findings import find_population_faults

FLAGS = ("ENRLFL", "SAFFL", "EFFFL")


def test_a_trial_that_adds_up_has_no_finding() -> None:
    failed = {"ENRLFL": "N", "SCRFFL": "Y", "SAFFL": "N", "SAFREAS": "Not enrolled", "EFFFL": "N"}
    people = adsl({}, failed | {"EFFREAS": "Not enrolled", "TRTSDT": None})
    assert find_population_faults(people, FLAGS, "dm.csv") == []


def test_every_contradiction_is_told_with_its_subject() -> None:
    people = adsl(
        {"SCRFFL": "Y"},
        {"ENRLFL": "N", "SCRFFL": "Y"},
        {"TRTSDT": None},
        {"EFFFL": "N"},
    )
    found = [(f.subject, f.found) for f in find_population_faults(people, FLAGS, "dm.csv")]
    assert found == [
        ("01", "enrolled and screening failure do not exclude each other"),
        ("02", "EFFFL = Y, and not enrolled"),
        ("02", "SAFFL = Y, and not enrolled"),
        ("03", "treated without a start of treatment"),
        ("04", "EFFFL = N without a reason"),
    ]


def test_the_message_says_what_to_do() -> None:
    message = find_population_faults(adsl({"TRTSDT": None}), FLAGS, "dm.csv")[0].message
    assert message == (
        "dm.csv (USUBJID 01): treated without a start of treatment, expected a date of the first "
        "dose. Compare DM, DS and EX of this subject. [FLOW-COUNT]"
    )
