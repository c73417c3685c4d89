"""Endpoints: population, variable, intercurrent events, summary, and the rule of each kind."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from trialwright.protocol.curves import (
    CensorAt,
    CountFrom,
    CurveRules,
    EventOf,
    FollowUpMethod,
    Level,
    ZeroLimit,
)
from trialwright.protocol.endpoints import (
    AnalysisRead,
    CensoringScheme,
    Criteria,
    LandmarkRule,
    Model,
)
from trialwright.protocol.grading import Grading, LabUnits
from trialwright.protocol.safety_watch import SafetyWatch
from trialwright.protocol.words import SHORT_NAME, Words, read_words


class IntercurrentEvent(Enum):
    """What may happen after the start of treatment and change what the endpoint means."""

    DEATH = "death"
    NEW_THERAPY = "new_anticancer_therapy"
    TREATMENT_STOPPED = "treatment_stopped"
    MISSED_ASSESSMENTS = "missed_assessments"


class Strategy(Enum):
    """How an intercurrent event is handled, in plain words."""

    FAILURE = "failure"
    EVENT = "event"
    FOLLOW_ON = "follow on"
    CENSOR = "censor"
    UNTIL_THEN = "until then"

    @property
    def ich_e9_name(self) -> str:
        """The strategy under its name in ICH E9(R1)."""
        return {
            "failure": "composite variable",
            "event": "composite variable",
            "follow on": "treatment policy",
            "censor": "hypothetical",
            "until then": "while on treatment",
        }[self.value]


class Unknown(Enum):
    """What a patient is whose state at a landmark cannot be known."""

    FAILURE = "failure"
    EXCLUDED = "excluded"


def _read_sensitivity(value: Any) -> Any:
    if isinstance(value, Words):
        return value
    words = read_words(value, Sensitivity.form)
    if words == "zero limit":
        return {"text": words, "s_zero_limit": ZeroLimit.ZERO}
    if words.startswith("scheme "):
        return {"text": words, "scheme": words.removeprefix("scheme ")}
    if words.endswith(" read"):
        return {"text": words, "read": words.removesuffix(" read")}
    return {"text": words, "population": words}


class Sensitivity(Words):
    """The endpoint once more with one thing changed."""

    form: ClassVar[str] = (
        "a population, `investigator read`, `radiologist 1 read`, `scheme fda_a` or `zero limit`"
    )

    population: str | None = Field(default=None, description="Another population")
    read: AnalysisRead | None = Field(default=None, description="Another reading of the images")
    scheme: CensoringScheme | None = Field(default=None, description="Another censoring scheme")
    s_zero_limit: ZeroLimit | None = Field(default=None, description="Another convention at zero")


WrittenSensitivity = Annotated[Sensitivity, BeforeValidator(_read_sensitivity)]
"""A population, "investigator read", "scheme fda_a" or "zero limit"."""


class Estimand(Model):
    """The fields of ICH E9(R1) that every endpoint has."""

    id: str = Field(pattern=SHORT_NAME, description="Short name in lower case")
    kind: str = Field(description="Kind of the endpoint")
    variable: str = Field(description="What is observed in each patient, in words")
    population: str = Field(description="Population, by its name")
    intercurrent: Mapping[IntercurrentEvent, Strategy] = Field(
        default={},
        description="Intercurrent events and how each is handled; a strategy that the analysis "
        "would not follow is refused",
    )
    sensitivity: tuple[WrittenSensitivity, ...] = Field(
        default=(), description="Analyses that are shown beside it, each with one thing changed"
    )


class SuccessNeeds(Model):
    """What must be seen before a patient counts as a success."""

    evaluable_scan_from_days_before: int = Field(
        default=14,
        ge=0,
        description="Days before the landmark from which an evaluable scan proves a success",
    )


class Landmark(Estimand):
    """The proportion that is alive, or alive and progression-free, at one time."""

    kind: Literal["landmark"] = Field(description="Kind of the endpoint")
    summary: Literal["proportion"] = Field(default="proportion", description="Summary measure")
    event: Literal[EventOf.PROGRESSION_OR_DEATH, EventOf.DEATH] = Field(
        default=EventOf.PROGRESSION_OR_DEATH, description="Event whose absence is a success"
    )
    at_months: int | None = Field(default=None, gt=0, description="Landmark in calendar months")
    at_days: int | None = Field(default=None, gt=0, description="Landmark in days")
    success_needs: SuccessNeeds = Field(
        default=SuccessNeeds(), description="What must be seen before a patient is a success"
    )
    intervals: tuple[Level, ...] = Field(
        default=(0.95,), description="Levels of the two-sided exact intervals"
    )
    unknown: Unknown = Field(
        default=Unknown.FAILURE, description="What a patient with unknown state counts as"
    )

    @property
    def paramcd(self) -> str:
        """PARAMCD of the endpoint in ADRS."""
        return self.id.upper()

    @property
    def rule(self) -> LandmarkRule:
        """The question as the derivation takes it."""
        return LandmarkRule(
            days=self.at_days,
            months=self.at_months,
            scan_from_days_before=self.success_needs.evaluable_scan_from_days_before,
            new_therapy_is_failure=self.intercurrent.get(
                IntercurrentEvent.NEW_THERAPY, Strategy.FAILURE
            )
            is Strategy.FAILURE,
        )


class BestResponse(Estimand):
    """The best overall response of each patient and the proportion that responds."""

    kind: Literal["best_response"] = Field(description="Kind of the endpoint")
    variable: str = Field(
        default="best overall response", description="What is observed in each patient, in words"
    )
    summary: Literal["patients by category"] = Field(
        default="patients by category", description="Summary measure"
    )
    confirmation: bool = Field(
        default=False, description="A response counts only when a later assessment confirms it"
    )
    intervals: tuple[Level, ...] = Field(
        default=(0.95,), description="Levels of the two-sided exact intervals"
    )

    @property
    def paramcd(self) -> str:
        """PARAMCD of the endpoint in ADRS."""
        return "CBOR" if self.confirmation else "BOR"


class TimeToEvent(CurveRules, Estimand):
    """A time to progression, death or response, with its curve and median."""

    kind: Literal["time_to_event"] = Field(description="Kind of the endpoint")
    summary: Literal["median and curve"] = Field(
        default="median and curve", description="Summary measure"
    )
    event: EventOf = Field(description="Event that ends the time")
    criteria: Criteria = Field(
        default=Criteria.RECIST_1_1,
        description="Criteria of progression; under `iRECIST` an unconfirmed progression that "
        "resolves does not count, and `scheme` is not used",
    )
    from_: CountFrom = Field(
        default=CountFrom.TREATMENT_START, alias="from", description="Day the time is counted from"
    )
    scheme: CensoringScheme = Field(
        default=CensoringScheme.PAPER,
        description="`paper`: new anticancer therapy censors at the last assessment before it, "
        "missed visits do not; `fda_a`: a gap of missed visits before the event censors, too; "
        "`ema_all_events`: any event counts, whatever came before",
    )
    censor: CensorAt = Field(description="Where a time without event ends")
    landmarks_months: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(), description="Times at which the curve is read, in months"
    )

    @property
    def paramcd(self) -> str:
        """PARAMCD of the endpoint in ADTTE."""
        if self.from_ is CountFrom.FIRST_RESPONSE:
            return "RSD"
        if self.criteria is Criteria.IRECIST and self.event is EventOf.PROGRESSION_OR_DEATH:
            return "IPFS"
        return {
            EventOf.PROGRESSION_OR_DEATH: "PFS",
            EventOf.DEATH: "OS",
            EventOf.RESPONSE: "TTR",
        }[self.event]


class FollowUp(CurveRules, Estimand):
    """How long patients were followed."""

    kind: Literal["follow_up"] = Field(description="Kind of the endpoint")
    variable: str = Field(
        default="follow-up", description="What is observed in each patient, in words"
    )
    summary: Literal["median and curve"] = Field(
        default="median and curve", description="Summary measure"
    )
    method: FollowUpMethod = Field(
        default=FollowUpMethod.REVERSE_KAPLAN_MEIER, description="Method of the estimate"
    )


class Safety(SafetyWatch, Estimand):
    """Adverse events, once per patient and term at the worst grade."""

    kind: Literal["safety"] = Field(description="Kind of the endpoint")
    variable: str = Field(
        default="adverse events", description="What is observed in each patient, in words"
    )
    summary: Literal["patients by term and worst grade"] = Field(
        default="patients by term and worst grade", description="Summary measure"
    )
    ctcae: Literal["3.0", "4.0", "4.02", "4.03", "5.0", "6.0"] | None = Field(
        default=None, description="CTCAE version; none when events are graded otherwise"
    )
    grading: Grading = Field(
        default=Grading.AETOXGR,
        description="Variable of AE that holds the grade; AESEV has mild, moderate, severe",
    )
    emergent_until_days_after: int | None = Field(
        default=None,
        ge=0,
        description="Days after the last dose until which an event is treatment-emergent; "
        "no end when left out",
    )
    lab_units: LabUnits = Field(
        default=LabUnits.SI, description="Units in which the laboratory values are graded"
    )


Endpoint = Annotated[
    Landmark | BestResponse | TimeToEvent | FollowUp | Safety, Field(discriminator="kind")
]
"""An endpoint of any kind; `kind` says which."""


class Endpoints(Model):
    """The primary endpoint and those beside it."""

    primary: Endpoint | None = Field(default=None, description="The primary endpoint")
    secondary: tuple[Endpoint, ...] = Field(default=(), description="Secondary endpoints")

    @property
    def all(self) -> tuple[Endpoint, ...]:
        """Every endpoint, the primary one first."""
        return (*((self.primary,) if self.primary else ()), *self.secondary)
