"""What a time to an event is, and how its curve is estimated: limits, conventions at the ends."""

from enum import Enum
from typing import Annotated

from pydantic import Field

from trialwright.protocol.endpoints import Model

Level = Annotated[float, Field(gt=0.5, lt=1)]
"""A level of confidence, between one half and one."""


class EventOf(Enum):
    """Which event ends a time."""

    PROGRESSION_OR_DEATH = "progression or death"
    DEATH = "death"
    RESPONSE = "response"


class CountFrom(Enum):
    """From which day a time is counted."""

    TREATMENT_START = "treatment start"
    FIRST_RESPONSE = "first response"


class CensorAt(Enum):
    """Where a time without event ends."""

    LAST_ASSESSMENT = "last evaluable tumor assessment"
    LAST_CONTACT = "last contact"


class FollowUpMethod(Enum):
    """How the length of follow-up is estimated."""

    REVERSE_KAPLAN_MEIER = "reverse Kaplan-Meier"


class ConfType(Enum):
    """The scale on which limits of a survival curve are computed."""

    LOG = "log"
    LOG_LOG = "log-log"
    PLAIN = "plain"
    LOGIT = "logit"
    ARCSIN = "arcsin"


class ZeroLimit(Enum):
    """What the limits of a survival curve are where it reaches zero."""

    NOT_ESTIMABLE = "not estimable"  # R and SAS
    ZERO = "zero"


class BeyondLast(Enum):
    """What a survival curve says after the last time observed."""

    CARRIED_FORWARD = "carried forward"  # R
    NOT_ESTIMABLE = "not estimable"  # SAS


class CurveRules(Model):
    """How a survival curve is estimated and printed."""

    conf_type: ConfType = Field(
        default=ConfType.LOG_LOG, description="Scale of the confidence limits"
    )
    conf_level: Level = Field(default=0.95, description="Level of the two-sided limits")
    s_zero_limit: ZeroLimit = Field(
        default=ZeroLimit.NOT_ESTIMABLE,
        description="Limits where the curve reaches zero; not estimable as in R and SAS",
    )
    beyond_last: BeyondLast = Field(
        default=BeyondLast.NOT_ESTIMABLE,
        description="The curve after the last time observed; R carries it forward, SAS does not",
    )
