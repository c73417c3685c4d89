"""Answer of `trialwright slides tls`: read, call one science function, write, print."""

import json
import math
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.cli.progress import Progress
from trialwright.core.errors import EstimateError, ProtocolError
from trialwright.core.table import Table, make_table, round_half_up, row
from trialwright.figures.tls import draw_tls, write_overlay
from trialwright.imaging.geojson import Region, write_regions
from trialwright.imaging.slide import Slide, open_slide
from trialwright.imaging.tissue import read_overview
from trialwright.imaging.tls_colors import Chromogens, read_chromogens
from trialwright.imaging.tls_slide import TlsSlide, find_slide_tls
from trialwright.imaging.tls_structures import Structure, StructureKind
from trialwright.protocol.load import read_written
from trialwright.protocol.tls import TlsRule

Json = dict[str, Any]
OVERLAY_PX = 1800
BIOPSY_NOTE = "Biopsy: absence says less than in a surgical specimen."
PROPOSAL_NOTE = "A proposal by a rule; a pathologist decides."
CLASSES = {
    StructureKind.MATURE_TLS: ("Mature TLS", (0, 114, 178)),
    StructureKind.TLS: ("TLS", (213, 94, 0)),
    StructureKind.AGGREGATE: ("Lymphoid aggregate", (27, 27, 31)),
}


def answer_tls(arguments: Namespace) -> int:
    """Print the lymphoid structures of one image; write outlines, overlay, cells and tables."""
    rule = _read_rule(arguments.rule)
    chromogens = _read_chromogens(arguments.chromogen)
    is_biopsy = arguments.specimen == "biopsy"
    with open_slide(arguments.image, arguments.pixel_size_um) as slide:
        found = find_slide_tls(slide, rule, chromogens, is_biopsy, Progress())
        value = _describe(found)
        _write(found, value, slide, Path(arguments.out))
    for warning in found.warnings:
        print(f"{Path(arguments.image).name}, {warning}", file=sys.stderr)
    if arguments.json:
        print(json.dumps(value, indent=2, allow_nan=False))
    else:
        print(_tabulate(found).to_text())
        print(f"tls.geojson, overlay.png and tables are in {arguments.out}")
    return 0


def _read_rule(path: str | None) -> TlsRule:
    """Read the rule from its file; the defaults without one."""
    if path is None:
        return TlsRule()
    written = read_written(Path(path), TlsRule, "rule")
    if written.content is None:
        raise ProtocolError.of_blocking(written.findings)
    return written.content


def _read_chromogens(pairs: Sequence[str] | None) -> Chromogens:
    """Read MARKER=COLOR pairs; those of METROMAJX without any."""
    if not pairs:
        return Chromogens()
    parts = [pair.partition("=") for pair in pairs]
    wrong = [pair for pair, (marker, _, color) in zip(pairs, parts, strict=True) if not color]
    if wrong:
        raise EstimateError(
            f"--chromogen is '{wrong[0]}', expected MARKER=COLOR. Write CD20=purple."
        )
    return read_chromogens({marker: color for marker, _, color in parts})


def _describe(found: TlsSlide) -> Json:
    """Return what was found under the keys that scripts rely on."""
    call = found.call
    return {
        "status": call.state.value,
        "structures": [_describe_structure(item) for item in call.structures],
        "aggregates": [_describe_structure(item) for item in call.aggregates],
        "is_biopsy": call.is_biopsy,
        "tissue_mm2": call.tissue_mm2,
        "n_cells": found.cells.height,
        "n_b": int((found.cells["kind"] == "B").sum()),
        "n_t": int((found.cells["kind"] == "T").sum()),
        "vectors": found.stains.as_dict(),
        "misfit_degrees": dict(found.misfit_degrees),
        "warnings": list(found.warnings),
        "rule": call.rule.model_dump(mode="json"),
    }


def _describe_structure(item: Structure) -> Json:
    """Return one structure; what is undefined is null."""
    return {
        "x_um": item.x_um,
        "y_um": item.y_um,
        "area_um2": item.area_um2,
        "n_b": item.n_b,
        "n_t": item.n_t,
        "cd23_area_um2": _known(item.cd23_area_um2),
        "mature": item.is_mature,
        "cd23_percent": _known(item.cd23_percent),
        "segregation": _known(item.segregation),
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _all_of(found: TlsSlide) -> list[Structure]:
    """Return structures, then aggregates, as they are numbered."""
    return [*found.call.structures, *found.call.aggregates]


def _write(found: TlsSlide, value: Json, slide: Slide, out: Path) -> None:
    """Write the answer, outlines for QuPath, the overlay, the cells and the sensitivity table."""
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, indent=2, allow_nan=False)
    (out / "tls.json").write_text(text + "\n", encoding="utf-8")
    numbered = list(enumerate(_all_of(found), start=1))
    regions = [_make_region(number, item) for number, item in numbered]
    write_regions(regions, out / "tls.geojson", found.pixel_size_um)
    found.cells.write_parquet(out / "cells.parquet")
    found.tabulate_sensitivity().write_csv(out / "sensitivity.csv")
    corners = [
        {"number": number, "kind": item.kind.value, "x_um": x, "y_um": y}
        for number, item in numbered
        for x, y in item.outline.rings[0].tolist()
    ]
    schema = {"number": pl.Int64, "kind": pl.String, "x_um": pl.Float64, "y_um": pl.Float64}
    longest_um = max(slide.width, slide.height) * slide.pixel_size_um
    view = read_overview(slide, longest_um / OVERLAY_PX)
    ax = draw_tls(view.pixels[..., :3], view.pixel_um, pl.DataFrame(corners, schema=schema))
    write_overlay(ax, out / "overlay.png", f"{slide.path.name}. {PROPOSAL_NOTE}")


def _make_region(number: int, item: Structure) -> Region:
    """Return a structure as an annotation with its measurements."""
    name, color = CLASSES[item.kind]
    numbers = {
        "Area um^2": item.area_um2,
        "Num B": float(item.n_b),
        "Num T": float(item.n_t),
        "CD23 area um^2": item.cd23_area_um2,
        "Segregation": item.segregation,
    }
    known = {key: value for key, value in numbers.items() if math.isfinite(value)}
    return Region(item.outline, name, f"{number}", known, color)


def _tabulate(found: TlsSlide) -> Table:
    """Return structures and aggregates as a table."""
    rows = [
        row(
            f"{number} {item.kind.value}",
            *(round_half_up(value, 0) for value in (item.x_um, item.y_um, item.area_um2)),
            str(item.n_b),
            str(item.n_t),
            round_half_up(item.cd23_area_um2, 0),
        )
        for number, item in enumerate(_all_of(found), start=1)
    ]
    notes = [
        f"Tissue {round_half_up(found.call.tissue_mm2, 2)} mm2. {PROPOSAL_NOTE}",
        *([BIOPSY_NOTE] if found.call.is_biopsy else []),
    ]
    columns = ("Structure", "x, um", "y, um", "Area, um2", "B", "T", "CD23, um2")
    title = f"Tertiary lymphoid structures: {found.call.state.value}"
    return make_table("tls", title, columns, rows, notes)
