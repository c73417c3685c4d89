"""Sentences on plasma proteins; every number is a cell."""

from trialwright.analyze.proteins.outcome_result import ProteinOutcome
from trialwright.analyze.proteins.quality import ProteinQuality
from trialwright.analyze.proteins.result import LEAD_IN, ProteinResult
from trialwright.core.ledger import slug
from trialwright.core.table import Cell, Text, cell, print_p
from trialwright.report.sentences.words import plural

MOST_NAMED = 12


def tell_proteins(result: ProteinResult) -> list[Text]:
    """Say how many proteins changed at each visit, which, and how that stands other analyses."""
    told: list[Text] = [
        (
            result.count_cell("proteins"),
            f" {plural(result.count('proteins'), 'protein', 'proteins')} were measured in ",
            result.count_cell("samples"),
            f" plasma {plural(result.count('samples'), 'sample', 'samples')} of ",
            result.count_cell("patients"),
            f" treated {plural(result.count('patients'), 'patient', 'patients')}.",
        )
    ]
    told += [
        _tell_contrast(result, visit, reference, is_lead_in=kind == LEAD_IN)
        for visit, reference, kind in result.contrasts
    ]
    told += [
        _tell_sensitivity(result, visit) for visit, _, kind in result.contrasts if kind != LEAD_IN
    ]
    return told


def _tell_contrast(result: ProteinResult, visit: str, reference: str, *, is_lead_in: bool) -> Text:
    """Say what changed at one visit."""
    name = slug(visit)
    n_up, n_down = result.count(f"{name}.up"), result.count(f"{name}.down")
    parts: list[str | Cell] = [f"{visit} against {reference} ("]
    parts += [_pairs(result, name), " pairs): "]
    if is_lead_in:
        parts.append("noise plus lead-in, since treatment may lie between the two; ")
    if not n_up and not n_down:
        parts += [
            cell("no", result.ref(f"{name}.up"), result.ref(f"{name}.down")),
            f" protein changed with an adjusted P below {result.alpha:g}.",
        ]
        return tuple(parts)
    if n_up:
        up = result.found(visit, is_up=True)
        parts += [result.count_cell(f"{name}.up"), f" {plural(n_up, 'was', 'were')} higher"]
        parts += [_lead(n_up), *result.print_names(up, MOST_NAMED)]
    if n_down:
        down = result.found(visit, is_up=False)
        joint = "; " if n_up else ""
        parts += [
            joint,
            result.count_cell(f"{name}.down"),
            f" {plural(n_down, 'was', 'were')} lower",
        ]
        parts += [_lead(n_down), *result.print_names(down, MOST_NAMED)]
    parts.append(f" (difference of NPX; adjusted P below {result.alpha:g}).")
    return tuple(parts)


def _lead(n: int) -> str:
    """Open the list of names."""
    return ": " if n <= MOST_NAMED else f", the {MOST_NAMED} largest "


def _pairs(result: ProteinResult, name: str) -> Cell:
    """Print the fewest and most pairs of a contrast."""
    low, high = result.count(f"{name}.pairs_min"), result.count(f"{name}.pairs_max")
    words = str(high) if low == high else f"{low}\N{EN DASH}{high}"
    return cell(words, result.ref(f"{name}.pairs_min"), result.ref(f"{name}.pairs_max"))


def _tell_sensitivity(result: ProteinResult, visit: str) -> Text:
    """Say how many proteins the other analyses find at a visit."""
    name = slug(visit)
    n_pairs, needed = result.count(f"{name}.pairs_max"), result.count("pairs_needed")
    parts: list[str | Cell] = [f"At {visit} the moderated model finds "]
    parts += [result.count_cell(f"{name}.moderated_n"), ", signed rank tests find "]
    parts += [result.count_cell(f"{name}.signed_rank_n")]
    if n_pairs < needed:
        parts += [
            " (with fewer than ",
            result.count_cell("pairs_needed"),
            " pairs they can find none",
        ]
        parts += [" among so many)"]
    parts += [", and the model without ", result.count_cell("warned"), " warned "]
    parts += [plural(result.count("warned"), "sample", "samples"), " finds "]
    return (*parts, result.count_cell(f"{name}.unwarned_n"), ".")


def tell_protein_quality(result: ProteinQuality) -> list[Text]:
    """Say how many samples and assays are doubtful."""
    return [
        (
            result.count_cell("outliers"),
            " of ",
            result.count_cell("outliers_of"),
            " samples were unlike the others, ",
            result.count_cell("low"),
            " of ",
            result.count_cell("low_of"),
            " assays lay mostly below the limit of detection, and ",
            result.count_cell("plate_effects"),
            " differed between plates. All were kept.",
        )
    ]


def tell_protein_outcome(result: ProteinOutcome) -> list[Text]:
    """Say which protein goes most with outcome in each analysis, and whether any stands."""
    told: list[Text] = []
    for name, words in result.analyses:
        rows = result.of_analysis(name)
        if rows.is_empty() or rows["p_value"][0] is None:
            continue
        first = rows.row(0, named=True)
        key = f"{name}.{first['key']}"
        adjusted = cell(print_p(first["p_adjusted"]), result.ref(f"{key}.p_adjusted"))
        p_value = cell(print_p(first["p_value"]), result.ref(f"{key}.p_value"))
        lead = f"{words}: smallest for {first['PARAM']}, "
        told.append((lead, p_value, "; adjusted ", adjusted, "."))
    return told
