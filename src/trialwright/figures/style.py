"""One hand for all figures: sizes, type, colors, and how a figure is written to disk."""

import re
from collections.abc import Callable
from functools import wraps
from html import escape
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from trialwright.figures.measure import SMALL, wrap_text

MM_PER_INCH = 25.4
POINTS_PER_INCH = 72.0
COLUMN_MM, COLUMN_AND_HALF_MM, PAGE_MM = 85.0, 120.0, 180.0
TALLEST_MM = 230.0
RESOLUTION_DPI = 300

INK, RULE, GRID, PAPER = "#1b1b1f", "#8a8d93", "#e6e7ea", "#ffffff"
BLACK = "#000000"  # only where neither ink nor white reads on a fill
LEAST_CONTRAST = 4.5
QUIET_INK = "#5f5f62"  # ink at 70% on paper: RULE is too pale for text (3.3:1, this is 6.4:1)
STRATA = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
STRATA_DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (6, 2, 1.5, 2)), (0, (1.5, 1.5)))

RESPONSES = ("CR", "PR", "SD", "PD", "NE")
RESPONSE_COLORS = {
    "CR": "#0b5d8a",
    "PR": "#4fa3d1",
    "SD": "#b9bcc2",
    "PD": "#c2571a",
    "NE": PAPER,
}
RESPONSE_MARKERS = {"CR": "D", "PR": "^", "SD": "s", "PD": "v", "NE": "X"}
HATCH = "//////"

# Tints of the color of progression, paper to ink: darker is worse, and each step differs in grey.
GRADE_COLORS = {1: "#f9e6da", 2: "#eebf9f", 3: "#d9854f", 4: "#a34410", 5: "#4f2008"}
STOP, GO = RESPONSE_COLORS["PD"], RESPONSE_COLORS["CR"]

# Measured in the widest face of the stack, so that no substitute makes words touch.
FONT_STACK = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, "
    "'DejaVu Sans', sans-serif"
)

STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8.0,
    "text.color": INK,
    "text.parse_math": False,  # a "$" in a name is a dollar
    "text.hinting": "none",
    "text.usetex": False,
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.0,
    "axes.linewidth": 0.75,
    "axes.unicode_minus": True,
    "axes.xmargin": 0.0,
    "axes.ymargin": 0.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.direction": "out",
    "ytick.direction": "out",
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "xtick.major.width": 0.75,
    "ytick.major.width": 0.75,
    "lines.linewidth": 1.25,
    "lines.solid_capstyle": "butt",
    "patch.linewidth": 0.75,
    "hatch.linewidth": 0.75,
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": False,
    "figure.autolayout": False,
    "svg.fonttype": "none",
    "path.simplify": False,
}

FOOTER_LINE_POINTS, FOOTER_GAP_POINTS = 9.0, 5.0

P = ParamSpec("P")
R = TypeVar("R")


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw under the house style, whatever the caller's matplotlib settings are."""

    @wraps(draw)
    def draw_styled(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return draw_styled


def figure(width_mm: float, height_mm: float) -> Figure:
    """Make an empty figure of a printed size.

    Parameters
    ----------
    width_mm, height_mm : float
        Size on paper; journals take 85, 120 or 180 mm of width.

    Returns
    -------
    Figure
        A figure that no window manager knows, so nothing has to be closed.
    """
    with mpl.rc_context(STYLE):
        made = Figure((width_mm / MM_PER_INCH, height_mm / MM_PER_INCH), dpi=RESOLUTION_DPI)
        FigureCanvasAgg(made)
    return made


def response_color(code: str) -> str:
    """Return the fill of a response; a code without its own color looks not evaluable."""
    return RESPONSE_COLORS.get("SD" if code == "NON-CR/NON-PD" else code, PAPER)


def response_outline(code: str) -> str:
    """Return the outline of a response: a rule around what is white, else its own color."""
    fill = response_color(code)
    return RULE if fill == PAPER else fill


def tint(color: str, share: float = 0.45) -> str:
    """Mix a color with paper, so that markers on it are seen."""
    channels = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - share * (255 - c)):02x}" for c in channels)


