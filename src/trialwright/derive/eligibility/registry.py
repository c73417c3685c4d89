"""Which function evaluates which eligibility rule; a new rule registers here and is used."""

from collections.abc import Callable
from typing import Any

from trialwright.derive.eligibility.chart import Chart, Reading
from trialwright.protocol.eligibility import Criterion

Evaluate = Callable[[Any, Chart], Reading]

EVALUATIONS: dict[type[Criterion], Evaluate] = {}
"""The function of each kind of criterion."""


def evaluates(kind: type[Criterion]) -> Callable[[Evaluate], Evaluate]:
    """Register a function as the evaluation of one kind of criterion.

    Parameters
    ----------
    kind : type
        The criterion's model in `protocol.eligibility`; it holds the parameters.
    """

    def register(function: Evaluate) -> Evaluate:
        if kind in EVALUATIONS:
            raise ValueError(f"{kind.__name__} is evaluated twice, expected one function")
        EVALUATIONS[kind] = function
        return function

    return register
