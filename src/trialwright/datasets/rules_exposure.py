"""Rules about doses: agent, amount, unit, and when they may be given."""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.datasets.codelists import find_nearest
from trialwright.datasets.dates import earliest_day, latest_day
from trialwright.datasets.recorded import ENTRY_MILESTONES, Hits, Recorded, hit_file, plain, quoted
from trialwright.datasets.rules_registry import rule
from trialwright.datasets.units import is_per_body, is_same_dose_unit

LIGHTEST_KG, HEAVIEST_KG = 20.0, 300.0


@rule(
    "EX-AGENT",
    "block",
    title="A dose of an agent that the protocol does not name",
    why="Exposure and populations count doses by the agent's name; this dose counts for none.",
    mend="Write EXTRT as the protocol writes the agent's name, or add the agent to the protocol.",
)
def find_unknown_agents(recorded: Recorded) -> Iterator[Hits]:
    """Find doses whose EXTRT is no agent of the protocol."""
    names = tuple(agent.name for agent in recorded.facts.agents)
    ex = recorded.pick("ex", "USUBJID", "EXTRT")
    if not names or ex is None:
        return
    rows = ex.filter(~col("EXTRT").is_in(names))
    offered = {
        written: f"Write {nearest[0]}."
        for written in rows["EXTRT"].drop_nulls().unique()
        if (nearest := find_nearest(written, names, 1))
    }
    action = col("EXTRT").replace_strict(offered, default=None, return_dtype=pl.String)
    yield Hits("ex", rows, "EXTRT", quoted("EXTRT"), f"one of {', '.join(names)}", action)


@rule(
    "EX-UNIT",
    "block",
    title="A dose without a unit",
    why="50 may be mg, mL or mg/kg; total dose and intensity cannot be told.",
    mend="Write the unit in EXDOSU.",
)
def find_doses_without_unit(recorded: Recorded) -> Iterator[Hits]:
    """Find doses above 0 without EXDOSU."""
    ex = recorded.pick("ex", "USUBJID", "EXDOSE", optional=("EXDOSU",))
    if ex is None:
        return
    rows = ex.filter(col("EXDOSE") > 0, col("EXDOSU").is_null())
    if rows.height and not recorded.has("ex", "EXDOSU"):
        yield hit_file("ex", "EXDOSU", "no such column", "the unit of every dose")
    else:
        found = pl.format("{} without a unit", plain("EXDOSE"))
        yield Hits("ex", rows, "EXDOSU", found, "a unit, such as mg")


@rule(
    "EX-UNIT-PLAN",
    "block",
    title="A dose in another unit than the protocol's",
    why="Relative dose intensity divides what was given by what was planned.",
    mend="Convert the dose to the unit that the protocol plans.",
)
def find_unplanned_units(recorded: Recorded) -> Iterator[Hits]:
    """Find doses whose unit is not the planned one; mg for a plan in mg/kg is the same."""
    ex = recorded.pick("ex", "USUBJID", "EXTRT", "EXDOSU")
    if ex is None:
        return
    for agent in recorded.facts.agents:
        given = ex.filter(col("EXTRT") == agent.name, col("EXDOSU").is_not_null())
        units = given["EXDOSU"].unique()
        wrong = [unit for unit in units if not is_same_dose_unit(unit, agent.dose_unit)]
        if agent.dose_unit and wrong:
            rows = given.filter(col("EXDOSU").is_in(wrong))
            expected = f"{agent.dose_unit}, as {agent.name} is planned"
            yield Hits("ex", rows, "EXDOSU", quoted("EXDOSU"), expected, keys=("EXTRT",))


@rule(
    "EX-NEGATIVE",
    "block",
    title="A negative dose",
    why="It would be subtracted from what the patient received.",
    mend="Correct EXDOSE; a dose not given has no row, or a dose of 0.",
)
def find_negative_doses(recorded: Recorded) -> Iterator[Hits]:
    """Find doses below 0."""
    ex = recorded.pick("ex", "USUBJID", "EXDOSE")
    if ex is not None:
        rows = ex.filter(col("EXDOSE") < 0)
        yield Hits("ex", rows, "EXDOSE", plain("EXDOSE"), "0 or more")


