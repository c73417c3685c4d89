"""Kinds of lymphocyte from colors: by direction, whatever the strength, the lamp or the tilt."""

import numpy as np
import pytest

from trialwright.core.errors import EstimateError
from trialwright.imaging.stain import StainVectors, reference_stains
from trialwright.imaging.tls_colors import Chromogens, call_lymphocytes, read_chromogens

PANEL = Chromogens()
WHITE = (240.0, 240.0, 240.0)
AMOUNTS = {"other": (0.0, 0.0, 0.0), "B": (0.25, 0.0, 0.0), "T": (0.0, 0.25, 0.0)}


def draw(stains: StainVectors, strength: float = 1.0, brown: float = 0.0, n: int = 300):
    """Draw cells of each kind with noise; B cells may lie in a brown network."""
    generator = np.random.default_rng(7)
    matrix, kinds, cells, nuclei = stains.matrix(), [], [], []
    for kind, (purple, green, _) in AMOUNTS.items():
        nuclear = generator.uniform(0.2, 0.5, n)
        network = brown * generator.uniform(0, 1, n) * (kind == "B")
        amounts = np.stack(
            [nuclear, *(strength * np.full(n, part) for part in (purple, green)), network], axis=1
        )
        cells.append(amounts @ matrix + generator.normal(0, 0.002, (n, 3)))
        # Above and below a nucleus there is membrane too: a quarter of what is about it.
        inner = amounts * np.array([1.0, 0.25, 0.25, 0.25])
        nuclei.append(inner @ matrix + generator.normal(0, 0.002, (n, 3)))
        kinds += [kind] * n
    return (np.concatenate(cells), np.concatenate(nuclei)), np.array(kinds)


def tilt(stains: StainVectors, degrees: float, seed: int) -> StainVectors:
    generator, rows = np.random.default_rng(seed), []
    for vector in stains.matrix():
        away = generator.normal(size=3)
        away -= (away @ vector) * vector
        away /= np.linalg.norm(away)
        angle = np.radians(degrees)
        rows.append(tuple(np.cos(angle) * vector + np.sin(angle) * away))
    return StainVectors(stains.names, tuple(rows), stains.white)


@pytest.fixture
def stains() -> StainVectors:
    return reference_stains(PANEL.stains, WHITE)


@pytest.mark.parametrize("strength", [0.4, 1.0, 2.0])
def test_kinds_are_right_at_any_strength(stains, strength: float) -> None:
    cells, kinds = draw(stains, strength)
    assert (call_lymphocytes(*cells, stains, PANEL).kinds == kinds).mean() > 0.99


@pytest.mark.parametrize("seed", range(12))
def test_kinds_are_right_when_the_vectors_given_are_wrong_by_six_degrees(stains, seed) -> None:
    cells, kinds = draw(stains)
    assert (call_lymphocytes(*cells, tilt(stains, 6.0, seed), PANEL).kinds == kinds).mean() > 0.97


def test_b_cells_in_a_brown_network_stay_b_cells(stains) -> None:
    cells, kinds = draw(stains, brown=0.25)
    called = call_lymphocytes(*cells, stains, PANEL).kinds
    assert (called[kinds == "B"] == "B").mean() > 0.95


def test_markers_follow_their_colors(stains) -> None:
    cells, kinds = draw(stains)
    swapped = Chromogens(cd3="purple", cd20="green")
    called = call_lymphocytes(*cells, stains, swapped).kinds
    other = {"B": "T", "T": "B", "other": "other"}
    assert (called == np.vectorize(other.get)(kinds)).mean() > 0.99


def test_unstained_cells_alone_are_no_lymphocytes(stains) -> None:
    cells, kinds = draw(stains)
    called = call_lymphocytes(*(part[kinds == "other"] for part in cells), stains, PANEL)
    assert (called.kinds == "other").mean() > 0.99
    nobody = call_lymphocytes(np.zeros((0, 3)), np.zeros((0, 3)), stains, PANEL)
    assert len(nobody.kinds) == 0


def test_chromogens_are_read_as_the_protocol_writes_them() -> None:
    found = read_chromogens({"nucleus": "hematoxylin", "CD3": "Green", "cd20": "purple"})
    assert (found.cd3, found.cd20, found.cd23) == ("green", "purple", None)
    assert found.stains == ("hematoxylin", "purple", "green")
    with pytest.raises(EstimateError, match="no color for CD20, expected one for CD3 and CD20"):
        read_chromogens({"CD3": "green"})
    with pytest.raises(EstimateError, match="expected each once"):
        read_chromogens({"CD3": "green", "CD20": "green"})
