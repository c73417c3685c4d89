"""Cox's partial likelihood with its derivatives up to the third, for Efron's and Breslow's ties."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import BoolArray, FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.survival_counts import check_times, index_times

MAX_STEPS = 200
STEP_TOLERANCE = 1e-12  # in standard deviations of a covariate
FLAT = 1e-10  # relative change of a log-likelihood that tells nothing


class CoxTies(Enum):
    """How events at one time share its risk set."""

    EFRON = "efron"  # R's default: close to the exact likelihood
    BRESLOW = "breslow"  # SAS's default


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """A log-likelihood at one point: its value, first derivative and information."""

    value: float
    score: FloatArray
    information: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PartialLikelihood:
    """Subjects in order of time, their standardized covariates, and the terms of the likelihood.

    Each event is one term. The `fraction` of a term is how much of the weight of those who have
    the event at its time is taken away from its risk set: 0, 1/d, ... in Efron's way, else 0.
    """

    covariates: FloatArray
    names: tuple[str, ...]
    centers: FloatArray
    scales: FloatArray
    index: IntArray
    is_event: BoolArray
    risk_starts: IntArray
    event_starts: IntArray
    term_times: IntArray
    fractions: FloatArray

    @property
    def n_event(self) -> int:
        """Number of events."""
        return self.fractions.size


def build_likelihood(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str] | None,
    ties: CoxTies,
) -> PartialLikelihood:
    """Check the data of a Cox model and put them in order of time.

    Raises
    ------
    EstimateError
        If there is no event, a value is missing, or a covariate is determined by the others.
    """
    times, events = check_times(time, event)
    matrix, labels = _check_covariates(covariates, names, times.size)
    if not events.any():
        raise EstimateError(
            "No event happened, expected at least one to estimate hazard ratios. "
            "Report the numbers at risk instead."
        )
    index = index_times(times)[1]
    order = np.argsort(index, kind="stable")
    index, is_event = index[order], events[order]
    centers, scales = matrix.mean(axis=0), matrix.std(axis=0)
    term_times, event_starts, counts = np.unique(
        index[is_event], return_index=True, return_counts=True
    )
    repeated = np.repeat(np.arange(counts.size), counts)
    rank = np.arange(repeated.size) - event_starts[repeated]
    fractions = rank / counts[repeated] if ties is CoxTies.EFRON else np.zeros(repeated.size)
    return PartialLikelihood(
        covariates=((matrix - centers) / scales)[order],
        names=labels,
        centers=centers,
        scales=scales,
        index=index,
        is_event=is_event,
        risk_starts=np.searchsorted(index, term_times),
        event_starts=event_starts,
        term_times=repeated,
        fractions=fractions,
    )


def _check_covariates(
    covariates: ArrayLike, names: Sequence[str] | None, n_subjects: int
) -> tuple[FloatArray, tuple[str, ...]]:
    matrix = np.asarray(covariates, dtype=np.float64)
    matrix = matrix[:, np.newaxis] if matrix.ndim == 1 else matrix
    if matrix.ndim != 2 or matrix.shape[0] != n_subjects or matrix.shape[1] == 0:
        raise EstimateError(
            f"covariates has shape {matrix.shape}, expected one row for each of {n_subjects} "
            "subjects and at least one column. Give an array of subjects by covariates."
        )
    labels = tuple(names) if names is not None else tuple(f"x{i + 1}" for i in range(len(matrix.T)))
    if len(labels) != matrix.shape[1]:
        raise EstimateError(
            f"{len(labels)} names for {matrix.shape[1]} covariates, expected one each. Name all."
        )
    for label, column in zip(labels, matrix.T, strict=True):
        if not np.isfinite(column).all():
            raise EstimateError(
                f"Covariate {label} is missing for some subject, expected a number for all. "
                "Leave out subjects without it, and say how many."
            )
    standardized = (matrix - matrix.mean(axis=0)) / np.maximum(matrix.std(axis=0), 1e-300)
    for i, label in enumerate(labels):
        is_constant = np.ptp(matrix[:, i]) == 0
        if is_constant or np.linalg.matrix_rank(standardized[:, : i + 1]) <= i:
            raise EstimateError(
                f"Covariate {label} is constant or determined by those before it, expected "
                "information of its own. Leave it out."
            )
    return matrix, labels


def evaluate_likelihood(data: PartialLikelihood, coef: FloatArray) -> Slope:
    """Compute the log partial likelihood of standardized covariates, with its derivatives.

    References
    ----------
    Cox DR. J R Stat Soc B 1972;34:187-220. Efron B. J Am Stat Assoc 1977;72:557-565.
    Breslow N. Biometrics 1974;30:89-99.
    """
    value, (first, second) = _average_risk_sets(data, coef, order=2)
    return _differentiate(data, value, first, second)


def evaluate_with_third(data: PartialLikelihood, coef: FloatArray) -> tuple[Slope, FloatArray]:
    """Compute the same and the derivative of the information by each coefficient (last axis)."""
    value, (first, second, third) = _average_risk_sets(data, coef, order=3)
    crossed = np.einsum("nij,nk->ijk", second, first)
    product = np.einsum("ni,nj,nk->ijk", first, first, first)
    crossings = crossed + crossed.transpose(0, 2, 1) + crossed.transpose(2, 1, 0)
    return _differentiate(data, value, first, second), third.sum(axis=0) - crossings + 2 * product


def _differentiate(
    data: PartialLikelihood, value: float, first: FloatArray, second: FloatArray
) -> Slope:
    score = data.covariates[data.is_event].sum(axis=0) - first.sum(axis=0)
    return Slope(value, score, second.sum(axis=0) - first.T @ first)


def _average_risk_sets(
    data: PartialLikelihood, coef: FloatArray, order: int
) -> tuple[float, list[FloatArray]]:
    """Compute the log-likelihood, and each term's mean products of 1, 2, ... covariates."""
    x = data.covariates
    n_subjects, p = x.shape
    linear = (x * coef).sum(axis=1)
    highest = linear.max()
    powers = [np.ones((n_subjects, 1)), x]
    for _ in range(order - 1):
        powers.append((powers[-1][:, :, np.newaxis] * x[:, np.newaxis, :]).reshape(n_subjects, -1))
    totals = _sum_risk_sets(data, np.exp(linear - highest)[:, np.newaxis] * np.hstack(powers))
    # Far out the weights of a whole risk set can vanish; the value is then -inf, no maximum.
    with np.errstate(divide="ignore", invalid="ignore"):
        value = linear[data.is_event].sum() - (np.log(totals[:, 0]) + highest).sum()
        means = totals[:, 1:] / totals[:, :1]
    pieces = np.split(means, np.cumsum([p**k for k in range(1, order)]), axis=1)
    return float(value), [piece.reshape(-1, *[p] * k) for k, piece in enumerate(pieces, start=1)]


