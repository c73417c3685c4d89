"""Whether a set of genes is over-represented, or gathers at one end of a ranking."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import BoolArray, FloatArray, IntArray
from trialwright.core.errors import EstimateError

MIN_MEMBERS = 2


@dataclass(frozen=True, slots=True)
class OverRepresentation:
    """One gene set: how many of it were measured, and how many of these were found."""

    name: str
    n_measured: int
    n_found: int
    expected: float
    p_value: float


@dataclass(frozen=True, slots=True)
class RankEnrichment:
    """One gene set: the largest deviation of its running sum, and how usual that is.

    `score` is in [-1, 1]; `normalized` is the score over the mean of permuted ones of its sign;
    `leading` are the members up to the largest deviation. nan where the set has fewer than two
    measured members, or all.
    """

    name: str
    n_measured: int
    score: float
    normalized: float
    p_value: float
    leading: tuple[str, ...]


def find_over_representation(
    found: Set[str], measured: Set[str], gene_sets: Mapping[str, Set[str]]
) -> list[OverRepresentation]:
    """Test whether gene sets hold more of what was found than chance would put there.

    Parameters
    ----------
    found : set of str
        Genes that differ.
    measured : set of str
        All genes that could have been found: on a panel of 92 proteins that is the panel, not the
        genome, since the panel was chosen for its subject.
    gene_sets : mapping
        Name to members.

    Returns
    -------
    list of OverRepresentation
        In the order given, sets without a measured member left out; P one-sided, hypergeometric.

    Raises
    ------
    EstimateError
        If something was found that was not measured.

    References
    ----------
    Khatri P, Draghici S. Bioinformatics 2005;21:3587-3595.

    Examples
    --------
    >>> [lysis] = find_over_representation(
    ...     {"GZMA", "GZMB"}, {"GZMA", "GZMB", "IL8", "IL6"}, {"lysis": {"GZMA", "GZMB", "PRF1"}}
    ... )
    >>> lysis.n_measured, lysis.n_found, round(lysis.p_value, 4)
    (2, 2, 0.1667)
    """
    from scipy.stats import hypergeom  # scipy.stats takes half a second: no other start pays it

    strange = sorted(set(found) - set(measured))
    if strange:
        raise EstimateError(
            f"found holds {', '.join(strange[:3])}, expected genes that were measured. Add them to "
            "measured."
        )
    results = []
    for name, members in gene_sets.items():
        here = set(members) & set(measured)
        if here:
            n_hits = len(here & set(found))
            p_value = float(hypergeom.sf(n_hits - 1, len(measured), len(here), len(found)))
            expected = len(here) * len(found) / len(measured)
            results.append(OverRepresentation(name, len(here), n_hits, expected, p_value))
    return results


def find_rank_enrichment(
    genes: Sequence[str],
    statistic: ArrayLike,
    gene_sets: Mapping[str, Set[str]],
    rng: np.random.Generator,
    n_permutations: int = 1000,
) -> list[RankEnrichment]:
    """Test whether gene sets gather at one end of a ranking.

    Parameters
    ----------
    genes : sequence of str
        Each once.
    statistic : array of shape (n_genes,)
        What they are ranked by, such as a moderated t; nan is left out.
    gene_sets : mapping
        Name to members.
    rng : numpy.random.Generator
        Source of the permutations of genes.
    n_permutations : int
        How many random sets of the same size are drawn.

    Returns
    -------
    list of RankEnrichment
        In the order given. Permuting genes takes them for independent, which proteins of one
        panel are not: the P values order sets, and are not to be trusted to the digit.

    Raises
    ------
    EstimateError
        If a gene comes twice or numbers do not fit.

    References
    ----------
    Subramanian A, et al. Proc Natl Acad Sci USA 2005;102:15545-15550. Phipson B, Smyth GK. Stat
    Appl Genet Mol Biol 2010;9:39.
    """
    values = np.asarray(statistic, dtype=float)
    if len(set(genes)) != len(genes) or values.shape != (len(genes),):
        raise EstimateError(
            f"{len(genes)} genes ({len(set(genes))} different) and {values.size} numbers, expected "
            "each gene once with its number. Keep one assay per gene."
        )
    order = np.argsort(-values, kind="stable")[: int((~np.isnan(values)).sum())]
    ranked, weights = [genes[place] for place in order], np.abs(values[order])
    results = []
    for name, members in gene_sets.items():
        is_member = np.array([gene in members for gene in ranked], dtype=bool)
        results.append(_enrich(name, is_member, ranked, weights, rng, n_permutations))
    return results


def _enrich(
    name: str,
    is_member: BoolArray,
    ranked: Sequence[str],
    weights: FloatArray,
    rng: np.random.Generator,
    n_permutations: int,
) -> RankEnrichment:
    """Score one set and as many random ones of its size."""
    n_members = int(is_member.sum())
    nan = float("nan")
    if n_members < MIN_MEMBERS or n_members == len(ranked) or not weights[is_member].sum() > 0:
        return RankEnrichment(name, n_members, nan, nan, nan, ())
    scores, peaks = _score(is_member[None, :], weights)
    score, peak = float(scores[0]), int(peaks[0])
    drawn = np.argsort(rng.random((n_permutations, len(ranked))), axis=1) < n_members
    random_scores, _ = _score(drawn, weights)
    alike = random_scores[np.sign(random_scores) == np.sign(score)]
    as_extreme = int((np.abs(alike) >= abs(score) - 1e-12).sum())
    inside = is_member.copy()
    inside[peak + 1 :] = False
    if score < 0:
        inside = is_member.copy()
        inside[: peak + 1] = False
    return RankEnrichment(
        name=name,
        n_measured=n_members,
        score=score,
        normalized=score / float(np.abs(alike).mean()) if len(alike) else nan,
        p_value=(1 + as_extreme) / (1 + len(alike)),
        leading=tuple(ranked[int(place)] for place in np.flatnonzero(inside)),
    )


def _score(is_member: BoolArray, weights: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return the largest deviation of each running sum, and where it is: (n_sets,)."""
    gains = np.where(is_member, weights, 0.0)
    gains = gains / np.maximum(gains.sum(axis=1, keepdims=True), 1e-300)
    losses = np.where(is_member, 0.0, 1.0)
    running = np.cumsum(gains - losses / losses.sum(axis=1, keepdims=True), axis=1)
    # The last value is 0 but for rounding, and never the largest deviation.
    peaks = np.abs(running[:, :-1]).argmax(axis=1)
    return np.take_along_axis(running, peaks[:, None], axis=1)[:, 0], peaks
