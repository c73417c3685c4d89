"""Do proteins go with outcome? Each alone against progression, response and change of CD8."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from polars import col

from trialwright.analyze.proteins.outcome_result import (
    HAZARD,
    N_PERMUTATIONS,
    N_SHOWN,
    PARTS,
    ProteinOutcome,
)
from trialwright.analyze.proteins.panel import ProteinSamples, pick_proteins
from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import NotRecordedError
from trialwright.core.ledger import Ledger, Stat
from trialwright.core.result import Method
from trialwright.core.units import DAYS_PER_MONTH
from trialwright.datasets.analysis_biomarkers import TISSUE_CATEGORY
from trialwright.derive.reads import PARQUALS, list_best_responses
from trialwright.protocol.biomarkers import PlasmaPanel
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.stats.multiplicity import adjust_p_values
from trialwright.stats.outcome import correlate_ranks, permute_hazards, screen_hazards
from trialwright.stats.rank_tests import estimate_rank_sum_shift

FEWEST_EVENTS, FEWEST_SUBJECTS = 2, 5
SEED = 20240223
EVENT_TIME, PROGRESSION, CD8 = "PFS", "PD", "CD8PCT"
REFERENCES = (
    "Cox DR. J R Stat Soc B 1972;34:187-220. Anderson JR, Cain KC, Gelber RD. J Clin Oncol "
    "1983;1:710-719. Phipson B, Smyth GK. Stat Appl Genet Mol Biol 2010;9:39."
)
RANKS, CORRELATION = "ranks", "cd8"


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Of each subject: days to progression or censoring from `start`, and best response."""

    times: Mapping[str, tuple[date, date, bool, int]]  # start, end, event, ASEQ
    responses: Mapping[str, str]
    cells: pl.DataFrame  # rows of ADBM with CD8 cells in tissue


def analyze_protein_outcome(
    adbm: pl.DataFrame,
    adsl: pl.DataFrame,
    adtte: pl.DataFrame,
    adrs: pl.DataFrame | None,
    panel: PlasmaPanel,
    settings: tuple[str, AnalysisRead],
) -> ProteinOutcome:
    """Set every protein against progression-free survival, best response and change of CD8.

    Parameters
    ----------
    adbm, adsl, adtte : DataFrame
        Analysis datasets; treated patients are analyzed.
    adrs : DataFrame or None
        Responses, for the comparison by best response.
    panel : PlasmaPanel
        The protocol's panel.
    settings : (str, AnalysisRead)
        Visit of the landmark, and whose responses count.

    Returns
    -------
    ProteinOutcome
        Levels at the reference against progression from treatment start; changes at the landmark
        against progression from there; changes by best response; changes against CD8.

    Raises
    ------
    NotRecordedError
        If there are too few events or patients for any of them.
    """
    landmark, read = settings
    proteins = pick_proteins(adbm, adsl, panel)
    outcome = _read_outcome(adtte, adrs, adbm, read)
    subjects = sorted(set(proteins.subjects) & set(outcome.times))
    base = proteins.at_visit(panel.reference, subjects)
    change = proteins.at_visit(landmark, subjects) - base
    taken = _find_days(proteins.rows, landmark)
    whole = {subject: outcome.times[subject][0] for subject in subjects}
    late = [subject in taken and outcome.times[subject][1] > taken[subject] for subject in subjects]
    of_late = np.where(np.array(late, dtype=bool)[None, :], change, np.nan)
    from_start = _screen_hazards(proteins, base, subjects, (outcome, whole))
    from_landmark = _screen_hazards(proteins, change, subjects, (outcome, taken))
    responses = _compare_responses(proteins, of_late, subjects, outcome)
    cells = _correlate(proteins, change, subjects, outcome)
    made = [
        (f"{HAZARD}_base", f"Level at {panel.reference}, progression from the start", from_start),
        (f"{HAZARD}_change", f"Change to {landmark}, progression from there", from_landmark),
        (RANKS, f"Change to {landmark}, best response PD against others", responses),
        (CORRELATION, f"Change to {landmark} with the change of CD8 cells", cells),
    ]
    found = [(name, words, rows) for name, words, rows in made if rows is not None]
    if not found:
        raise NotRecordedError("at least two progressions among patients with plasma samples")
    return _make_result(found, proteins, (landmark, panel.reference), outcome)


