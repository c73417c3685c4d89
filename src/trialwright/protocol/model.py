"""The trial as promised: every part of the protocol in one frozen object."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from trialwright.protocol.arms import Arm, WrittenTreatmentStart
from trialwright.protocol.baseline import BaselineCharacteristic
from trialwright.protocol.biomarkers import Biomarkers
from trialwright.protocol.design import Design
from trialwright.protocol.eligibility import EligibilityRule
from trialwright.protocol.endpoints import Model, ResponseRules
from trialwright.protocol.estimands import Endpoints
from trialwright.protocol.populations import Population
from trialwright.protocol.schedule import Assessments, CentralReview, Visit
from trialwright.protocol.words import IsoDate


class Study(Model):
    """Which trial this is, and until when its data count."""

    id: str = Field(description="Name of the trial, as STUDYID records it")
    title: str = Field(description="Full title")
    phase: str | None = Field(default=None, description="Phase, such as 2 or 1/2")
    registry: str | None = Field(default=None, description="Number in a public registry")
    data_cut: IsoDate = Field(description="Last day whose data count")
    synthetic: str | None = Field(
        default=None,
        description="Note that the data are made up, printed on every page and figure; "
        "left out for data of real patients",
    )
    sponsor: str | None = Field(default=None, description="Sponsor")
    version: str | None = Field(default=None, description="Version of the protocol")

    @property
    def is_synthetic(self) -> bool:
        """Whether the data are made up."""
        return self.synthetic is not None


class DateImputation(Enum):
    """Which day stands for a partial date."""

    NONE = "none"
    FIRST_DAY = "first day"  # of the month, or of the year when the month is missing too
    LAST_DAY = "last day"
    MIDDLE = "middle"  # day 15, or 1 July


class Imputation(Model):
    """Which day stands for a partial date, by what is dated.

    `none` leaves the date missing; `first day`, `last day` and `middle` (day 15, or 1 July) are
    those of the month, or of the year when the month is missing too. Scans and responses have
    `lesion_missing_day` and `response_missing_day` under `response`.
    """

    start: DateImputation = Field(
        default=DateImputation.NONE, description="Start of events, medications and doses"
    )
    end: DateImputation = Field(
        default=DateImputation.NONE, description="End of events, medications and doses"
    )
    death: DateImputation = Field(default=DateImputation.NONE, description="Death")


class CheckAction(Enum):
    """What a finding of one rule does."""

    BLOCK = "block"
    WARN = "warn"
    OFF = "off"


class Display(Enum):
    """A table or figure of the report."""

    PARTICIPANT_FLOW = "participant flow"
    BASELINE = "baseline characteristics"
    EXPOSURE = "exposure"
    DISPOSITION = "disposition"
    SCHEDULE = "schedule compliance"
    PRIMARY = "primary endpoint"
    BEST_RESPONSE = "best response"
    WATERFALL = "waterfall"
    SWIMMER = "swimmer"
    SPIDER = "spider"
    IRECIST = "iRECIST"
    INJECTED_LESIONS = "injected lesions"
    READER_AGREEMENT = "reader agreement"
    SURVIVAL = "survival"
    FOLLOW_UP = "follow-up"
    ADVERSE_EVENTS = "adverse events"
    DEATHS = "deaths"
    PATIENT_PAGES = "patient pages"
    TISSUE = "tissue"
    PLASMA = "plasma"
    CORRELATES = "correlates"


def _read_designs(value: Any) -> Any:
    return (value,) if isinstance(value, Mapping | Design) else value


class Protocol(Model):
    """A protocol: what was promised, and what is assumed where nothing was."""

    study: Study = Field(description="Which trial this is")
    treatment_start: WrittenTreatmentStart = Field(description="Day from which times are counted")
    arms: tuple[Arm, ...] = Field(min_length=1, description="Arms, with agents and their schedules")
    visits: tuple[Visit, ...] = Field(default=(), description="Planned visits")
    assessments: Assessments = Field(
        default=Assessments(), description="Assessments with a schedule of their own"
    )
    response: ResponseRules = Field(
        default=ResponseRules(), description="Switches of the response criteria"
    )
    central_review: CentralReview = Field(
        default=CentralReview(), description="Who reads the images"
    )
    eligibility: tuple[EligibilityRule, ...] = Field(
        default=(), description="Named rules with parameters"
    )
    populations: Mapping[str, Population] = Field(
        min_length=1, description="Populations by name, such as safety and evaluable"
    )
    baseline: tuple[BaselineCharacteristic, ...] = Field(
        default=(), description="Characteristics of Table 1, in order"
    )
    endpoints: Endpoints = Field(default=Endpoints(), description="Endpoints")
    design: Annotated[tuple[Design, ...], BeforeValidator(_read_designs)] = Field(
        default=(), description="Two-stage design, or a list with one for each arm"
    )
    checks: Mapping[str, CheckAction] = Field(
        default={}, description="What findings of a rule do, by rule id: block, warn or off"
    )
    imputation: Imputation = Field(
        default=Imputation(), description="Which day stands for a partial date"
    )
    biomarkers: Biomarkers = Field(default=Biomarkers(), description="Biomarker panels")
    displays: tuple[Display, ...] = Field(
        default=(), description="Displays wanted; every one that the data allow when left out"
    )
    assumed: Mapping[str, str] = Field(
        default={}, description="What the trial's papers do not say: path of a key, and why"
    )
