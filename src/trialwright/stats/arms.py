"""Several arms of one trial, each with its own design and its own decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from trialwright.core.errors import DesignError
from trialwright.stats.two_stage import OperatingPoint, TwoStageDesign, evaluate_two_stage


@dataclass(frozen=True, slots=True)
class ArmsPoint:
    """What the arms do together when each has its true rate and patients of its own.

    `prob_any_reject` is the chance to declare at least one arm active: with all arms at their null
    rate it is the trial's type I error, which no single design controls.
    """

    arms: Mapping[str, OperatingPoint]
    prob_any_reject: float
    prob_all_reject: float
    prob_all_stop: float
    expected_n: float


def evaluate_arms(designs: Mapping[str, TwoStageDesign], rates: Mapping[str, float]) -> ArmsPoint:
    """Compute the exact behavior of independent arms.

    Parameters
    ----------
    designs : mapping
        Arm to its design.
    rates : mapping
        Arm to its true rate; the same arms.

    Returns
    -------
    ArmsPoint
        Each arm by itself, and the arms together.

    Examples
    --------
    >>> design = TwoStageDesign(3, 13, 12, 43)
    >>> both = evaluate_arms({"A": design, "B": design}, {"A": 0.2, "B": 0.2})
    >>> round(both.prob_any_reject, 4)
    0.0967
    """
    if designs.keys() != rates.keys() or not designs:
        raise DesignError(
            f"Rates are given for {', '.join(rates) or 'no arm'}, expected "
            f"{', '.join(designs) or 'one arm or more'}. Write one rate for each arm."
        )
    points = {arm: evaluate_two_stage(design, rates[arm]) for arm, design in designs.items()}
    return ArmsPoint(
        arms=points,
        prob_any_reject=1 - prod(1 - point.prob_reject for point in points.values()),
        prob_all_reject=prod(point.prob_reject for point in points.values()),
        prob_all_stop=prod(point.prob_early_stop for point in points.values()),
        expected_n=sum(point.expected_n for point in points.values()),
    )
