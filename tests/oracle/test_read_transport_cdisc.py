"""The CDISC example domains (MIT license) say the same in SAS transport as in Dataset-JSON."""

import json

import pytest
from oracle_data import find_oracle

from trialwright.datasets.domains import DOMAINS
from trialwright.datasets.tabular import conform, read_table


@pytest.mark.parametrize("domain", ["ae", "cm", "dm", "ds", "ie"])
def test_every_cell_of_a_transport_file_is_that_of_the_json_file(domain: str) -> None:
    expected = json.loads(find_oracle(f"formats/{domain}.json").read_text(encoding="utf-8"))
    frame = read_table(find_oracle(f"formats/{domain}.xpt"))
    names = [column["name"] for column in expected["columns"]]
    assert frame.columns == ["source_row", *names]
    assert frame["source_row"].to_list() == list(range(1, expected["records"] + 1))
    # A transport file cannot tell an empty text from a missing one.
    rows = [tuple("" if value is None else value for value in row) for row in expected["rows"]]
    found = frame.drop("source_row").rows()
    assert [tuple("" if value is None else value for value in row) for row in found] == rows


@pytest.mark.parametrize("domain", ["ae", "cm", "dm", "ds", "ie"])
def test_declared_types_hold_for_the_example_domains(domain: str) -> None:
    raw = read_table(find_oracle(f"formats/{domain}.xpt"))
    typed = conform(raw, DOMAINS[domain])
    schema = DOMAINS[domain].polars_schema()
    recorded = [name for name in raw.columns if name in schema]
    assert recorded
    assert {name: typed.schema[name] for name in recorded} == {n: schema[n] for n in recorded}
    for name in recorded:
        n_empty = sum(value in ("", None) for value in raw[name])
        assert typed[name].null_count() == n_empty
