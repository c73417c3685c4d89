"""What of safety is watched by name: terms, lists of special interest, stopping boundaries."""

from collections.abc import Mapping

from pydantic import Field

from trialwright.protocol.endpoints import Model
from trialwright.protocol.words import Names


class ToxicityBoundary(Model):
    """How many patients with an event are too many, among the first so many treated.

    The event: every condition given holds. The bounds are written, or follow from the rate that
    is tolerable.
    """

    name: str = Field(description="Name in print, such as Dose-limiting toxicity")
    grade_at_least: int | None = Field(default=None, ge=1, le=5, description="Least grade")
    serious: bool = Field(default=False, description="Only serious events")
    related: bool = Field(default=False, description="Only events related to treatment")
    terms: Names = Field(default=(), description="Terms (AEDECOD); every term when left out")
    within_days: int | None = Field(
        default=None, gt=0, description="Days from the start of treatment; no end when left out"
    )
    looks: tuple[int, ...] = Field(
        min_length=1, description="Patients treated at each look, ascending"
    )
    bounds: tuple[int, ...] = Field(
        default=(), description="Largest tolerated count at each look; more stops"
    )
    tolerable: float | None = Field(
        default=None, gt=0, lt=1, description="Rate to live with, from which bounds are found"
    )
    limit: float | None = Field(
        default=None, gt=0, lt=1, description="Largest chance to stop at that rate"
    )
    shape: float = Field(default=0.0, ge=0, le=0.5, description="0 Pocock to 0.5 O'Brien-Fleming")


class SafetyWatch(Model):
    """What is reported by name, and what stops the trial."""

    terms_of_interest: tuple[str, ...] = Field(
        default=(), description="Terms (AEDECOD) that are reported by name"
    )
    special_interest: Mapping[str, Names] = Field(
        default={},
        description="Lists of terms by name, such as `immune-related: [Hypothyroidism, Colitis]`",
    )
    boundaries: tuple[ToxicityBoundary, ...] = Field(
        default=(), description="Stopping boundaries on events"
    )
