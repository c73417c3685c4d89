"""Slides of a study measured one by one: a failed one is a row with its reason."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tissue_sample import CD8

from trialwright.core.errors import SlideError
from trialwright.imaging.marker_slide import find_settings
from trialwright.imaging.slide_writer import write_slide
from trialwright.simulate.slides.fields import render_cd8
from trialwright.simulate.slides.sections import Field
from trialwright.study.run import Step, run_steps
from trialwright.study.slides import (
    count_processes,
    find_lost_slides,
    list_slide_steps,
    remove_other_cells,
)
from trialwright.study.store import Store
from trialwright.study.workers import open_workers

SLIDES = pl.DataFrame(
    {
        "USUBJID": ["01", "01", "02", "02"], "VISIT": ["SCREENING", "C2D1"] * 2,
        "STAIN": ["CD8", "CD8", "CD8", "HES"],
        "FILE": ["good.tif", "short.tif", "gone.tif", "hes.tif"],
        "PIXELUM": [0.5, None, 0.5, 0.5], "LNKID": ["T02"] * 4, "source_row": [2, 3, 4, 5],
    }
)  # fmt: skip


class FakeProtocol:
    """What the steps read of a protocol."""

    class biomarkers:  # noqa: N801 - named as in the protocol
        tissue = (CD8,)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "slides"
    folder.mkdir()
    field = Field(220, 200, n_holes=0, cells_per_mm2=4000)
    pixels = render_cd8(np.random.default_rng(4), field, 12).pixels
    write_slide(folder / "good.tif", pixels, 0.5)
    whole = (folder / "good.tif").read_bytes()
    (folder / "short.tif").write_bytes(whole[: len(whole) // 3])
    return tmp_path


def list_steps(study: Path, slides: pl.DataFrame) -> list[Step]:
    return list_slide_steps(FakeProtocol, study, slides, study / "results")  # type: ignore[arg-type]


def run(study: Path) -> tuple[Store, dict[str, str]]:
    store = Store(study / "results")
    store.save("slides", SLIDES)
    steps = list_steps(study, SLIDES)
    for name in find_lost_slides(store):
        store.forget(name)
    one_by_one = [step for step in steps if step.name != "slides_measured"]
    with open_workers(count_processes(one_by_one, store)) as workers:
        reports = run_steps(one_by_one, store, None, workers)
    return store, {report.name: report.status for report in reports}


def test_a_damaged_and_an_absent_slide_leave_the_others_unharmed(study: Path) -> None:
    store, statuses = run(study)

    assert statuses == dict.fromkeys(
        ("slide.good.tif", "slide.short.tif", "slide.gone.tif"), "done"
    )
    good = store.load("slide.good.tif")
    assert good["n_cells"] > 100
    assert good["positive_percent"] == pytest.approx(12, abs=3)
    assert "short.tif" in store.load("slide.short.tif")["failure"]
    assert store.load("slide.gone.tif")["failure"] == "The file is not in the folder slides"
    cells = pl.read_parquet(store.results / good["cells"])
    assert cells.height == good["n_cells"]


def test_nothing_is_measured_twice_and_another_file_is_measured_alone(study: Path) -> None:
    run(study)
    assert set(run(study)[1].values()) == {"unchanged"}

    (study / "slides" / "short.tif").write_bytes(b"nothing")
    statuses = run(study)[1]
    assert [name for name, status in statuses.items() if status == "done"] == ["slide.short.tif"]


def test_a_slide_whose_cells_are_gone_is_measured_again(study: Path) -> None:
    store, _ = run(study)
    (store.results / "slides" / "good.tif.cells.parquet").unlink()

    statuses = run(study)[1]
    assert [name for name, status in statuses.items() if status == "done"] == ["slide.good.tif"]


def test_cells_go_with_their_row_and_not_while_a_slide_cannot_be_read(study: Path) -> None:
    results = run(study)[0].results
    cells = results / "slides" / "good.tif.cells.parquet"
    (study / "slides" / "good.tif").unlink()  # as when its disk is away
    run(study)
    remove_other_cells(list_steps(study, SLIDES), results)
    assert cells.is_file()

    remove_other_cells(list_steps(study, SLIDES.filter(pl.col("FILE") != "good.tif")), results)
    assert not cells.exists()


def test_two_slides_whose_names_differ_by_a_blank_keep_a_step_and_cells_each(study: Path) -> None:
    files = ["batch 1.tif", "batch_1.tif"]
    for file in files:
        (study / "slides" / file).hardlink_to(study / "slides" / "good.tif")
    slides = SLIDES.head(2).with_columns(FILE=pl.Series(files))
    steps = list_steps(study, slides)[:2]
    store = Store(study / "results")

    assert [report.status for report in run_steps(steps, store)] == ["done", "done"]
    cells = {store.load(step.name)["cells"] for step in steps}
    assert len({step.name for step in steps}) == len(cells) == 2
    assert all((store.results / name).is_file() for name in cells)


def test_the_protocol_names_the_color_and_the_place_of_a_marker() -> None:
    marker = CD8.model_copy(
        update={"stain": "LAG3", "chromogens": {"nucleus": "hematoxylin", "LAG3": "Purple"}}
    )
    with pytest.raises(SlideError, match="LAG3: where in the cell it stains is not known"):
        find_settings(marker)

    known = find_settings(marker.model_copy(update={"stain": "CD8"}))
    assert (known.stains, known.marker_stain) == (("hematoxylin", "purple"), "purple")


def test_two_colors_for_one_marker_are_refused() -> None:
    colors = {"nucleus": "hematoxylin", "CD8": "DAB", "CD4": "purple"}
    with pytest.raises(SlideError, match="2 colors beside that of the nucleus"):
        find_settings(CD8.model_copy(update={"chromogens": colors}))


def test_a_study_without_slides_has_no_steps(tmp_path: Path) -> None:
    nothing = list_slide_steps(FakeProtocol, tmp_path, None, tmp_path)  # type: ignore[arg-type]
    assert nothing == []
