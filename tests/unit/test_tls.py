"""Structures of lymphocytes made by hand: what is a follicle beside a T zone, and what is not."""

import numpy as np
import polars as pl
import pytest

from trialwright.core.errors import EstimateError
from trialwright.imaging.outlines import outline_cells, trace_mask
from trialwright.imaging.tls import assign_kinds, find_tls, tabulate_sensitivity
from trialwright.imaging.tls_decision import TlsDecision, decide_tls
from trialwright.imaging.tls_structures import StructureKind
from trialwright.protocol.tls import TlsMethod, TlsRule, TlsState
from trialwright.stats.spatial_windows import find_inside, measure_ring

ENOUGH_MM2 = 4.0
N_CELLS = 400


def scatter(center: tuple[float, float], radius: float, n: int, seed: int) -> np.ndarray:
    """Place cells evenly in a disc."""
    generator = np.random.default_rng(seed)
    reach = radius * np.sqrt(generator.uniform(size=n))
    angle = generator.uniform(0, 2 * np.pi, n)
    return np.array(center) + np.c_[reach * np.cos(angle), reach * np.sin(angle)]


def make_cells(*parts: tuple[np.ndarray, list[str]]) -> pl.DataFrame:
    frames = [
        pl.DataFrame({"x_um": places[:, 0], "y_um": places[:, 1], "kind": kinds})
        for places, kinds in parts
    ]
    return pl.concat(frames)


def mixture(center: tuple[float, float], share_b: float = 0.5, seed: int = 1) -> pl.DataFrame:
    generator = np.random.default_rng(seed + 50)
    kinds = ["B" if draw < share_b else "T" for draw in generator.uniform(size=N_CELLS)]
    return make_cells((scatter(center, 120, N_CELLS, seed), kinds))


def follicle(center: tuple[float, float], wrong: float = 0.0, seed: int = 2) -> pl.DataFrame:
    """A B follicle left of a T zone; a share of the calls may be wrong."""
    places = scatter(center, 120, N_CELLS, seed)
    is_b = places[:, 0] < center[0]
    is_b ^= np.random.default_rng(seed + 50).uniform(size=N_CELLS) < wrong
    return make_cells((places, ["B" if item else "T" for item in is_b]))


def strew(n: int = 300, seed: int = 9) -> pl.DataFrame:
    places = np.random.default_rng(seed).uniform(0, 2000, (n, 2))
    kinds = ["T" if row % 3 == 0 else "other" for row in range(n)]
    return make_cells((places, kinds))


def network(center: tuple[float, float], area_um2: float) -> np.ndarray:
    places = scatter(center, 40, 100, 5)
    return np.c_[places, np.full(100, area_um2 / 100)]


def test_a_follicle_beside_a_t_zone_is_a_structure_and_a_mixture_is_none() -> None:
    cells = pl.concat([follicle((500, 500)), mixture((1500, 1500)), strew()])
    call = find_tls(cells, None, ENOUGH_MM2)
    assert call.state is TlsState.TLS
    (structure,), (aggregate,) = call.structures, call.aggregates
    assert structure.kind is StructureKind.TLS
    assert (structure.x_um, structure.y_um) == pytest.approx((500, 500), abs=10)
    assert (aggregate.x_um, aggregate.y_um) == pytest.approx((1500, 1500), abs=10)
    assert structure.n_b + structure.n_t >= N_CELLS
    assert structure.area_um2 == pytest.approx(np.pi * 120**2, rel=0.1)
    assert structure.segregation > 0.5 > 0.1 > abs(aggregate.segregation)
    assert structure.is_mature is None


@pytest.mark.parametrize("share_b", [0.2, 0.35, 0.5, 0.65, 0.8, 0.95])
def test_no_mixture_is_a_structure_whatever_its_shares(share_b: float) -> None:
    for seed in range(5):
        cells = mixture((500, 500), share_b, seed)
        assert find_tls(cells, None, ENOUGH_MM2).state is TlsState.NONE


