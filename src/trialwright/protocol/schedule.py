"""Visits, tumor assessments and who reads the images."""

from enum import Enum

from pydantic import Field

from trialwright.protocol.endpoints import AnalysisRead, Criteria, Model
from trialwright.protocol.words import Window


class Visit(Model):
    """A planned visit: on a day of the schedule, or within some days before another visit.

    Day 1 is C1D1, the day before it day -1; there is no day 0.
    """

    name: str = Field(description="Name, as VISIT records it")
    day: int | None = Field(default=None, description="Planned day; C1D1 is day 1")
    window: Window | None = Field(default=None, description="Days early and late, as [-3, 3]")
    before_dose_of: str | None = Field(
        default=None, description="Agent whose dose follows on that day, or all"
    )
    within_days_before: int | None = Field(
        default=None, gt=0, description="Most days before the visit named by `of`"
    )
    of: str | None = Field(default=None, description="Visit that `within_days_before` precedes")


class BaselineScan(Enum):
    """Which tumor assessment is the baseline."""

    LAST_EVALUABLE = "last evaluable on or before treatment start"


class TumorAssessments(Model):
    """How often tumors are measured, and from which day the weeks are counted."""

    every_weeks: float = Field(gt=0, description="Weeks from assessment to assessment")
    from_: str = Field(
        alias="from", description="Visit from which the weeks count, or treatment start"
    )
    window: Window = Field(default=(0, 0), description="Days early and late, as [-7, 7]")
    baseline: BaselineScan = Field(
        default=BaselineScan.LAST_EVALUABLE, description="Which assessment is the baseline"
    )
    baseline_within_days: int = Field(
        default=28, gt=0, description="Most days from the baseline scan to the treatment start"
    )
    criteria: Criteria = Field(
        default=Criteria.RECIST_1_1,
        description="Response criteria; `iRECIST` is derived and shown beside RECIST 1.1, which "
        "keeps deciding every endpoint that does not name iRECIST",
    )
    confirm_progression_after_days: int = Field(
        default=28,
        ge=0,
        description="iRECIST: fewest days between an unconfirmed progression and the assessment "
        "that confirms it",
    )
    injected_sums: bool = Field(
        default=False,
        description="Show the sums of injected and of non-injected target lesions apart",
    )


class Assessments(Model):
    """What is assessed on a schedule of its own."""

    tumor: TumorAssessments | None = Field(default=None, description="Tumor assessments")


class CentralReview(Model):
    """Who reads the images, and whose reading the analysis uses."""

    blinded: bool = Field(default=False, description="Readers do not see site or course")
    readers: int = Field(default=0, ge=0, le=2, description="Independent readers of each case")
    adjudicator: bool = Field(default=False, description="A further reader decides between them")
    analysis_read: AnalysisRead = Field(
        default=AnalysisRead.INVESTIGATOR, description="Reading that the analysis uses"
    )
