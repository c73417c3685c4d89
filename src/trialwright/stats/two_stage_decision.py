"""The decision of a two-stage trial at any count: what is certain and what is open."""

from dataclasses import dataclass
from enum import Enum

from trialwright.core.errors import DesignError
from trialwright.core.table import round_half_up
from trialwright.stats.hypotheses import check_rate
from trialwright.stats.two_stage import TwoStageDesign, evaluate_two_stage
from trialwright.stats.two_stage_inference import check_count


class Decision(Enum):
    """What the rule says."""

    STOP = "stop"
    CONTINUE = "continue"
    ACTIVE = "active"
    NOT_ACTIVE = "not_active"
    OPEN = "open"  # the patients seen so far do not settle it


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known beside the counts.

    `stage` is the stage being decided, when the counts leave it open. `first_responses` are the
    successes among the first patients of the planned number, by order of inclusion. `keep_rule`
    applies the planned bound to the patients at hand, whatever their number. `alpha` is the level
    above which a kept rule is warned of; the planned design's own when None.
    """

    stage: int | None = None
    first_responses: int | None = None
    keep_rule: bool = False
    alpha: float | None = None


AS_COUNTED = Circumstances()


@dataclass(frozen=True, slots=True)
class StageDecision:
    """The decision at one look.

    `reachable` are the least and the most successes that the planned number of patients of this
    stage can still show: more than now while patients are missing, fewer when there are too many
    and their order is not told. A decision is `certain` when the whole range gives the same.
    `exact_alpha` and `exact_power` are those of the rule applied to the patients at hand when a
    look is off plan, else those of the plan; None without p0 and p1.
    """

    stage: int
    decision: Decision
    reason: str
    certain: bool
    reachable: tuple[int, int]
    as_planned: bool
    exact_alpha: float | None
    exact_power: float | None
    warnings: tuple[str, ...] = ()


def decide_two_stage(
    design: TwoStageDesign,
    responses: int,
    n: int,
    p0: float | None = None,
    p1: float | None = None,
    circumstances: Circumstances = AS_COUNTED,
) -> StageDecision:
    """Decide a two-stage trial at any count of evaluable patients, on plan or off.

    The planned bound speaks for the planned number of patients: the first by order of inclusion
    when there are more. The decision is given as soon as every completion gives the same.

    Parameters
    ----------
    design : TwoStageDesign
        The design as planned.
    responses, n : int
        Successes and evaluable patients so far.
    p0, p1 : float, optional
        Rates at which the exact errors are given.
    circumstances : Circumstances
        Stage, order and alpha, where they are known.

    Returns
    -------
    StageDecision
        Decision, reason, certainty, what is reachable, exact errors and warnings.

    Raises
    ------
    DesignError
        When the counts are impossible.

    References
    ----------
    Green SJ, Dahlberg S. Stat Med 1992;11:853-862 (sizes off plan).

    Examples
    --------
    >>> look = decide_two_stage(TwoStageDesign(3, 13, 12, 43), responses=1, n=14, p0=0.2, p1=0.4)
    >>> look.decision.value, look.certain, look.reachable, round(look.exact_alpha, 4)
    ('stop', True, (0, 1), 0.0549)
    """
    check_count(responses, n)
    for name, rate in (("p0", p0), ("p1", p1)):
        if rate is not None:
            check_rate(name, rate)
    stage = _find_stage(design, responses, n, circumstances)
    bound, planned_n = (design.r1, design.n1) if stage == 1 else (design.r, design.n)
    reachable = _reachable(responses, n, planned_n, circumstances.first_responses)
    verdict, certain = _apply_bound(bound, responses, reachable, circumstances.keep_rule)
    has_kept = n > planned_n or (n < planned_n and circumstances.keep_rule)
    kept = _kept_design(design, stage, n) if has_kept else design
    exact_alpha = _prob_reject(kept, p0)
    return StageDecision(
        stage=stage,
        decision=_name_decision(stage, verdict),
        reason=_explain(verdict, (responses, n), (bound, planned_n), reachable),
        certain=certain,
        reachable=reachable,
        as_planned=n == planned_n,
        exact_alpha=exact_alpha,
        exact_power=_prob_reject(kept, p1),
        warnings=_warn(exact_alpha, circumstances.alpha or _prob_reject(design, p0), n, planned_n),
    )


def _find_stage(
    design: TwoStageDesign, responses: int, n: int, circumstances: Circumstances
) -> int:
    """Return the earliest stage whose decision the counts do not settle in favor of going on."""
    if circumstances.stage is not None:
        return _check_stage(design, responses, n, circumstances.stage)
    if n <= design.n1:
        return 1
    if n >= design.n:
        return 2
    low, high = _reachable(responses, n, design.n1, circumstances.first_responses)
    if low > design.r1:
        return 2
    # A count that settles the whole trial presumes that stage 1 was passed.
    is_final = responses > design.r or responses + design.n - n <= design.r
    return 2 if high > design.r1 and is_final and not circumstances.keep_rule else 1


def _check_stage(design: TwoStageDesign, responses: int, n: int, stage: int) -> int:
    """Return the stage that was told, or raise when the counts exclude it."""
    if stage not in (1, 2):
        raise DesignError(f"stage is {stage}, expected 1 or 2. Leave it out to have it found.")
    if stage == 1 and n >= design.n:
        raise DesignError(
            f"Stage 1 with {n} patients is impossible, expected fewer than the {design.n} of the "
            "whole design. Write stage 2."
        )
    if stage == 2 and (n <= design.n1 or responses <= design.r1):
        raise DesignError(
            f"Stage 2 with {responses} of {n} is impossible, expected more than {design.n1} "
            f"patients and more than {design.r1} successes. Write stage 1."
        )
    return stage


def _reachable(responses: int, n: int, planned_n: int, first: int | None) -> tuple[int, int]:
    """Return the least and the most successes that the planned number of patients can show."""
    if n <= planned_n:
        return responses, responses + planned_n - n
    low, high = max(0, responses - (n - planned_n)), min(responses, planned_n)
    if first is None:
        return low, high
    if not low <= first <= high:
        raise DesignError(
            f"first_responses is {first}, expected {low} to {high}: {responses} of {n} responded. "
            f"Write the successes among the first {planned_n} patients by order of inclusion."
        )
    return first, first


def _apply_bound(
    bound: int, responses: int, reachable: tuple[int, int], keep_rule: bool
) -> tuple[bool | None, bool]:
    """Return whether the bound is exceeded (None: open) and whether that is certain."""
    low, high = reachable
    if low > bound or high <= bound:
        return low > bound, True
    return (responses > bound, False) if keep_rule else (None, False)


def _name_decision(stage: int, verdict: bool | None) -> Decision:
    """Return the decision's name in its stage."""
    if verdict is None:
        return Decision.OPEN
    if stage == 1:
        return Decision.CONTINUE if verdict else Decision.STOP
    return Decision.ACTIVE if verdict else Decision.NOT_ACTIVE


