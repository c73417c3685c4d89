"""What a two-stage trial does when its truth is known: decisions, sizes, time, bias, readers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl
from polars import col

from trialwright.core.ledger import slug
from trialwright.core.result import BASIS, Method, Result, make_statistics
from trialwright.core.table import Table, make_table, round_half_up, row
from trialwright.core.units import DAYS_PER_MONTH
from trialwright.stats.two_stage import TwoStageDesign, evaluate_two_stage

STATISTICS: Mapping[str, tuple[str, str]] = {
    "prob_go": ("Probability of going on to stage 2", "proportion"),
    "prob_reject": ("Probability of concluding activity", "proportion"),
    "expected_n": ("Expected number of patients", "patients"),
    "over_run": ("Expected over-run at the end of stage 1", "patients"),
    "decision_months": ("Expected time to the decision of stage 1", "months"),
    "duration_months": ("Expected duration", "months"),
    "rate": ("Landmark rate as seen", "proportion"),
    "true_rate": ("Landmark rate in truth, seen continuously", "proportion"),
    "rate_bias": ("Bias of the landmark rate", "proportion"),
    "median_pfs_months": ("Median of the trials' median PFS as seen", "months"),
    "median_true_pfs_months": ("Median of the trials' median PFS in truth", "months"),
    "median_bias_months": ("Bias of the median PFS", "months"),
    "status_discordance": ("Patients whose success depends on the reader", "proportion"),
    "adjudicated": ("Patients who need adjudication", "proportion"),
    "unknown": ("Patients whose state is unknown at the landmark", "proportion"),
}
"""Statistics of each variant: label and unit."""

PRINTED = (
    ("P(go)", "prob_go", 3),
    ("P(reject)", "prob_reject", 3),
    ("E[N]", "expected_n", 1),
    ("Over-run", "over_run", 1),
    ("Months", "duration_months", 1),
    ("Rate seen", "rate", 3),
    ("Rate true", "true_rate", 3),
    ("PFS seen", "median_pfs_months", 1),
    ("PFS true", "median_true_pfs_months", 1),
    ("Discordant", "status_discordance", 3),
    ("Unknown", "unknown", 3),
)


@dataclass(frozen=True, kw_only=True)
class OperatingCharacteristics(Result):
    """Operating characteristics of a scenario and its variations.

    `variants` has one row a variant: variant, set_rate (the success rate that its tempo was set to
    meet; null without), tempo, n_trials, every statistic of `STATISTICS`, go_error and reject_error
    (standard errors), exact_go and exact_reject (binomial figures at set_rate).
    """

    has_figure: ClassVar[bool] = True
    variants: pl.DataFrame

    def plot(self, ax: Any = None) -> Any:
        """Draw the probabilities of going on and of concluding activity."""
        from trialwright.figures.operating import draw_operating

        return draw_operating(self.variants, ax)

    def describe(self) -> str:
        """Say what the figure shows."""
        parts = [
            f"{v['variant']}: goes on with probability {round_half_up(v['prob_go'], 3)}, concludes "
            f"activity with {round_half_up(v['prob_reject'], 3)}"
            for v in self.variants.iter_rows(named=True)
        ]
        return ". ".join(parts) + "."

    def table(self) -> Table:
        """Return one row per variant, the exact figures of the binomial tools below it."""
        rows = []
        for item in self.variants.iter_rows(named=True):
            cells = [round_half_up(item[name], digits) for _, name, digits in PRINTED]
            rows.append(row(item["variant"], *cells))
            if item["exact_go"] is not None and item["is_exact"]:
                exact = [round_half_up(item[f"exact_{name}"], 4) for name in ("go", "reject")]
                rows.append(row("exact, binomial", *exact, *[""] * (len(PRINTED) - 2), indent=1))
        largest = max(*self.variants["go_error"], *self.variants["reject_error"])
        notes = [
            f"{self.variants['n_trials'][0]} trials a row; the standard error of a probability is "
            f"at most {round_half_up(largest, 4)}.",
            "A true rate is met under the scans and the reading of the scenario as it is written; "
            "a variation of these keeps the biology.",
            "P(go), P(reject): probability of going on to stage 2 and of concluding activity. "
            "E[N], over-run, months: expected patients, patients beyond the plan of stage 1, and "
            "duration. Rate, PFS: landmark rate, and median of the trials' median "
            "progression-free survival in months, as scans show them and seen continuously. "
            "Discordant: patients whose success depends on the reader. Unknown: patients whose "
            "state is unknown at the landmark.",
        ]
        return make_table(self.id, self.title, ("Scenario", *[p[0] for p in PRINTED]), rows, notes)


def analyze_operating(
    outcomes: pl.DataFrame, variants: Sequence[Mapping[str, object]], scenario: str
) -> OperatingCharacteristics:
    """Summarize simulated trials.

    Parameters
    ----------
    outcomes : DataFrame
        One row a trial: variant, and the columns of `simulate.trials.OUTCOMES`.
    variants : sequence of mapping
        Of each variant, in order of print: variant, design (r1, n1, r, n), set_rate or None, tempo,
        is_exact (scans and reading are those under which set_rate is met).
    scenario : str
        Name of the scenario.

    Returns
    -------
    OperatingCharacteristics
        Monte Carlo estimates with their errors, and the exact binomial figures beside them.
    """
    rows = []
    for variant in variants:
        mine = outcomes.filter(col("variant") == variant["variant"])
        rows.append(dict(variant) | _summarize(mine) | _evaluate_exactly(variant))
    frame = pl.DataFrame([{k: v for k, v in r.items() if k != "design"} for r in rows])
    statistics = [
        {
            "stat_id": f"{slug(str(item['variant']))}.{name}",
            "group1": "scenario",
            "group1_level": item["variant"],
            "stat_name": name,
            "stat_label": label,
            "stat": item[name],
            "unit": unit,
        }
        for item in rows
        for name, (label, unit) in STATISTICS.items()
    ]
    return OperatingCharacteristics(
        id="operating",
        title=f"Operating characteristics of {scenario}: virtual trials, SYNTHETIC",
        method=Method("Monte Carlo simulation of two-stage trials, lesion by lesion"),
        data=make_statistics(statistics),
        basis=pl.DataFrame(schema=dict(BASIS)),
        variants=frame,
    )


def _summarize(trials: pl.DataFrame) -> dict[str, float | int | None]:
    """Return the statistics of one variant's trials."""
    sums = {name: float(trials[name].sum()) for name in trials.columns if name != "variant"}
    n, analyzed = trials.height, sums["n_analyzed"]
    go, reject = sums["go"] / n, sums["reject"] / n
    seen, true = sums["n_success"] / analyzed, sums["n_true_success"] / analyzed
    median, true_median = (
        _median_months(trials[name]) for name in ("median_pfs_days", "median_true_pfs_days")
    )
    both = median is not None and true_median is not None
    return {
        "n_trials": n,
        "prob_go": go,
        "prob_reject": reject,
        "go_error": math.sqrt(go * (1 - go) / n),
        "reject_error": math.sqrt(reject * (1 - reject) / n),
        "expected_n": analyzed / n,
        "over_run": sums["n_over_run"] / n,
        "decision_months": sums["decision_days"] / n / DAYS_PER_MONTH,
        "duration_months": sums["duration_days"] / n / DAYS_PER_MONTH,
        "rate": seen,
        "true_rate": true,
        "rate_bias": seen - true,
        "median_pfs_months": median,
        "median_true_pfs_months": true_median,
        "median_bias_months": (median or 0.0) - (true_median or 0.0) if both else None,
        "status_discordance": sums["n_status_discordant"] / analyzed,
        "adjudicated": sums["n_adjudicated"] / analyzed,
        "unknown": sums["n_unknown"] / analyzed,
    }


def _median_months(days: pl.Series) -> float | None:
    """Return the median over trials; one that was not reached counts as late."""
    median = days.fill_nan(math.inf).median()
    if not isinstance(median, float) or not math.isfinite(median):
        return None
    return median / DAYS_PER_MONTH


def _evaluate_exactly(variant: Mapping[str, object]) -> dict[str, float | None]:
    """Return the binomial figures at the rate that the tempo was set to meet."""
    rate, bounds = variant["set_rate"], variant["design"]
    if not isinstance(rate, float) or not isinstance(bounds, tuple):
        return {"exact_go": None, "exact_reject": None}
    point = evaluate_two_stage(TwoStageDesign(*bounds), rate)
    return {"exact_go": 1 - point.prob_early_stop, "exact_reject": point.prob_reject}
