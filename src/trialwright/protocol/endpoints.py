"""What is measured and how: response rules, endpoints and their estimands."""

from enum import Enum

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Base of all protocol objects: frozen, and unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False
    )


class ResponseSource(Enum):
    """Where time-point responses come from."""

    DERIVED = "derived"  # from single lesions (TU, TR), by the rules of the criteria
    COLLECTED = "collected"  # as recorded in RS


class CensoringScheme(Enum):
    """How a time to progression or death is censored."""

    PAPER = "paper"  # any event counts; else the last adequate assessment
    FDA_A = "fda_a"  # new therapy or a gap of missed visits censors at the last assessment before
    EMA_ALL_EVENTS = "ema_all_events"  # any event counts, whatever came before it


class ProgressionDate(Enum):
    """Which date a progression has."""

    SCAN = "scan"  # the response record's date
    FIRST_DETECTION = "first_detection"  # a new lesion first seen, or the last target scan


class AnalysisRead(Enum):
    """Whose reading of the images the analysis uses."""

    ADJUDICATED = "adjudicated"  # independent assessor, accepted records (--ACPTFL = Y)
    INVESTIGATOR = "investigator"
    RADIOLOGIST_1 = "radiologist 1"
    RADIOLOGIST_2 = "radiologist 2"


class ResponseRules(Model):
    """The switches of RECIST 1.1 that a protocol must decide.

    Days are counted between dates. `assessment_interval_days` and `assessment_window_days` are
    those of the tumor assessments; twice the interval plus the window is the longest gap that the
    scheme `fda_a` accepts before an event.
    """

    source: ResponseSource = Field(
        default=ResponseSource.DERIVED,
        description="Derive time-point responses from single lesions, or take those collected",
    )
    pr_persists: bool = Field(
        default=False,
        description="After a partial response, would-be stable disease stays a partial response",
    )
    accept_sd_between_pr: bool = Field(
        default=False,
        description="Stable disease between two partial responses does not undo the confirmation",
    )
    max_ne_between: int = Field(
        default=1,
        ge=0,
        description="Most assessments not evaluable between a response and its confirmation",
    )
    confirmation_days: int = Field(
        default=28, ge=0, description="Fewest days between a response and its confirmation"
    )
    sd_minimum_days: int = Field(
        default=42,
        ge=0,
        description="Fewest days from the treatment start for stable disease as best response",
    )
    assessment_interval_days: int = Field(
        default=42,
        gt=0,
        description="Days between tumor assessments; taken from assessments.tumor when left out",
    )
    assessment_window_days: int = Field(
        default=7,
        ge=0,
        description="Days that an assessment may be late; from assessments.tumor when left out",
    )
    progression_date: ProgressionDate = Field(
        default=ProgressionDate.SCAN, description="Which date a progression has"
    )

    @property
    def max_gap_days(self) -> int:
        """Return the longest gap before an event, in days."""
        return 2 * self.assessment_interval_days + self.assessment_window_days


class LandmarkRule(Model):
    """Ask at one time after the start: alive and progression-free.

    Exactly one of `days` and `months` is given; months are calendar months.
    `scan_from_days_before` is how long before the landmark an evaluable scan may lie that proves
    a success.
    """

    days: int | None = Field(default=None, gt=0)
    months: int | None = Field(default=None, gt=0)
    scan_from_days_before: int = Field(default=14, ge=0)
