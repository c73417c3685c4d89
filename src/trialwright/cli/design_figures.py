"""Figures that `trialwright design` writes beside its tables."""

from pathlib import Path

import polars as pl

from trialwright.core.errors import DesignError
from trialwright.figures.design import (
    describe_admissible_hull,
    draw_admissible_hull,
    draw_design,
)
from trialwright.figures.layout import canvas_of
from trialwright.figures.style import save_figure
from trialwright.stats.two_stage import DesignSearch, TwoStageDesign, evaluate_two_stage

N_RATES = 201
SUFFIXES = (".svg", ".png")


def save_search_figure(search: DesignSearch, file: str) -> None:
    """Write expected against maximum size as SVG and PNG."""
    labels = {
        choice.design.n: ", ".join(kind.value for kind in choice.kinds) for choice in search.designs
    }
    frame = pl.DataFrame(
        {
            "n": [one.n for one in search.frontier],
            "expected_n": [one.expected_n for one in search.frontier],
            "on_hull": [one.n in labels for one in search.frontier],
            "label": [
                f"{one.r1}/{one.n1}, {one.r}/{one.n} {labels[one.n]}" if one.n in labels else None
                for one in search.frontier
            ],
        }
    )
    drawn = canvas_of(draw_admissible_hull(frame))
    footer = f"p0 {search.p0:g}, p1 {search.p1:g}, alpha {search.alpha:g}, power {search.power:g}"
    save_figure(drawn, _stem(file), footer, describe_admissible_hull(frame))


def save_power_figure(design: TwoStageDesign, file: str) -> None:
    """Write power and expected size over the true rate as SVG and PNG."""
    points = [evaluate_two_stage(design, step / (N_RATES - 1)) for step in range(N_RATES)]
    columns = ("rate", "prob_early_stop", "prob_reject", "expected_n")
    frame = pl.DataFrame({name: [getattr(one, name) for one in points] for name in columns})
    bounds = f"{design.r1}/{design.n1},{design.r}/{design.n}"
    text = f"Probabilities and expected patients of the design {bounds} over the true rate."
    save_figure(draw_design(frame), _stem(file), f"Design {bounds}", text)


def _stem(file: str) -> Path:
    """Return a figure's file without its suffix; both SVG and PNG are written."""
    path = Path(file)
    if path.suffix.lower() not in ("", *SUFFIXES):
        raise DesignError(f"--figure is '{file}', expected a name that ends in .svg or .png.")
    return path.with_suffix("")
