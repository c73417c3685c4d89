import numpy as np
import pytest

from trialwright.core.errors import DataError, EstimateError
from trialwright.datasets.gene_sets import read_gmt
from trialwright.stats.enrichment import find_over_representation, find_rank_enrichment

GENES = [f"G{i}" for i in range(40)]


def test_a_set_at_the_top_is_enriched_and_one_spread_out_is_not():
    statistic = np.linspace(4, -4, 40)
    sets = {"top": set(GENES[:6]), "bottom": set(GENES[-6:]), "spread": set(GENES[::7])}
    top, bottom, spread = find_rank_enrichment(
        GENES, statistic, sets, np.random.default_rng(1), 999
    )
    assert top.score == pytest.approx(1.0)
    assert bottom.score == pytest.approx(-1.0)
    assert top.p_value < 0.01
    assert bottom.p_value < 0.01
    assert spread.p_value > 0.1
    assert set(top.leading) == sets["top"]
    assert set(bottom.leading) == sets["bottom"]
    assert top.normalized > 1.5


def test_the_running_sum_is_that_of_the_definition():
    """Members at ranks 1 and 3 of 4 with weights 3, 1: 0.75, 0.25, 0.5, 0."""
    [found] = find_rank_enrichment(
        ["a", "b", "c", "d"], [3.0, 2.0, 1.0, -1.0], {"s": {"a", "c"}}, np.random.default_rng(1), 10
    )
    assert found.score == pytest.approx(0.75)
    assert found.leading == ("a",)


def test_missing_numbers_and_small_sets_are_left_out():
    [small, known] = find_rank_enrichment(
        ["a", "b", "c", "d"],
        [3.0, np.nan, 1.0, -1.0],
        {"small": {"a", "b"}, "known": {"a", "c"}},
        np.random.default_rng(1),
        10,
    )
    assert small.n_measured == 1
    assert np.isnan(small.p_value)
    assert known.n_measured == 2


def test_a_gene_twice_is_refused():
    with pytest.raises(EstimateError, match=r"^2 genes \(1 different\) and 2 numbers"):
        find_rank_enrichment(["a", "a"], [1.0, 2.0], {}, np.random.default_rng(1))


def test_what_was_found_was_measured():
    with pytest.raises(EstimateError, match=r"^found holds x, expected genes that were measured"):
        find_over_representation({"x"}, {"a"}, {})
    assert find_over_representation({"a"}, {"a", "b"}, {"other": {"z"}}) == []


def test_gene_sets_are_read_line_by_line(tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text("A\tabout\tGZMA\tGZMB\n\nB\t\tIL6\n")
    assert read_gmt(path) == {"A": {"GZMA", "GZMB"}, "B": {"IL6"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A about GZMA\n", r"sets.gmt row 1: 'A about GZMA' without members"),
        ("A\tx\tG1\nA\tx\tG2\n", r"sets.gmt row 2: a second set 'A', expected each name once"),
    ],
)
def test_a_line_that_is_no_set_is_refused(tmp_path, text, message):
    path = tmp_path / "sets.gmt"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        read_gmt(path)
