"""One page per patient: dates, doses, lesions, responses, events and samples on one time line."""

from collections.abc import Sequence

import polars as pl
from polars import col

from trialwright.analyze.patients.result import PatientsResult
from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method
from trialwright.core.table import round_half_up
from trialwright.derive.reads import PARQUALS
from trialwright.protocol.endpoints import AnalysisRead

SUMS, RESPONSES, SAMPLES, MILESTONES = "Target sum", "Response", "Samples", "Milestones"
LANES = {
    "USUBJID": pl.String(),
    "lane": pl.String(),
    "label": pl.String(),
    "start_day": pl.Float64(),
    "end_day": pl.Float64(),
    "kind": pl.String(),
}
POINTS = {
    "USUBJID": pl.String(),
    "lane": pl.String(),
    "day": pl.Float64(),
    "kind": pl.String(),
    "text": pl.String(),
}
SPECIMEN_WORDS = {"TISSUE": "biopsy", "PLASMA": "plasma", "BLOOD": "blood"}


def analyze_patients(
    adsl: pl.DataFrame,
    read: AnalysisRead,
    **datasets: pl.DataFrame | None,
) -> PatientsResult:
    """Lay out every enrolled patient's course on a time line.

    Parameters
    ----------
    adsl : DataFrame
        Analysis dataset of subjects.
    read : AnalysisRead
        Whose responses and sums are shown.
    **datasets : DataFrame or None
        adex, adtr, adrs, adae (analysis) and bs, be (recorded); what is None is left out.

    Returns
    -------
    PatientsResult
        Patients in order of inclusion; lanes are bars, points are moments.
    """
    members = adsl.filter(col("ENRLFL") == "Y").sort("ENRLNUM")
    start = members.select("USUBJID", pl.coalesce("TRTSDT", "ENRLDT").alias("day_1"))
    ledger = Ledger()
    assessments = _assessments(datasets, start, read)
    _add_assessments(ledger, assessments)
    events = _events(datasets.get("adae"), start)
    for item in events.iter_rows(named=True):
        grade = None if item["ATOXGR"] is None else float(item["ATOXGR"])
        rows = pl.DataFrame({"USUBJID": [item["USUBJID"]], "ASEQ": [item["ASEQ"]]})
        ledger.add(Stat(item["stat_id"], grade, "grade", item["AEDECOD"]), "ADAE", rows)
    lanes = [_doses(datasets.get("adex"), start), _event_lanes(events)]
    points = [
        _response_points(assessments),
        _sum_points(assessments),
        _sample_points(datasets.get("bs"), datasets.get("be"), start),
        _milestones(members, start),
    ]
    return PatientsResult(
        id="patients",
        title="Patients",
        method=Method("Recorded and derived data of one patient", {"reading": read.value}),
        data=ledger.data,
        basis=ledger.basis,
        lanes=pl.concat([frame.select(*LANES).cast(pl.Schema(LANES)) for frame in lanes]),
        points=pl.concat([frame.select(*POINTS).cast(pl.Schema(POINTS)) for frame in points]),
        subjects=members,
        assessments=assessments,
        events=events,
    )


def _day(name: str) -> pl.Expr:
    """Return a date as study day: day 1 is the start, the day before it day -1."""
    days = (col(name) - col("day_1")).dt.total_days()
    return pl.when(days >= 0).then(days + 1).otherwise(days).cast(pl.Float64)


def _doses(adex: pl.DataFrame | None, start: pl.DataFrame) -> pl.DataFrame:
    if adex is None:
        return pl.DataFrame(schema=LANES)
    return adex.join(start, on="USUBJID", maintain_order="left").select(
        "USUBJID",
        col("EXTRT").alias("lane"),
        pl.lit(None, dtype=pl.String).alias("label"),
        _day("ASTDT").alias("start_day"),
        _day("AENDT").alias("end_day"),
        pl.lit("dose").alias("kind"),
    )


