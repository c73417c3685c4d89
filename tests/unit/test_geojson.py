"""Regions drawn in QuPath: read in every wrapping, written so that they open again."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from trialwright.core.errors import DataError, EstimateError
from trialwright.imaging.geojson import Region, read_regions, select_regions, write_regions
from trialwright.stats.spatial_windows import make_rectangle, make_window

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
HOLE = [[2, 2], [4, 2], [4, 4], [2, 4], [2, 2]]


def feature(coordinates: object, kind: str = "Polygon", **properties: object) -> dict:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def write(folder: Path, content: object) -> Path:
    path = folder / "regions.geojson"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("wrap", [lambda f: {"features": f}, lambda f: f, lambda f: f[0]])
def test_features_are_read_whichever_way_they_are_wrapped(tmp_path: Path, wrap) -> None:
    tumor = feature([SQUARE, HOLE], classification={"name": "Tumor", "colorRGB": -3670016})
    (region,) = read_regions(write(tmp_path, wrap([tumor])), 0.5)
    assert region.classification == "Tumor"
    assert region.window.area == pytest.approx((100 - 4) / 4)


def test_classes_come_in_both_words_of_qupath_and_points_are_left_out(tmp_path: Path) -> None:
    content = [
        feature([SQUARE], classification={"names": ["Immune", "TLS"]}, name="first"),
        feature([[SQUARE], [HOLE]], "MultiPolygon"),
        feature([1, 2], "Point"),
    ]
    first, second = read_regions(write(tmp_path, content), 1.0)
    assert (first.classification, first.name) == ("Immune: TLS", "first")
    assert second.classification is None
    assert select_regions([first, second], "immune: tls").area == 100


def test_a_class_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    regions = read_regions(write(tmp_path, feature([SQUARE], classification={"name": "Stroma"})), 1)
    with pytest.raises(EstimateError, match="no region of class 'Tumor' among Stroma"):
        select_regions(regions, "Tumor")


def test_what_is_written_reads_back_and_is_a_closed_polygon_in_pixels(tmp_path: Path) -> None:
    path = tmp_path / "out.geojson"
    hole = make_window([np.array(SQUARE), np.array(HOLE)])
    written = Region(hole, "TLS", "TLS 1", {"n_b": 50.0}, (0, 158, 115))
    write_regions([written], path, 0.5)
    (found,) = json.loads(path.read_text("utf-8"))["features"]
    assert found["geometry"]["type"] == "Polygon"
    assert found["geometry"]["coordinates"][0] == [[2 * x, 2 * y] for x, y in SQUARE]
    assert found["properties"] == {
        "objectType": "annotation",
        "name": "TLS 1",
        "classification": {"name": "TLS", "color": [0, 158, 115]},
        "measurements": {"n_b": 50.0},
    }
    (again,) = read_regions(path, 0.5)
    assert again.window.area == 96
    assert (again.classification, again.name) == ("TLS", "TLS 1")


def test_a_gzipped_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "regions.geojson.gz"
    path.write_bytes(gzip.compress(json.dumps(feature([SQUARE])).encode()))
    assert len(read_regions(path, 1.0)) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON, or cut off, expected GeoJSON"),
        ('{"features": [', "not JSON, or cut off, expected GeoJSON"),
        ('{"a": 1}', "JSON without features, expected GeoJSON features"),
        ("[]", "JSON without features, expected GeoJSON features"),
        (json.dumps(feature([1, 2], "Point")), "no area, expected one polygon or more"),
        (json.dumps(feature([[[0, 0], [1, 1]]])), "(feature 1): an outline without area"),
    ],
)
def test_what_holds_no_region_gets_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "regions.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_regions(path, 1.0)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_same_regions_have_the_same_ids(tmp_path: Path) -> None:
    region = Region(make_rectangle(0, 0, 5, 5), "TLS", "TLS 1")
    for name in ("a", "b"):
        write_regions([region], tmp_path / name, 0.5)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
