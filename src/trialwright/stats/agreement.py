"""Agreement of readers beyond chance: Cohen's kappa for two, Fleiss' kappa for more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.confidence import normal_quantile


class KappaWeights(Enum):
    """How much two different categories agree."""

    NONE = "none"  # not at all
    LINEAR = "linear"  # less, the further apart they are in order
    QUADRATIC = "quadratic"  # less by the square of how far apart they are


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance.

    `kappa` and its limits are None where chance alone gives full agreement: every reader used one
    and the same category throughout. Of one subject there are no limits.

    Attributes
    ----------
    n_subjects, n_readers : int
        Subjects, each read by all readers.
    categories : tuple of str
        Categories in the order used.
    observed, expected : float
        Weighted proportions of agreement, observed and by chance.
    kappa, std_error, lower, upper : float or None
        Estimate with normal limits, cut at -1 and 1.
    level : float
        Two-sided confidence level.
    """

    n_subjects: int
    n_readers: int
    categories: tuple[str, ...]
    observed: float
    expected: float
    kappa: float | None
    std_error: float | None
    lower: float | None
    upper: float | None
    level: float


def estimate_kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    categories: Sequence[str] | None = None,
    weights: KappaWeights = KappaWeights.NONE,
    level: float = 0.95,
) -> Kappa:
    """Estimate the agreement of two readers by Cohen's kappa.

    Parameters
    ----------
    first, second : array-like of shape (n_subjects,)
        Category that each reader gave each subject, read as text.
    categories : sequence of str, optional
        All categories, in their order; those used, in sort order, when omitted.
    weights : KappaWeights
        Agreement of different categories.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    Kappa
        With the large-sample standard error.

    Raises
    ------
    EstimateError
        If readings do not match in number, or hold a category that is not declared.

    References
    ----------
    Cohen J. Educ Psychol Meas 1960;20:37-46 and Psychol Bull 1968;70:213-220. Fleiss JL,
    Cohen J, Everitt BS. Psychol Bull 1969;72:323-327.

    Examples
    --------
    >>> agreement = estimate_kappa(["PR", "SD", "PD", "PD"], ["PR", "PD", "PD", "PD"])
    >>> round(agreement.kappa, 3)
    0.556
    """
    codes, labels = _code_readings((first, second), categories)
    n, k = len(codes), len(labels)
    counts = np.zeros((k, k))
    np.add.at(counts, (codes[:, 0], codes[:, 1]), 1)
    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k))) / max(k - 1, 1)
    agreement = AGREEMENTS[weights](distance)
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    observed = float(((1 - agreement) * counts).sum()) / n
    expected = float(rows @ (1 - agreement) @ columns) / n**2
    by_chance = np.add.outer(agreement @ columns, rows @ agreement) / n

    def variance(kappa: float) -> float:
        # Of the published difference of squares, as squares about the mean: never below 0.
        mean = kappa - (1 - expected) * (1 - kappa)
        spread = (counts * (agreement - by_chance * (1 - kappa) - mean) ** 2).sum()
        return float(spread) / (n * expected) ** 2

    return _make_kappa(codes.shape, labels, (observed, expected), variance, level)


def estimate_fleiss_kappa(
    readings: ArrayLike, *, categories: Sequence[str] | None = None, level: float = 0.95
) -> Kappa:
    """Estimate the agreement of two or more exchangeable readers by Fleiss' kappa.

    Parameters
    ----------
    readings : array-like of shape (n_subjects, n_readers)
        Category that each reader gave each subject, read as text; none missing.
    categories : sequence of str, optional
        All categories; those used, in sort order, when omitted.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    Kappa
        With a standard error over subjects, which does not assume that agreement is by chance.

    Raises
    ------
    EstimateError
        If there are fewer than two readers, or a category is not declared.

    References
    ----------
    Fleiss JL. Psychol Bull 1971;76:378-382. Standard error: Gwet KL. Educ Psychol Meas
    2021;81:781-790.
    """
    columns = np.asarray(readings)
    codes, labels = _code_readings(tuple(columns.T) if columns.ndim == 2 else (), categories)
    n, n_readers = len(codes), codes.shape[1]
    counts = (codes[:, :, np.newaxis] == np.arange(len(labels))).sum(axis=1)
    totals = counts.sum(axis=0)
    shares, chance = totals / (n * n_readers), int(totals @ totals) / (n * n_readers) ** 2
    n_pairs = n_readers * (n_readers - 1)
    apart = (n_pairs - (counts * (counts - 1)).sum(axis=1)) / n_pairs
    observed = float(apart.mean())
    expected = int((n * n_readers) ** 2 - totals @ totals) / (n * n_readers) ** 2

    def variance(kappa: float) -> float:
        # A subject moves the chance agreement too, through its part of the shares.
        moved = 2 * (1 - kappa) * (counts @ shares / n_readers - chance)
        parts = 1 - (apart + moved) / expected
        squares = float(((parts - kappa) ** 2).sum())
        return squares / (n * max(n - 1, 1))

    return _make_kappa(codes.shape, labels, (observed, expected), variance, level)


def _code_readings(
    readers: Sequence[ArrayLike], categories: Sequence[str] | None
) -> tuple[IntArray, tuple[str, ...]]:
    """Return readings as subjects by readers, numbered by category, and the categories."""
    columns = [np.asarray(reader).astype(np.str_) for reader in readers]
    shapes = {column.shape for column in columns}
    if len(columns) < 2 or len(shapes) > 1 or columns[0].ndim != 1 or columns[0].size == 0:
        raise EstimateError(
            f"{len(columns)} readers with readings of shape {sorted(shapes)}, expected two or more "
            "readers of the same subjects. Leave out subjects that not all have read."
        )
    readings = np.column_stack(columns)
    used = np.unique(readings).tolist()
    labels = tuple(used if categories is None else categories)
    unknown = sorted(set(used) - set(labels))
    if unknown:
        raise EstimateError(
            f"Category {unknown[0]} is read but not declared, expected one of {list(labels)}. "
            "Declare it, or correct the reading."
        )
    number = {label: code for code, label in enumerate(labels)}
    codes = np.array([[number[label] for label in row] for row in readings.tolist()])
    return codes.astype(np.int64), labels


def _make_kappa(
    shape: tuple[int, ...],
    labels: tuple[str, ...],
    disagreement: tuple[float, float],
    variance: Callable[[float], float],
    level: float,
) -> Kappa:
    """Make the estimate of disagreement, observed and by chance.

    Of agreements, a sum of 0.1s among them, full agreement would give 1.0000000000000009; no
    disagreement is exactly 0, and kappa 1.
    """
    z = normal_quantile(level)
    observed, expected = disagreement
    kappa = error = lower = upper = None
    if expected > 0:
        kappa = 1 - observed / expected
        if shape[0] > 1:
            error = sqrt(variance(kappa))
            lower, upper = max(kappa - z * error, -1.0), min(kappa + z * error, 1.0)
    return Kappa(
        n_subjects=shape[0],
        n_readers=shape[1],
        categories=labels,
        observed=1 - observed,
        expected=1 - expected,
        kappa=kappa,
        std_error=error,
        lower=lower,
        upper=upper,
        level=level,
    )


AGREEMENTS: dict[KappaWeights, Callable[[FloatArray], FloatArray]] = {
    KappaWeights.NONE: lambda distance: (distance == 0).astype(np.float64),
    KappaWeights.LINEAR: lambda distance: 1 - distance,
    KappaWeights.QUADRATIC: lambda distance: 1 - distance**2,
}
