"""The estimates of a time to an event, as a table and as a figure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from trialwright.core.ledger import MAIN, Group, make_groups, name_parts
from trialwright.core.result import Result
from trialwright.core.table import (
    NOT_ESTIMABLE,
    NOT_REACHED,
    Cell,
    Table,
    as_percent,
    cell,
    make_table,
    print_interval,
    round_half_up,
    row,
)

RISK_TABLE_TICKS = 8
NO_BREAK = "\N{NO-BREAK SPACE}"  # a head that breaks keeps its interval whole
EXPLAINED = {
    "zero limit": "Zero limit: where the curve is zero its limits are zero (the convention of "
    "lifelines and statsmodels), not undefined (R, SAS).",
    "scheme fda_a": "Scheme fda_a: a new therapy, or an event after two or more missed "
    "assessments, censors at the last adequate assessment before it.",
    "scheme ema_all_events": "Scheme ema_all_events: every progression or death counts.",
    "scheme paper": "Scheme paper: every event counts; without one, the last adequate assessment.",
}

CURVE_SCHEMA = {
    "stratum": pl.String(),
    "time_months": pl.Float64(),
    "survival": pl.Float64(),
    "lower": pl.Float64(),
    "upper": pl.Float64(),
    "n_risk": pl.Int64(),
    "n_event": pl.Int64(),
    "n_censored": pl.Int64(),
}


@dataclass(frozen=True, kw_only=True)
class SurvivalResult(Result):
    """Medians with limits, the curve read at landmarks, and the curve itself.

    `analyses` are (key, label), the main one first; `landmarks_months` the times of reading.
    """

    has_figure: ClassVar[bool] = True
    drawn_frames: ClassVar[tuple[str, ...]] = ("curve",)
    arms: list[list[str]]
    analyses: list[list[str]]
    landmarks_months: list[float]
    conf_type: str
    level: float
    curve: pl.DataFrame

    @property
    def is_follow_up(self) -> bool:
        """Whether the time is the length of follow-up, in which death is censoring."""
        return self.method.name.startswith("Reverse")

    def table(self) -> Table:
        """Return one row per analysis and arm."""
        percent = f"{100 * self.level:g}%"
        ended = "Alive at last contact" if self.is_follow_up else "Events"
        limits = f"({percent}{NO_BREAK}CI)"
        heads = ["", "Patients", ended, f"Median, months {limits}"]
        heads += [f"At {m:g} months, % {limits}" for m in self.landmarks_months]
        rows = []
        for key, label in self.analyses:
            for group in make_groups(self.arms):
                name = label if len(self.arms) == 1 else f"{label}, {group.label}"
                rows.append(row(name, *self._cells(group, key)))
        scale = f"confidence limits on the {self.conf_type} scale"
        note = f"{self.method.name}; {scale}. NE, not estimable; NR, not reached."
        explained = [text for words, text in EXPLAINED.items() if self._has_analysis(words)]
        return make_table(self.id, self.title, heads, rows, [note, *explained])

    def _has_analysis(self, words: str) -> bool:
        return any(label.endswith(words) for _, label in self.analyses)

    def _cells(self, group: Group, analysis: str) -> Iterator[Cell]:
        for name in ("n", "events"):
            yield self.count_cell(group.key(*name_parts(analysis, name)))
        yield self.print_median(group, analysis)
        for months in self.landmarks_months:
            text = _print_estimate(*self._read_landmark(group, analysis, months))
            keys = self._landmark_keys(group, analysis, months)
            yield cell(text, *(self.ref(key) for key in keys))

    def print_median(self, group: Group | None = None, analysis: str = MAIN) -> Cell:
        """Print the median with its limits, in months."""
        group = group or Group("All")
        keys = [group.key(*name_parts(analysis, name)) for name in ("median", "lower", "upper")]
        text = self._print_median(group, analysis)
        return cell(text, *(self.ref(key) for key in keys))

    def _print_median(self, group: Group, analysis: str) -> str:
        names = ("median", "lower", "upper")
        median, low, high = (self.value(group.key(*name_parts(analysis, n))) for n in names)
        missing = self._name_missing(group, analysis)
        if median is None and low is None and high is None:
            return NOT_REACHED if self.count(group.key(*name_parts(analysis, "n"))) else missing
        middle = NOT_REACHED if median is None else round_half_up(median, 1)
        return f"{middle} ({print_interval(low, high, missing=missing)})"

    def _name_missing(self, group: Group, analysis: str) -> str:
        """Tell why a limit is missing: the follow-up was too short, or its curve ended at zero.

        Where the curve is zero its limits do not exist (R, SAS), so that none can be waited for.
        """
        last = self.value(group.key(*name_parts(analysis, "last")))
        return NOT_REACHED if last else NOT_ESTIMABLE

    def print_limits(self, group: Group | None = None, analysis: str = MAIN) -> Cell:
        """Print the limits of the median alone, in months."""
        group = group or Group("All")
        keys = [group.key(*name_parts(analysis, name)) for name in ("lower", "upper")]
        missing = self._name_missing(group, analysis)
        low, high = (self.value(key) for key in keys)
        text = print_interval(low, high, missing=missing)
        return cell(text, *(self.ref(key) for key in keys))

    def plot(self, ax: Any = None) -> Any:
        """Draw the curves with bands, censoring ticks, medians and numbers at risk."""
        from trialwright.figures.survival import draw_kaplan_meier

        band = f"Band: {100 * self.level:g}% CI, {self.conf_type}"
        times = risk_times(self.curve)
        outcome = f"{self.title}, proportion"
        return draw_kaplan_meier(
            self.curve, times, ax, medians=self._medians(), outcome=outcome, band=band
        )

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.survival import describe_kaplan_meier

        times = risk_times(self.curve)
        return describe_kaplan_meier(self.curve, times, medians=self._medians(), outcome=self.title)

    def _name_events(self, group: Group) -> str:
        n = self.count(group.key("events"))
        return f"{n} alive" if self.is_follow_up else f"{n} event{'' if n == 1 else 's'}"

    def _tell_landmarks(self, group: Group) -> str:
        """Say what the curve reads at the landmarks; nothing where it ended before."""
        told = [
            f"\nAt {months:g} months {round_half_up(at, 1)}% ({print_interval(low, high)})"
            for months in self.landmarks_months
            for at, low, high in [self._read_landmark(group, MAIN, months)]
            if at is not None
        ]
        return "".join(told)

    def _read_landmark(
        self, group: Group, analysis: str, months: float
    ) -> tuple[float | None, float | None, float | None]:
        """Return the curve at a landmark with its limits, in percent."""
        keys = self._landmark_keys(group, analysis, months)
        at, low, high = (as_percent(self.value(key)) for key in keys)
        return at, low, high

    def _landmark_keys(self, group: Group, analysis: str, months: float) -> list[str]:
        names = ("at", "low", "high")
        return [group.key(*name_parts(analysis, f"{name}_{months:g}m")) for name in names]

    def _medians(self) -> pl.DataFrame:
        """Return each curve's median with its words."""
        groups = make_groups(self.arms)
        shown = groups if len(groups) == 1 else groups[:-1]
        rows = [
            {
                "stratum": group.label,
                "median_months": self.value(group.key("median")),
                "text": f"Median {self.print_median(group).text} months, "
                f"{self._name_events(group)} in {self.count(group.key('n'))}"
                f"{self._tell_landmarks(group)}",
            }
            for group in shown
            if self.count(group.key("n"))
        ]
        schema = {"stratum": pl.String(), "median_months": pl.Float64(), "text": pl.String()}
        return pl.DataFrame(rows, schema=schema)


def _print_estimate(value: float | None, lower: float | None, upper: float | None) -> str:
    """Print an estimate with its limits; one "NE" where nothing is estimable."""
    if value is None and lower is None and upper is None:
        return NOT_ESTIMABLE
    return f"{round_half_up(value, 1)} ({print_interval(lower, upper)})"


def risk_times(curve: pl.DataFrame) -> list[float]:
    """Return at most eight round times in months that cover a curve."""
    longest = float(curve["time_months"].max() or 1)  # type: ignore[arg-type]
    steps = (1, 2, 3, 6, 12, 24, 36, 60, 120)
    step = next((s for s in steps if longest / s <= RISK_TABLE_TICKS), steps[-1])
    return [float(step * i) for i in range(int(longest // step) + 1)]
