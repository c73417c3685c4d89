"""Answers of `trialwright npx`: read, match, call one science function, print."""

import csv
import json
import math
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trialwright.cli.npx_input import read_exports
from trialwright.cli.npx_tables import contrast_table, list_notes, quality_tables
from trialwright.core.errors import EstimateError
from trialwright.datasets.olink_panel import ProteinMatrix, drop_warned
from trialwright.stats.rank_distributions import smallest_signed_rank_p
from trialwright.stats.visit_contrasts import VisitContrast, VisitModel, compare_visits

Json = dict[str, Any]
MEASURES = ("estimate", "std_error", "df", "statistic", "p_value", "lower", "upper")
ROW_KEYS = (
    "Assay", "UniProt", "OlinkID", "contrast", "estimate", "std_error", "df", "statistic",
    "p_value", "p_adjusted", "lower", "upper", "n_pairs",
)  # fmt: skip


def answer_test(arguments: Namespace) -> int:
    """Print changes between visits, protein by protein."""
    pairs = [_read_contrast(text) for text in arguments.contrast]
    npx = read_exports(arguments)
    matrix = drop_warned(npx.matrix) if arguments.without_warned else npx.matrix
    found = compare_visits(
        matrix.values,
        matrix.samples["USUBJID"].to_list(),
        matrix.samples["VISIT"].to_list(),
        pairs,
        VisitModel(arguments.model),
        arguments.level,
    )
    rows = [row for contrast in found for row in _list_rows(contrast, matrix)]
    if arguments.out:
        _write(rows, Path(arguments.out))
    if arguments.figure:
        from trialwright.cli.npx_displays import draw_contrasts

        draw_contrasts(rows, arguments.figure)
    npx.warn()
    if arguments.json:
        value = {
            "model": arguments.model,
            "level": arguments.level,
            "contrasts": [_describe(contrast, rows, arguments.model) for contrast in found],
            "rows": rows,
            "findings": [finding.as_dict() for finding in npx.findings],
        }
        print(json.dumps(value, indent=2, allow_nan=False))
    else:
        print("\n\n".join(contrast_table(c, rows, arguments.model).to_text() for c in found))
    return 0


def answer_quality(arguments: Namespace) -> int:
    """Print limits, warnings, outliers and plates of an export."""
    npx = read_exports(arguments)
    quality = npx.quality
    if arguments.figure:
        from trialwright.cli.npx_displays import draw_quality

        draw_quality(npx, arguments.figure)
    npx.warn()
    if arguments.json:
        frames = {
            "below_lod": quality.below_lod,
            "warnings": quality.warnings,
            "samples": quality.samples,
            "plates": quality.plates,
        }
        value: Json = {name: frame.to_dicts() for name, frame in frames.items()}
        value["astride"] = list(quality.astride)
        value["same_profiles"] = [list(pair) for pair in quality.same_profiles]
        value["findings"] = [finding.as_dict() for finding in npx.findings]
        print(json.dumps(value, indent=2, allow_nan=False))
    else:
        print("\n\n".join(table.to_text() for table in quality_tables(quality)))
    return 0


def _read_contrast(text: str) -> tuple[str, str]:
    """Read a contrast such as C2D1:C1D1."""
    first, colon, second = text.partition(":")
    if not (first and colon and second) or first == second:
        raise EstimateError(
            f"--contrast is '{text}', expected two visits. Write C2D1:C1D1 for the change from "
            "C1D1 to C2D1."
        )
    return first, second


def _list_rows(found: VisitContrast, matrix: ProteinMatrix) -> list[Json]:
    """Return one row per protein, under the keys that scripts rely on."""
    rows = []
    for place, assay in enumerate(matrix.assays.iter_rows(named=True)):
        numbers = {name: _number(getattr(found.contrast, name)[place]) for name in MEASURES}
        numbers["p_adjusted"] = _number(found.p_adjusted[place])
        named = {
            "Assay": assay["ASSAY"] or assay["OLINKID"],
            "UniProt": assay["UNIPROT"],
            "OlinkID": assay["OLINKID"],
            "contrast": f"{found.first}:{found.second}",
            "n_pairs": int(found.n_pairs[place]),
        }
        rows.append({key: {**named, **numbers}[key] for key in ROW_KEYS})
    return rows


def _describe(found: VisitContrast, rows: Sequence[Json], model: str) -> Json:
    """Return what limits a contrast as a whole."""
    name = f"{found.first}:{found.second}"
    n_pairs = int(found.n_pairs.max(initial=0))
    return {
        "contrast": name,
        "n_pairs": n_pairs,
        "smallest_signed_rank_p": smallest_signed_rank_p(n_pairs),
        "notes": list_notes(found, [row for row in rows if row["contrast"] == name], model),
    }


def _number(value: float) -> float | None:
    """Return a number, or None where it is undefined."""
    return float(value) if math.isfinite(value) else None


def _write(rows: Sequence[Json], path: Path) -> None:
    """Write all rows as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=ROW_KEYS)
        writer.writeheader()
        writer.writerows(rows)
