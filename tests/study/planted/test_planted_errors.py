"""A clean study with one planted error of every rule gives that finding, and no other."""

from pathlib import Path

import polars as pl
import pytest
from clean_study import FACTS, make_clean_tables, write_tables
from plants import FILE_PLANTS, PLANTS

from trialwright.core.errors import Finding
from trialwright.datasets.tabular import read_tables
from trialwright.datasets.validate import RULES, find_data_findings

MESSAGES = dict(
    line.split("\t", 1)
    for line in (Path(__file__).parent / "planted_findings.txt").read_text("utf-8").splitlines()
)

OF_EXPORTS = {
    rule for rule in RULES if rule.startswith(("NPX-", "GMT-"))
}  # planted in test_plasma.py
# Planted where the centre's own tables are read.
OF_SOURCES = {rule for rule in RULES if rule.startswith(("MAP-", "SOURCE-"))}
# Planted where the derivations are tested: test_response_check.py, test_conduct.py.
FOUND_AFTER_DERIVATION = (
    {"RS-DERIVED"}
    | OF_EXPORTS
    | OF_SOURCES
    | {name for name, rule in RULES.items() if rule.module.endswith("rules_conduct")}
)

ODD = [None, "", "x", "2021-13-45", "-1", "1e400", "NaN", "é\"'", "--12-15", "0000-00-00", "{}"]


def check_folder(folder: Path) -> list[Finding]:
    recorded = read_tables(folder)
    return find_data_findings(recorded.tables, recorded.files, FACTS, recorded.findings)


def test_a_clean_study_has_no_findings(tmp_path: Path) -> None:
    write_tables(make_clean_tables(), tmp_path)
    assert check_folder(tmp_path) == []


@pytest.mark.parametrize("rule", sorted(PLANTS))
def test_a_planted_error_is_the_only_finding(rule: str, tmp_path: Path) -> None:
    tables = make_clean_tables()
    PLANTS[rule](tables)
    write_tables(tables, tmp_path)
    findings = check_folder(tmp_path)
    assert [finding.message for finding in findings] == [MESSAGES[rule]]
    assert [finding.severity for finding in findings] == [RULES[rule].severity]


@pytest.mark.parametrize("rule", sorted(FILE_PLANTS))
def test_a_planted_error_of_a_file_is_the_only_finding(rule: str, tmp_path: Path) -> None:
    write_tables(make_clean_tables(), tmp_path)
    FILE_PLANTS[rule](tmp_path)
    assert [finding.message for finding in check_folder(tmp_path)] == [MESSAGES[rule]]


def test_every_rule_has_its_planted_error() -> None:
    of_tables = set(RULES) - FOUND_AFTER_DERIVATION
    assert set(PLANTS) | set(FILE_PLANTS) == of_tables == set(MESSAGES)
    assert not set(PLANTS) & set(FILE_PLANTS)


def test_all_errors_at_once_give_many_findings_and_no_traceback(tmp_path: Path) -> None:
    tables = make_clean_tables()
    for plant in PLANTS.values():
        plant(tables)
    write_tables(tables, tmp_path)
    found = {finding.rule for finding in check_folder(tmp_path)}
    assert len(found & set(PLANTS)) >= 60  # some plants undo others


def test_the_same_error_is_found_in_parquet(tmp_path: Path) -> None:
    tables = make_clean_tables()
    PLANTS["AE-GRADE"](tables)
    write_tables(tables, tmp_path)
    rows = pl.read_csv(tmp_path / "ae.csv", infer_schema_length=0)
    rows.with_columns(pl.col("AESEQ").cast(pl.Float64)).write_parquet(tmp_path / "ae.parquet")
    (tmp_path / "ae.csv").unlink()
    expected = MESSAGES["AE-GRADE"].replace("ae.csv row 2", "ae.parquet row 1")
    assert [finding.message for finding in check_folder(tmp_path)] == [expected]


def spoil(table: pl.DataFrame) -> list[pl.DataFrame]:
    """Return the table in six states in which no table should be."""
    names = [name for name in table.columns if name != "source_row"]
    odd = [
        pl.Series(name, [ODD[(i + j) % len(ODD)] for j in range(table.height)], pl.String)
        for i, name in enumerate(names)
    ]
    return [
        table.with_columns(odd),
        table.with_columns(pl.lit(1.5).alias(name) for name in names),
        table.with_columns(pl.lit(None).alias(name) for name in names),
        table.select("source_row", *names[::2]),
        table.clear(),
        pl.DataFrame(),
    ]


@pytest.mark.parametrize("state", range(6))
def test_whatever_is_in_the_tables_there_is_no_traceback(state: int, tmp_path: Path) -> None:
    write_tables(make_clean_tables(), tmp_path)
    recorded = read_tables(tmp_path)
    spoilt = {domain: spoil(table)[state] for domain, table in recorded.tables.items()}
    variants = [spoilt, {**spoilt, "dm": recorded.tables["dm"]}]
    variants += [{**recorded.tables, domain: spoilt[domain]} for domain in ("dm", "ex", "tr")]
    for tables in variants:
        found = find_data_findings(tables, recorded.files, FACTS)
        assert all(item.rule in RULES and item.message for item in found)
