"""JSON of `trialwright design`: the keys that scripts rely on."""

from typing import Any

from trialwright.stats.attained import AttainedRule
from trialwright.stats.two_stage import DesignChoice, DesignSearch, OperatingPoint
from trialwright.stats.two_stage_decision import StageDecision
from trialwright.stats.two_stage_inference import Interval, TwoStageInference

Json = dict[str, Any]


def search_json(search: DesignSearch) -> Json:
    """Return the admissible designs of one setting, and the proof."""
    return {
        "p0": search.p0,
        "p1": search.p1,
        "alpha": search.alpha,
        "power": search.power,
        "designs": [_choice_json(choice) for choice in search.designs],
        "proven": search.proven,
        "certificate": {
            "n_first": search.n_first,
            "n_last": search.n_last,
            "expected_n_bound": search.bound,
        },
    }


def _choice_json(choice: DesignChoice) -> Json:
    return {
        "kinds": [kind.value for kind in choice.kinds],
        "r1": choice.design.r1,
        "n1": choice.design.n1,
        "r": choice.design.r,
        "n": choice.design.n,
        "expected_n_null": choice.expected_n_null,
        "prob_early_stop_null": choice.prob_early_stop_null,
        "exact_alpha": choice.exact_alpha,
        "exact_power": choice.exact_power,
        "weight_low": choice.weight_low,
        "weight_high": choice.weight_high,
    }


def point_json(point: OperatingPoint) -> Json:
    """Return what a design does at one rate."""
    return {
        "rate": point.rate,
        "prob_early_stop": point.prob_early_stop,
        "prob_reject": point.prob_reject,
        "expected_n": point.expected_n,
    }


def decision_json(decision: StageDecision) -> Json:
    """Return one decision."""
    return {
        "stage": decision.stage,
        "decision": decision.decision.value,
        "reason": decision.reason,
        "certain": decision.certain,
        "reachable": list(decision.reachable),
        "as_planned": decision.as_planned,
        "exact_alpha": decision.exact_alpha,
        "exact_power": decision.exact_power,
        "warnings": list(decision.warnings),
    }


def inference_json(ended: TwoStageInference) -> Json:
    """Return estimates, p-value and intervals of one outcome."""
    return {
        "stage": ended.stage,
        "responses": ended.responses,
        "n": ended.n,
        "level": ended.level,
        "estimates": {
            "mle": ended.mle,
            "umvue": ended.umvue,
            "median_unbiased": ended.median_unbiased,
            "conditional_mle": ended.conditional_mle,
        },
        "p_value": ended.p_value,
        "intervals": {
            "exact_stagewise": _limits(ended.exact_stagewise),
            "koyama_chen": _limits(ended.koyama_chen),
            "clopper_pearson": _limits(ended.clopper_pearson),
        },
    }


def _limits(interval: Interval) -> list[float | None]:
    return [interval.lower, interval.upper]


def rule_json(rule: AttainedRule) -> Json:
    """Return one rule for attained sizes; `r1` is null when it never stops early."""
    return {
        "adaptation": rule.adaptation.value,
        "r1": rule.r1 if rule.r1 >= 0 else None,
        "n1": rule.n1,
        "r": rule.r,
        "n": rule.n,
        "exact_alpha": rule.exact_alpha,
        "exact_power": rule.exact_power,
        "prob_early_stop_null": rule.prob_early_stop_null,
        "expected_n_null": rule.expected_n_null,
        "exceeds_alpha": rule.exceeds_alpha,
    }