@pytest.mark.parametrize("wrong", [0.05, 0.1, 0.15])
def test_a_structure_survives_wrong_calls(wrong: float) -> None:
    for seed in range(5):
        cells = follicle((500, 500), wrong, seed)
        assert find_tls(cells, None, ENOUGH_MM2).state is TlsState.TLS


def test_b_cells_alone_and_t_cells_alone_are_aggregates() -> None:
    for kind in ("B", "T"):
        cells = make_cells((scatter((500, 500), 100, 300, 3), [kind] * 300))
        call = find_tls(cells, None, ENOUGH_MM2)
        assert call.state is TlsState.NONE
        assert np.isnan(call.aggregates[0].segregation)


def test_a_network_in_the_follicle_makes_it_mature_and_one_beside_it_does_not() -> None:
    cells = follicle((500, 500))
    inside, beside = (network((x, 500.0), 3000.0) for x in (440.0, 560.0))
    mature = find_tls(cells, inside, ENOUGH_MM2)
    assert mature.state is TlsState.MATURE
    assert mature.structures[0].cd23_area_um2 == pytest.approx(3000, rel=0.02)
    unripe = find_tls(cells, beside, ENOUGH_MM2)
    assert unripe.state is TlsState.TLS
    assert unripe.structures[0].is_mature is False
    assert unripe.structures[0].cd23_area_um2 == pytest.approx(3000, rel=0.02)
    assert find_tls(cells, network((440, 500), 300), ENOUGH_MM2).state is TlsState.TLS


def test_a_network_in_a_mixture_does_not_make_it_a_structure() -> None:
    call = find_tls(mixture((500, 500)), network((500, 500), 5000), ENOUGH_MM2)
    assert call.state is TlsState.NONE
    assert call.aggregates[0].is_mature is False


def test_too_little_tissue_is_not_assessable_but_what_is_found_is_found() -> None:
    assert find_tls(strew(30), None, 0.2).state is TlsState.NOT_ASSESSABLE
    assert find_tls(strew(30), None, 0.5).state is TlsState.NONE
    assert find_tls(follicle((500, 500)), None, 0.2).state is TlsState.TLS
    nobody = strew(30).clear()
    assert find_tls(nobody, np.empty((0, 3)), 0.0, is_biopsy=True).state is TlsState.NOT_ASSESSABLE


def test_moving_turning_and_shuffling_the_cells_changes_nothing_but_the_place() -> None:
    cells = pl.concat([follicle((500, 500)), mixture((1500, 1500))])
    first = find_tls(cells, None, ENOUGH_MM2)
    turned = cells.sample(fraction=1, shuffle=True, seed=3).select(
        x_um=3000 - pl.col("y_um"), y_um=pl.col("x_um") + 700, kind="kind"
    )
    second = find_tls(turned, None, ENOUGH_MM2)
    pairs = zip(
        first.structures + first.aggregates, second.structures + second.aggregates, strict=True
    )
    for one, other in pairs:
        assert (one.kind, one.n_b, one.n_t, one.n_follicle_b) == (
            other.kind, other.n_b, other.n_t, other.n_follicle_b,
        )  # fmt: skip
        assert one.segregation == pytest.approx(other.segregation, abs=1e-12)
        assert (3000 - one.y_um, one.x_um + 700) == pytest.approx((other.x_um, other.y_um))
        assert one.area_um2 == pytest.approx(other.area_um2, rel=0.03)  # a grid of 4 um


def test_the_other_methods_ask_for_b_cells_and_for_t_cells_about_them() -> None:
    cells = pl.concat([mixture((500, 500)), strew()])
    for method in (TlsMethod.DENSE_B_CELLS, TlsMethod.B_CELL_CLUSTERS):
        rule = TlsRule(method=method, mean_distance_um=30, link_um=25, least_b=50)
        assert find_tls(cells, None, ENOUGH_MM2, rule).state is TlsState.TLS
        stricter = rule.model_copy(update={"least_t": 500})
        strict = find_tls(cells, None, ENOUGH_MM2, stricter)
        assert (strict.state, len(strict.aggregates)) == (TlsState.NONE, 1)


