"""Arms, agents, doses and the days on which they are planned."""

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from trialwright.protocol.endpoints import Model
from trialwright.protocol.words import Words, WrittenDose, read_words


class Frequency(Enum):
    """How often a day an agent is taken on a day of treatment."""

    ONCE_DAILY = "once daily"
    TWICE_DAILY = "twice daily"
    THREE_TIMES_DAILY = "three times daily"

    @property
    def per_day(self) -> int:
        """Administrations on one day."""
        return {"once daily": 1, "twice daily": 2, "three times daily": 3}[self.value]


class StopReason(Enum):
    """Why a patient stops treatment, in the words of protocols."""

    PROGRESSION = "progression"
    TOXICITY = "unacceptable toxicity"
    ILLNESS = "intercurrent illness"
    PATIENT = "patient decision"
    INVESTIGATOR = "investigator judgement"
    NO_EFFICACY = "lack of efficacy"
    DEVIATION = "protocol violation"
    SPONSOR = "sponsor decision"
    LOST = "lost to follow-up"
    DEATH = "death"
    COMPLETED = "completed"


STOP_REASON_TERMS: Mapping[StopReason, str] = MappingProxyType(
    {
        StopReason.PROGRESSION: "PROGRESSIVE DISEASE",
        StopReason.TOXICITY: "ADVERSE EVENT",
        StopReason.ILLNESS: "INTERCURRENT ILLNESS",
        StopReason.PATIENT: "WITHDRAWAL BY SUBJECT",
        StopReason.INVESTIGATOR: "PHYSICIAN DECISION",
        StopReason.NO_EFFICACY: "LACK OF EFFICACY",
        StopReason.DEVIATION: "PROTOCOL VIOLATION",
        StopReason.SPONSOR: "STUDY TERMINATED BY SPONSOR",
        StopReason.LOST: "LOST TO FOLLOW-UP",
        StopReason.DEATH: "DEATH",
        StopReason.COMPLETED: "COMPLETED",
    }
)
"""What DSDECOD says for each reason."""


class StartRule(Enum):
    """Which day is the start of treatment, from which times to an event are counted."""

    FIRST_DOSE_OF_ANY = "first dose of any agent"
    FIRST_DOSE_OF = "first dose of one agent"
    ENROLLMENT = "date of enrollment"
    REFERENCE_START = "reference start date"


def _read_treatment_start(value: Any) -> Any:
    if isinstance(value, Words):
        return value
    words = read_words(value, TreatmentStart.form)
    rule = {
        "first dose of any agent": StartRule.FIRST_DOSE_OF_ANY,
        "date of enrollment": StartRule.ENROLLMENT,
        "date of enrolment": StartRule.ENROLLMENT,
        "reference start date": StartRule.REFERENCE_START,
    }.get(words)
    if rule is not None:
        return {"text": words, "rule": rule}
    agent = words.removeprefix("first dose of ")
    if agent == words:
        raise ValueError(TreatmentStart.form.replace("`", ""))
    return {"text": words, "rule": StartRule.FIRST_DOSE_OF, "agent": agent}


class TreatmentStart(Words):
    """The start of treatment: the rule and, for the first dose of one agent, which."""

    form: ClassVar[str] = (
        "`first dose of any agent`, `first dose of` and an agent, `date of enrollment` or "
        "`reference start date` (RFSTDTC)"
    )

    rule: StartRule = Field(description="Which day is the start of treatment")
    agent: str | None = Field(default=None, description="The agent, where the rule names one")


WrittenTreatmentStart = Annotated[TreatmentStart, BeforeValidator(_read_treatment_start)]
"""A start of treatment written as words."""


class DoseStep(Model):
    """A planned change of the dose, such as the next step of a titration."""

    day: int = Field(description="Day of the schedule from which the new dose holds")
    dose: WrittenDose = Field(description="New dose of one administration")


class Agent(Model):
    """A drug of an arm: its dose and the days on which it is given."""

    name: str = Field(description="Name, as EXTRT records it")
    dose: WrittenDose = Field(description="Dose of one administration, such as 50 mg")
    route: str | None = Field(default=None, description="Route, such as oral")
    frequency: Frequency = Field(
        default=Frequency.ONCE_DAILY, description="Administrations on a day of treatment"
    )
    start: str = Field(default="C1D1", description="Visit or cycle day of the first dose")
    days_on: int | None = Field(default=None, gt=0, description="Days of treatment in a row")
    days_off: int | None = Field(default=None, ge=0, description="Days of rest that follow")
    every_days: int | None = Field(default=None, gt=0, description="Days from dose to dose")
    at_most: int | None = Field(default=None, gt=0, description="Most administrations in all")
    steps: tuple[DoseStep, ...] = Field(
        default=(), description="Planned changes of the dose, in order of day"
    )
    record: tuple[str, ...] = Field(
        default=(), description="What is recorded with each dose beside amount and date"
    )


def _id_of(data: dict[str, Any]) -> str:
    return str(data.get("id", ""))


class Arm(Model):
    """One arm: its agents, its cycles and its reasons to stop."""

    id: str = Field(description="Short name, used by design.arm and in `assumed`")
    armcd: str = Field(
        default_factory=_id_of, description="What DM.ARMCD records; the id when left out"
    )
    name: str = Field(default_factory=_id_of, description="Name in print; the id when left out")
    cycle_days: int | None = Field(default=None, gt=0, description="Length of a cycle in days")
    cycle_anchor: str | None = Field(
        default=None,
        description="Agent whose first dose is C1D1; the treatment start when left out",
    )
    agents: tuple[Agent, ...] = Field(default=(), description="Drugs of the arm")
    stop_treatment: tuple[StopReason, ...] = Field(
        default=(), description="Reasons to stop treatment that the protocol lists"
    )


def name_arms(arms: Sequence[Arm]) -> list[tuple[str, str]]:
    """Return each arm as (ARMCD, name), as analyses take them."""
    return [(arm.armcd, arm.name) for arm in arms]


def list_agents(arms: Sequence[Arm]) -> dict[str, Agent]:
    """Return the agents of all arms by name, each once."""
    return {agent.name: agent for arm in arms for agent in arm.agents}