def _make_result(
    found: Sequence[tuple[str, str, pl.DataFrame]],
    proteins: ProteinSamples,
    visits: tuple[str, str],
    outcome: _Outcome,
) -> ProteinOutcome:
    """Put the analyses together with the rows behind them."""
    ledger = Ledger()
    for name, words, rows in found:
        _add(ledger, (name, words), rows, proteins, (visits, outcome))
    return ProteinOutcome(
        id="protein_outcome",
        title="Plasma proteins and outcome",
        method=Method(
            "Each protein alone: proportional hazards, rank sum tests, rank correlation",
            {"landmark": visits[0], "permutations": N_PERMUTATIONS, "seed": SEED},
            REFERENCES,
        ),
        data=ledger.data,
        basis=ledger.basis,
        landmark=visits[0],
        analyses=[[name, words] for name, words, _ in found],
        rows=pl.concat(
            [rows.with_columns(pl.lit(name).alias("analysis")) for name, _, rows in found]
        ),
    )


def _read_outcome(
    adtte: pl.DataFrame, adrs: pl.DataFrame | None, adbm: pl.DataFrame, read: AnalysisRead
) -> _Outcome:
    """Return times and responses by one read."""
    mine = adtte.filter(col("PARQUAL") == PARQUALS[read], col("PARAMCD") == EVENT_TIME)
    columns = ("USUBJID", "STARTDT", "ADT", "CNSR", "ASEQ")
    times = {
        subject: (start, end, censored == 0, sequence)
        for subject, start, end, censored, sequence in mine.drop_nulls(["STARTDT", "ADT"])
        .select(columns)
        .iter_rows()
    }
    responses = dict(list_best_responses(adrs, read).iter_rows())
    cells = adbm.filter(
        col("PARCAT1") == TISSUE_CATEGORY, col("PARAMCD") == CD8, col("AVAL").is_not_null()
    )
    return _Outcome(times, responses, cells)


def _find_days(rows: pl.DataFrame, visit: str) -> dict[str, date]:
    """Return the day of each subject's sample of a visit."""
    dated = rows.filter(col("AVISIT") == visit).drop_nulls("ADT")
    return dict(dated.group_by("USUBJID").agg(col("ADT").min()).iter_rows())


def _screen_hazards(
    proteins: ProteinSamples,
    values: FloatArray,
    subjects: Sequence[str],
    parts: tuple[_Outcome, Mapping[str, date]],
) -> pl.DataFrame | None:
    """Screen proteins against progression from given days on; None with too few events."""
    outcome, starts = parts
    months, events = np.full(len(subjects), -1.0), np.zeros(len(subjects), dtype=bool)
    for place, subject in enumerate(subjects):
        if subject in starts:
            _, end, event, _ = outcome.times[subject]
            months[place] = (end - starts[subject]).days / DAYS_PER_MONTH
            events[place] = event
    is_kept = months > 0
    if is_kept.sum() < FEWEST_SUBJECTS or events[is_kept].sum() < FEWEST_EVENTS:
        return None
    kept, times, happened = values[:, is_kept], months[is_kept], events[is_kept]
    found = screen_hazards(kept, times, happened)
    permuted = permute_hazards(kept, times, happened, np.random.default_rng(SEED), N_PERMUTATIONS)
    likelihood = found.p_likelihood_ratio
    columns = {"estimate": np.exp(found.coef), "lower": found.lower, "upper": found.upper}
    return _tabulate(proteins, columns | {"p_value": likelihood, "p_other": permuted}, found.n)


