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
