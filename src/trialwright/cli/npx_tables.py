"""Tables of `trialwright npx` for a terminal."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from polars import col

from trialwright.core.table import (
    Table,
    as_percent,
    make_table,
    print_interval,
    print_p,
    round_half_up,
    row,
)
from trialwright.datasets.olink_quality import NpxQuality
from trialwright.stats.rank_distributions import find_pairs_needed, smallest_signed_rank_p
from trialwright.stats.visit_contrasts import VisitContrast

N_SHOWN = 15
LEAD_IN_MARK = "D-"  # a visit of a day before the first cycle
MODEL_WORDS = {
    "mixed": "Random intercept per patient by REML over all visits, Satterthwaite.",
    "mixed-ml": "Random intercept per patient by full likelihood over all visits, Satterthwaite.",
    "moderated": "Constant per patient over all visits, moderated variances.",
    "paired-t": "Paired t test of the two visits.",
    "signed-rank": "Wilcoxon signed rank test of the two visits, Hodges-Lehmann shift.",
}


def contrast_table(found: VisitContrast, rows: Sequence[dict[str, Any]], model: str) -> Table:
    """Lay out one contrast, smallest P first."""
    name = f"{found.first}:{found.second}"
    mine = [line for line in rows if line["contrast"] == name]
    mine.sort(key=lambda line: (line["p_value"] is None, line["p_value"] or 0.0))
    return make_table(
        f"npx_{found.first}_{found.second}",
        f"NPX at {found.first} minus {found.second}",
        ("", "UniProt", "difference", "limits", "P", "adjusted P", "pairs"),
        [
            row(
                label,
                line["UniProt"] or "",
                round_half_up(line["estimate"], 2),
                print_interval(line["lower"], line["upper"], 2),
                print_p(line["p_value"]),
                print_p(line["p_adjusted"]),
                str(line["n_pairs"]),
            )
            for label, line in list(zip(label_rows(mine), mine, strict=True))[:N_SHOWN]
        ],
        tuple(list_notes(found, mine, model)),
    )


def label_rows(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the assay of each row; with its OlinkID where two assays have the same name."""
    names = [str(line["Assay"]) for line in rows]
    return [
        name if names.count(name) == 1 else f"{name} ({line['OlinkID']})"
        for name, line in zip(names, rows, strict=True)
    ]


def list_notes(found: VisitContrast, rows: Sequence[dict[str, Any]], model: str) -> list[str]:
    """Return what a reader has to know beside the numbers."""
    n_pairs = int(found.n_pairs.max(initial=0))
    n_shown = min(N_SHOWN, len(rows))
    notes = [
        f"{MODEL_WORDS[model]} P adjusted over {len(rows)} proteins (Benjamini-Hochberg).",
        f"{n_shown} of {len(rows)} proteins shown; --out writes all.",
        f"Pairs: {int(found.n_pairs.min(initial=n_pairs))} to {n_pairs}. Smallest P that a signed "
        f"rank test of {n_pairs} pairs can give: {smallest_signed_rank_p(n_pairs):.2g}.",
    ]
    n_needed = find_pairs_needed(max(len(rows), 1))
    if model == "signed-rank" and n_pairs < n_needed:
        notes.append(
            f"With fewer than {n_needed} pairs no single protein of {len(rows)} can reach an "
            "adjusted P of 0.05."
        )
    if any(visit.startswith(LEAD_IN_MARK) for visit in (found.first, found.second)):
        notes.append(
            "A visit before the first cycle: where a lead-in treatment lies between the two, the "
            "contrast is noise plus lead-in, not noise alone."
        )
    return notes


def quality_tables(quality: NpxQuality) -> list[Table]:
    """Lay out limits, warnings and outlying samples."""
    return [_limits_table(quality), _warnings_table(quality), _samples_table(quality)]


def _limits_table(quality: NpxQuality) -> Table:
    wide = quality.below_lod.pivot("VISIT", index=["OLINKID", "ASSAY"], values="rate_below")
    visits = [name for name in wide.columns if name not in ("OLINKID", "ASSAY")]
    low = wide.filter(pl.max_horizontal(visits).fill_null(0.0) > 0)
    return make_table(
        "npx_below_lod",
        "Values below the limit of detection (%)",
        ("", *visits),
        [
            row(
                line["ASSAY"] or line["OLINKID"],
                *(round_half_up(as_percent(line[visit]), 0) for visit in visits),
            )
            for line in low.iter_rows(named=True)
        ],
        ("Assays with none below it are left out. Values below it are kept in every analysis.",),
    )


def _warnings_table(quality: NpxQuality) -> Table:
    return make_table(
        "npx_warnings",
        "Samples with a quality warning",
        ("", "plate", "samples", "warned"),
        [
            row(
                line["PANEL"] or "", line["PLATEID"] or "", str(line["n_samples"]),
                str(line["n_warned"]),
            )
            for line in quality.warnings.iter_rows(named=True)
        ],
    )  # fmt: skip


def _samples_table(quality: NpxQuality) -> Table:
    outliers = quality.samples.filter(col("is_outlier"))
    return make_table(
        "npx_outliers",
        f"Samples unlike the others: {outliers.height} of {quality.samples.height}",
        ("", "patient", "visit", "median", "interquartile range"),
        [
            row(
                line["SAMPLEID"], line["USUBJID"], line["VISIT"],
                round_half_up(line["median"], 2), round_half_up(line["iqr"], 2),
            )
            for line in outliers.iter_rows(named=True)
        ],
        ("More than three standard deviations from the mean of all samples in median, "
         "interquartile range, or one of the first two principal components.",),
    )  # fmt: skip
