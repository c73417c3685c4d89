"""How wide words are in print, before anything is drawn."""

from functools import lru_cache
from pathlib import Path

from matplotlib import get_data_path
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

SMALL, BASE = 7.0, 8.0  # points
LINE_SPACING = 1.25  # baseline to baseline, in type sizes
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


@lru_cache(maxsize=8192)
def text_width(text: str, size: float = BASE, weight: str = "normal") -> float:
    """Measure a line of text in points, in the widest face that may print it."""
    face = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, face, False)[0])


def line_height(size: float = BASE) -> float:
    """Return the distance between two baselines, in points."""
    return size * LINE_SPACING


def fit_text(text: str, width: float, size: float = BASE) -> str:
    """Shorten a line to a width in points, the cut marked by an ellipsis."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept.rstrip() + ELLIPSIS, size) > width:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS if kept else ""


def wrap_text(text: str, width: float, size: float = BASE) -> list[str]:
    """Break text into lines that are no wider than a width in points.

    Words stay whole where they can; a word wider than the line is broken with a hyphen. Line
    breaks in the text are kept, and no line ends at a no-break space.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in filter(None, paragraph.split(" ")):
            longer = f"{line} {word}" if line else word
            if text_width(longer, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *broken, line = _break_word(word, width, size)
            lines.extend(broken)
        lines.append(line)
    return lines


def _break_word(word: str, width: float, size: float) -> list[str]:
    """Cut a word that is wider than a line; each piece but the last ends in a hyphen."""
    pieces: list[str] = []
    while text_width(word, size) > width and len(word) > 1:
        end = len(word) - 1
        while end > 1 and text_width(word[:end] + "-", size) > width:
            end -= 1
        pieces.append(word[:end].rstrip("-") + "-")
        word = word[end:]
    return [*pieces, word]


def find_typefaces() -> list[Path]:
    """Return the folders of the typefaces that come with the drawing library."""
    return [Path(get_data_path()) / "fonts" / "ttf"]
