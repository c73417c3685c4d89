"""What a run says of the steps that made nothing."""

from trialwright.study.reporting import list_absences
from trialwright.study.run import StepReport


def test_a_failed_step_says_why_and_what_follows_from_it_names_it() -> None:
    reports = [
        StepReport("adae", "adverse events", "absent", 0.0, "needs ae"),
        StepReport("adtr", "lesions over time", "failed", 0.1, "tr.csv row 3: twice. Keep one."),
        StepReport("best_change", "best change", "absent", 0.0, "needs adtr"),
        StepReport("figure.pfs", "figure of pfs", "absent", 0.0, "needs pfs"),
    ]
    told = [(absence.what, absence.needs, absence.has_failed) for absence in list_absences(reports)]
    assert told == [
        ("Adverse events", "the table AE (adverse events)", False),
        ("Lesions over time", "tr.csv row 3: twice. Keep one.", True),
        (
            "Best change",
            "It needs lesions over time, which failed: tr.csv row 3: twice. Keep one.",
            True,
        ),
    ]
