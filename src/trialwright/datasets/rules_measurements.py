"""Rules about measurements of lesions: units, values, states, sums, dates."""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.core.errors import Severity
from trialwright.datasets.recorded import Hits, Recorded, plain, quoted
from trialwright.datasets.rules_registry import Rule, declare_rule, rule
from trialwright.datasets.units import (
    NORMAL_NODE_BELOW_MM,
    mm_per_unit,
    print_number,
    read_length_mm,
)

DIAMETERS = ("LDIAM", "LPERP", "DIAMETER")
SUMS = ("SUMDIAM", "SUMLDIAM", "SUMLPERP", "SUMNPDIM", "SUMPDIAM")
LARGEST_LESION_MM = 500.0
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
    "TR-RESULT",
    "block",
    title="A diameter that was measured and is not in TRSTRESN",
    why="Sums read TRSTRESN alone: the lesion would count as not measured.",
    mend="Write the number of mm in TRSTRESN, with a point and not a comma.",
)
def find_results_without_number(recorded: Recorded) -> Iterator[Hits]:
    """Find diameters whose result is a number as it was collected, and nothing in TRSTRESN."""
    table = recorded.pick("tr", "USUBJID", "TRTESTCD", "TRORRES", "TRSTRESN")
    if table is not None:
        is_number = col("TRORRES").cast(pl.String).str.contains(r"^\s*\d+([.,]\d+)?\s*$")
        empty = pl.col("TRSTRESN").is_null()
        rows = table.filter(col("TRTESTCD").is_in(DIAMETERS), is_number, empty)
        rows = _without_refused(rows, recorded.texts["tr"])
        found = pl.format("nothing beside TRORRES {}", quoted("TRORRES"))
        yield Hits("tr", rows, "TRSTRESN", found, "its number of mm", keys=("TRLNKID", "VISITNUM"))


def _without_refused(rows: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Leave out rows whose TRSTRESN holds a text that is no number: another rule names them."""
    written = texts.filter(col("TRSTRESN").is_not_null())["source_row"]
    return rows.filter(~col("source_row").is_in(written.implode()))


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
    "TR-DATE",
    "warn",
    title="A measurement without a date",
    why="It is in no sum and at no time point, because nobody knows at which.",
    mend="Write the date of the scan in TRDTC.",
)
def find_undated_measurements(recorded: Recorded) -> Iterator[Hits]:
    """Find results of lesions without TRDTC."""
    tr = recorded.pick(
        *("tr", "USUBJID", "TRTESTCD", "TRDTC"), optional=("TRLNKID", "TRSTRESC", "TRSTRESN")
    )
    if tr is not None:
        has_result = col("TRSTRESC").is_not_null() | col("TRSTRESN").is_not_null()
        is_of_lesion = col("TRTESTCD").is_in((*DIAMETERS, "TUMSTATE"))
        rows = tr.filter(is_of_lesion, has_result, col("TRDTC").is_null())
        yield Hits("tr", rows, "TRDTC", "nothing", "a date", keys=("TRLNKID", "VISITNUM"))


# Found after the responses are derived, by derive/response_findings.py.
RS_DERIVED = declare_rule(
    Rule(
        "RS-DERIVED",
        Severity.WARN,
        "A collected response that differs from the one that the lesions give",
        "One of the two is wrong, and the report uses only one of them.",
        "Ask the reader which of the two is right; correct RSSTRESC, or the measurement in TR.",
        __name__,
    )
)
