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

    PAPER = "paper"  # no gap rule; new therapy censors at the last adequate assessment before it
    FDA_A = "fda_a"  # new therapy or a gap of missed visits censors at the last assessment before
    EMA_ALL_EVENTS = "ema_all_events"  # any event counts, whatever came before it


class ProgressionDate(Enum):
    """Which date a progression has."""

    SCAN = "scan"  # the response record's date
    FIRST_DETECTION = "first_detection"  # a new lesion first seen, or the last target scan


class Criteria(Enum):
    """The response criteria."""

    RECIST_1_1 = "RECIST 1.1"
    IRECIST = "iRECIST"  # shown beside RECIST 1.1: progression must be confirmed


class MissingDay(Enum):
    """Which day a date with year and month only is taken for."""

    FIRST = "first"  # of the month: the earliest a progression can be
    LAST = "last"  # of the month: the latest a response can be
    UNKNOWN = "unknown"  # no day is put in, and what has no date is not used


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

    `use_new_therapy_day` lets an assessment or event on the day a new anticancer therapy starts
    count (default: strictly before it). `missing_as_ne` calls a patient without any assessment NE
    instead of MISSING. `censor_at_unevaluable` lets an assessment that is NE be the last one when
    censoring. `tumor_markers` are the LBTESTCD that must be normal for a complete response when
    they are elevated at baseline. `lesion_missing_day` and `response_missing_day` complete TRDTC
    and RSDTC that lack the day. `sum_every_record` makes the sums of ADTR those of the admiralonco
    template, which adds up whatever a visit has: nothing is 0 mm, and two assessments under one
    VISITNUM count twice; responses never use them. `benefit_responses` are clinical benefit when
    they last at least `sd_minimum_days`.
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
        default=ProgressionDate.SCAN,
        description="`scan`: the date of the response record; `first_detection`: a new lesion "
        "first seen, or the last scan of the target lesions",
    )
    use_new_therapy_day: bool = Field(
        default=False, description="The day a new anticancer therapy starts still counts"
    )
    missing_as_ne: bool = Field(
        default=False, description="A patient without any assessment is NE, not MISSING"
    )
    censor_at_unevaluable: bool = Field(
        default=False, description="An assessment that is NE may be the last one when censoring"
    )
    tumor_markers: tuple[str, ...] = Field(
        default=(),
        description="LBTESTCD that, elevated at baseline, must be normal for a complete response",
    )
    lesion_missing_day: MissingDay = Field(
        default=MissingDay.FIRST, description="Day that completes a TRDTC without one"
    )
    response_missing_day: MissingDay = Field(
        default=MissingDay.LAST, description="Day that completes an RSDTC without one"
    )
    sum_every_record: bool = Field(
        default=False,
        description="Sums of ADTR add up whatever a visit has, as the admiralonco template does",
    )
    benefit_responses: tuple[str, ...] = Field(
        default=("CR", "PR", "SD", "NON-CR/NON-PD", "NED"),
        description="Responses that, lasting long enough, are clinical benefit",
    )

    @property
    def max_gap_days(self) -> int:
        """Return the longest gap before an event, in days."""
        return 2 * self.assessment_interval_days + self.assessment_window_days


class LandmarkRule(Model):
    """Ask at one time after the start: alive and progression-free.

    Exactly one of `days` and `months` is given; months are calendar months.
    `scan_from_days_before` is how long before the landmark an evaluable scan may lie that proves
    a success. `new_therapy_is_failure` makes a new anticancer therapy on or before the landmark a
    failure.
    """

    days: int | None = Field(default=None, gt=0)
    months: int | None = Field(default=None, gt=0)
    scan_from_days_before: int = Field(default=14, ge=0)
    new_therapy_is_failure: bool = True