def _sum_risk_sets(data: PartialLikelihood, weighted: FloatArray) -> FloatArray:
    """Sum weighted powers over the risk set of each term."""
    at_risk = weighted[::-1].cumsum(axis=0)[::-1][data.risk_starts]
    leaving = np.add.reduceat(weighted[data.is_event], data.event_starts, axis=0)
    removed = data.fractions[:, np.newaxis] * leaving[data.term_times]
    return np.asarray(at_risk[data.term_times] - removed)


def maximize(
    evaluate: Callable[[FloatArray], Slope], start: FloatArray, free: BoolArray
) -> tuple[FloatArray, Slope]:
    """Climb to the maximum by Newton's steps, halved where they lead nowhere.

    Coefficients that are not `free` stay where they start. What does not converge is returned
    as it stands: another `newton_step` would then still be long.
    """
    coef, slope = start, evaluate(start)
    step = newton_step(slope, free)
    for _ in range(MAX_STEPS):
        length = np.abs(step).max(initial=0)
        if length < STEP_TOLERANCE:
            break
        following = evaluate(coef + step)
        following_step = newton_step(following, free)
        slack = FLAT * max(1.0, abs(slope.value))
        rises = following.value > slope.value + slack
        # Near the top the value is flat to its last digits; there the next step must shrink.
        settles = np.abs(following_step).max(initial=0) < 0.9 * length
        if rises or (settles and following.value > slope.value - slack):
            coef, slope, step = coef + step, following, following_step
        else:
            step = step / 2
    return coef, slope


def newton_step(slope: Slope, free: BoolArray) -> FloatArray:
    """Solve for the step to the maximum of the parabola at a point."""
    step = np.zeros(slope.score.size)
    information = slope.information[np.ix_(free, free)]
    if not np.isfinite(information).all():
        return step
    step[free] = np.linalg.lstsq(information, slope.score[free], rcond=None)[0]
    return step
