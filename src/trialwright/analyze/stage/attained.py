"""What the declared design is among all, and what its rule becomes at the size attained."""

import polars as pl
from polars import col

from trialwright.core.ledger import Ledger, Stat
from trialwright.protocol.design import Design
from trialwright.stats.attained import AttainedRule, adapt_stage_1
from trialwright.stats.hypotheses import Hypotheses
from trialwright.stats.two_stage import TwoStageDesign, search_two_stage

SUCCESS = "SUCCESS"
SEARCHED_SIZES = 3  # times the declared size: far beyond where the optimum of its limits lies
RULES = {
    "rule": pl.String(),
    "r1": pl.Int64(),
    "n1": pl.Int64(),
    "r": pl.Int64(),
    "n": pl.Int64(),
    "decision": pl.String(),
}


def find_kinds(bounds: TwoStageDesign, design: Design) -> list[str]:
    """Return what the declared design is among all of its limits: optimal, minimax, admissible.

    Empty when it is none of these, as a design chosen by another principle.
    """
    found = search_two_stage(
        design.p0, design.p1, design.alpha, design.power, n_max=SEARCHED_SIZES * bounds.n
    )
    return [kind.value for c in found.designs if c.design == bounds for kind in c.kinds]


def add_attained_rules(
    ledger: Ledger, bounds: TwoStageDesign, design: Design, evaluable: pl.DataFrame
) -> pl.DataFrame:
    """Add every rule for a first stage of the size attained, each under its own name.

    Parameters
    ----------
    ledger : Ledger
        Receives the exact errors of each rule.
    bounds : TwoStageDesign
        The design as planned.
    design : Design
        Rates and error limits.
    evaluable : DataFrame
        Evaluable patients in order of inclusion with their status.

    Returns
    -------
    DataFrame
        One row per rule: its name, bounds and decision. Empty when the size is as planned, or
        stage 2 has been reached.
    """
    n = evaluable.height
    if n == bounds.n1 or not bounds.n1 / 2 <= n < bounds.n:
        return pl.DataFrame(schema=RULES)
    successes = evaluable.filter(col("AVALC") == SUCCESS).height
    hypotheses = Hypotheses(design.p0, design.p1, design.alpha, design.power)
    rules = adapt_stage_1(bounds, n, hypotheses)
    for rule in rules:
        _add_errors(ledger, rule, evaluable)
    rows = [
        {
            "rule": rule.adaptation.value,
            "r1": rule.r1,
            "n1": rule.n1,
            "r": rule.r,
            "n": rule.n,
            "decision": "stop" if successes <= rule.r1 else "continue",
        }
        for rule in rules
    ]
    return pl.DataFrame(rows, schema=RULES)


def _add_errors(ledger: Ledger, rule: AttainedRule, evaluable: pl.DataFrame) -> None:
    values = {"alpha": ("Type I error", rule.exact_alpha), "power": ("Power", rule.exact_power)}
    for key, (label, value) in values.items():
        stat = Stat(f"rule_{rule.adaptation.value}_{key}", value, key, label)
        ledger.add(stat, "ADRS", evaluable)
