"""Two-stage designs that watch response and toxicity together."""

from dataclasses import dataclass

from trialwright.core.errors import DesignError
from trialwright.stats.hypotheses import check_rate
from trialwright.stats.two_endpoints import (
    CountRule,
    Join,
    TwoEndpointDesign,
    TwoEndpointPoint,
    evaluate_two_endpoints,
    join_rates,
)


@dataclass(frozen=True, slots=True)
class BryantDayDesign:
    """Go on with more than `r1` responses and at most `t1` toxicities of `n1`; end with r, t, n."""

    r1: int
    t1: int
    n1: int
    r: int
    t: int
    n: int

    def __post_init__(self) -> None:
        is_possible = 0 <= self.r1 < self.n1 < self.n and self.r1 <= self.r < self.n
        if not (is_possible and 0 <= self.t1 <= self.t <= self.n):
            raise DesignError(
                f"{self} is impossible, expected 0 <= r1 < n1 < n, r1 <= r < n and "
                "0 <= t1 <= t <= n. Write the largest counts of responses that stop and the "
                "largest counts of toxicities that go on."
            )

    def as_rules(self) -> TwoEndpointDesign:
        """Return the design as rules on responses and on patients free of toxicity."""
        return TwoEndpointDesign(
            self.n1,
            self.n,
            CountRule(self.r1, self.n1 - self.t1 - 1, Join.BOTH),
            CountRule(self.r, self.n - self.t - 1, Join.BOTH),
        )


def evaluate_bryant_day(
    design: BryantDayDesign, response: float, toxicity: float, odds_ratio: float = 1.0
) -> TwoEndpointPoint:
    """Compute the exact behavior of a design at one pair of true rates.

    Parameters
    ----------
    design : BryantDayDesign
        Bounds and sizes.
    response, toxicity : float
        True rates, in [0, 1].
    odds_ratio : float
        Odds of response with toxicity against without it; 1 is independence.

    Returns
    -------
    TwoEndpointPoint
        Probability of an early stop and of accepting the treatment, expected patients.

    References
    ----------
    Bryant J, Day R. Biometrics 1995;51:1372-1383.

    Examples
    --------
    >>> design = BryantDayDesign(r1=2, t1=9, n1=22, r=7, t=16, n=44)
    >>> round(evaluate_bryant_day(design, response=0.3, toxicity=0.2).prob_reject, 3)
    0.953
    """
    check_rate("toxicity", toxicity)
    if odds_ratio <= 0:
        raise DesignError(
            f"odds_ratio is {odds_ratio:g}, expected above 0. Write 1 for independence."
        )
    # Response and freedom from toxicity have the inverse odds ratio.
    rates = join_rates(response, 1 - toxicity, 1 / odds_ratio)
    return evaluate_two_endpoints(design.as_rules(), rates)