def test_the_sensitivity_table_starts_with_the_rule_and_varies_one_parameter_a_row() -> None:
    cells = pl.concat([follicle((500, 500)), mixture((1500, 1500))])
    table = tabulate_sensitivity(cells, None, ENOUGH_MM2, values={"least_b": (50, 500)})
    assert table.rows() == [
        (None, None, "tls", 1, 0, 1),
        ("least_b", 50.0, "tls", 1, 0, 1),
        ("least_b", 500.0, "none", 0, 0, 2),
    ]
    for method in TlsMethod:
        assert tabulate_sensitivity(cells, None, ENOUGH_MM2, TlsRule(method=method)).height > 5


def test_a_table_without_kinds_is_refused() -> None:
    with pytest.raises(EstimateError, match="the cell table has no kind, expected x_um, y_um"):
        find_tls(strew().drop("kind"), None, ENOUGH_MM2)


def test_a_decision_prevails_and_the_proposal_is_kept() -> None:
    call = find_tls(follicle((500, 500)), None, ENOUGH_MM2)
    open_ = decide_tls(call)
    assert (open_.state, open_.is_decided, open_.is_overridden) == (TlsState.TLS, False, False)
    decision = TlsDecision(TlsState.MATURE, "Dr. A", "germinal center on HES")
    decided = decide_tls(call, decision)
    assert (decided.state, decided.proposed) == (TlsState.MATURE, TlsState.TLS)
    assert decided.is_overridden
    same = decide_tls(call, TlsDecision(TlsState.TLS, "Dr. A", ""))
    assert (same.is_decided, same.is_overridden) == (True, False)


def test_an_override_needs_a_name_and_a_reason() -> None:
    call = find_tls(follicle((500, 500)), None, ENOUGH_MM2)
    with pytest.raises(EstimateError, match="differs from the proposal 'tls' without a reason"):
        decide_tls(call, TlsDecision(TlsState.NONE, "Dr. A", " "))
    with pytest.raises(EstimateError, match="has no name, expected who decided"):
        decide_tls(call, TlsDecision(TlsState.NONE, "", "scar"))


def test_an_outline_holds_its_cells_and_little_more() -> None:
    places = scatter((100, 100), 80, 300, 4)
    outline = outline_cells(places, 20)
    assert find_inside(places, outline).all()
    assert np.pi * 80**2 * 0.85 < outline.area < np.pi * 90**2
    assert len(outline.rings) == 1
    single = outline_cells(np.array([[3.0, 4.0]]), 20)
    assert find_inside(np.array([[3.0, 4.0]]), single).all()


@pytest.mark.parametrize("seed", range(5))
def test_the_rings_of_a_mask_have_its_area(seed: int) -> None:
    mask = np.random.default_rng(seed).uniform(size=(30, 40)) < 0.6
    rings = trace_mask(mask)
    assert sum(measure_ring(ring) for ring in rings) == mask.sum()
    assert all(np.abs(np.diff(ring, axis=0)).sum(axis=1).max() == 1 for ring in rings)


def test_phenotypes_of_an_export_become_kinds() -> None:
    cells = pl.DataFrame({"phenotype": ["B", "Helper T", "Cytotoxic T", None, "Tumor"]})
    kinds = assign_kinds(cells, ["B"], ["Helper T", "Cytotoxic T"])["kind"].to_list()
    assert kinds == ["B", "T", "T", "other", "other"]
    with pytest.raises(EstimateError, match="phenotype B is named as B and as T"):
        assign_kinds(cells, ["B"], ["B"])
