"""Rules about measurements and reads: units, values, repeats, accepted records."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
from polars import col

from trialwright.datasets.recorded import Hits, Recorded, plain, quoted
from trialwright.datasets.rules_registry import rule
from trialwright.datasets.units import mm_per_unit, print_number, read_length_mm

DIAMETERS = ("LDIAM", "LPERP", "DIAMETER")
SUMS = ("SUMDIAM", "SUMLDIAM", "SUMLPERP", "SUMNPDIM", "SUMPDIAM")
LARGEST_LESION_MM = 500.0
NORMAL_NODE_BELOW_MM = 10.0
CONVERSION_SLACK_MM = 0.5  # what rounding to a whole mm may move


@rule(
    "TR-UNIT",
    "block",
    title="A diameter that is not in mm",
    why="Sums and changes are calculated in mm; 3.2 cm taken as 3.2 mm is a complete response.",
    mend="Write the number of mm in TRSTRESN and mm in TRSTRESU.",
)
def find_diameters_not_in_mm(recorded: Recorded) -> Iterator[Hits]:
    """Find diameters with their unit in the number, with another unit, or without any."""
    if not recorded.has("tr", "USUBJID", "TRTESTCD", "TRSTRESN"):
        return
    texts = recorded.texts["tr"]
    lengths = {
        written: f"Write {print_number(mm)}."
        for written in texts["TRSTRESN"].drop_nulls().unique()
        if (mm := read_length_mm(written)) is not None
    }
    with_unit = texts.filter(col("TRSTRESN").is_in(list(lengths)))
    action = col("TRSTRESN").replace_strict(lengths, default=None, return_dtype=pl.String)
    yield Hits("tr", with_unit, "TRSTRESN", quoted("TRSTRESN"), "a number in mm", action)
    if recorded.has("tr", "TRSTRESU"):
        is_diameter = col("TRTESTCD").is_in((*DIAMETERS, *SUMS))
        is_mm = col("TRSTRESU").str.to_lowercase() == "mm"
        rows = recorded.tables["tr"].filter(
            is_diameter, col("TRSTRESN").is_not_null(), ~is_mm.fill_null(value=False)
        )
        found = pl.format("{} {}", plain("TRSTRESN"), col("TRSTRESU").fill_null("without a unit"))
        yield Hits("tr", rows, "TRSTRESU", found, "mm")


@rule(
    "TR-CONVERSION",
    "block",
    title="A diameter that was converted wrongly",
    why="The result as measured and the result in mm are two different lengths.",
    mend="Correct the conversion, or the unit of the original result.",
)
def find_wrong_conversions(recorded: Recorded) -> Iterator[Hits]:
    """Find diameters whose original result in its unit is not TRSTRESN mm."""
    table = recorded.pick(
        "tr", "USUBJID", "TRTESTCD", "TRORRES", "TRORRESU", "TRSTRESN", "TRSTRESU"
    )
    if table is None:
        return
    units = [unit for unit in table["TRORRESU"].drop_nulls().unique() if mm_per_unit(unit)]
    factors = {unit: mm_per_unit(unit) for unit in units}
    factor = col("TRORRESU").replace_strict(factors, default=None, return_dtype=pl.Float64)
    measured_mm = col("TRORRES").cast(pl.Float64, strict=False) * factor
    rows = table.filter(
        col("TRTESTCD").is_in(DIAMETERS),
        col("TRSTRESU").str.to_lowercase() == "mm",
        (measured_mm - col("TRSTRESN")).abs() > CONVERSION_SLACK_MM,
    )
    found = pl.format("{} mm of {} {}", plain("TRSTRESN"), col("TRORRES"), col("TRORRESU"))
    expected = pl.format("{} mm", plain(measured_mm.round(3)))
    yield Hits("tr", rows, "TRSTRESN", found, expected, keys=("TRLNKID", "VISITNUM"))


@rule(
    "TR-RANGE",
    "block",
    title="A diameter that no lesion has",
    why="A slip of the decimal point changes the sum more than any treatment.",
    mend="Look at the scan again.",
)
def find_impossible_diameters(recorded: Recorded) -> Iterator[Hits]:
    """Find diameters below 0 or above 500 mm."""
    tr = recorded.pick("tr", "USUBJID", "TRTESTCD", "TRSTRESN")
    if tr is not None:
        is_possible = col("TRSTRESN").is_between(0, LARGEST_LESION_MM)
        rows = tr.filter(col("TRTESTCD").is_in(DIAMETERS), ~is_possible)
        found, expected = plain("TRSTRESN"), f"0 to {LARGEST_LESION_MM:.0f} mm"
        yield Hits("tr", rows, "TRSTRESN", found, expected, keys=("TRLNKID", "VISITNUM"))


@rule(
    "TR-LESION",
    "block",
    title="A measurement of no lesion",
    why="It cannot be followed from scan to scan, and is in no sum.",
    mend="Write the lesion's TULNKID in TRLNKID.",
)
def find_measurements_without_lesion(recorded: Recorded) -> Iterator[Hits]:
    """Find diameters and states without TRLNKID."""
    tr = recorded.pick("tr", "USUBJID", "TRTESTCD", "TRLNKID")
    if tr is not None:
        is_of_lesion = col("TRTESTCD").is_in((*DIAMETERS, "TUMSTATE"))
        rows = tr.filter(is_of_lesion, col("TRLNKID").is_null())
        yield Hits("tr", rows, "TRLNKID", "nothing", "the lesion's name")


@rule(
    "TR-STATE",
    "warn",
    title="An absent lesion with a diameter",
    why="Absent counts as 0 mm and resolved; the diameter says that it is there.",
    mend="Ask the reader which of the two is right.",
)
def find_absent_lesions_with_diameter(recorded: Recorded) -> Iterator[Hits]:
    """Find lesions recorded as absent whose diameter at the same scan says otherwise."""
    tr = recorded.pick(
        *("tr", "USUBJID", "TRTESTCD", "TRLNKID", "TRSTRESN", "TRSTRESC"),
        optional=("TREVAL", "TREVALID", "VISITNUM"),
    )
    if tr is None:
        return
    same = ["USUBJID", "TREVAL", "TREVALID", "VISITNUM", "TRLNKID"]
    is_there = ((col("TRTESTCD") == "LDIAM") & (col("TRSTRESN") > 0)) | (
        (col("TRTESTCD") == "LPERP") & (col("TRSTRESN") >= NORMAL_NODE_BELOW_MM)
    )
    sizes = tr.filter(is_there).group_by(same).agg(col("TRSTRESN").max().alias("size_mm"))
    absent = tr.filter(col("TRTESTCD") == "TUMSTATE", col("TRSTRESC") == "ABSENT")
    rows = absent.join(sizes, on=same, nulls_equal=True, maintain_order="left")
    found = pl.format("ABSENT and {} mm", plain("size_mm"))
    yield Hits("tr", rows, "TRSTRESC", found, "one of the two", keys=("TRLNKID", "VISITNUM"))


@rule(
    "TR-SUM",
    "block",
    title="A sum without its lesions",
    why="Response is derived from single lesions; a sum cannot be checked, and hides one missing.",
    mend="Record every target lesion; the sum is calculated.",
)
def find_sums_without_lesions(recorded: Recorded) -> Iterator[Hits]:
    """Find sums of diameters at scans where no single lesion of the read was measured."""
    tr = recorded.pick(
        *("tr", "USUBJID", "TRTESTCD", "TRSTRESN"), optional=("TREVAL", "TREVALID", "VISITNUM")
    )
    if tr is None:
        return
    same = ["USUBJID", "TREVAL", "TREVALID", "VISITNUM"]
    lesions = tr.filter(col("TRTESTCD").is_in(DIAMETERS))
    sums = tr.filter(col("TRTESTCD").is_in(SUMS), col("TRSTRESN").is_not_null())
    rows = sums.join(lesions, on=same, how="anti", nulls_equal=True, maintain_order="left")
    yield Hits("tr", rows, "TRTESTCD", col("TRTESTCD"), "LDIAM or LPERP of each target lesion")


@rule(
    "READ-REPEATED",
    "block",
    title="Two results of one lesion or response at one scan",
    why="A diameter would count twice in the sum; of two responses one would win by chance.",
    mend="Keep the record that is right.",
)
def find_repeated_reads(recorded: Recorded) -> Iterator[Hits]:
    """Find second diameters, and second states or responses that are not the first."""
    for hits, is_copy in _repeated(recorded):
        yield replace(hits, rows=hits.rows.filter(~is_copy))


@rule(
    "READ-COPY",
    "warn",
    title="A state or response recorded twice at one scan, both times the same",
    why="No result changes, but something was exported twice.",
    mend="Delete one of the two rows.",
)
def find_copied_reads(recorded: Recorded) -> Iterator[Hits]:
    """Find second states and responses that repeat the first."""
    for hits, is_copy in _repeated(recorded):
        yield replace(hits, rows=hits.rows.filter(is_copy))


@rule(
    "READ-ACCEPTED",
    "block",
    title="Two accepted reads at one scan",
    why="The analysis uses the accepted read; of two it cannot know which.",
    mend="Keep --ACPTFL = Y on the read that the adjudicator chose, and on that alone.",
)
def find_two_accepted_reads(recorded: Recorded) -> Iterator[Hits]:
    """Find scans at which records of two identified readers of one kind are accepted."""
    for domain in ("tr", "rs"):
        code = domain.upper()
        flag, reader, kind = f"{code}ACPTFL", f"{code}EVALID", f"{code}EVAL"
        table = recorded.pick(
            domain, "USUBJID", flag, reader, optional=(kind, "VISITNUM", f"{code}DTC")
        )
        if table is None:
            continue
        scan = "VISITNUM" if recorded.has(domain, "VISITNUM") else f"{code}DTC"
        accepted = table.filter(col(flag) == "Y", col(reader).is_not_null())
        first = col(reader).first().over("USUBJID", kind, scan).alias("first_reader")
        rows = (
            accepted.with_columns(first)
            .filter(col(reader) != col("first_reader"))
            .unique(["USUBJID", kind, scan], keep="first", maintain_order=True)
        )
        found = pl.format("Y for {} and {}", col("first_reader"), col(reader))
        yield Hits(domain, rows, flag, found, "one accepted reader")


def _repeated(recorded: Recorded) -> Iterator[tuple[Hits, pl.Expr]]:
    """Yield rows whose test, lesion, read and scan an earlier row has; which of them are copies."""
    for domain, names in (("tr", ("TRLNKID", "TRGRPID")), ("rs", ("RSCAT",))):
        code = domain.upper()
        test, result, number = f"{code}TESTCD", f"{code}STRESC", f"{code}STRESN"
        scan = ("VISITNUM", f"{code}DTC", f"{code}EVAL", f"{code}EVALID")
        table = recorded.pick(domain, "USUBJID", test, optional=(result, number, *scan, *names))
        if table is None:
            continue
        same = ["USUBJID", test, *scan, *names]
        done = table.filter(col(result).is_not_null() | col(number).is_not_null())
        done = done.with_columns(
            col("source_row").first().over(same).alias("first_row"),
            col(result).first().over(same).alias("first_result"),
        )
        again = done.filter(col("source_row") != col("first_row"))
        is_copy = col(number).is_null() & (col(result) == col("first_result"))
        found = pl.format("{} of row {} again", col(test), col("first_row"))
        keys = ("TRLNKID", "VISITNUM")
        yield Hits(domain, again, test, found, "one result", keys=keys), is_copy
