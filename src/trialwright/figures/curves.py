"""Survival curves: their steps, who is at risk, and how one is drawn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from numpy.typing import NDArray

from trialwright.figures.free_room import Box
from trialwright.figures.layout import nudge, require_columns
from trialwright.figures.marks import draw_marker
from trialwright.figures.style import PAPER, STRATA, STRATA_DASHES

COLUMNS = (
    "stratum",
    "time_months",
    "survival",
    "lower",
    "upper",
    "n_risk",
    "n_event",
    "n_censored",
)
FEW_AT_RISK = 0.10  # of the patients at the start: beyond this the curve says little
FEW_MARKER, FEW_POINTS = "^", 6.0  # under the corner, where a falling curve never is
LOW_SURVIVAL = 0.06  # closer to the axis the marker goes above the curve
BAND_ALPHA = 0.15
CENSOR_POINTS = 5.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curve:
    """One stratum of a survival curve; limits are nan where they do not exist."""

    name: str
    color: str
    dashes: Any
    times: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    n_risk: Floats
    n_event: Floats
    n_censored: Floats

    @property
    def n(self) -> int:
        """How many patients the curve starts with."""
        return int(self.n_risk[0])

    @property
    def end(self) -> tuple[float, float]:
        """Where the curve ends."""
        return float(self.times[-1]), float(self.survival[-1])

    def at_risk(self, time: float) -> int:
        """Count who is at risk just before a time."""
        row = int(np.searchsorted(self.times, time, side="left"))
        return int(self.n_risk[row]) if row < len(self.times) else 0

    def events_before(self, time: float) -> int:
        """Count the events before a time, so that at risk, events and censored add up."""
        return int(self.n_event[self.times < time].sum())

    def cell(self, time: float) -> str:
        """Print at risk and cumulative events."""
        return f"{self.at_risk(time)} ({self.events_before(time)})"

    def few_from(self) -> tuple[float, float] | None:
        """Find where the curve goes on with fewer than 10% of its patients."""
        few = np.flatnonzero(self.n_risk < FEW_AT_RISK * self.n)
        if not len(few):
            return None
        before = max(int(few[0]) - 1, 0)
        return float(self.times[before]), float(self.survival[before])

    def boxes(self) -> list[Box]:
        """List what the curve and its band cover, in data: plateaus, then drops."""
        low = np.where(np.isfinite(self.lower), self.lower, self.survival)[:-1]
        high = np.where(np.isfinite(self.upper), self.upper, self.survival)[:-1]
        plateaus = zip(self.times[:-1], low, self.times[1:], high, strict=True)
        drops = zip(
            self.times[1:], self.survival[1:], self.times[1:], self.survival[:-1], strict=True
        )
        return [
            (float(x0), float(y0), float(x1), float(y1)) for x0, y0, x1, y1 in (*plateaus, *drops)
        ] + [(*self.end, *self.end)]


def read_curves(curve: pl.DataFrame) -> list[Curve]:
    """Split a frame into strata, in order of appearance, each with its color and line pattern."""
    require_columns(curve, "Kaplan-Meier", COLUMNS)
    strata = curve.partition_by("stratum", maintain_order=True) if curve.height else []
    return [
        Curve(
            str(steps["stratum"][0] or ""),
            STRATA[number % len(STRATA)],
            STRATA_DASHES[number % len(STRATA_DASHES)],
            *(
                steps[name].cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64)
                for name in COLUMNS[1:]
            ),
        )
        for number, steps in enumerate(strata)
    ]


def draw_curve(ax: Axes, curve: Curve) -> None:
    """Draw steps, band, censoring ticks and the marker where few are left."""
    times, survival = expand_steps(curve.times, curve.survival)
    ax.plot(times, survival, color=curve.color, linestyle=curve.dashes, clip_on=False, zorder=3)
    _, lower = expand_steps(curve.times, curve.lower)
    _, upper = expand_steps(curve.times, curve.upper)
    ax.fill_between(times, lower, upper, color=curve.color, alpha=BAND_ALPHA, linewidth=0)
    censored = curve.n_censored > 0
    if censored.any():  # an empty line would count as a mark at the corner of the canvas
        ax.plot(
            curve.times[censored],
            curve.survival[censored],
            "|",
            color=curve.color,
            markersize=CENSOR_POINTS,
            markeredgewidth=1,
            clip_on=False,
            zorder=4,
        )
    few = curve.few_from()
    if few is not None:
        under = nudge(ax, ax.transData, 0, -FEW_POINTS if few[1] > LOW_SURVIVAL else FEW_POINTS)
        draw_marker(ax, few, FEW_MARKER, PAPER, curve.color, under)


def expand_steps(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return the corners of a curve that keeps each value until the next time.

    The band needs them: an area between steps whose limits end before the curve does.
    """
    return np.repeat(times, 2)[1:], np.repeat(values, 2)[:-1]
