"""Tables of the further design questions for a terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from trialwright.core.table import Table, make_table, round_half_up, row
from trialwright.stats.monitoring import Boundary, CrossingPoint
from trialwright.stats.single_stage import SingleStageSearch

DIGITS = 4


def fields_table(title: str, *objects: Any) -> Table:
    """Lay out the plain fields of results, one a line."""
    rows = []
    for item in objects:
        fields: Mapping[str, Any] = asdict(item) if is_dataclass(item) else item  # type: ignore[arg-type]
        for name, value in fields.items():
            if value is not None and not isinstance(value, Mapping):
                rows.append(row(name.replace("_", " "), _print(value)))
    return make_table("design", title, ("", ""), rows)


def _print(value: Any) -> str:
    """Print one value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return round_half_up(value, DIGITS)
    if isinstance(value, list | tuple):
        return ", ".join(f"{part:g}" for part in value)
    return str(value)


def single_table(found: SingleStageSearch) -> Table:
    """Lay out single-stage designs."""
    return make_table(
        "design_single",
        "Exact single-stage designs",
        ("n", "active with", "alpha", "power"),
        [
            row(
                str(design.n),
                f"{design.r + 1} or more",
                round_half_up(design.exact_alpha, DIGITS),
                round_half_up(design.exact_power, DIGITS),
            )
            for design in found.designs
        ],
        (f"From {found.n_conservative} patients on every size has the power: proven.",),
    )


def crossing_table(boundary: Boundary, points: Sequence[CrossingPoint]) -> list[Table]:
    """Lay out a boundary, and what it does at several rates."""
    bounds = make_table(
        "design_boundary",
        "Stop when events are more than tolerated",
        ("Patients", *(str(look) for look in boundary.looks)),
        [row("Tolerated", *(str(bound) for bound in boundary.bounds))],
    )
    if not points:
        return [bounds]
    crossing = make_table(
        "design_crossing",
        "Exact probabilities",
        ("True rate", "Stops", "Stops before the last look", "Expected patients"),
        [
            row(
                f"{point.rate:g}",
                round_half_up(point.prob_stop, DIGITS),
                round_half_up(point.prob_stop_before_last, DIGITS),
                round_half_up(point.expected_n, 2),
            )
            for point in points
        ],
    )
    return [bounds, crossing]
