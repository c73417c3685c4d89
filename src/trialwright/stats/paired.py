"""Compare two measurements of the same patients: ranks, means and signs of their differences."""

from dataclasses import dataclass
from enum import Enum
from math import erfc, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr, stdtr, stdtrit

from trialwright.core.errors import EstimateError
from trialwright.stats.confidence import check_level, normal_quantile
from trialwright.stats.paired_differences import (
    ZeroRule,
    double_tail,
    rank_differences,
    skip_asymptotic,
    skip_exact,
    subtract_pairs,
)

__all__ = [
    "PairedMeans",
    "RankMethod",
    "Shift",
    "SignTest",
    "SignedRankTest",
    "ZeroRule",
    "compare_paired_means",
    "compare_signed_rank",
    "compare_signs",
    "estimate_shift",
]


class RankMethod(Enum):
    """Where the p value and the limits come from."""

    EXACT = "exact"  # all assignments of signs, given the ranks with their ties
    ASYMPTOTIC = "asymptotic"  # normal approximation, variance corrected for ties
    ASYMPTOTIC_CORRECTED = "asymptotic with continuity correction"


@dataclass(frozen=True, slots=True)
class SignedRankTest:
    """Wilcoxon's test that differences are symmetric about 0.

    `rank_sum` is that of the pairs that increased; `z` has no continuity correction.
    """

    n_pairs: int
    n_zero: int
    rank_sum: float
    z: float
    p_value: float
    method: RankMethod
    zeros: ZeroRule


@dataclass(frozen=True, slots=True)
class Shift:
    """Hodges-Lehmann estimate of the median difference; a limit is None where none exists."""

    estimate: float
    lower: float | None
    upper: float | None
    level: float
    method: RankMethod


@dataclass(frozen=True, slots=True)
class PairedMeans:
    """Student's test that the mean difference is 0."""

    n_pairs: int
    mean: float
    std_error: float
    lower: float
    upper: float
    t: float
    df: int
    p_value: float
    level: float


@dataclass(frozen=True, slots=True)
class SignTest:
    """Exact test that increases and decreases are equally likely; unchanged pairs left out."""

    n_increased: int
    n_decreased: int
    n_unchanged: int
    p_value: float


def compare_signed_rank(
    before: ArrayLike,
    after: ArrayLike,
    *,
    method: RankMethod = RankMethod.EXACT,
    zeros: ZeroRule = ZeroRule.DROP,
) -> SignedRankTest:
    """Test paired differences by Wilcoxon's signed ranks, two-sided.

    Parameters
    ----------
    before, after : array-like of shape (n_pairs,)
        Two measurements of each patient, in one unit and one order, none missing.
    method : RankMethod
        Exact given ties and zeros, or a normal approximation.
    zeros : ZeroRule
        Treatment of pairs without a difference.

    Returns
    -------
    SignedRankTest
        Of after - before; p is 1 when no pair differs.

    Raises
    ------
    EstimateError
        If a measurement is missing or there is no pair.

    References
    ----------
    Wilcoxon F. Biometrics Bull 1945;1:80-83. Pratt JW. J Am Stat Assoc 1959;54:655-667.
    Exact with ties: Streitberg B, Rohmel J. EDV Med Biol 1986;17:12-19 (shift algorithm).

    Examples
    --------
    >>> test = compare_signed_rank([3.1, 2.0, 5.2, 4.4, 1.0], [3.0, 4.1, 9.0, 6.1, 3.3])
    >>> test.rank_sum, test.p_value
    (14.0, 0.125)
    """
    differences = subtract_pairs(before, after)
    used, ranks = rank_differences(differences, zeros)
    rank_sum, expected = float(ranks[used > 0].sum()), float(ranks.sum()) / 2
    error = sqrt(float((ranks**2).sum()) / 4)
    deviation = rank_sum - expected
    if method is RankMethod.EXACT:
        p_value = double_tail(ranks, min(rank_sum, 2 * expected - rank_sum))
    else:
        correction = 0.5 if method is RankMethod.ASYMPTOTIC_CORRECTED else 0.0
        # A deviation below the correction changes its sign, as in R.
        corrected = abs(abs(deviation) - correction) if deviation else 0.0
        p_value = erfc(corrected / error / sqrt(2)) if error else 1.0
    return SignedRankTest(
        n_pairs=differences.size,
        n_zero=int(np.count_nonzero(differences == 0)),
        rank_sum=rank_sum,
        z=deviation / error if error else 0.0,
        p_value=p_value,
        method=method,
        zeros=zeros,
    )