def _kept_design(design: TwoStageDesign, stage: int, n: int) -> TwoStageDesign | None:
    """Return the planned bounds at the attained size; None where they leave no design."""
    n1, total = (n, design.n) if stage == 1 else (design.n1, n)
    if not (design.r1 < n1 < total and design.r < total):
        return None
    return TwoStageDesign(design.r1, n1, design.r, total)


def _prob_reject(design: TwoStageDesign | None, rate: float | None) -> float | None:
    """Return the probability to declare activity, where there is a design and a rate."""
    if design is None or rate is None:
        return None
    return evaluate_two_stage(design, rate).prob_reject


def _explain(
    verdict: bool | None, counts: tuple[int, int], rule: tuple[int, int], reachable: tuple[int, int]
) -> str:
    """Return the reason in one sentence."""
    (responses, n), (bound, planned_n), (low, high) = counts, rule, reachable
    if n == planned_n:
        return f"{responses} of {n} are successes; the rule asks for more than {bound}."
    among = f"{low}" if low == high else f"{low} to {high}"
    where = f"{responses} of {n} are successes"
    if n < planned_n:
        where += f", so {planned_n} patients can show {among}"
    else:
        where += f", so the first {planned_n} by order of inclusion hold {among}"
    if verdict is None:
        todo = "Wait." if n < planned_n else "Count the first ones."
        return f"{where}; the rule asks for more than {bound}. {todo}"
    if low <= bound < high:
        return f"{where}; the bound kept for {n} patients asks for more than {bound}."
    return f"{where}, and the rule asks for more than {bound}."


def _warn(alpha: float | None, limit: float | None, n: int, planned_n: int) -> tuple[str, ...]:
    """Return a warning when the rule, applied to the patients at hand, exceeds its level."""
    if alpha is None or limit is None or alpha <= limit:
        return ()
    return (
        f"Kept for {n} patients instead of {planned_n}, the rule has an exact alpha of "
        f"{round_half_up(alpha, 4)}, above {round_half_up(limit, 4)}. Decide on the first "
        f"{planned_n} by order of inclusion, or re-optimize the bounds.",
    )
