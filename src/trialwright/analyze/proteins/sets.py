"""Do the proteins that changed belong together? Gene sets, over-represented or at one end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from polars import col
from scipy.special import ndtri

from trialwright.analyze.proteins.panel import ProteinSamples, pick_proteins
from trialwright.analyze.proteins.result import LEAD_IN, ProteinResult
from trialwright.core.arrays import FloatArray
from trialwright.core.errors import NotRecordedError
from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import (
    Row,
    Table,
    cell,
    heading,
    make_table,
    print_bare_p,
    round_half_up,
    row,
)
from trialwright.datasets.gene_sets import name_genes
from trialwright.protocol.biomarkers import PlasmaPanel
from trialwright.stats.enrichment import find_over_representation, find_rank_enrichment
from trialwright.stats.multiplicity import adjust_p_values

FEWEST_MEASURED, N_SHOWN = 3, 10
N_PERMUTATIONS, SEED = 1000, 20240223
REFERENCES = (
    "Khatri P, Draghici S. Bioinformatics 2005;21:3587-3595. Subramanian A, et al. Proc Natl Acad "
    "Sci USA 2005;102:15545-15550."
)
PARTS = ("n_measured", "n_found", "p_value", "p_adjusted", "score", "p_rank")


@dataclass(frozen=True, kw_only=True)
class ProteinSets(Result):
    """Gene sets by contrast: those over-represented among what was found, and in the ranking.

    `rows` has contrast, name, key, n_measured, n_found, expected, p_value, p_adjusted, score
    (normalized), p_rank and leading; `contrasts` names [visit, reference].
    """

    contrasts: list[list[str]]
    n_small: int
    rows: pl.DataFrame

    def of_contrast(self, visit: str) -> pl.DataFrame:
        """Return a contrast's sets, smallest P of the ranking first."""
        mine = self.rows.filter(col("contrast") == visit)
        return mine.sort("p_rank", "p_value", "name", nulls_last=True)

    def table(self) -> Table:
        """Return the sets with the smallest P of each contrast."""
        rows: list[Row] = []
        for visit, reference in self.contrasts:
            rows.append(heading(f"{visit} minus {reference}"))
            mine = self.of_contrast(visit).head(N_SHOWN)
            rows += [self._row(visit, item) for item in mine.iter_rows(named=True)]
        heads = ("", "Measured", "Found (expected)", "P", "Adjusted P", "Score", "P, ranking",
                 "Leading")  # fmt: skip
        notes = [
            "Found: adjusted P below 0.05, of either direction; P by the hypergeometric "
            "distribution over the proteins of the panel, not over the genome. Score: normalized "
            f"enrichment in the ranking by signed P; P by {N_PERMUTATIONS} permutations of "
            "proteins, which takes them for independent.",
            f"Sets with fewer than {FEWEST_MEASURED} proteins on the panel left out: "
            f"{self.n_small}.",
        ]
        return make_table(self.id, self.title, heads, rows, notes)

    def _row(self, visit: str, item: Mapping[str, object]) -> Row:
        refs = {part: self.ref(f"{slug(visit)}.{item['key']}.{part}") for part in PARTS}
        expected = round_half_up(float(str(item["expected"])), 1)
        numbers = {name: self.value(f"{slug(visit)}.{item['key']}.{name}") for name in PARTS}
        return row(
            str(item["name"]),
            cell(str(item["n_measured"]), refs["n_measured"]),
            cell(f"{item['n_found']} ({expected})", refs["n_found"]),
            cell(print_bare_p(numbers["p_value"]), refs["p_value"]),
            cell(print_bare_p(numbers["p_adjusted"]), refs["p_adjusted"]),
            cell(round_half_up(numbers["score"], 2), refs["score"]),
            cell(print_bare_p(numbers["p_rank"]), refs["p_rank"]),
            str(item["leading"]),
            indent=1,
        )


