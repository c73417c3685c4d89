"""A collected response that the lesions contradict is one finding, and nothing else is."""

from pathlib import Path

import polars as pl

import trialwright as tw


def test_a_response_that_the_lesions_contradict_is_the_only_new_finding(
    metromajx_copy: Path,
) -> None:
    path = metromajx_copy / "data" / "rs.csv"
    rs = pl.read_csv(path, infer_schema=False)
    is_planted = (
        (pl.col("RSTESTCD") == "OVRLRESP")
        & (pl.col("RSSTRESC") == "PR")
        & (pl.col("RSACPTFL") == "Y")
    )
    place = rs.with_row_index().filter(is_planted)["index"][0]
    changed = rs.with_row_index().with_columns(
        pl.when(pl.col("index") == place).then(pl.lit("SD")).otherwise("RSSTRESC").alias("RSSTRESC")
    )
    before = {f.message for f in tw.open_study(metromajx_copy).check()}
    changed.drop("index").write_csv(path)
    new = [f for f in tw.open_study(metromajx_copy).check() if f.message not in before]
    assert {finding.rule for finding in new} == {"RS-DERIVED"}
    assert {(finding.row, finding.subject) for finding in new} == {(place + 2, "MJX-09")}
    assert all("by" in finding.found and "lesions give PR" in finding.found for finding in new)
