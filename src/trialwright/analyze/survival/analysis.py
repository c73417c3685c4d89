"""Times to progression, death or response: medians, landmarks, follow-up, sensitivities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from polars import col

from trialwright.analyze.survival.result import CURVE_SCHEMA, SurvivalResult
from trialwright.core.ledger import (
    MAIN,
    Group,
    Ledger,
    Stat,
    add_arm,
    make_groups,
    name_parts,
    slug,
)
from trialwright.core.result import Method
from trialwright.core.table import open_sentence
from trialwright.core.units import DAYS_PER_MONTH, days_from_months, months_from_days
from trialwright.derive.reads import is_under_read
from trialwright.protocol.curves import BeyondLast, CurveRules, ZeroLimit
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.protocol.estimands import FollowUp, Sensitivity, TimeToEvent
from trialwright.stats.survival import (
    Beyond,
    ConfidenceType,
    LimitAtZero,
    SurvivalCurve,
    estimate_at,
    estimate_follow_up,
    estimate_quantile,
    estimate_survival,
)

MEDIAN = 0.5
READINGS = {"at": "Curve", "low": "Lower limit of the curve", "high": "Upper limit of the curve"}
AT_ZERO = {ZeroLimit.NOT_ESTIMABLE: LimitAtZero.UNDEFINED, ZeroLimit.ZERO: LimitAtZero.ZERO}
BEYOND = {
    BeyondLast.CARRIED_FORWARD: Beyond.CARRY_FORWARD,
    BeyondLast.NOT_ESTIMABLE: Beyond.NOT_ESTIMABLE,
}
REFERENCES = (
    "Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481. "
    "Brookmeyer R, Crowley J. Biometrics 1982;38:29-41."
)

Population = tuple[str, str]
"""ADSL flag of a population and its name in print."""


def analyze_time_to_event(
    adtte: pl.DataFrame,
    adsl: pl.DataFrame,
    endpoint: TimeToEvent,
    arms: Sequence[tuple[str, str]],
    populations: Mapping[str, Population],
    read: AnalysisRead,
) -> SurvivalResult:
    """Estimate the distribution of one time to an event, and its sensitivity analyses.

    Parameters
    ----------
    adtte, adsl : DataFrame
        Analysis datasets; AVAL in days, CNSR 1 where censored, PARQUAL whose reading it follows.
    endpoint : TimeToEvent
        PARAMCD, population, scale of the limits and conventions.
    arms : sequence of (ARMCD, name)
        The protocol's arms.
    populations : mapping
        Population name to its ADSL flag and its name in print.
    read : AnalysisRead
        The reading that the analysis uses.

    Returns
    -------
    SurvivalResult
        Per analysis and arm: n, events, median with limits and the curve at each landmark, in
        months; None where not estimable. The curve is the main analysis's, by arm.
    """
    estimate = _Estimate(endpoint, endpoint.landmarks_months, is_reverse=False)
    analyses = [
        (MAIN, f"{open_sentence(endpoint.variable)}, {populations[endpoint.population][1].lower()}")
    ]
    chosen = {MAIN: _Choice(endpoint.paramcd, read, endpoint.population, endpoint.s_zero_limit)}
    for item in endpoint.sensitivity:
        analyses.append((slug(item.text), f"Sensitivity: {item.text}"))
        chosen[slug(item.text)] = _vary(endpoint, item, read)
    return _analyze(estimate, adtte, adsl, (arms, populations), (analyses, chosen))


def analyze_follow_up(
    adtte: pl.DataFrame,
    adsl: pl.DataFrame,
    endpoint: FollowUp,
    arms: Sequence[tuple[str, str]],
    populations: Mapping[str, Population],
    read: AnalysisRead,
) -> SurvivalResult:
    """Estimate the length of follow-up from overall survival, death taken as censoring.

    Parameters and returned statistics are those of `analyze_time_to_event`; an event is the end
    of observation.

    References
    ----------
    Schemper M, Smith TL. Control Clin Trials 1996;17:343-346.
    """
    estimate = _Estimate(endpoint, (), is_reverse=True)
    analyses = [
        (MAIN, f"{open_sentence(endpoint.variable)}, {populations[endpoint.population][1].lower()}")
    ]
    chosen = {MAIN: _Choice("OS", read, endpoint.population, endpoint.s_zero_limit)}
    for item in endpoint.sensitivity:
        analyses.append((slug(item.text), f"Sensitivity: {item.text}"))
        population = item.population or endpoint.population
        at_zero = item.s_zero_limit or endpoint.s_zero_limit
        chosen[slug(item.text)] = _Choice("OS", read, population, at_zero)
    return _analyze(estimate, adtte, adsl, (arms, populations), (analyses, chosen))


@dataclass(frozen=True, slots=True)
class _Estimate:
    """What is estimated, of which endpoint."""

    endpoint: TimeToEvent | FollowUp
    landmarks_months: Sequence[float]
    is_reverse: bool

    def fit(self, rows: pl.DataFrame, at_zero: ZeroLimit) -> SurvivalCurve | None:
        """Estimate the curve in days; None when there is nobody."""
        rows = rows.drop_nulls("AVAL")
        if rows.is_empty():
            return None
        estimate = estimate_follow_up if self.is_reverse else estimate_survival
        return estimate(
            rows["AVAL"].to_numpy(),
            rows["CNSR"].to_numpy() == 0,
            conf_type=ConfidenceType(self.endpoint.conf_type.value),
            level=self.endpoint.conf_level,
            at_zero=AT_ZERO[at_zero],
        )


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which rows of ADTTE an analysis uses, and its convention at zero."""

    paramcd: str
    read: AnalysisRead
    population: str
    at_zero: ZeroLimit

    def rows(self, adtte: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
        """Return the population's rows of the parameter under the read."""
        is_read = is_under_read(self.read)
        return add_arm(adtte.filter((col("PARAMCD") == self.paramcd) & is_read), members)


def _vary(endpoint: TimeToEvent, item: Sensitivity, read: AnalysisRead) -> _Choice:
    """Return the main analysis's choice with the one thing changed that a sensitivity names."""
    scheme = f"{endpoint.paramcd}{item.scheme.value[:3].upper()}" if item.scheme else ""
    return _Choice(
        scheme or endpoint.paramcd,
        item.read or read,
        item.population or endpoint.population,
        item.s_zero_limit or endpoint.s_zero_limit,
    )


def _analyze(
    estimate: _Estimate,
    adtte: pl.DataFrame,
    adsl: pl.DataFrame,
    trial: tuple[Sequence[tuple[str, str]], Mapping[str, Population]],
    plan: tuple[Sequence[tuple[str, str]], Mapping[str, _Choice]],
) -> SurvivalResult:
    """Fit every analysis in every arm."""
    arms, populations = trial
    analyses, choices = plan
    endpoint = estimate.endpoint
    groups = make_groups(arms)
    ledger = Ledger()
    curves: list[pl.DataFrame] = []
    for key, _ in analyses:
        choice = choices[key]
        members = adsl.filter(col(populations[choice.population][0]) == "Y")
        rows = choice.rows(adtte, members)
        for group in groups:
            mine = group.of(rows)
            curve = estimate.fit(mine, choice.at_zero)
            _add_estimates(ledger, group, key, estimate, (mine, curve))
            is_drawn = key == MAIN and (group.code is not None or len(groups) == 1)
            if curve is not None and is_drawn:
                curves.append(tabulate_curve(curve, group.label))
    return SurvivalResult(
        id=endpoint.id,
        title=open_sentence(endpoint.variable),
        method=_method(estimate, populations[endpoint.population][1]),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        analyses=[list(item) for item in analyses],
        landmarks_months=list(estimate.landmarks_months),
        conf_type=endpoint.conf_type.value,
        level=endpoint.conf_level,
        curve=pl.concat(curves) if curves else pl.DataFrame(schema=CURVE_SCHEMA),
    )


def tabulate_curve(curve: SurvivalCurve, label: str) -> pl.DataFrame:
    """Return a curve in months with a first row at time 0, as figures draw it."""
    lower, upper = curve.limits()
    steps = pl.DataFrame(
        {
            "time_months": curve.times / DAYS_PER_MONTH,
            "survival": curve.survival,
            "lower": lower,
            "upper": upper,
            "n_risk": curve.n_risk,
            "n_event": curve.n_event,
            "n_censored": curve.n_censored,
        }
    )
    start = {"time_months": [0.0], "survival": [1.0], "lower": [1.0], "upper": [1.0]}
    start |= {"n_risk": [int(curve.n_risk[0])], "n_event": [0], "n_censored": [0]}
    return (
        pl.concat([pl.DataFrame(start), steps], how="vertical_relaxed")
        .with_columns(pl.lit(label).alias("stratum"), pl.col("lower", "upper").fill_nan(None))
        .cast(pl.Schema(CURVE_SCHEMA))
        .select(*CURVE_SCHEMA)
    )


def _method(estimate: _Estimate, population: str) -> Method:
    """Return the method with every setting in force."""
    endpoint = estimate.endpoint
    settings: dict[str, str | float] = {
        "population": population,
        "scale of the limits": endpoint.conf_type.value,
        "level": endpoint.conf_level,
        "limits where the curve is zero": endpoint.s_zero_limit.value,
        "after the last time": endpoint.beyond_last.value,
        "days per month": DAYS_PER_MONTH,
    }
    if isinstance(endpoint, TimeToEvent):
        settings |= {"censoring": endpoint.scheme.value, "without event": endpoint.censor.value}
    name = "Reverse Kaplan-Meier" if estimate.is_reverse else "Kaplan-Meier"
    return Method(name, settings, REFERENCES)


def _add_estimates(
    ledger: Ledger,
    group: Group,
    analysis: str,
    estimate: _Estimate,
    fitted: tuple[pl.DataFrame, SurvivalCurve | None],
) -> None:
    """Add counts, median and landmarks of one analysis in one arm."""
    rows, curve = fitted
    rows = rows.drop_nulls("AVAL")
    ended = rows.filter((col("CNSR") == 1) if estimate.is_reverse else (col("CNSR") == 0))

    def add(name: str, label: str, value: float | None, of: pl.DataFrame, unit: str = "") -> None:
        key = group.key(*name_parts(analysis, name))
        stat = Stat(key, value, name, label, estimate.endpoint.id, unit=unit or None)
        ledger.add(stat, "ADTTE", of, None, group)

    add("n", "Patients", rows.height, rows)
    add("events", "Events", ended.height, ended)
    median = estimate_quantile(curve, MEDIAN) if curve else None
    for name, label, days in (
        ("median", "Median", median.estimate if median else None),
        ("lower", "Lower limit of the median", median.lower if median else None),
        ("upper", "Upper limit of the median", median.upper if median else None),
    ):
        add(name, label, None if days is None else months_from_days(days), rows, "months")
    add("last", "Curve at its last time", float(curve.survival[-1]) if curve else None, rows)
    for months in estimate.landmarks_months:
        values = _read_curve(curve, months, estimate.endpoint)
        for (name, label), value in zip(READINGS.items(), values, strict=True):
            add(f"{name}_{months:g}m", f"{label} at {months:g} months", value, rows)


def _read_curve(
    curve: SurvivalCurve | None, months: float, rules: CurveRules
) -> tuple[float | None, float | None, float | None]:
    """Read a curve and its limits at one time; None where not estimable."""
    if curve is None:
        return None, None, None
    read = estimate_at(curve, [days_from_months(months)], beyond=BEYOND[rules.beyond_last])
    found = (read.survival[0], read.lower[0], read.upper[0])
    at, low, high = (None if np.isnan(value) else float(value) for value in found)
    return at, low, high
