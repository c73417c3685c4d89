"""Check two-stage designs: their errors, their bounds, their decisions, what was assessed."""

from collections.abc import Iterator

import numpy as np

from trialwright.appraise.statements import Boundary, Look, SimonDesign, StageSize
from trialwright.appraise.verdicts import Finding, Verdict, contradict, hold, is_printed
from trialwright.core.errors import DesignError
from trialwright.stats.two_stage import (
    DesignSearch,
    TwoStageDesign,
    evaluate_two_stage,
    search_two_stage,
)
from trialwright.stats.two_stage_decision import Circumstances, decide_two_stage
from trialwright.stats.two_stage_search import guess_n, make_tables, prob_reject_by_bound

MOST_NAMED = 5
FAR = 3  # times the patients that are stated


def check_design(stated: SimonDesign) -> Finding:
    """Compute the errors of a design, or every design that what is stated leaves open."""
    if stated.p0 >= stated.p1:
        return contradict(
            f"p0 {stated.p0:g}, p1 {stated.p1:g}", "p0 is not below p1: no design can tell them."
        )
    if stated.r1 is not None and stated.n1 is not None and stated.r is not None:
        return _check_whole(stated, TwoStageDesign(stated.r1, stated.n1, stated.r, stated.n))
    found = _search(stated)
    known = [choice.design for choice in found.designs] if found else []
    fitting = [design for design in known if _fits(stated, design)]
    if fitting:
        computed = "; ".join(_describe(design, stated) for design in fitting)
        kinds = [_name_kind(found, design) for design in fitting]
        words = f"{stated.n} patients are those of the {' and '.join(kinds)} design."
        return hold(computed, words)
    feasible = list(_list_feasible(stated))
    if not feasible:
        words = f"No two-stage design of {stated.n} patients keeps these errors."
        return contradict("no feasible design", words)
    named = "; ".join(_describe(design, stated) for design in feasible[:MOST_NAMED])
    more = f"; and {len(feasible) - MOST_NAMED} more" if len(feasible) > MOST_NAMED else ""
    missing = [name for name in ("r1", "n1", "r") if getattr(stated, name) is None]
    words = f"{', '.join(missing)} not stated: {len(feasible)} designs keep these errors."
    return hold(named + more, words)


def _check_whole(stated: SimonDesign, design: TwoStageDesign) -> Finding:
    """Check a design of which every component is stated."""
    alpha = evaluate_two_stage(design, stated.p0).prob_reject
    power = evaluate_two_stage(design, stated.p1).prob_reject
    computed = _describe(design, stated)
    keeps = alpha <= float(stated.alpha), power >= float(stated.power)
    prints = is_printed(alpha, stated.alpha), is_printed(power, stated.power)
    if not all(keep or prints for keep, prints in zip(keeps, prints, strict=True)):
        words = f"The design does not keep type I error {stated.alpha} and power {stated.power}."
        return contradict(computed, words)
    if stated.kind is not None:
        found = _search(stated)
        kind = _name_kind(found, design)
        if kind != stated.kind and kind != "optimal and minimax":
            words = f"It is not the {stated.kind} design for these rates and errors."
            return contradict(computed, words)
    if not all(keeps):
        return Finding(Verdict.ROUNDING, computed, "The errors are kept only as rounded.")
    return hold(computed, "The design keeps the errors that are stated.")


def _search(stated: SimonDesign) -> DesignSearch | None:
    """Search the proven designs; None where they have far more patients than are stated."""
    errors = float(stated.alpha), float(stated.power)
    if guess_n(stated.p0, stated.p1, *errors) > FAR * stated.n:
        return None
    try:
        return search_two_stage(stated.p0, stated.p1, *errors)
    except DesignError:
        return None


def _fits(stated: SimonDesign, design: TwoStageDesign) -> bool:
    """Tell whether a design has every component that is stated."""
    parts = ("r1", "n1", "r", "n")
    return all(getattr(stated, p) in (None, getattr(design, p)) for p in parts)


