"""Product-limit curves with a plain band, from the smallest possible code."""

import math
from collections.abc import Sequence

import polars as pl

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


def make_curve(times: Sequence[float], events: Sequence[int], name: str = "") -> pl.DataFrame:
    """Estimate one stratum; where survival is 0 there are no limits."""
    survival, spread = 1.0, 0.0
    rows = []
    for time in sorted({0.0, *times}):
        n_risk = sum(t >= time for t in times)
        n_event = sum(t == time and e == 1 for t, e in zip(times, events, strict=True))
        n_censored = sum(t == time and e == 0 for t, e in zip(times, events, strict=True))
        survival *= 1 - n_event / n_risk
        spread += n_event / (n_risk * (n_risk - n_event)) if n_risk > n_event else 0
        half = 1.96 * survival * math.sqrt(spread)
        limits = (max(survival - half, 0), min(survival + half, 1)) if survival else (None, None)
        rows.append((name, time, survival, *limits, n_risk, n_event, n_censored))
    return pl.DataFrame(rows, schema=list(COLUMNS), orient="row")


def make_trial(n: int, name: str = "", scale: float = 4.0) -> pl.DataFrame:
    """Spread n times as an exponential does; every third is censored."""
    times = [round(-scale * math.log(1 - (i + 0.5) / n), 2) for i in range(n)]
    return make_curve(times, [int(i % 3 != 1) for i in range(n)], name)


def make_medians(curve: pl.DataFrame) -> pl.DataFrame:
    """Find where each stratum first stands at one half or below."""
    low = pl.col("survival") <= 0.5 + 1e-9
    median = pl.col("time_months").filter(low).min()
    words = pl.format("median {} months", median.round(1))
    return curve.group_by("stratum", maintain_order=True).agg(
        median_months=median, text=words.fill_null("median not reached").first()
    )