def estimate_shift(
    before: ArrayLike,
    after: ArrayLike,
    *,
    method: RankMethod = RankMethod.EXACT,
    level: float = 0.95,
) -> Shift:
    """Estimate the median difference by Hodges and Lehmann, with limits that invert the test.

    Parameters
    ----------
    before, after : array-like of shape (n_pairs,)
        Two measurements of each patient, in one unit and one order, none missing. Pairs without
        a difference are left out, as in the test.
    method : RankMethod
        Distribution that the limits come from.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    Shift
        Median of the means of all two differences (Walsh averages, each with itself too), and
        limits that are two of these. With few pairs no limit reaches the level: None.

    Raises
    ------
    EstimateError
        If a measurement is missing or no pair differs.

    References
    ----------
    Hodges JL, Lehmann EL. Ann Math Stat 1963;34:598-611. Hollander M, Wolfe DA. Nonparametric
    statistical methods. 2nd ed. 1999, 3.2-3.3.
    """
    check_level(level)
    used, ranks = rank_differences(subtract_pairs(before, after), ZeroRule.DROP)
    if used.size == 0:
        raise EstimateError(
            "No pair differs, expected at least one to estimate a shift from. Report the counts."
        )
    first, second = np.triu_indices(used.size)
    averages = np.sort((used[first] + used[second]) / 2)
    if method is RankMethod.EXACT:
        skipped = skip_exact(ranks, check_level(level))
    else:
        correction = 0.5 if method is RankMethod.ASYMPTOTIC_CORRECTED else 0.0
        skipped = skip_asymptotic(used, normal_quantile(level), correction)
    has_limits = 0 < skipped <= averages.size
    return Shift(
        estimate=float(np.median(averages)),
        lower=float(averages[skipped - 1]) if has_limits else None,
        upper=float(averages[-skipped]) if has_limits else None,
        level=level,
        method=method,
    )


def compare_paired_means(
    before: ArrayLike, after: ArrayLike, *, level: float = 0.95
) -> PairedMeans:
    """Test paired differences by Student's t, two-sided.

    Parameters
    ----------
    before, after : array-like of shape (n_pairs,)
        Two measurements of each patient, in one unit and one order, none missing.
    level : float
        Two-sided confidence level of the limits of the mean difference, in (0, 1).

    Returns
    -------
    PairedMeans
        Of after - before.

    Raises
    ------
    EstimateError
        If a measurement is missing, or there are not two differences that differ.

    References
    ----------
    Student. Biometrika 1908;6:1-25.
    """
    check_level(level)
    differences = subtract_pairs(before, after)
    n, mean = differences.size, float(differences.mean())
    if n < 2 or np.ptp(differences) == 0:
        raise EstimateError(
            f"{n} differences without spread have no t test, expected at least two that differ. "
            "Report the differences."
        )
    error, df = float(differences.std(ddof=1)) / sqrt(n), n - 1
    width = float(stdtrit(df, (1 + level) / 2)) * error
    return PairedMeans(
        n_pairs=n,
        mean=mean,
        std_error=error,
        lower=mean - width,
        upper=mean + width,
        t=mean / error,
        df=df,
        p_value=2 * float(stdtr(df, -abs(mean / error))),
        level=level,
    )


def compare_signs(before: ArrayLike, after: ArrayLike) -> SignTest:
    """Test whether increases and decreases are equally likely, two-sided and exact.

    Parameters
    ----------
    before, after : array-like of shape (n_pairs,)
        Two measurements of each patient, in one unit and one order, none missing.

    Returns
    -------
    SignTest
        Of after - before; p is 1 when no pair differs.

    Raises
    ------
    EstimateError
        If a measurement is missing or there is no pair.
    """
    differences = subtract_pairs(before, after)
    increased = int(np.count_nonzero(differences > 0))
    decreased = int(np.count_nonzero(differences < 0))
    fewer = min(increased, decreased)
    p_value = min(1.0, 2 * float(bdtr(fewer, increased + decreased, 0.5)))
    return SignTest(increased, decreased, differences.size - increased - decreased, p_value)
