"""A slide that was replaced, added or lost since the last run is told by `changes`."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from centre_tables import PROTOCOL, write_centre

import trialwright as tw
from trialwright.cli.main import main
from trialwright.imaging.slide_writer import write_slide
from trialwright.simulate.slides.fields import render_cd8
from trialwright.simulate.slides.sections import Field
from trialwright.study.changes import find_changes

BIOMARKERS = """\
visits:
  - {name: SCREENING, within_days_before: 28, of: C2D1}
  - {name: C2D1, day: 43, window: [-30, 30]}
biomarkers:
  tissue:
    - {id: cd8, stain: CD8, specimen: biopsy, visits: [SCREENING, C2D1],
       measure: percent of nucleated cells, compare: signed rank}
  images:
    - {id: panel, of: [HES], visits: [SCREENING]}
"""
SLIDES = """\
USUBJID,VISIT,VISITNUM,STAIN,FILE,PIXELUM,SPECIMEN,LNKID
C-01,SCREENING,1,CD8,one.tif,0.5,biopsy,T01
C-01,C2D1,2,CD8,two.tif,0.5,biopsy,T01
C-01,SCREENING,1,HES,shown.tif,0.5,biopsy,T01
"""


def draw_slide(path: Path, percent: float) -> None:
    field = Field(220, 200, n_holes=0, cells_per_mm2=4000)
    write_slide(path, render_cd8(np.random.default_rng(4), field, percent).pixels, 0.5)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small trial with two measured slides and one that is shown, after a run."""
    folder = write_centre(tmp_path_factory.mktemp("ran"), protocol_yaml=PROTOCOL + BIOMARKERS)
    (folder / "data" / "slides.csv").write_text(SLIDES, encoding="utf-8")
    (folder / "slides").mkdir()
    for name, percent in (("one.tif", 12), ("two.tif", 24), ("shown.tif", 12)):
        draw_slide(folder / "slides" / name, percent)
    tw.open_study(folder).run()
    return folder


@pytest.fixture
def study(ran: Path, tmp_path: Path) -> Path:
    """A copy of that trial which a test may change."""
    return Path(shutil.copytree(ran, tmp_path / "study"))


def test_a_replaced_slide_is_told_with_the_numbers_that_stand_on_it(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert find_changes(tw.open_study(study)).images == ()
    draw_slide(study / "slides" / "two.tif", 48)

    found = find_changes(tw.open_study(study))
    assert [(c.file, c.kind, c.is_measured) for c in found.images] == [
        ("slides/two.tif", "changed", True)
    ]
    assert "cd8.mean_fold" in found.images[0].numbers
    assert found.cells == found.moved == ()
    assert not found.is_run

    assert main(["changes", str(study)]) == 0
    printed = capsys.readouterr().out
    assert "slides/two.tif: changed; " in printed
    assert "1 slide would be measured anew, or left out where gone: what becomes of" in printed
    assert main(["changes", str(study), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert [item["file"] for item in content["images"]] == ["slides/two.tif"]
    assert content["unmeasured"] == {"slides/two.tif": content["images"][0]["numbers"]}


def test_after_the_run_the_numbers_that_moved_name_the_slide(study: Path) -> None:
    draw_slide(study / "slides" / "two.tif", 48)
    tw.open_study(study).run()

    found = find_changes(tw.open_study(study))
    assert found.is_run
    moved = {item.id: item for item in found.moved}
    assert moved["cd8.mean_fold"].images == ("slides/two.tif",)
    assert moved["cd8.mean_fold"].after == pytest.approx(2 * moved["cd8.mean_fold"].before, rel=0.2)  # type: ignore[operator]
    assert "slides/two.tif)" in found.to_text()
    assert found.unmeasured == {}


def test_a_slide_that_is_gone_and_one_that_is_only_shown_are_told_apart(study: Path) -> None:
    (study / "slides" / "one.tif").unlink()
    draw_slide(study / "slides" / "shown.tif", 30)

    found = find_changes(tw.open_study(study))
    told = {c.file: (c.kind, c.is_measured, bool(c.numbers)) for c in found.images}
    assert told == {
        "slides/one.tif": ("removed", True, True),
        "slides/shown.tif": ("changed", False, False),
    }
    assert "slides/shown.tif: changed; it is shown, no number stands on it" in found.to_text()


def test_a_row_taken_out_of_the_manifest_moves_its_numbers_before_the_run(study: Path) -> None:
    path = study / "data" / "slides.csv"
    lines = SLIDES.splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[1], lines[3]]), encoding="utf-8")

    found = find_changes(tw.open_study(study))
    moved = {item.id: (item.before, item.after) for item in found.moved}
    assert moved["cd8.n"] == (1, 0)
    assert found.unmeasured == {}


def test_another_pixel_size_has_the_slide_measured_anew(study: Path) -> None:
    path = study / "data" / "slides.csv"
    path.write_text(SLIDES.replace("two.tif,0.5", "two.tif,0.4"), encoding="utf-8")

    found = find_changes(tw.open_study(study))
    assert found.images == ()
    assert list(found.unmeasured) == ["slides/two.tif"]
    assert [(c.before, c.after) for c in found.cells] == [("0.5", "0.4")]


def test_a_list_that_the_protocol_reads_is_told(tmp_path: Path) -> None:
    rule = "eligibility:\n  - {rule: no_concomitant, medications: listed.csv}\n"
    folder = write_centre(tmp_path, protocol_yaml=PROTOCOL + rule)
    (folder / "listed.csv").write_text("CMDECOD\nRIFAMPICIN\n", encoding="utf-8")
    tw.open_study(folder).run()
    (folder / "listed.csv").write_text("CMDECOD\nRITONAVIR\n", encoding="utf-8")
    assert find_changes(tw.open_study(folder)).beside == ("listed.csv changed",)
