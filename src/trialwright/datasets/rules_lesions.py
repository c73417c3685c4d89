"""Rules about lesions: identified, of one class, with a baseline, chosen as RECIST says.

A read is what one evaluator (--EVAL, --EVALID) saw; every rule here works read by read, because
two readers may choose different lesions and give them the same names.
"""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.datasets.dates import earliest_day
from trialwright.datasets.recorded import Hits, Recorded, plain, quoted
from trialwright.datasets.rules_registry import rule

MIN_TARGET_MM = 10.0  # long axis at baseline (RECIST 1.1)
MIN_NODE_MM = 15.0  # short axis at baseline (RECIST 1.1)
READ = ("USUBJID", "eval", "evalid")
LESION = (*READ, "lesion")
BASELINE_CLASSES = ("TARGET", "NON-TARGET")
NODES = "LYMPH NODE"


@rule(
    "TR-ORPHAN",
    "block",
    title="A measured lesion that was never identified",
    why="A misspelt lesion is a new one to a program: its sum is incomplete.",
    mend="Correct TRLNKID, or add the lesion to TU.",
)
def find_unidentified_lesions(recorded: Recorded) -> Iterator[Hits]:
    """Find lesions of TR that TU does not have, each once; read by read where TU has the read."""
    measured, identified = measured_lesions(recorded), identified_lesions(recorded)
    if measured is None or identified is None:
        return
    once = measured.unique(LESION, keep="first", maintain_order=True)
    reads = identified.select("eval", "evalid", pl.lit(True).alias("has_read")).unique()
    once = once.join(
        reads, on=["eval", "evalid"], how="left", nulls_equal=True, maintain_order="left"
    )
    own = once.filter(col("has_read")).join(
        identified, on=list(LESION), how="anti", nulls_equal=True, maintain_order="left"
    )
    others = once.filter(col("has_read").is_null()).join(
        identified, on=["USUBJID", "lesion"], how="anti", maintain_order="left"
    )
    rows = pl.concat([own, others])
    yield Hits("tr", rows, "TRLNKID", quoted("TRLNKID"), "a lesion of TU", keys=("TREVALID",))


@rule(
    "TU-UNMEASURED",
    "warn",
    title="A lesion that was identified and never followed",
    why="A target that is not measured is missing from every sum.",
    mend="Add its measurements, or take the lesion out of TU.",
)
def find_unmeasured_lesions(recorded: Recorded) -> Iterator[Hits]:
    """Find target and non-target lesions of TU without a row of TR."""
    measured, identified = measured_lesions(recorded), identified_lesions(recorded)
    if measured is None or identified is None:
        return
    rows = identified.filter(col("class").is_in(BASELINE_CLASSES)).join(
        measured, on=["USUBJID", "lesion"], how="anti", maintain_order="left"
    )
    yield Hits("tu", rows, "TULNKID", quoted("TULNKID"), "its rows in TR", keys=("TUEVALID",))


@rule(
    "LESION-CLASS",
    "block",
    title="A lesion that changes its class",
    why="Target status never changes: a lesion is in the sum at every scan or at none.",
    mend="Give the lesion the class of baseline; what appears later has a name of its own.",
)
def find_changing_classes(recorded: Recorded) -> Iterator[Hits]:
    """Find lesions whose class differs from the one that their first record has, TU before TR."""
    measured, identified = measured_lesions(recorded), identified_lesions(recorded)
    parts = [
        frame.select(*LESION, "class") for frame in (identified, measured) if frame is not None
    ]
    if not parts:
        return
    first = (
        pl.concat(parts)
        .drop_nulls("class")
        .unique(LESION, keep="first", maintain_order=True)
        .rename({"class": "first_class"})
    )
    for domain, frame, name in (("tu", identified, "TUSTRESC"), ("tr", measured, "TRGRPID")):
        if frame is not None:
            rows = frame.join(first, on=list(LESION), nulls_equal=True, maintain_order="left")
            rows = rows.filter(col("class") != col("first_class"))
            expected = pl.format("{} as before", col("first_class"))
            yield Hits(domain, rows, name, quoted(name), expected, keys=_lesion_keys(domain))