def text_on(fill: str) -> str:
    """Return the first of ink, white and black that reads on a fill."""
    inks = (INK, PAPER, BLACK)
    return next((ink for ink in inks if contrast(ink, fill) >= LEAST_CONTRAST), BLACK)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colors, 1 to 21, as the web guidelines define it.

    References
    ----------
    Web Content Accessibility Guidelines 2.2, "contrast ratio".
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    """Return the relative luminance of a hexadecimal color."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def save_figure(fig: Figure, stem: Path, footer: str, description: str = "") -> tuple[Path, Path]:
    """Write a figure as SVG and PNG, with its footer in a band below the drawing.

    The same figure gives the same bytes: no dates, no versions, ids derived from the file's name.
    The SVG keeps its text as text in the page's fonts; the PNG has 300 dots per inch.

    Parameters
    ----------
    fig : Figure
        What to write; it is left as it was.
    stem : Path
        Folder and file name without suffix; the folder is made when absent.
    footer : str
        What the reader must know wherever the picture goes: synthetic or interim data, data cut,
        protocol and software version. The canvas grows by the lines it needs.
    description : str, optional
        The text alternative, kept in the SVG for screen readers.

    Returns
    -------
    tuple of Path
        The SVG and the PNG.
    """
    svg, png = stem.with_name(stem.name + ".svg"), stem.with_name(stem.name + ".png")
    stem.parent.mkdir(parents=True, exist_ok=True)
    width, height = (float(side) for side in fig.get_size_inches())
    margin = 2 / MM_PER_INCH
    room = (width - 2 * margin) * POINTS_PER_INCH
    lines = wrap_text(footer, room, SMALL) if footer else []
    step, gap = FOOTER_LINE_POINTS / POINTS_PER_INCH, FOOTER_GAP_POINTS / POINTS_PER_INCH
    band = len(lines) * step + gap if lines else 0.0
    area = Bbox.from_extents(0, -band, width, height)
    with mpl.rc_context({**STYLE, "svg.hashsalt": f"trialwright {stem.name}"}):
        written = [
            fig.text(
                margin / width,
                -step * (number + 0.2) / height,
                line,
                fontsize=SMALL,
                color=QUIET_INK,
                va="top",
            )
            for number, line in enumerate(lines)
        ]
        try:
            metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
            fig.savefig(svg, format="svg", bbox_inches=area, metadata=metadata)
            fig.savefig(
                png,
                format="png",
                bbox_inches=area,
                dpi=RESOLUTION_DPI,
                metadata={"Software": None},
            )
        finally:
            for text in written:
                text.remove()
    svg.write_text(finish_svg(svg.read_text("utf-8"), description), "utf-8", newline="\n")
    return svg, png


def finish_svg(svg: str, description: str = "") -> str:
    """Make matplotlib's SVG fit for a page: one font stack, no prolog, only ids that are used."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<style .*?</style>\s*", "", body, flags=re.DOTALL)
    body = body.replace("; font-family: 'DejaVu Sans'", "").replace("rotate(-0 ", "rotate(0 ")
    body = re.sub(r' transform="rotate\(0 [^"]*"', "", body)
    used = set(re.findall(r"#([\w-]+)", body))
    body = re.sub(r' id="([\w.-]+)"', lambda found: found[0] if found[1] in used else "", body)
    label = f"<desc>{escape(description)}</desc>\n " if description else ""
    # Attributes, not a style element: that would reach beyond this picture in a page.
    opening = (
        f'<svg role="img" font-family="{FONT_STACK}" stroke-linejoin="round" stroke-linecap="butt" '
    )
    return body.replace("<svg ", opening, 1).replace("<defs>", f"{label}<defs>", 1)
