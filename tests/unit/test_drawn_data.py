"""What a figure shows stands beside it as CSV, harmless to a spreadsheet."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import polars as pl

from trialwright.core.result import BASIS, Method, Result, make_statistics
from trialwright.study.figures import load_figure, safe_name, write_drawn_data


@dataclass(frozen=True, kw_only=True)
class Drawn(Result):
    """A result whose figure shows two frames."""

    drawn_frames: ClassVar[tuple[str, ...]] = ("bars", "events")
    bars: pl.DataFrame
    events: pl.DataFrame


def make(kind: type[Result], **frames: pl.DataFrame) -> Result:
    data = make_statistics([{"stat_id": "n", "stat_name": "N", "stat": 3.0}])
    basis = pl.DataFrame(schema=dict(BASIS))
    return kind(id="x", title="X", method=Method("M"), data=data, basis=basis, **frames)


def test_each_frame_that_is_drawn_is_a_file_of_its_own(tmp_path: Path) -> None:
    bars = pl.DataFrame({"label": ["=1+1", "@a", "-30 mm", "plain", None], "months": [-1.5] * 5})
    written = write_drawn_data(make(Drawn, bars=bars, events=bars.head(1)), tmp_path)
    assert written == ["figures/x_bars.csv", "figures/x_events.csv"]
    read = pl.read_csv(tmp_path / written[0])
    assert read["label"].to_list() == ["'=1+1", "'@a", "'-30 mm", "plain", None]
    assert read["months"].to_list() == [-1.5] * 5


def test_without_such_frames_the_statistics_are_written(tmp_path: Path) -> None:
    [file] = write_drawn_data(make(Result), tmp_path)
    assert pl.read_csv(tmp_path / file)["stat"].to_list() == [3.0]


def test_several_tables_of_one_figure_say_what_each_holds(tmp_path: Path) -> None:
    (tmp_path / "x.svg").write_text("<svg/>", encoding="utf-8")
    drawn = {"svg": "x.svg", "png": "x.png", "alt": "", "csv": ["figures/x.csv"]}
    one = load_figure(drawn, tmp_path, "x", "X", ())
    drawn["csv"] = ["figures/x_bars.csv", "figures/x_events.csv"]
    two = load_figure(drawn, tmp_path, "x", "X", ())
    assert [item.name for item in one.downloads] == ["SVG", "PNG", "CSV"]
    assert [item.name for item in two.downloads] == ["SVG", "PNG", "CSV of bars", "CSV of events"]


def test_names_that_no_system_refuses_stay_as_many_as_they_were() -> None:
    names = ["MJX-09", "a b", "a_b", "a/b", "..", "_."]
    safe = [safe_name(name) for name in names]
    assert safe[0] == "MJX-09"
    assert len({*safe}) == len(names)
    assert not any(set(name) & set(" /") or name.startswith(".") for name in safe)
