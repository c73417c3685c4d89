"""Tables of `trialwright design` for a terminal."""

from collections.abc import Sequence

from trialwright.core.table import (
    Row,
    Table,
    make_table,
    print_interval,
    print_p,
    round_half_up,
    row,
)
from trialwright.stats.attained import Adaptation, AttainedRule
from trialwright.stats.two_stage import DesignChoice, DesignSearch, OperatingPoint, TwoStageDesign
from trialwright.stats.two_stage_decision import StageDecision
from trialwright.stats.two_stage_inference import Interval, TwoStageInference

ADAPTATION_NAMES = {
    Adaptation.KEPT: "Planned bounds kept",
    Adaptation.SAME_TOTAL: "Bounds adapted, same total",
    Adaptation.REOPTIMIZED: "Re-optimized",
    Adaptation.GREEN_DAHLBERG: "Green and Dahlberg",
}


def print_design(design: TwoStageDesign) -> str:
    """Print a design as it is written on the command line."""
    return f"{design.r1}/{design.n1},{design.r}/{design.n}"


def search_table(search: DesignSearch) -> Table:
    """Lay out the admissible designs, from minimax to optimal."""
    return make_table(
        "design_search",
        f"Two-stage designs for p0 {search.p0:g}, p1 {search.p1:g}, alpha {search.alpha:g}, "
        f"power {search.power:g}",
        ("", "r1/n1", "r/n", "EN(p0)", "PET(p0)", "alpha", "power", "weight of n"),
        [_choice_row(choice) for choice in search.designs],
        (
            "Stop after n1 with r1 or fewer successes; conclude activity with more than r of n.",
            "EN: expected patients. PET: probability of early termination.",
        ),
    )


def _choice_row(choice: DesignChoice) -> Row:
    design = choice.design
    return row(
        ", ".join(kind.value for kind in choice.kinds),
        f"{design.r1}/{design.n1}",
        f"{design.r}/{design.n}",
        round_half_up(choice.expected_n_null, 2),
        round_half_up(choice.prob_early_stop_null, 4),
        round_half_up(choice.exact_alpha, 4),
        round_half_up(choice.exact_power, 4),
        print_interval(choice.weight_low, choice.weight_high, 3),
    )


def points_table(design: TwoStageDesign, points: Sequence[OperatingPoint]) -> Table:
    """Lay out what a design does at several rates."""
    return make_table(
        "design_evaluate",
        f"Design {print_design(design)}",
        ("True rate", "Stops early", "Concludes activity", "Expected patients"),
        [
            row(
                f"{point.rate:g}",
                round_half_up(point.prob_early_stop, 4),
                round_half_up(point.prob_reject, 4),
                round_half_up(point.expected_n, 2),
            )
            for point in points
        ],
    )


def decision_table(design: TwoStageDesign, decision: StageDecision) -> Table:
    """Lay out one decision."""
    low, high = decision.reachable
    rows = [
        row("Decision", decision.decision.value.replace("_", " ")),
        row("Certain", "yes" if decision.certain else "no"),
        row("Stage", str(decision.stage)),
        row("As planned", "yes" if decision.as_planned else "no"),
        row("Successes of the planned number", f"{low}" if low == high else f"{low} to {high}"),
    ]
    if decision.exact_alpha is not None:
        rows.append(row("Exact alpha", round_half_up(decision.exact_alpha, 4)))
    if decision.exact_power is not None:
        rows.append(row("Exact power", round_half_up(decision.exact_power, 4)))
    return make_table(
        "design_decide", f"Design {print_design(design)}", ("", ""), rows, (decision.reason,)
    )


def inference_table(ended: TwoStageInference) -> Table:
    """Lay out estimates, p-value and intervals of one outcome."""
    percent = round_half_up(100 * ended.level, 4).rstrip("0").rstrip(".")
    rows = [
        row("UMVUE", round_half_up(ended.umvue, 4)),
        row("Median-unbiased estimate", round_half_up(ended.median_unbiased, 4)),
        row("Maximum likelihood estimate", round_half_up(ended.mle, 4)),
        row("Conditional likelihood estimate", round_half_up(ended.conditional_mle, 4)),
        row(f"{percent}% interval, exact stagewise", _print_limits(ended.exact_stagewise)),
        row("  Koyama-Chen convention, not exact", _print_limits(ended.koyama_chen)),
        row("  Clopper-Pearson, ignores stage 1", _print_limits(ended.clopper_pearson)),
    ]
    if ended.p_value is not None:
        rows.append(row("Stagewise p-value", print_p(ended.p_value)))
    title = f"{ended.responses} of {ended.n}, ended at stage {ended.stage}"
    return make_table("design_infer", title, ("", ""), rows)


def _print_limits(interval: Interval) -> str:
    return print_interval(interval.lower, interval.upper, 4)


def rules_table(design: TwoStageDesign, rules: Sequence[AttainedRule]) -> Table:
    """Lay out the rules for attained sizes."""
    return make_table(
        "design_attained",
        f"Design {print_design(design)} off plan",
        ("", "r1/n1", "r/n", "alpha", "power", "PET(p0)", "EN(p0)"),
        [
            row(
                ADAPTATION_NAMES[rule.adaptation],
                f"{rule.r1}/{rule.n1}" if rule.r1 >= 0 else f"none/{rule.n1}",
                f"{rule.r}/{rule.n}",
                round_half_up(rule.exact_alpha, 4) + ("*" if rule.exceeds_alpha else ""),
                round_half_up(rule.exact_power, 4),
                round_half_up(rule.prob_early_stop_null, 4),
                round_half_up(rule.expected_n_null, 2),
            )
            for rule in rules
        ],
        ("* Exceeds the alpha of the plan.",) if any(r.exceeds_alpha for r in rules) else (),
    )
