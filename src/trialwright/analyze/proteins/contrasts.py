"""Do proteins change between visits? Contrasts against the reference, and how sure they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from polars import col

from trialwright.analyze.proteins.panel import ProteinSamples, pick_proteins
from trialwright.analyze.proteins.result import LEAD_IN, SENSITIVITIES, ProteinResult
from trialwright.core.errors import EstimateError, NotRecordedError
from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method
from trialwright.protocol.biomarkers import Adjustment, PlasmaModel, PlasmaPanel
from trialwright.stats.rank_distributions import find_pairs_needed, smallest_signed_rank_p
from trialwright.stats.visit_contrasts import VisitContrast, VisitModel, compare_visits

ALPHA = 0.05
FEWEST_PATIENTS = 2
CHANGE = "change"
MODELS = {
    PlasmaModel.RANDOM_INTERCEPT: VisitModel.MIXED,
    PlasmaModel.MODERATED: VisitModel.MODERATED,
}
REFERENCES = (
    "Bates D, et al. J Stat Softw 2015;67(1):1-48. Kuznetsova A, et al. J Stat Softw "
    "2017;82(13):1-26. Smyth GK. Stat Appl Genet Mol Biol 2004;3:3. Benjamini Y, Hochberg Y. J R "
    "Stat Soc B 1995;57:289-300."
)
MEASURES: Mapping[str, tuple[str, str]] = {
    "estimate": ("difference", "Difference of NPX"),
    "lower": ("lower", "Lower 95% limit"),
    "upper": ("upper", "Upper 95% limit"),
    "p_value": ("p", "P value"),
    "p_adjusted": ("p adjusted", "Adjusted P value"),
    "n_pairs": ("n", "Patients with both visits"),
    "moderated": ("p adjusted", "Adjusted P value, moderated model"),
    "signed_rank": ("p adjusted", "Adjusted P value, signed rank test"),
    "unwarned": ("p adjusted", "Adjusted P value without warned samples"),
}
ALWAYS = ("estimate", "p_value", "p_adjusted", "n_pairs")  # of every protein; the rest where shown


@dataclass(frozen=True, slots=True)
class _Fits:
    """The main analysis and its sensitivity analyses, contrast by contrast."""

    main: list[VisitContrast]
    others: Mapping[str, list[VisitContrast]]


def analyze_proteins(adbm: pl.DataFrame, adsl: pl.DataFrame, panel: PlasmaPanel) -> ProteinResult:
    """Compare every protein between the protocol's visits and the reference.

    Parameters
    ----------
    adbm, adsl : DataFrame
        Analysis datasets; treated patients are analyzed.
    panel : PlasmaPanel
        The protocol's panel: visits, reference, contrasts, model and adjustment.

    Returns
    -------
    ProteinResult
        Contrasts in the protocol's order; one whose visit nobody has is left out.

    Raises
    ------
    NotRecordedError
        If there are fewer than two patients, or no contrast has samples at both visits.
    """
    proteins = pick_proteins(adbm, adsl, panel)
    pairs = _list_pairs(proteins, panel)
    fits = _fit(proteins, pairs, panel)
    rows = pl.concat(_tabulate(proteins, fits, panel))
    ledger = Ledger()
    _add_overview(ledger, proteins)
    contrasts = [[visit, ref, _kind(panel, visit)] for visit, ref in pairs]
    result = ProteinResult(
        id="proteins",
        title="Plasma proteins between visits",
        method=Method(
            "Change of each protein between visits",
            {
                "model": panel.model.value,
                "reference visit": panel.reference,
                "adjusted by": "Benjamini-Hochberg" if panel.adjust is Adjustment.BH else "none",
                "population": "treated patients",
                "values below the limit of detection": "kept",
                "samples with a quality warning": "kept; left out in the sensitivity analysis",
            },
            REFERENCES,
        ),
        data=ledger.data,
        basis=ledger.basis,
        contrasts=contrasts,
        model=MODELS[panel.model].value,
        alpha=ALPHA,
        rows=rows,
    )
    for visit, reference in pairs:
        _add_contrast(ledger, result, proteins, (visit, reference))
    return replace(result, data=ledger.data, basis=ledger.basis)


def _list_pairs(proteins: ProteinSamples, panel: PlasmaPanel) -> list[tuple[str, str]]:
    """Return the contrasts whose two visits anybody has."""
    if len(set(proteins.subjects)) < FEWEST_PATIENTS:
        raise NotRecordedError(f"plasma proteins of {FEWEST_PATIENTS} or more treated patients")
    here = set(proteins.visits)
    pairs = [
        (visit, panel.reference) for visit in panel.contrasts if {visit, panel.reference} <= here
    ]
    if not pairs:
        raise NotRecordedError(f"plasma samples of {panel.reference} and of a later visit")
    return pairs


def _kind(panel: PlasmaPanel, visit: str) -> str:
    """Tell a visit before the reference from one after it, by the panel's order."""
    order = list(panel.visits)
    is_before = visit in order and order.index(visit) < order.index(panel.reference)
    return LEAD_IN if is_before else CHANGE


