"""Changes between visits of the same patients, for many measurements, by one of five models."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.anova import check_samples, code_levels
from trialwright.stats.contrasts import Contrasts, as_matrix
from trialwright.stats.designs import build_contrast, build_level_design
from trialwright.stats.mean_tests import estimate_paired_difference
from trialwright.stats.mixed import Estimator, fit_random_intercept
from trialwright.stats.mixed_contrasts import estimate_contrasts
from trialwright.stats.moderated import moderate
from trialwright.stats.multiplicity import Adjustment, adjust_p_values
from trialwright.stats.rank_tests import estimate_signed_rank_shift
from trialwright.stats.within import fit_within

MIN_PATIENTS = 2


class VisitModel(Enum):
    """How samples of one patient are kept together."""

    MIXED = "mixed"  # all visits, random intercept by REML, Satterthwaite
    MIXED_ML = "mixed-ml"  # the same by full likelihood, as OlinkAnalyze does
    MODERATED = "moderated"  # all visits, a constant per patient, moderated variances
    PAIRED_T = "paired-t"  # the two visits alone
    SIGNED_RANK = "signed-rank"  # the two visits alone; Hodges-Lehmann shift


@dataclass(frozen=True, slots=True)
class VisitContrast:
    """One visit minus another, one element per measurement.

    `p_adjusted` is adjusted over the measurements of this contrast. `n_pairs` counts patients
    with a value at both visits. For the signed rank test `contrast` has neither error nor df.
    """

    first: str
    second: str
    contrast: Contrasts
    p_adjusted: FloatArray
    n_pairs: IntArray


def compare_visits(
    values: ArrayLike,
    patients: Sequence[str],
    visits: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    model: VisitModel = VisitModel.MIXED,
    level: float = 0.95,
) -> list[VisitContrast]:
    """Estimate changes between visits, with P values adjusted within each contrast.

    Parameters
    ----------
    values : array of shape (n_measurements, n_samples)
        nan is missing.
    patients, visits : sequence of str
        Of each sample; a patient has one sample at a visit.
    pairs : sequence of tuple
        Contrasts: the first visit minus the second.
    model : VisitModel
        How samples of one patient are kept together.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    list of VisitContrast
        One per pair, in their order.

    Raises
    ------
    EstimateError
        If there are fewer than two patients, no sample of a visit, or a patient twice at one.

    References
    ----------
    Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289-300.

    Examples
    --------
    >>> [change] = compare_visits(
    ...     [[1.0, 2.0, 2.0, 3.5]], ["a", "a", "b", "b"], ["C1", "C2"] * 2, [("C2", "C1")]
    ... )
    >>> change.contrast.estimate.item(), change.n_pairs.item()
    (1.25, 2)
    """
    matrix = as_matrix(values)
    check_samples(matrix, patients)
    check_samples(matrix, visits)
    order, _ = code_levels(visits)
    weights = np.array([build_contrast(order, *pair) for pair in pairs])
    at_visit = {visit: _take_visit(matrix, patients, visits, visit) for visit in order}
    if model in (VisitModel.PAIRED_T, VisitModel.SIGNED_RANK):
        found = [_compare_pair(at_visit[a], at_visit[b], model, level) for a, b in pairs]
    else:
        design = build_level_design(visits, order)
        together = _fit(matrix, design, patients, weights, model, level)
        found = [_take_contrast(together, place) for place in range(len(pairs))]
    return [
        VisitContrast(
            first,
            second,
            contrast,
            adjust_p_values(contrast.p_value, Adjustment.BENJAMINI_HOCHBERG),
            (~np.isnan(at_visit[first] - at_visit[second])).sum(axis=1),
        )
        for (first, second), contrast in zip(pairs, found, strict=True)
    ]


def _take_visit(
    matrix: FloatArray, patients: Sequence[str], visits: Sequence[str], visit: str
) -> FloatArray:
    """Return the values of one visit, one column per patient: (n_measurements, n_patients)."""
    people, codes = code_levels(patients)
    if len(people) < MIN_PATIENTS:
        raise EstimateError(
            f"all samples are of one patient ({', '.join(people)}), expected two or more. Add "
            "patients."
        )
    here = np.flatnonzero(np.asarray(visits, dtype=str) == visit)
    twice = np.flatnonzero(np.bincount(codes[here], minlength=len(people)) > 1)
    if len(twice):
        raise EstimateError(
            f"{people[twice[0]]} has two samples of {visit}, expected one. Leave out one of them."
        )
    columns = np.full((len(matrix), len(people)), np.nan)
    columns[:, codes[here]] = matrix[:, here]
    return columns


def _compare_pair(
    first: FloatArray, second: FloatArray, model: VisitModel, level: float
) -> Contrasts:
    """Compare two visits by what they alone hold."""
    if model is VisitModel.PAIRED_T:
        return estimate_paired_difference(first, second, level).contrast
    ranks = estimate_signed_rank_shift(first, second, level)
    none = np.full_like(ranks.estimate, np.nan)
    return Contrasts(
        ranks.estimate, none, none, ranks.statistic, ranks.p_value, ranks.lower, ranks.upper
    )


def _fit(
    matrix: FloatArray,
    design: FloatArray,
    patients: Sequence[str],
    weights: FloatArray,
    model: VisitModel,
    level: float,
) -> Contrasts:
    """Fit all visits together and estimate the contrasts: (n_measurements, n_contrasts)."""
    if model is VisitModel.MODERATED:
        # Patients take up the constant, so the first visit is the reference that has no column.
        return moderate(fit_within(matrix, design[:, 1:], patients), weights[:, 1:], level).contrast
    estimator = Estimator.ML if model is VisitModel.MIXED_ML else Estimator.REML
    return estimate_contrasts(
        fit_random_intercept(matrix, design, patients, estimator), weights, level
    )


def _take_contrast(contrasts: Contrasts, place: int) -> Contrasts:
    """Return one column of contrasts."""
    return Contrasts(
        contrasts.estimate[:, place],
        contrasts.std_error[:, place],
        contrasts.df[:, place],
        contrasts.statistic[:, place],
        contrasts.p_value[:, place],
        contrasts.lower[:, place],
        contrasts.upper[:, place],
    )
