"""Laboratory toxicity: shift from the grade at baseline to the worst grade on treatment."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.ledger import Group, Ledger, Stat, add_arm, make_groups
from trialwright.core.result import Method, Result
from trialwright.core.table import Row, Table, heading, make_table, row

GRADES = (0, 1, 2, 3, 4)
UNKNOWN = "unknown"
LEVELS = (*(str(grade) for grade in GRADES), UNKNOWN)
TOTAL = "total"
REFERENCE = "National Cancer Institute. Common Terminology Criteria for Adverse Events"

# ADLB's columns of either side: term, grade at baseline, grade, flag of the worst.
SIDES = (
    ("ATOXDSCL", "BTOXGRL", "ATOXGRL", "WORSTLFL"),
    ("ATOXDSCH", "BTOXGRH", "ATOXGRH", "WORSTHFL"),
)


@dataclass(frozen=True, kw_only=True)
class LabShift(Result):
    """How many subjects went from which grade at baseline to which worst grade, per term."""

    arms: list[list[str]]
    terms: list[str]

    def table(self) -> Table:
        """Return a block per term and arm: grades at baseline in rows, worst grades in columns."""
        groups = make_groups(self.arms)
        rows: list[Row] = []
        shown = [term for term in self.terms if self._has_toxicity(term)]
        for term in shown:
            for group in groups:
                label = term if len(groups) == 1 else f"{term}: {group.label}"
                rows += [heading(label), *self._block(term, group)]
        if not rows:
            sentence = "had a grade above 0" if self.terms else "was graded"
            rows = [heading(f"No laboratory value {sentence}.")]
        columns = ("Grade at baseline", *(f"Worst {g}" for g in GRADES), "Unknown", "Total")
        sizes = "; ".join(f"{group.label} N = {self.count(group.key('n'))}" for group in groups)
        notes = [
            f"Subjects of the safety population: {sizes}. {self.method.settings['graded by']}.",
            "Worst: the highest grade of the term after the first dose. Unknown: no value, or none "
            "that could be graded.",
        ]
        clear = [term for term in self.terms if term not in shown]
        if clear:
            notes.append(f"Grade 0 in everybody: {', '.join(clear)}.")
        return make_table(self.id, self.title, columns, rows, notes)

    def _has_toxicity(self, term: str) -> bool:
        """Tell whether anybody had, or may have had, a grade above 0."""
        everybody = Group("All")
        total = self.count(everybody.key("shift", term, f"from_{TOTAL}", TOTAL))
        clear = self.count(everybody.key("shift", term, f"from_{LEVELS[0]}", LEVELS[0]))
        return clear < total

    def _block(self, term: str, group: Group) -> list[Row]:
        """Return the rows of a term: grades at baseline that somebody has, and their total."""
        found = [
            level
            for level in LEVELS
            if self.count(group.key("shift", term, f"from_{level}", TOTAL))
        ]
        levels = (*found, TOTAL) if len(found) > 1 else found
        return [self._row(term, group, level) for level in levels]

    def _row(self, term: str, group: Group, start: str) -> Row:
        keys = [group.key("shift", term, f"from_{start}", end) for end in (*LEVELS, TOTAL)]
        cells = [self.count_cell(key) for key in keys]
        return row(start.capitalize(), *cells, indent=1)


def analyze_lab_shift(
    adlb: pl.DataFrame, adsl: pl.DataFrame, arms: Sequence[tuple[str, str]], dictionary: str
) -> LabShift:
    """Count the safety population's shifts from the grade at baseline to the worst grade.

    Parameters
    ----------
    adlb : DataFrame
        Analysis dataset ADLB.
    adsl : DataFrame
        Analysis dataset ADSL; SAFFL = "Y" is the denominator.
    arms : sequence of (ARMCD, name)
        The protocol's arms.
    dictionary : str
        What graded the values, such as "CTCAE 4.03"; printed with the table.

    Returns
    -------
    LabShift
        Terms by name. Each subject counts once in every term, so that a block adds up to the
        safety population; no value, or none that could be graded, counts as unknown.
    """
    subjects = adsl.filter(col("SAFFL") == "Y")
    values = add_arm(adlb, subjects)
    shifts = _find_shifts(values, subjects)
    terms = sorted(shifts["term"].unique().to_list(), key=str.lower)
    ledger = Ledger()
    for group in make_groups(arms):
        safety = group.of(subjects)
        size = Stat(group.key("n"), safety.height, "N", "Safety population")
        ledger.add(size, "ADSL", safety, "SAFFL", group)
        by_term = group.of(shifts).partition_by("term", as_dict=True)
        for term in terms:
            _add_term(ledger, group, term, by_term.get((term,), shifts.clear()))
    return LabShift(
        id="lab_shift",
        title="Laboratory toxicity: from baseline to the worst grade",
        method=Method(
            "Worst grade on treatment per subject and term",
            {"graded by": dictionary},
            REFERENCE,
        ),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        terms=terms,
    )


def _find_shifts(values: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    """Return one row per term and subject: start and end (levels), ARMCD, ASEQ of both values."""
    sides = []
    for term, base, grade, flag in SIDES:
        of_side = values.filter(col(term).is_not_null())
        keys = [col(term).alias("term"), col("USUBJID")]
        worst = of_side.filter(col(flag) == "Y").select(
            *keys, col(grade).alias("end"), col("ASEQ").alias("worst_seq")
        )
        first = of_side.filter(col("ABLFL") == "Y", col(base).is_not_null())
        first = first.group_by(keys).agg(
            col(base).max().alias("start"), col("ASEQ").first().alias("base_seq")
        )
        everybody = of_side.select(keys[0]).unique().join(subjects.select("USUBJID"), how="cross")
        shifted = everybody.join(worst, on=["term", "USUBJID"], how="left")
        sides.append(shifted.join(first, on=["term", "USUBJID"], how="left"))
    levels = [col(name).cast(pl.String).fill_null(UNKNOWN) for name in ("start", "end")]
    return add_arm(pl.concat(sides).with_columns(levels), subjects).sort("term", "USUBJID")


def _add_term(ledger: Ledger, group: Group, term: str, shifts: pl.DataFrame) -> None:
    """Add every cell of a term's block, its totals too."""
    nobody = shifts.clear()
    by_start = _split(shifts, "start")
    for start in (*LEVELS, TOTAL):
        by_end = _split(by_start.get(start, nobody), "end")
        for end in (*LEVELS, TOTAL):
            cut = by_end.get(end, nobody)
            key = group.key("shift", term, f"from_{start}", end)
            label = f"From grade {start} to worst grade {end}"
            stat = Stat(key, cut.height, "n", label, "ATOXGR", term)
            ledger.add(stat, "ADLB", _rows_of(cut), "ATOXGR", group)


def _split(shifts: pl.DataFrame, side: str) -> dict[str, pl.DataFrame]:
    """Return the shifts of each level of a side that occurs, and all of them as the total."""
    parts = shifts.partition_by(side, as_dict=True) if shifts.height else {}
    return {**{str(level): part for (level,), part in parts.items()}, TOTAL: shifts}


def _rows_of(shifts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ADLB behind some shifts: the baseline and the worst value."""
    if shifts.is_empty():  # as most cells of a block are
        return pl.DataFrame(schema={"USUBJID": pl.String, "ASEQ": pl.Int64})
    sequences = [
        shifts.select("USUBJID", col(name).alias("ASEQ")) for name in ("base_seq", "worst_seq")
    ]
    return pl.concat(sequences).drop_nulls().unique().sort("USUBJID", "ASEQ")
