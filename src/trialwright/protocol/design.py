"""The two-stage design of an arm."""

from enum import Enum

from pydantic import Field

from trialwright.protocol.endpoints import Model


class DesignKind(Enum):
    """The family of a design."""

    SIMON = "simon"


class DecideOn(Enum):
    """Who decides the first stage."""

    FIRST_EVALUABLE = "first n1 evaluable by order of inclusion"


class AccrualDuringInterim(Enum):
    """Whether patients enter while the first stage is awaited."""

    PAUSE = "pause"
    CONTINUE = "continue"


class OverRun(Enum):
    """What patients beyond a planned stage do."""

    SHOWN_APART = "shown apart"  # they are reported beside the decision, and do not change it


class StageOne(Model):
    """Stop after `n1` patients with at most `r1` successes."""

    r1: int = Field(ge=0, description="Largest count of successes that stops the trial")
    n1: int = Field(gt=0, description="Patients of the first stage")


class Total(Model):
    """Conclude activity with more than `r` successes among `n` patients of both stages."""

    r: int = Field(ge=0, description="Largest count of successes that does not conclude activity")
    n: int = Field(gt=0, description="Patients of both stages")


class ReferenceRate(Model):
    """A published rate with which p0 and p1 are compared."""

    source: str = Field(description="Who published it")
    at_months: int = Field(gt=0, description="Time of the rate in months")
    line: str | None = Field(default=None, description="Line of treatment it belongs to")
    active: float | None = Field(default=None, ge=0, le=1, description="Rate of active agents")
    inactive: float | None = Field(default=None, ge=0, le=1, description="Rate of inactive agents")


class Design(Model):
    """A two-stage design of one arm for one endpoint."""

    arm: str = Field(description="Arm, by its id")
    endpoint: str = Field(description="Endpoint that is counted, by its id")
    kind: DesignKind = Field(description="Family of the design")
    p0: float = Field(gt=0, lt=1, description="Rate that is not of interest")
    p1: float = Field(gt=0, lt=1, description="Rate that is of interest")
    alpha: float = Field(gt=0, lt=1, description="Largest chance to conclude activity under p0")
    power: float = Field(gt=0, lt=1, description="Least chance to conclude activity under p1")
    stage_1: StageOne = Field(description="First stage")
    total: Total = Field(description="Both stages together")
    decide_on: DecideOn = Field(
        default=DecideOn.FIRST_EVALUABLE, description="Who decides the first stage"
    )
    accrual_during_interim: AccrualDuringInterim = Field(
        default=AccrualDuringInterim.PAUSE, description="Accrual while the stage is awaited"
    )
    over_run: OverRun = Field(
        default=OverRun.SHOWN_APART, description="What patients beyond a planned stage do"
    )
    reference: tuple[ReferenceRate, ...] = Field(
        default=(), description="Published rates behind p0 and p1"
    )
