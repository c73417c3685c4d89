"""Baseline characteristics, each from the domain that the protocol names."""

from typing import Any

import polars as pl
from small_trial import START, adsl, metromajx_protocol, recorded

from trialwright.derive.characteristics import derive_characteristics, is_number

ITEMS = {item.name: item for item in metromajx_protocol().baseline}


def find(name: str, **tables: pl.DataFrame) -> list[Any]:
    return derive_characteristics(tables, adsl({}, {}), [ITEMS[name]])[name].to_list()


def ecog(*rows: tuple[str | None, float | None]) -> pl.DataFrame:
    filled = [
        {"USUBJID": "01", "QSTESTCD": "ECOG101", "QSSTRESN": value, "QSDTC": day, "QSSEQ": n}
        for n, (day, value) in enumerate(rows)
    ]
    return recorded(*filled, QSSTRESN=pl.Float64, QSSEQ=pl.Int64)


def test_the_last_value_up_to_the_day_of_treatment_counts_and_prints_whole() -> None:
    rows = (("2021-02-01", 0.0), (START.isoformat(), 1.0), ("2021-03-02", 2.0))
    assert find("ECOGBL", qs=ecog(*rows)) == ["1", None]
    assert find("ECOGBL", qs=ecog(*rows).reverse()) == ["1", None]


def test_an_undated_value_gives_way_to_a_dated_one() -> None:
    assert find("ECOGBL", qs=ecog(("2021-02-01", 0.0), (None, 1.0))) == ["0", None]
    assert find("ECOGBL", qs=ecog((None, 1.0)))[0] == "1"


def test_a_value_after_treatment_began_is_no_baseline() -> None:
    assert find("ECOGBL", qs=ecog(("2021-03-02", 2.0))) == [None, None]


def test_prior_lines_are_counted_once_and_none_is_zero() -> None:
    common = {"USUBJID": "01", "CMCAT": "PRIOR ANTICANCER THERAPY"}
    cm = recorded(*(common | {"CMGRPID": line} for line in ("LINE 1", "LINE 1", "LINE 2")))
    assert find("NPRIOR", cm=cm) == [2, 0]


def test_lines_that_nobody_recorded_are_unknown_and_not_none() -> None:
    assert find("NPRIOR") == [None, None]
    no_lines = recorded({"USUBJID": "01", "CMCAT": "PRIOR ANTICANCER THERAPY"})
    assert find("NPRIOR", cm=no_lines) == [None, None]


def test_two_records_of_one_characteristic_give_the_same_in_any_order() -> None:
    rows = [
        {"USUBJID": "01", "MHCAT": "PRIMARY DIAGNOSIS", "MHDECOD": name, "MHSEQ": str(n)}
        for n, name in enumerate(("Angiosarcoma", "Leiomyosarcoma"))
    ]
    assert find("HIST", mh=recorded(*rows)) == ["Leiomyosarcoma", None]
    assert find("HIST", mh=recorded(*reversed(rows))) == ["Leiomyosarcoma", None]


def test_numbers_are_what_is_summarized_or_counted_as_such() -> None:
    assert {name for name, item in ITEMS.items() if is_number(item)} == {"AGE", "NPRIOR"}