def _fit(proteins: ProteinSamples, pairs: Sequence[tuple[str, str]], panel: PlasmaPanel) -> _Fits:
    """Fit the protocol's model and the sensitivity analyses."""
    main = MODELS[panel.model]

    def compare(samples: ProteinSamples, model: VisitModel) -> list[VisitContrast]:
        return compare_visits(samples.values, samples.subjects, samples.visits, pairs, model)

    others = {
        "moderated": compare(proteins, VisitModel.MODERATED),
        "signed_rank": compare(proteins, VisitModel.SIGNED_RANK),
    }
    unwarned = proteins.keep([not warned for warned in proteins.samples["is_warned"]])
    try:
        others["unwarned"] = compare(unwarned, main)
    except EstimateError:  # without them a visit, or all but one patient, is gone
        others["unwarned"] = []
    return _Fits(compare(proteins, main), others)


def _tabulate(proteins: ProteinSamples, fits: _Fits, panel: PlasmaPanel) -> Iterator[pl.DataFrame]:
    """Yield a frame per contrast, a row per protein."""
    is_adjusted = panel.adjust is Adjustment.BH
    n = len(proteins.assays)
    for place, found in enumerate(fits.main):
        numbers = {
            "estimate": found.contrast.estimate,
            "lower": found.contrast.lower,
            "upper": found.contrast.upper,
            "p_value": found.contrast.p_value,
            "p_adjusted": found.p_adjusted if is_adjusted else found.contrast.p_value,
        }
        for name in SENSITIVITIES:
            fitted = fits.others[name]
            numbers[name] = np.full(n, np.nan)
            if fitted:
                other = fitted[place]
                numbers[name] = other.p_adjusted if is_adjusted else other.contrast.p_value
        yield proteins.assays.with_columns(
            pl.lit(found.first).alias("contrast"),
            *(pl.Series(name, values).fill_nan(None) for name, values in numbers.items()),
            pl.Series("n_pairs", found.n_pairs, dtype=pl.Int64),
        )


def _add_overview(ledger: Ledger, proteins: ProteinSamples) -> None:
    """Add the numbers of patients, samples, proteins, warned samples and pairs needed."""
    samples = proteins.rows.unique(["USUBJID", "AVISIT"], keep="first", maintain_order=True)
    keys = proteins.samples.filter(col("is_warned")).select("USUBJID", "AVISIT")
    warned = samples.join(keys, on=["USUBJID", "AVISIT"], how="semi")
    n_proteins = proteins.assays.height
    for stat_id, value, label, rows in (
        ("patients", samples["USUBJID"].n_unique(), "Patients with plasma samples", samples),
        ("samples", samples.height, "Plasma samples", samples),
        ("proteins", n_proteins, "Proteins", samples),
        ("warned", warned.height, "Samples with a quality warning", warned),
        ("pairs_needed", find_pairs_needed(n_proteins), "Pairs that a rank test needs", samples),
    ):
        ledger.add(Stat(stat_id, value, "n", label), "ADBM", rows, "AVAL")


def _add_contrast(
    ledger: Ledger, result: ProteinResult, proteins: ProteinSamples, pair: tuple[str, str]
) -> None:
    """Add the counts of a contrast and the numbers of its proteins."""
    visit, reference = pair
    name, words = slug(visit), f"{visit} minus {reference}"
    both = proteins.rows.filter(col("AVISIT").is_in([visit, reference]))
    by_protein = {str(code): rows for (code,), rows in both.group_by("PARAMCD")}
    mine = result.of_contrast(visit)
    n_pairs = mine["n_pairs"]
    n_most = int(n_pairs.max() or 0)  # type: ignore[arg-type]
    up, down = result.found(visit, is_up=True), result.found(visit, is_up=False)
    for stat_id, value, label, part in (
        ("pairs_min", int(n_pairs.min() or 0), "Fewest pairs of a protein", mine),  # type: ignore[arg-type]
        ("pairs_max", n_most, "Most pairs of a protein", mine),
        ("smallest_p", smallest_signed_rank_p(n_most), "Smallest P of a signed rank test", mine),
        ("up", up.height, "Proteins up", up),
        ("down", down.height, "Proteins down", down),
        *_count_others(mine, result.alpha),
    ):
        rows = pl.concat(
            [by_protein[code] for code in part["PARAMCD"]] or [both.head(0)], how="diagonal"
        )
        kind = "p_value" if stat_id == "smallest_p" else "n"
        stat = Stat(f"{name}.{stat_id}", value, kind, f"{words}: {label.lower()}", level=words)
        ledger.add(stat, "ADBM", rows.select("USUBJID", "ASEQ"), "AVAL")
    shown = set(result.shown(visit)["key"])
    for item in mine.iter_rows(named=True):
        for measure, (kind, label) in MEASURES.items():
            if measure in ALWAYS or item["key"] in shown:
                key = f"{name}.{item['key']}.{measure}"
                stat = Stat(
                    key,
                    item[measure],
                    kind,
                    f"{item['PARAM']}, {words}: {label}",
                    "AVAL",
                    item["PARAM"],
                )
                ledger.add(stat, "ADBM", by_protein[item["PARAMCD"]], "AVAL")


def _count_others(
    proteins: pl.DataFrame, alpha: float
) -> Iterator[tuple[str, float, str, pl.DataFrame]]:
    """Yield how many proteins each sensitivity analysis finds."""
    labels = ("the moderated model", "signed rank tests", "the model without warned samples")
    for name, label in zip(SENSITIVITIES, labels, strict=True):
        found = proteins.filter(col(name) < alpha)
        yield f"{name}_n", found.height, f"Proteins found by {label}", found
