"""What an analysis returns: numbers with their rows, stored and read back whole."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from trialwright.core.errors import TrialwrightError
from trialwright.core.result import BASIS, STATISTICS, Method, Result, make_basis, make_statistics


def result() -> Result:
    return Result(
        id="flow",
        title="Flow",
        method=Method("Count", {"level": 0.95}, "Somebody 2020"),
        data=make_statistics(
            [{"stat_id": "n", "stat": 3.0}, {"stat_id": "rate"}, {"stat_id": "m", "stat": 2.0}]
        ),
        basis=make_basis([("n", "ADSL", pl.DataFrame({"USUBJID": ["01"]}), "SAFFL")]),
    )


def test_a_statistic_is_found_by_its_id() -> None:
    assert (result().value("n"), result().count("n"), result().ref("n")) == (3.0, 3, "flow.n")


def test_an_undefined_statistic_is_none_and_counts_as_nobody() -> None:
    assert result().value("rate") is None
    assert result().count("rate") == 0


def test_a_statistic_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(TrialwrightError) as caught:
        result().value("mean")
    assert str(caught.value) == (
        "Result flow has 0 statistics 'mean', expected one of n, rate, m. Write one of these."
    )


def test_a_result_without_table_or_figure_says_where_its_numbers_are() -> None:
    with pytest.raises(TrialwrightError, match=r"^Result flow has no table\. Read its numbers"):
        result().table()
    with pytest.raises(TrialwrightError, match=r"^Result flow has no figure\. Read its numbers"):
        result().plot()
    assert result().describe() == "Flow"


def test_a_result_survives_storage() -> None:
    values, frames = result().pack()
    again = Result.unpack(values, frames)
    assert (again.id, again.title, again.method) == ("flow", "Flow", result().method)
    assert_frame_equal(again.data, result().data)
    assert_frame_equal(again.basis, result().basis)


def test_statistics_and_basis_have_their_columns_even_without_rows() -> None:
    assert make_statistics([]).schema == pl.Schema(STATISTICS)
    assert make_basis([]).schema == pl.Schema(BASIS)


def test_a_basis_points_at_rows_or_at_whole_subjects() -> None:
    with_rows = pl.DataFrame({"USUBJID": ["01", "01"], "ASEQ": [1, 2]})
    whole = pl.DataFrame({"USUBJID": ["02"]})
    basis = make_basis([("a", "ADAE", with_rows, None), ("b", "ADSL", whole, "SAFFL")])
    assert basis.rows() == [
        ("a", "ADAE", "01", 1, None),
        ("a", "ADAE", "01", 2, None),
        ("b", "ADSL", "02", None, "SAFFL"),
    ]