def _name_kind(found: DesignSearch | None, design: TwoStageDesign) -> str:
    """Name what a design of a search is: optimal, minimax, admissible, or nothing of these."""
    for choice in found.designs if found else ():
        if choice.design == design:
            return " and ".join(sorted((kind.value for kind in choice.kinds), reverse=True))
    return "inadmissible"


def _list_feasible(stated: SimonDesign) -> Iterator[TwoStageDesign]:
    """Yield every design of n patients that keeps the errors; the least r for each r1 and n1."""
    n, alpha, power = stated.n, float(stated.alpha), float(stated.power)
    tables = make_tables(stated.p0, stated.p1, alpha, power, n)
    n1 = np.array([size for size in range(1, n) if stated.n1 in (None, size)], dtype=np.int64)
    r1 = np.arange(n)
    is_open = (r1 < n1[:, None]) & (np.full(n, stated.r1 is None) | (r1 == stated.r1))
    least = np.full(is_open.shape, -1)
    for r in range(n) if stated.r is None else {stated.r}.intersection(range(n)):
        null, active = (prob_reject_by_bound(tables, side, (n, r), n1, n) for side in (0, 1))
        least[is_open & (least < 0) & (r1 <= r) & (null <= alpha) & (active >= power)] = r
    for row, column in np.argwhere(least >= 0).tolist():
        yield TwoStageDesign(column, int(n1[row]), int(least[row, column]), n)


def _describe(design: TwoStageDesign, stated: SimonDesign) -> str:
    """Print a design with its exact errors."""
    null = evaluate_two_stage(design, stated.p0)
    power = evaluate_two_stage(design, stated.p1).prob_reject
    return (
        f"{design.r1}/{design.n1} {design.r}/{design.n}: type I error {null.prob_reject:.4f}, "
        f"power {power:.4f}, expected n {null.expected_n:.1f}, "
        f"early stop {null.prob_early_stop:.4f}"
    )


def check_boundary(stated: Boundary) -> Finding:
    """Compare the least count that continues with the largest that stops."""
    computed = f"{stated.at_least}-1 = {stated.at_least - 1}"
    if stated.at_least - 1 == stated.r:
        return hold(computed, f"At least {stated.at_least} to continue is at most {stated.r}.")
    words = f"At least {stated.at_least} to continue stops at {stated.at_least - 1}"
    return contradict(computed, f"{words}, not at {stated.r}.")


def check_decision(stated: Look) -> Finding:
    """Decide anew."""
    design = TwoStageDesign(stated.r1, stated.n1, stated.r, stated.n)
    stage = 2 if stated.printed in ("active", "not_active") else 1
    look = decide_two_stage(
        design, stated.responses, stated.patients, circumstances=Circumstances(stage=stage)
    )
    found = look.decision.value
    computed = f"{stated.responses} of {stated.patients}: {found}"
    if found == stated.printed:
        return hold(computed, look.reason)
    return contradict(computed, f"The rule gives {found}. {look.reason}")


def check_stage(stated: StageSize) -> Finding:
    """Compare the patients assessed for a stage with the plan."""
    extra = stated.assessed - stated.planned
    computed = f"{stated.assessed} assessed, {stated.planned} planned"
    if not extra:
        return hold(computed, "The stage has its planned number.")
    low, high = (
        max(0, stated.responses - max(0, extra)),
        min(stated.planned, stated.responses + max(0, -extra)),
    )
    is_same = (low > stated.r) == (high > stated.r)
    settled = "is the same" if is_same else "depends on it"
    robust = f"The decision {settled}: {low} to {high} of {stated.planned}, bound {stated.r}."
    more = "more" if extra > 0 else "fewer"
    words = f"{abs(extra)} {more} than planned. {robust}"
    return contradict(computed, words)
