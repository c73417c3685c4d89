"""Images of patients side by side: which are shown, and what stands where there is none."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from trialwright.imaging.ct import CtSlice, write_ct
from trialwright.imaging.slide_writer import write_slide
from trialwright.protocol.biomarkers import ImagePanel
from trialwright.study.panels import draw_panels, list_images, list_panel_steps
from trialwright.study.pictures import read_picture

PANEL = ImagePanel(id="panel", of=("HES", "CT"), visits=("SCREENING", "C2D1"))
SLIDES = pl.DataFrame(
    {
        "USUBJID": ["01", "01", "02"], "VISIT": ["SCREENING", "C4D1", "SCREENING"],
        "STAIN": ["HES", "HES", "CD8"], "FILE": ["01.tif", "late.tif", "02.tif"],
        "PIXELUM": [0.5, 0.5, 0.5], "LNKID": ["T02"] * 3,
    }
)  # fmt: skip
IMAGES = pl.DataFrame(
    {
        "USUBJID": ["01", "01"], "VISIT": ["SCREENING", "C2D1"], "MODALITY": ["CT", "CT"],
        "FILE": ["01_a.dcm", "01_b.dcm"], "LNKID": ["T03", "T03"], "LESX": [20.0, 20.0],
        "LESY": [30.0, 30.0], "LESMM": [14.0, 10.4],
    }
)  # fmt: skip
MANIFESTS = {"slides": SLIDES, "images": IMAGES}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study with one slide and one CT slice; the other CT file is damaged."""
    for folder in ("slides", "images"):
        (tmp_path / folder).mkdir()
    tissue = np.random.default_rng(1).integers(80, 240, (300, 400, 3)).astype(np.uint8)
    write_slide(tmp_path / "slides" / "01.tif", tissue, 0.5)
    values = np.full((64, 64), -800, np.float32)
    values[26:35, 16:25] = 40
    write_ct(tmp_path / "images" / "01_a.dcm", CtSlice(values, (1.5, 1.5), (-500, 1500)), "01", "")
    (tmp_path / "images" / "01_b.dcm").write_bytes(b"no image")
    return tmp_path


def test_a_panel_shows_kinds_and_visits_of_the_protocol_only() -> None:
    shown = list_images(PANEL, MANIFESTS).select("USUBJID", "MODALITY", "VISIT", "folder").rows()

    assert shown == [
        ("01", "CT", "C2D1", "images"),
        ("01", "CT", "SCREENING", "images"),
        ("01", "HES", "SCREENING", "slides"),
    ]


def test_patients_without_images_get_no_panel(study: Path) -> None:
    drawn = {"results": study / "results", "footer": "", "tag": ""}

    assert list_panel_steps([PANEL], study, {}, drawn) == []
    (step,) = list_panel_steps([PANEL], study, MANIFESTS, drawn)
    assert list(step.function(**step.settings)) == ["01"]


def test_another_image_makes_the_step_run_again(study: Path) -> None:
    drawn = {"results": study / "results", "footer": "", "tag": ""}
    before = list_panel_steps([PANEL], study, MANIFESTS, drawn)[0].stamp
    (study / "images" / "01_b.dcm").write_bytes(b"another")

    assert list_panel_steps([PANEL], study, MANIFESTS, drawn)[0].stamp != before


def test_a_damaged_image_stands_as_a_sentence_beside_the_others(study: Path) -> None:
    images = list_images(PANEL, MANIFESTS).to_dicts()
    drawn = draw_panels(PANEL, images, study / "results", "SYNTHETIC", "synthetic")

    alt = drawn["01"]["alt"]
    assert "HES at SCREENING: shown. HES at C2D1: no image." in alt
    assert "CT at SCREENING: shown, lesion marked: T03 14 mm." in alt
    assert "CT at C2D1: 01_b.dcm: it cannot be read as a DICOM image" in alt
    assert (study / "results" / drawn["01"]["png"]).stat().st_size > 1000


def test_the_same_images_give_the_same_bytes(study: Path) -> None:
    images = list_images(PANEL, MANIFESTS).to_dicts()
    files = []
    for _ in range(2):
        drawn = draw_panels(PANEL, images, study / "results", "SYNTHETIC", "synthetic")
        files.append(
            [(study / "results" / drawn["01"][kind]).read_bytes() for kind in ("svg", "png")]
        )

    assert files[0] == files[1]


def test_a_picture_knows_its_scale(study: Path) -> None:
    rows = {
        (row["MODALITY"], row["VISIT"]): row for row in list_images(PANEL, MANIFESTS).to_dicts()
    }

    tissue = read_picture(rows["HES", "SCREENING"], study)
    ct = read_picture(rows["CT", "SCREENING"], study)
    assert tissue.pixel_mm == pytest.approx(0.0005)
    assert ct.pixel_mm == 1.5
    assert ct.lesion is not None
    assert ct.lesion.radius_px == pytest.approx(14 / 2 / 1.5)


def test_a_file_that_is_not_there_says_so(study: Path) -> None:
    row = {**list_images(PANEL, MANIFESTS).to_dicts()[0], "FILE": "gone.dcm"}

    assert read_picture(row, study).absence == "gone.dcm: The file is not in the folder images"


def test_two_patients_whose_ids_differ_by_a_blank_have_a_panel_each(study: Path) -> None:
    images = [
        {**row, "USUBJID": subject}
        for row in list_images(PANEL, MANIFESTS).to_dicts()[:1]
        for subject in ("A 1", "A_1")
    ]
    drawn = draw_panels(PANEL, images, study / "results", "", "")

    assert len({files["png"] for files in drawn.values()}) == 2