@rule(
    "EX-WEIGHT",
    "warn",
    title="A dose by body weight, and no weight",
    why="Neither the mg given nor the share of the plan can be calculated.",
    mend="Record WEIGHT in VS, in kg.",
)
def find_doses_without_weight(recorded: Recorded) -> Iterator[Hits]:
    """Find subjects with doses related to body weight and no WEIGHT, at the first such dose.

    A weight that is recorded only after a dose in another unit than the plan's cannot convert it.
    """
    ex = recorded.pick("ex", "USUBJID", "EXTRT", "EXDOSU")
    if ex is None:
        return
    planned = [a.name for a in recorded.facts.agents if is_per_body(a.dose_unit)]
    units = [unit for unit in ex["EXDOSU"].drop_nulls().unique() if is_per_body(unit)]
    needs_weight = col("EXTRT").is_in(planned) | col("EXDOSU").is_in(units)
    vs = recorded.pick("vs", "USUBJID", "VSTESTCD", "VSSTRESN")
    weighed = [] if vs is None else _weights(vs)["USUBJID"].unique().to_list()
    rows = ex.filter(needs_weight, ~col("USUBJID").is_in(weighed)).unique(
        "USUBJID", keep="first", maintain_order=True
    )
    found = pl.format("{} in {} and no weight", col("EXTRT"), col("EXDOSU").fill_null("no unit"))
    yield Hits("ex", rows, "EXDOSE", found, "a WEIGHT of the subject in VS")
    if vs is not None and recorded.has("vs", "VSDTC") and recorded.has("ex", "EXSTDTC"):
        is_plain = ~col("EXDOSU").is_in(units)
        yield _find_late_weights(ex.filter(col("EXTRT").is_in(planned), is_plain), vs)


def _find_late_weights(doses: pl.DataFrame, vs: pl.DataFrame) -> Hits:
    """Find the first dose of each subject that comes before the first weight."""
    first = _weights(vs).group_by("USUBJID").agg(earliest_day("VSDTC").min().alias("weighed_on"))
    rows = doses.join(first, on="USUBJID", maintain_order="left").filter(
        latest_day("EXSTDTC") < col("weighed_on")
    )
    rows = rows.unique("USUBJID", keep="first", maintain_order=True)
    found = pl.format("{} in {}, first weighed on {}", "EXTRT", "EXDOSU", "weighed_on")
    return Hits("ex", rows, "EXDOSE", found, "a WEIGHT on or before the day of the dose")


@rule(
    "VS-WEIGHT",
    "block",
    title="A weight that is not in kg, or that no adult patient has",
    why="Doses by body weight are calculated with it.",
    mend="Write the weight in kg, and kg in VSSTRESU.",
)
def find_wrong_weights(recorded: Recorded) -> Iterator[Hits]:
    """Find weights in another unit than kg, or outside 20 to 300 kg."""
    vs = recorded.pick("vs", "USUBJID", "VSTESTCD", "VSSTRESN", optional=("VSSTRESU",))
    if vs is None:
        return
    is_kg = (col("VSSTRESU").str.to_lowercase() == "kg").fill_null(value=False)
    is_human = col("VSSTRESN").is_between(LIGHTEST_KG, HEAVIEST_KG)
    rows = _weights(vs).filter(~is_kg | ~is_human)
    found = pl.format("{} {}", plain("VSSTRESN"), col("VSSTRESU").fill_null("without a unit"))
    expected = f"{LIGHTEST_KG:.0f} to {HEAVIEST_KG:.0f} kg"
    yield Hits("vs", rows, "VSSTRESN", found, expected)


@rule(
    "EX-NOT-ENROLLED",
    "block",
    title="A dose of a subject who was not enrolled",
    why="The subject is in the safety population and not in the trial: counts do not add up.",
    mend="Record the enrollment (ARMCD in DM, the milestone in DS), or correct USUBJID.",
)
def find_doses_without_enrollment(recorded: Recorded) -> Iterator[Hits]:
    """Find subjects of DM with a dose and without an arm or a milestone, at the first dose."""
    ex, dm = recorded.pick("ex", "USUBJID"), recorded.pick("dm", "USUBJID")
    enrolled = recorded.enrolled()
    if ex is None or dm is None or enrolled is None:
        return
    rows = ex.join(dm, on="USUBJID", how="semi", maintain_order="left").join(
        enrolled, on="USUBJID", how="anti", maintain_order="left"
    )
    rows = rows.unique("USUBJID", keep="first", maintain_order=True)
    yield Hits("ex", rows, "USUBJID", "a dose, and not enrolled", "an enrolled subject")


