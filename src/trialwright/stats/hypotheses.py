"""The question that a design answers, refused with advice when it is none."""

from dataclasses import dataclass

from trialwright.core.errors import DesignError


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """Rates of no interest and of interest, and the limits of both errors."""

    p0: float
    p1: float
    alpha: float
    power: float

    def __post_init__(self) -> None:
        check_hypotheses(self.p0, self.p1, self.alpha, self.power)


def check_rate(name: str, rate: float) -> None:
    """Raise when a probability lies outside [0, 1]; a percentage is the usual reason."""
    if not 0 <= rate <= 1:
        advice = f"Write {rate / 100:g} for {rate:g}%." if 1 < rate <= 100 else "Write 0.2 for 20%."
        raise DesignError(f"{name} is {rate:g}, expected 0 to 1. {advice}")


def check_hypotheses(p0: float, p1: float, alpha: float, power: float) -> None:
    """Raise when rates and error limits do not describe a question that a trial can answer."""
    for name, value in (("p0", p0), ("p1", p1), ("alpha", alpha), ("power", power)):
        check_rate(name, value)
        if not 0 < value < 1:
            raise DesignError(
                f"{name} is {value:g}, expected strictly between 0 and 1. "
                "Certainty and impossibility leave nothing to test."
            )
    if p1 <= p0:
        raise DesignError(
            f"p1 is {p1:g}, expected above p0 ({p0:g}). "
            "Write the rate of no interest as p0 and the rate of interest as p1."
        )
    if power <= alpha:
        raise DesignError(
            f"power is {power:g}, expected above alpha ({alpha:g}). "
            "Write power as 1 minus the type II error, such as 0.8."
        )