def _tabulate(
    proteins: ProteinSamples, numbers: Mapping[str, FloatArray], n: IntArray
) -> pl.DataFrame:
    """Return one row per protein, P adjusted over them."""
    blank = np.full(len(proteins.assays), np.nan)
    whole = {
        name: numbers.get(name, blank)
        for name in ("estimate", "lower", "upper", "p_value", "p_other")
    }
    whole["p_adjusted"] = adjust_p_values(whole["p_value"])
    return proteins.assays.select("PARAMCD", "PARAM", "key").with_columns(
        *(pl.Series(k, v).fill_nan(None) for k, v in whole.items()),
        pl.Series("n", np.asarray(n, dtype=np.int64)),
    )


def _compare_responses(
    proteins: ProteinSamples, values: FloatArray, subjects: Sequence[str], outcome: _Outcome
) -> pl.DataFrame | None:
    """Compare changes between progression and other best responses; nothing with one of a kind."""
    known = [outcome.responses.get(subject) for subject in subjects]
    has_values = ~np.isnan(values).all(axis=0)
    first = np.array([r == PROGRESSION for r in known]) & has_values
    second = np.array([r not in (None, PROGRESSION, "NE") for r in known]) & has_values
    if min(first.sum(), second.sum()) < FEWEST_EVENTS:
        return None
    ranks = estimate_rank_sum_shift(values[:, first], values[:, second])
    numbers = {"estimate": ranks.estimate, "lower": ranks.lower, "upper": ranks.upper}
    return _tabulate(proteins, numbers | {"p_value": ranks.p_value}, ranks.n_first + ranks.n_second)


def _correlate(
    proteins: ProteinSamples, values: FloatArray, subjects: Sequence[str], outcome: _Outcome
) -> pl.DataFrame | None:
    """Correlate changes with those of CD8 cells in tissue, where ADBM has them."""
    later = outcome.cells.filter(col("CHG").is_not_null(), col("ABLFL").is_null())
    changes = dict(later.group_by("USUBJID").agg(col("CHG").last()).iter_rows())
    other = np.array([changes.get(subject, np.nan) for subject in subjects], dtype=float)
    if (~np.isnan(other)).sum() < FEWEST_SUBJECTS:
        return None
    ranks = correlate_ranks(values, other)
    return _tabulate(proteins, {"estimate": ranks.coefficient, "p_value": ranks.p_value}, ranks.n)


def _add(
    ledger: Ledger,
    analysis: tuple[str, str],
    rows: pl.DataFrame,
    proteins: ProteinSamples,
    parts: tuple[tuple[str, str], _Outcome],
) -> None:
    """Add the numbers of the proteins that the table shows."""
    (name, words), (visits, outcome) = analysis, parts
    sequences = [(subject, item[3]) for subject, item in outcome.times.items()]
    ends = pl.DataFrame(sequences, schema={"USUBJID": pl.String, "ASEQ": pl.Int64}, orient="row")
    labels = ("Estimate", "P value", "P value by permutation", "Adjusted P value", "n")
    for item in rows.sort("p_value", "PARAM", nulls_last=True).head(N_SHOWN).iter_rows(named=True):
        behind = proteins.rows.filter(
            col("PARAMCD") == item["PARAMCD"], col("AVISIT").is_in(list(visits))
        )
        for part, label in zip(PARTS, labels, strict=True):
            key = f"{name}.{item['key']}.{part}"
            text = f"{item['PARAM']}, {words}: {label}"
            ledger.add(
                Stat(key, item[part], part, text, "AVAL", item["PARAM"]), "ADBM", behind, "AVAL"
            )
            if name == CORRELATION:
                ledger.also(key, "ADBM", outcome.cells, "AVAL")
            else:
                ledger.also(key, "ADTTE", ends, "AVAL")