@rule(
    "LESION-UNCLASSED",
    "block",
    title="A lesion of no class",
    why="Whether it belongs to the sum, to the other lesions or to the new ones cannot be told.",
    mend="Write TARGET, NON-TARGET or NEW in TRGRPID, or identify the lesion in TU.",
)
def find_unclassed_lesions(recorded: Recorded) -> Iterator[Hits]:
    """Find lesions without TRGRPID in a study without TU, each once."""
    measured = measured_lesions(recorded)
    if measured is not None and identified_lesions(recorded) is None:
        rows = measured.filter(col("class").is_null())
        rows = rows.unique(LESION, keep="first", maintain_order=True)
        yield Hits("tr", rows, "TRGRPID", "nothing", "the class of the lesion", keys=("TRLNKID",))


@rule(
    "LESION-BASELINE",
    "block",
    title="A baseline lesion without a baseline",
    why="Without a measurement before treatment neither change nor progression can be told.",
    mend="Add the baseline scan; a lesion that appeared later belongs to the class NEW.",
)
def find_lesions_without_baseline(recorded: Recorded) -> Iterator[Hits]:
    """Find target and non-target lesions first recorded after the start of treatment."""
    measured, starts = measured_lesions(recorded), recorded.treatment_starts()
    if measured is None or starts is None or "TRDTC" not in measured.columns:
        return
    rows = measured.filter(col("class").is_in(BASELINE_CLASSES), col("has_result"))
    identified = identified_lesions(recorded)
    if identified is not None:  # a lesion that TU does not have is told by TR-ORPHAN
        rows = rows.join(identified, on=["USUBJID", "lesion"], how="semi", maintain_order="left")
    rows = rows.with_columns(earliest_day("TRDTC").alias("day")).drop_nulls("day")
    first = rows.sort("day", maintain_order=True).unique(LESION, keep="first", maintain_order=True)
    late = first.join(starts, on="USUBJID", maintain_order="left").filter(
        col("day") > col("start_date")
    )
    expected = pl.format(
        "a record on or before {}, the start of treatment", col("start_date").cast(pl.String)
    )
    found = pl.format("{} first seen on {}", col("TRLNKID"), col("TRDTC"))
    yield Hits("tr", late, "TRDTC", found, expected, keys=_lesion_keys("tr"))


@rule(
    "TARGET-SIZE",
    "warn",
    title="A target lesion below 10 mm at baseline",
    why="RECIST 1.1 asks for 10 mm in the long axis; smaller ones are not measured reliably.",
    mend="Correct the diameter, or note who accepted the lesion.",
)
def find_small_targets(recorded: Recorded) -> Iterator[Hits]:
    """Find targets outside nodes whose long axis at baseline is below 10 mm."""
    yield from _small(recorded, "LDIAM", MIN_TARGET_MM, is_node=False)


@rule(
    "TARGET-NODE",
    "warn",
    title="A target node below 15 mm at baseline",
    why="RECIST 1.1 asks for 15 mm in the short axis of a lymph node.",
    mend="Correct the diameter, or note who accepted the node.",
)
def find_small_nodes(recorded: Recorded) -> Iterator[Hits]:
    """Find target nodes whose short axis at baseline is below 15 mm."""
    yield from _small(recorded, "LPERP", MIN_NODE_MM, is_node=True)


@rule(
    "TARGET-COUNT",
    "warn",
    title="More target lesions than RECIST allows",
    why="RECIST 1.1 follows at most five targets; more of them change every sum.",
    mend="Keep the targets that were chosen first, or note who accepted more.",
)
def find_too_many_targets(recorded: Recorded) -> Iterator[Hits]:
    """Find reads with more targets than the protocol allows, at the first target too many."""
    yield from _too_many(recorded, READ, recorded.facts.max_targets, "target lesions")


@rule(
    "TARGET-ORGAN",
    "warn",
    title="More target lesions of one organ than RECIST allows",
    why="RECIST 1.1 follows at most two targets of an organ; all lymph nodes are one.",
    mend="Keep the two that were chosen first, or note who accepted more.",
)
def find_too_many_targets_of_organ(recorded: Recorded) -> Iterator[Hits]:
    """Find organs with more targets than allowed, at the first target too many."""
    limit = recorded.facts.max_targets_per_organ
    yield from _too_many(recorded, (*READ, "organ"), limit, "target lesions of the organ")


