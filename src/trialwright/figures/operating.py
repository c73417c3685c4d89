"""What a trial decides under each variation of a scenario, beside what binomial tools say."""

import polars as pl
from matplotlib.axes import Axes

from trialwright.figures.layout import dress, fit, make_panel, require_columns
from trialwright.figures.style import GRID, INK, PAGE_MM, QUIET_INK, STRATA, styled

ROW_MM, MARGIN_MM = 7.5, 24.0
OFFSET = {"go": -0.19, "reject": 0.19}  # of a row: where both are the same, both are seen
HALF_LINE = 0.17
LIMITS = 1.96  # standard errors: 95% of the Monte Carlo error
LOOKS = {
    "go": ("goes on to stage 2", STRATA[0], "o"),
    "reject": ("concludes activity", STRATA[5], "s"),
}


@styled
def draw_operating(variants: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the probabilities of going on and of concluding activity, one row a variation.

    Parameters
    ----------
    variants : DataFrame
        One row a variation, in order of print: variant, prob_go, prob_reject, go_error,
        reject_error (standard errors), exact_go, exact_reject (binomial, null without).
    ax : Axes, optional
        Where to draw; a new figure when omitted.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    needed = ["variant"] + [f"{part}{name}" for name in LOOKS for part in ("prob_", "exact_")]
    require_columns(variants, "draw_operating", (*needed, "go_error", "reject_error"))
    height = MARGIN_MM + ROW_MM * variants.height
    ax = dress(ax if ax is not None else make_panel(PAGE_MM, height))
    for place, item in enumerate(variants.iter_rows(named=True)):
        for name, (_, color, marker) in LOOKS.items():
            height = place + OFFSET[name]
            exact = item[f"exact_{name}"]
            if exact is not None:
                ends = [height - HALF_LINE, height + HALF_LINE]
                ax.plot([exact, exact], ends, color=INK, linewidth=1, clip_on=False)
            error = LIMITS * item[f"{name}_error"]
            low, high = max(item[f"prob_{name}"] - error, 0), min(item[f"prob_{name}"] + error, 1)
            ax.plot([low, high], [height, height], color=color, linewidth=1, zorder=3)
            ax.plot(
                item[f"prob_{name}"], height, color=color, marker=marker, markersize=4.5,
                zorder=4, clip_on=False,
            )  # fmt: skip
        ax.axhline(place + 0.5, color=GRID, linewidth=0.5)
    for words, color, marker in LOOKS.values():
        ax.plot([], [], color=color, marker=marker, linestyle="", label=words)
    ax.plot([], [], color=INK, marker="|", linestyle="", label="exact binomial")
    ax.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, labelcolor=QUIET_INK,
        borderaxespad=0.2, handletextpad=0.2, columnspacing=1.0,
    )  # fmt: skip
    ax.set(xlabel="Probability", xlim=(0, 1), ylim=(variants.height - 0.5, -0.5))
    ax.set_yticks(range(variants.height), labels=variants["variant"].to_list())
    fit(ax)
    return ax