def _assessments(
    datasets: dict[str, pl.DataFrame | None], start: pl.DataFrame, read: AnalysisRead
) -> pl.DataFrame:
    """Return one row per assessment of the read with its sum and response."""
    adrs, adtr = datasets.get("adrs"), datasets.get("adtr")
    schema = {"USUBJID": pl.String(), "VISITNUM": pl.Float64(), "VISIT": pl.String()}
    schema |= {"ADT": pl.Date(), "day": pl.Float64(), "AVAL": pl.Float64(), "PCHG": pl.Float64()}
    schema |= {"AVALC": pl.String(), "AREASON": pl.String(), "stat_id": pl.String()}
    schema |= {"sum_row": pl.Int64(), "response_row": pl.Int64()}
    keys = ["USUBJID", "VISITNUM", "VISIT"]
    frame = pl.DataFrame(schema=schema)
    is_read = col("PARQUAL") == PARQUALS[read]
    if adtr is not None and not adtr.is_empty():
        is_complete = (col("PARAMCD") == "SDIAM") & (col("ANL01FL") == "Y")
        sums = adtr.filter(is_complete & is_read)
        frame = sums.select(*keys, "ADT", "AVAL", "PCHG", col("ASEQ").alias("sum_row"))
    if adrs is not None:
        responses = adrs.filter((col("PARAMCD") == "OVR") & is_read)
        responses = responses.select(
            *keys, "ADT", "AVALC", "AREASON", col("ASEQ").alias("response_row")
        )
        frame = frame.drop("AVALC", "AREASON", "response_row", strict=False)
        frame = frame.join(responses, on=keys, how="full", coalesce=True, nulls_equal=True)
        frame = frame.with_columns(pl.coalesce("ADT", "ADT_right").alias("ADT")).drop("ADT_right")
    frame = frame.join(start, on="USUBJID").sort("USUBJID", "ADT", "VISITNUM")
    place = pl.int_range(1, pl.len() + 1).over("USUBJID")
    frame = frame.with_columns(
        _day("ADT").alias("day"),
        pl.concat_str(_slug("USUBJID"), pl.lit(".assessment_"), place).alias("stat_id"),
    )
    absent = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in schema.items()
        if name not in frame.columns
    ]
    return frame.with_columns(absent).select(*schema)


def _slug(name: str) -> pl.Expr:
    return col(name).map_elements(slug, return_dtype=pl.String)


def _add_assessments(ledger: Ledger, assessments: pl.DataFrame) -> None:
    """Add each sum with the rows of ADTR and ADRS behind it."""
    for item in assessments.iter_rows(named=True):
        rows = {"ADTR": item["sum_row"], "ADRS": item["response_row"]}
        known = {name: number for name, number in rows.items() if number is not None}
        of = f"{item['USUBJID']}, {item['VISIT']}"
        stats = [
            Stat(item["stat_id"], item["AVAL"], "sum", of, unit="mm"),
            Stat(f"{item['stat_id']}.change", item["PCHG"], "change", of, unit="%"),
        ]
        for stat in stats:
            for place, (dataset, number) in enumerate(known.items()):
                basis = pl.DataFrame({"USUBJID": [item["USUBJID"]], "ASEQ": [number]})
                if place == 0:
                    ledger.add(stat, dataset, basis)
                else:
                    ledger.also(stat.id, dataset, basis, None)


def _events(adae: pl.DataFrame | None, start: pl.DataFrame) -> pl.DataFrame:
    """Return each adverse event with its days and the id of its grade."""
    wanted = ["AEDECOD", "ATOXGR", "ASTDT", "AENDT", "AREL", "ASEQ"]
    if adae is None:
        kinds = [pl.String, pl.Int64, pl.Date, pl.Date, pl.String, pl.Int64]
        empty = dict(zip(["USUBJID", *wanted], [pl.String, *kinds], strict=True))
        more = {"start_day": pl.Float64, "end_day": pl.Float64, "stat_id": pl.String}
        return pl.DataFrame(schema={**empty, **more})
    return adae.join(start, on="USUBJID", maintain_order="left").select(
        "USUBJID",
        *wanted,
        _day("ASTDT").alias("start_day"),
        _day("AENDT").alias("end_day"),
        pl.concat_str(_slug("USUBJID"), pl.lit(".event_"), col("ASEQ")).alias("stat_id"),
    )


