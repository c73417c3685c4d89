"""Rules about the conduct of the trial that need what is derived first."""

from trialwright.core.errors import Severity
from trialwright.datasets.rules_registry import Rule, declare_rule

ELIGIBILITY_DATA = declare_rule(
    Rule(
        "ELIGIBILITY-DATA",
        Severity.WARN,
        "Enrolled although the recorded data say that a criterion was not met",
        "The subject leaves the evaluable population, and nobody at the site may know.",
        "Correct the value, or record the criterion in IE and let it stand as a deviation.",
        __name__,
    )
)
ELIGIBILITY_RECORD = declare_rule(
    Rule(
        "ELIGIBILITY-RECORD",
        Severity.WARN,
        "A criterion of IE that the other tables contradict",
        "One of the two is wrong, and it decides who is eligible.",
        "Ask the site which of the two is right; correct IE or the value.",
        __name__,
    )
)
SCHEDULE_MISSED = declare_rule(
    Rule(
        "SCHEDULE-MISSED",
        Severity.WARN,
        "A visit or tumor assessment that was due and is not recorded",
        "A progression between two assessments is dated by the later one.",
        "Record it, or report the deviation.",
        __name__,
    )
)
SCHEDULE_WINDOW = declare_rule(
    Rule(
        "SCHEDULE-WINDOW",
        Severity.WARN,
        "A screening visit or baseline scan too long before treatment",
        "What is compared with the baseline assumes that it shows the patient at the start.",
        "Correct the date, or report the deviation.",
        __name__,
    )
)
DOSE_CAP = declare_rule(
    Rule(
        "DOSE-CAP",
        Severity.WARN,
        "More administrations of an agent than the protocol allows",
        "A record that was entered twice counts twice in dose and intensity.",
        "Correct the records, or report the deviation.",
        __name__,
    )
)
FLOW_COUNT = declare_rule(
    Rule(
        "FLOW-COUNT",
        Severity.WARN,
        "A subject in whom the populations contradict each other",
        "The participant flow does not add up.",
        "Compare DM, DS and EX of this subject.",
        __name__,
    )
)
