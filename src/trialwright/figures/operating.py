"""What a trial decides under each variation of a scenario, beside what binomial tools say."""

import polars as pl
from matplotlib.axes import Axes

from trialwright.figures.layout import dress, fit, make_panel, require_columns
from trialwright.figures.style import GRID, INK, PAGE_MM, QUIET_INK, STRATA, styled

ROW_MM, MARGIN_MM = 7.5, 24.0
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
            exact = item[f"exact_{name}"]
            if exact is not None:
                ax.plot([exact, exact], [place - 0.32, place + 0.32], color=INK, linewidth=1)
            error = LIMITS * item[f"{name}_error"]
            ax.errorbar(
                item[f"prob_{name}"], place, xerr=error, color=color, marker=marker, markersize=4.5,
                linewidth=1, zorder=3,
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