def _event_lanes(events: pl.DataFrame) -> pl.DataFrame:
    dated = events.filter(col("start_day").is_not_null())
    return dated.select(
        "USUBJID",
        pl.lit("Adverse events").alias("lane"),
        col("AEDECOD").alias("label"),
        "start_day",
        pl.coalesce("end_day", "start_day").alias("end_day"),
        pl.concat_str(pl.lit("grade "), col("ATOXGR").fill_null(0)).alias("kind"),
    )


def _response_points(assessments: pl.DataFrame) -> pl.DataFrame:
    return assessments.filter(col("AVALC").is_not_null() & col("day").is_not_null()).select(
        "USUBJID",
        pl.lit(RESPONSES).alias("lane"),
        "day",
        pl.lit("response").alias("kind"),
        col("AVALC").alias("text"),
    )


def _sum_points(assessments: pl.DataFrame) -> pl.DataFrame:
    text = [
        f"{round_half_up(total, 0)} mm"
        if day is None or day < 1
        else round_half_up(change, 0) + " %"
        for total, change, day in assessments.select("AVAL", "PCHG", "day").iter_rows()
    ]
    points = assessments.with_columns(pl.Series("text", text, dtype=pl.String))
    return points.filter(col("AVAL").is_not_null() & col("day").is_not_null()).select(
        "USUBJID", pl.lit(SUMS).alias("lane"), "day", pl.lit("scan").alias("kind"), "text"
    )


def _sample_points(
    bs: pl.DataFrame | None, be: pl.DataFrame | None, start: pl.DataFrame
) -> pl.DataFrame:
    """Return each specimen taken: its events in BE, or its findings in BS."""
    source, dated = (be, "BESTDTC") if be is not None and "BESTDTC" in be.columns else (bs, "BSDTC")
    if source is None or dated not in source.columns:
        return pl.DataFrame(schema=POINTS)
    what = next((name for name in ("BECAT", "BETERM", "BSSPEC") if name in source.columns), dated)
    samples = source.join(start, on="USUBJID").with_columns(
        col(dated).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("taken_on")
    )
    return (
        samples.filter(col("taken_on").is_not_null())
        .select(
            "USUBJID",
            pl.lit(SAMPLES).alias("lane"),
            _day("taken_on").alias("day"),
            pl.lit("sample").alias("kind"),
            col(what).cast(pl.String).str.to_lowercase().replace(SPECIMEN_WORDS).alias("text"),
        )
        .unique(maintain_order=True)
    )


def _milestones(members: pl.DataFrame, start: pl.DataFrame) -> pl.DataFrame:
    """Return the end of treatment, last contact and death."""
    named: Sequence[tuple[str, str, str]] = (
        ("DCTDT", "discontinuation", "end of treatment"),
        ("LSTALVDT", "last contact", "last contact"),
        ("DTHDT", "death", "death"),
    )
    joined = members.join(start, on="USUBJID")
    joined = joined.with_columns(
        pl.when(col("DTHDT").is_null()).then(col("LSTALVDT")).alias("LSTALVDT")
    )
    return pl.concat(
        [
            joined.filter(col(name).is_not_null()).select(
                "USUBJID",
                pl.lit(MILESTONES).alias("lane"),
                _day(name).alias("day"),
                pl.lit(kind).alias("kind"),
                pl.lit(text).alias("text"),
            )
            for name, kind, text in named
        ]
    )