def measured_lesions(recorded: Recorded) -> pl.DataFrame | None:
    """Return TR's rows of lesions with read, lesion, class and has_result."""
    tr = recorded.pick(
        *("tr", "USUBJID", "TRLNKID", "TRTESTCD"),
        optional=("TREVAL", "TREVALID", "TRGRPID", "TRSTRESN", "TRSTRESC", "TRORRES"),
    )
    if tr is None:
        return None
    result = pl.any_horizontal(
        col(name).is_not_null() for name in ("TRSTRESN", "TRSTRESC", "TRORRES")
    )
    return tr.filter(col("TRLNKID").is_not_null()).with_columns(
        col("TREVAL").alias("eval"),
        col("TREVALID").alias("evalid"),
        col("TRLNKID").alias("lesion"),
        col("TRGRPID").alias("class"),
        result.alias("has_result"),
    )


def identified_lesions(recorded: Recorded) -> pl.DataFrame | None:
    """Return TU's rows with read, lesion, class and organ (all lymph nodes are one)."""
    tu = recorded.pick(
        *("tu", "USUBJID", "TULNKID"), optional=("TUEVAL", "TUEVALID", "TUSTRESC", "TULOC")
    )
    if tu is None:
        return None
    place = col("TULOC").str.to_uppercase()
    return tu.filter(col("TULNKID").is_not_null()).with_columns(
        col("TUEVAL").alias("eval"),
        col("TUEVALID").alias("evalid"),
        col("TULNKID").alias("lesion"),
        col("TUSTRESC").alias("class"),
        pl.when(place.str.contains("NODE")).then(pl.lit(NODES)).otherwise(place).alias("organ"),
    )


def _lesion_keys(domain: str) -> tuple[str, ...]:
    """Return the columns that say which lesion and scan a finding is about."""
    return ("TULNKID",) if domain == "tu" else ("TRLNKID", "VISITNUM")


def _small(recorded: Recorded, test: str, limit_mm: float, *, is_node: bool) -> Iterator[Hits]:
    """Yield targets, nodes or others, whose diameter at baseline is below a limit."""
    measured, starts = measured_lesions(recorded), recorded.treatment_starts()
    if measured is None or starts is None or not recorded.has("tr", "TRDTC", "TRSTRESN"):
        return
    values = measured.filter(
        col("class") == "TARGET", col("TRTESTCD") == test, col("TRSTRESN").is_not_null()
    ).with_columns(earliest_day("TRDTC").alias("day"))
    before = values.join(starts, on="USUBJID", maintain_order="left").filter(
        col("day") <= col("start_date")
    )
    baseline = before.sort("day", maintain_order=True).unique(
        LESION, keep="last", maintain_order=True
    )
    baseline = baseline.join(_nodes(recorded, measured), on=["USUBJID", "lesion"], how="left")
    rows = baseline.filter(col("is_node").fill_null(value=False) == is_node)
    rows = rows.filter(col("TRSTRESN") < limit_mm).sort("source_row")
    found = pl.format("{} mm", plain("TRSTRESN"))
    expected = f"{limit_mm:.0f} mm or more at baseline"
    yield Hits("tr", rows, "TRSTRESN", found, expected, keys=_lesion_keys("tr"))


def _nodes(recorded: Recorded, measured: pl.DataFrame) -> pl.DataFrame:
    """Return which lesions are lymph nodes, by TULOC; without it those with a short axis alone."""
    identified = identified_lesions(recorded)
    if identified is not None and recorded.has("tu", "TULOC"):
        return identified.group_by("USUBJID", "lesion").agg(
            (col("organ") == NODES).any().alias("is_node")
        )
    has_short = (col("TRTESTCD") == "LPERP").any()
    has_long = (col("TRTESTCD") == "LDIAM").any()
    return measured.group_by("USUBJID", "lesion").agg((has_short & ~has_long).alias("is_node"))


def _too_many(recorded: Recorded, group: tuple[str, ...], limit: int, what: str) -> Iterator[Hits]:
    """Yield the first target beyond a limit of each group of a read's targets."""
    identified = identified_lesions(recorded)
    if identified is None:
        return
    targets = identified.filter(col("class") == "TARGET").unique(
        LESION, keep="first", maintain_order=True
    )
    targets = targets.drop_nulls([name for name in group if name == "organ"]).with_columns(
        col("lesion").cum_count().over(group).alias("n_so_far"),
        pl.len().over(group).alias("n_targets"),
    )
    rows = targets.filter(col("n_so_far") == limit + 1)
    found = pl.format(f"{{}} {what}", col("n_targets"))
    yield Hits("tu", rows, "TULNKID", found, f"{limit} at most", keys=("TUEVALID", "TULOC"))
