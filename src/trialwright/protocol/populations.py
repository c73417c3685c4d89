"""Who counts in an analysis."""

from enum import Enum

from pydantic import Field

from trialwright.protocol.endpoints import Model


class DoseOf(Enum):
    """Of how many agents of the arm a patient has had at least one dose."""

    ANY = "any"
    EACH = "each"


class Population(Model):
    """A set of enrolled patients, by what they met and what they received.

    A patient belongs who meets every condition given; `all` stands alone.
    """

    label: str = Field(default="", description="Name in print; the key when left out")
    all: bool = Field(default=False, description="Every enrolled patient")
    eligible: bool = Field(default=False, description="Met every eligibility criterion")
    at_least_one_dose_of: DoseOf | None = Field(
        default=None, description="Had a dose of any, or of each, agent of the arm"
    )