def analyze_protein_sets(
    adbm: pl.DataFrame,
    adsl: pl.DataFrame,
    proteins: ProteinResult,
    gene_sets: pl.DataFrame,
    panel: PlasmaPanel,
) -> ProteinSets:
    """Test gene sets against the contrasts after the reference.

    Parameters
    ----------
    adbm, adsl : DataFrame
        Analysis datasets, for the rows behind each number.
    proteins : ProteinResult
        The contrasts.
    gene_sets : DataFrame
        One row per set and member, as `datasets.gene_sets.read_gmt_table` makes it: set, gene.
    panel : PlasmaPanel
        The protocol's panel.

    Raises
    ------
    NotRecordedError
        If no set has three proteins of the panel.
    """
    matrix = pick_proteins(adbm, adsl, panel)
    genes = name_genes(matrix.assays)
    members = {
        str(name): frozenset(part["gene"])
        for (name,), part in gene_sets.group_by("set", maintain_order=True)
    }
    measured = set(genes.values())
    sets = {n: genes_ for n, genes_ in members.items() if len(genes_ & measured) >= FEWEST_MEASURED}
    if not sets:
        raise NotRecordedError(f"a gene set with {FEWEST_MEASURED} proteins of the panel")
    contrasts = [[visit, ref] for visit, ref, kind in proteins.contrasts if kind != LEAD_IN]
    ledger, parts = Ledger(), []
    for visit, reference in contrasts:
        rows = _test(proteins, visit, genes, sets)
        _add(ledger, (visit, reference), rows, (matrix, genes, sets))
        parts.append(rows)
    return ProteinSets(
        id="protein_sets",
        title="Gene sets among the plasma proteins",
        method=Method(
            "Over-representation and rank enrichment",
            {"permutations": N_PERMUTATIONS, "seed": SEED, "background": "proteins of the panel"},
            REFERENCES,
        ),
        data=ledger.data,
        basis=ledger.basis,
        contrasts=contrasts,
        n_small=len(members) - len(sets),
        rows=pl.concat(parts),
    )


def _test(
    proteins: ProteinResult,
    visit: str,
    genes: Mapping[str, str],
    sets: Mapping[str, frozenset[str]],
) -> pl.DataFrame:
    """Return one row per set of a contrast; of two assays of one gene the smaller P counts."""
    mine = proteins.of_contrast(visit).drop_nulls(["p_value", "estimate"])
    mine = mine.with_columns(gene=col("PARAMCD").replace_strict(genes, return_dtype=pl.String))
    ranked = mine.unique("gene", keep="first", maintain_order=True)
    found = set(ranked.filter(col("p_adjusted") < proteins.alpha)["gene"])
    names = ranked["gene"].to_list()
    over = {o.name: o for o in find_over_representation(found, set(names), sets)}
    signed = _sign(ranked["p_value"].to_numpy(), ranked["estimate"].to_numpy())
    rng = np.random.default_rng(SEED)
    ranks = {r.name: r for r in find_rank_enrichment(names, signed, sets, rng, N_PERMUTATIONS)}
    kept = [name for name in sets if name in over]
    frame = pl.DataFrame(
        {
            "contrast": [visit] * len(kept),
            "name": kept,
            "key": [slug(name) for name in kept],
            "n_measured": [over[name].n_measured for name in kept],
            "n_found": [over[name].n_found for name in kept],
            "expected": [over[name].expected for name in kept],
            "p_value": [over[name].p_value for name in kept],
            "p_adjusted": adjust_p_values(np.array([over[name].p_value for name in kept])),
            "score": [ranks[name].normalized for name in kept],
            "p_rank": [ranks[name].p_value for name in kept],
            "leading": [", ".join(ranks[name].leading[:8]) for name in kept],
        }
    )
    return frame.with_columns(col("score", "p_rank").fill_nan(None))


def _sign(p_value: FloatArray, estimate: FloatArray) -> FloatArray:
    """Return the normal deviate of a P value with the sign of the estimate."""
    deviate: FloatArray = np.sign(estimate) * -ndtri(np.maximum(p_value, 1e-300) / 2)
    return deviate


def _add(
    ledger: Ledger,
    pair: tuple[str, str],
    rows: pl.DataFrame,
    parts: tuple[ProteinSamples, Mapping[str, str], Mapping[str, frozenset[str]]],
) -> None:
    """Add the numbers of the sets, with the rows of their members at the two visits."""
    matrix, genes, sets = parts
    visit, reference = pair
    both = matrix.rows.filter(col("AVISIT").is_in([visit, reference]))
    for item in rows.iter_rows(named=True):
        codes = [code for code, gene in genes.items() if gene in sets[item["name"]]]
        behind = both.filter(col("PARAMCD").is_in(codes))
        for stat in _list_stats(item, f"{visit} minus {reference}", slug(visit)):
            ledger.add(stat, "ADBM", behind, "AVAL")


def _list_stats(item: Mapping[str, object], words: str, stem: str) -> Iterator[Stat]:
    """Yield the statistics of one set."""
    labels: Sequence[str] = (
        "proteins measured", "proteins found", "P value", "adjusted P value", "normalized score",
        "P value in the ranking",
    )  # fmt: skip
    for part, label in zip(PARTS, labels, strict=True):
        value = item[part]
        number = None if value is None else float(str(value))
        key = f"{stem}.{item['key']}.{part}"
        name = str(item["name"])
        yield Stat(key, number, part, f"{name}, {words}: {label}", "AVAL", name)