@rule(
    "EX-BEFORE-ENTRY",
    "warn",
    title="A dose before enrollment",
    why="Treatment, and with it every time to an event, would start before the trial does.",
    mend="Correct EXSTDTC, or the date of enrollment in DS.",
)
def find_doses_before_entry(recorded: Recorded) -> Iterator[Hits]:
    """Find doses dated before the subject's enrollment or randomization."""
    ex, ds = recorded.pick("ex", "USUBJID", "EXSTDTC"), recorded.milestones(*ENTRY_MILESTONES)
    if ex is None or ds is None:
        return
    entries = ds.select("USUBJID", earliest_day("DSSTDTC").alias("entry_date")).drop_nulls()
    entries = entries.group_by("USUBJID").agg(col("entry_date").min())
    rows = ex.join(entries, on="USUBJID", maintain_order="left").filter(
        latest_day("EXSTDTC") < col("entry_date")
    )
    expected = pl.format("{} (enrollment) or later", col("entry_date").cast(pl.String))
    yield Hits("ex", rows, "EXSTDTC", col("EXSTDTC"), expected)


@rule(
    "EX-AFTER-STOP",
    "warn",
    title="A dose after treatment was stopped",
    why="Time on treatment and the reason it ended contradict the dose.",
    mend="Correct EXSTDTC, or the date of discontinuation in DS.",
)
def find_doses_after_stop(recorded: Recorded) -> Iterator[Hits]:
    """Find doses of the living after the last disposition event of study treatment."""
    ex = recorded.pick("ex", "USUBJID", "EXSTDTC")
    ds = recorded.pick("ds", "USUBJID", "DSCAT", "DSSCAT", "DSSTDTC")
    if ex is None or ds is None:
        return
    stops = ds.filter(col("DSCAT") == "DISPOSITION EVENT", col("DSSCAT") == "STUDY TREATMENT")
    stops = stops.group_by("USUBJID").agg(latest_day("DSSTDTC").max().alias("stop_date"))
    rows = ex.join(stops, on="USUBJID", maintain_order="left").filter(
        earliest_day("EXSTDTC") > col("stop_date")
    )
    deaths = recorded.deaths()
    if deaths is not None:  # a dose after death is told by a rule of its own
        rows = rows.join(deaths, on="USUBJID", how="left", maintain_order="left").filter(
            (earliest_day("EXSTDTC") <= col("death_date")).fill_null(value=True)
        )
    expected = pl.format("{} (treatment stopped) or earlier", col("stop_date").cast(pl.String))
    yield Hits("ex", rows, "EXSTDTC", col("EXSTDTC"), expected)


@rule(
    "EX-OVERLAP",
    "warn",
    title="Two intervals of one agent that overlap",
    why="The days in both are counted twice in dose and intensity.",
    mend="Correct EXENDTC of the first or EXSTDTC of the second interval.",
)
def find_overlapping_doses(recorded: Recorded) -> Iterator[Hits]:
    """Find intervals that start before the one before them, of the same agent, has ended."""
    ex = recorded.pick("ex", "USUBJID", "EXTRT", "EXSTDTC", "EXENDTC")
    if ex is None:
        return
    dated = ex.with_columns(
        latest_day("EXSTDTC").alias("start"), earliest_day("EXENDTC").alias("end")
    ).sort("USUBJID", "EXTRT", "start", "source_row")
    same = ["USUBJID", "EXTRT"]
    dated = dated.with_columns(
        col("end").shift().over(same).alias("last_end"),
        col("source_row").shift().over(same).alias("last_row"),
    )
    rows = dated.filter(col("start") < col("last_end")).sort("source_row")
    expected = pl.format("{} (end of row {}) or later", col("last_end"), col("last_row"))
    yield Hits("ex", rows, "EXSTDTC", col("EXSTDTC"), expected, keys=("EXTRT",))


def _weights(vs: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of VS that hold a weight."""
    return vs.filter(col("VSTESTCD") == "WEIGHT", col("VSSTRESN").is_not_null())
