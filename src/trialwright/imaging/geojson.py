"""Regions drawn on a slide: read from and written to GeoJSON as QuPath has it."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import DataError, EstimateError, Finding, Severity
from trialwright.stats.spatial_windows import Window, make_window

RULE = "REGIONS-GEOJSON"
GZIP_MARK = b"\x1f\x8b"
AREAS = ("Polygon", "MultiPolygon")
AGAIN = "Export the annotations again from QuPath as GeoJSON."


@dataclass(frozen=True, slots=True)
class Region:
    """An outlined region of a slide; places in um from the top left corner of the image."""

    window: Window
    classification: str | None = None
    name: str | None = None
    measurements: Mapping[str, float] = field(default_factory=dict)
    color: tuple[int, int, int] | None = None


def read_regions(path: str | Path, pixel_size_um: float) -> tuple[Region, ...]:
    """Read the areas of a GeoJSON file.

    Parameters
    ----------
    path : path
        A FeatureCollection, one feature, or a list of features, as versions of QuPath write them;
        places in pixels of the full image. May be gzipped.
    pixel_size_um : float
        Side of a pixel.

    Returns
    -------
    tuple of Region
        Polygons and multipolygons, in order; points and lines are no regions and are left out.

    Raises
    ------
    DataError
        If it is no GeoJSON, or holds no area.
    """
    path = Path(path)
    if not pixel_size_um > 0:
        raise EstimateError(f"pixel_size_um is {pixel_size_um}, expected more than 0 um.")
    found = []
    for number, feature in enumerate(_list_features(_load(path), path.name), start=1):
        geometry = feature.get("geometry") or {}
        if geometry.get("type") in AREAS:
            try:
                window = _read_window(geometry, pixel_size_um)
            except (EstimateError, TypeError, ValueError, IndexError):
                raise _refuse(
                    path.name, "an outline without area", "closed rings of x and y", AGAIN, number
                ) from None
            found.append(_describe(feature, window))
    if not found:
        raise _refuse(path.name, "no area", "one polygon or more", AGAIN)
    return tuple(found)


def _load(path: Path) -> Any:
    """Load JSON, gzipped or not."""
    try:
        content = path.read_bytes()
        if content.startswith(GZIP_MARK):
            content = gzip.decompress(content)
        return json.loads(content.decode("utf-8-sig"))
    except (OSError, EOFError, zlib.error):
        action = f"Check the path {path}."
        raise _refuse(path.name, "not a readable file", "GeoJSON", action) from None
    except ValueError:  # no UTF-8, or no JSON
        raise _refuse(path.name, "not JSON, or cut off", "GeoJSON", AGAIN) from None


def _list_features(content: Any, file: str) -> Iterator[Mapping[str, Any]]:
    """Yield the features, whichever way they are wrapped."""
    if isinstance(content, dict):
        content = content.get("features", [content])
    items = content if isinstance(content, list) else []
    if not items or not all(isinstance(item, dict) and "geometry" in item for item in items):
        raise _refuse(file, "JSON without features", "GeoJSON features", AGAIN)
    yield from items


def _read_window(geometry: Mapping[str, Any], pixel_size_um: float) -> Window:
    """Read the rings of a polygon or of several."""
    parts = geometry["coordinates"]
    parts = [parts] if geometry["type"] == "Polygon" else parts
    rings = [np.asarray(ring, dtype=float)[:, :2] for part in parts for ring in part]
    return make_window([ring * pixel_size_um for ring in rings])


def _describe(feature: Mapping[str, Any], window: Window) -> Region:
    """Read the class and the name of a feature; both words that QuPath has had for a class."""
    properties = feature.get("properties") or {}
    found = properties.get("classification") or {}
    found = found if isinstance(found, dict) else {"name": str(found)}
    names = found.get("names") or []
    classification = found.get("name") or (": ".join(map(str, names)) if names else None)
    name = properties.get("name")
    return Region(window, classification, str(name) if name else None)


def select_regions(regions: Sequence[Region], classification: str) -> Window:
    """Join the regions of a class, whatever its case, into one window.

    Raises
    ------
    EstimateError
        If there is none: with the classes that there are.
    """
    chosen = [
        region.window
        for region in regions
        if (region.classification or "").lower() == classification.lower()
    ]
    if not chosen:
        there = sorted({region.classification or "no class" for region in regions})
        raise EstimateError(
            f"no region of class '{classification}' among {', '.join(there)}. Write one of these, "
            "or set the class of the annotation in QuPath."
        )
    return Window(tuple(ring for window in chosen for ring in window.rings))


def write_regions(regions: Sequence[Region], path: str | Path, pixel_size_um: float) -> None:
    """Write regions as GeoJSON that QuPath opens as annotations.

    Parameters
    ----------
    regions : sequence of Region
        One ring each, or an outer ring followed by its holes.
    path : path
        Where to write.
    pixel_size_um : float
        Side of a pixel: GeoJSON for slides is in pixels of the full image.
    """
    features = [
        _feature(number, region, pixel_size_um) for number, region in enumerate(regions, start=1)
    ]
    content = {"type": "FeatureCollection", "features": features}
    Path(path).write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", "utf-8")


def _feature(number: int, region: Region, pixel_size_um: float) -> dict[str, Any]:
    """Return one region as a feature."""
    rings = [_close(ring / pixel_size_um) for ring in region.window.rings]
    properties: dict[str, Any] = {"objectType": "annotation"}
    if region.name:
        properties["name"] = region.name
    if region.classification:
        properties["classification"] = {"name": region.classification}
        if region.color:
            properties["classification"]["color"] = list(region.color)
    if region.measurements:
        properties["measurements"] = dict(region.measurements)
    # The same regions get the same ids, so that a second export replaces the first.
    key = uuid5(NAMESPACE_URL, json.dumps([number, region.name, rings[0][:4]]))
    return {
        "type": "Feature",
        "id": str(key),
        "geometry": {"type": "Polygon", "coordinates": rings},
        "properties": properties,
    }


def _close(ring: FloatArray) -> list[list[float]]:
    """Return a ring that ends where it starts, to a hundredth of a pixel."""
    hundredths = np.rint(np.concatenate([ring, ring[:1]]) * 100) / 100
    corners: list[list[float]] = hundredths.tolist()
    return corners


def _refuse(
    file: str, found: str, expected: str, action: str, number: int | None = None
) -> DataError:
    """Return the error of one thing that makes a file of regions unusable."""
    where = None if number is None else f"feature {number}"
    return DataError([Finding(RULE, Severity.BLOCK, file, found, expected, action, where=where)])
