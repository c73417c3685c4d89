"""Compare figures with committed pictures, and measure where their words stand.

Pictures are made at 100 dots per inch. Equal versions of matplotlib give equal pixels; another
build may smooth an edge differently. So a pixel counts as different when a channel differs by more
than a quarter of its range, and at most one pixel in 5000 may be: one moved letter is more.

To accept a changed figure: look at it, delete its picture, run its test with UPDATE_PICTURES=1,
and say in the commit why it changed.
"""

import io
import os
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from trialwright.figures.style import STYLE

PICTURES = Path(__file__).parent / "pictures"
PICTURE_DPI = 100
DIFFERENT_CHANNEL = 0.25
DIFFERENT_PIXELS = 1 / 5000
TOUCHING_POINTS = 0.4  # boxes hold the room of accents and descenders that words do not use


def assert_same_picture(fig: Figure, name: str) -> None:
    """Fail when a figure does not look like its committed picture."""
    buffer = io.BytesIO()
    with mpl.rc_context(STYLE):
        fig.savefig(buffer, format="png", dpi=PICTURE_DPI, metadata={"Software": None})
    committed = PICTURES / f"{name}.png"
    if not committed.exists() and os.environ.get("UPDATE_PICTURES"):
        committed.write_bytes(buffer.getvalue())
    assert committed.exists(), f"{committed.name} is absent; run with UPDATE_PICTURES=1, look at it"
    made, expected = imread(io.BytesIO(buffer.getvalue())), imread(committed)
    assert made.shape == expected.shape, f"{name} is {made.shape}, expected {expected.shape}"
    different = np.mean((np.abs(made - expected) > DIFFERENT_CHANNEL).any(axis=2))
    assert different <= DIFFERENT_PIXELS, f"{different:.3%} of the pixels of {name} differ"


def find_text_faults(fig: Figure) -> list[str]:
    """Say which words leave the canvas or cover other words."""
    words = [text for ax in fig.axes for text in words_of(ax)]
    words += [text for text in fig.texts if text.get_text().strip()]
    slack = TOUCHING_POINTS / 72 * fig.dpi
    boxes = [text.get_window_extent().padded(-slack) for text in words]
    canvas = fig.bbox
    faults = [
        f"'{text.get_text()}' leaves the canvas"
        for text, box in zip(words, boxes, strict=True)
        if not _holds(canvas, box)
    ]
    for i, box in enumerate(boxes):
        faults += [
            f"'{words[i].get_text()}' covers '{words[j].get_text()}'"
            for j in range(i)
            if _share_area(box, boxes[j])
        ]
    return faults


def words_of(ax: Axes) -> list[Text]:
    """List the texts that a reader of the axes sees."""
    texts = [*ax.texts, ax.title]
    if ax.axison:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            texts.append(axis.label)
            texts += [
                tick.label1
                for tick in axis.get_major_ticks()
                if low - 1e-9 <= tick.get_loc() <= high + 1e-9
            ]
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


def _holds(outer: Bbox, inner: Bbox) -> bool:
    return (
        outer.x0 <= inner.x0
        and outer.y0 <= inner.y0
        and inner.x1 <= outer.x1
        and inner.y1 <= outer.y1
    )


def _share_area(a: Bbox, b: Bbox) -> bool:
    return a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1
