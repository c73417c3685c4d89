"""A screening slide in the words of the study."""

from pathlib import Path

import numpy as np
import pytest

from trialwright.core.errors import SlideError
from trialwright.imaging.slide_writer import write_picture
from trialwright.imaging.tls_screening import is_screening, measure_screening
from trialwright.protocol.biomarkers import TissueMarker

COLORS = {"nucleus": "hematoxylin", "CD3": "green", "CD20": "purple", "CD23": "DAB"}
PANEL = TissueMarker(id="tls", stain="TLS", chromogens=COLORS)


def test_a_stain_with_colors_for_cd3_and_cd20_is_a_screening_stain() -> None:
    assert is_screening(PANEL)
    assert not is_screening(TissueMarker(id="cd8", stain="CD8", chromogens={"CD8": "DAB"}))


def test_a_blank_slide_is_not_assessable_and_says_what_there_is(tmp_path: Path) -> None:
    image = tmp_path / "blank.png"
    write_picture(image, np.full((64, 64, 3), 240, np.uint8))
    found = measure_screening(image, PANEL, 0.5, "Biopsy")
    assert found.values["status"] == "not assessable"
    counts = ("n_structures", "n_mature", "n_aggregates", "n_cells")
    assert [found.values[name] for name in counts] == [0, 0, 0, 0]
    assert found.cells.height == 0


def test_a_slide_without_pixel_size_is_refused(tmp_path: Path) -> None:
    image = tmp_path / "blank.png"
    write_picture(image, np.full((64, 64, 3), 240, np.uint8))
    with pytest.raises(SlideError, match="pixel"):
        measure_screening(image, PANEL, None)
