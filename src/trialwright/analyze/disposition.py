"""Why treatment ended, and who died of what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.errors import NotRecordedError
from trialwright.core.ledger import Group, Ledger, Stat, head_groups, make_groups, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Cell, Row, Table, heading, make_table, row

NOT_STATED = "Not stated"


@dataclass(frozen=True, kw_only=True)
class ReasonsResult(Result):
    """Subjects by state and reason, within one or more populations.

    `lines` are (key, label, depth) in printed order; `populations` are (key, label).
    """

    arms: list[list[str]]
    lines: list[list[str]]
    populations: list[list[str]]

    def table(self) -> Table:
        """Return one block per population with one row per state or reason."""
        groups = make_groups(self.arms)
        rows: list[Row] = []
        for population, label in self.populations:
            if len(self.populations) > 1:
                rows.append(heading(label))
            rows += [
                row(
                    text,
                    *(self._cell(group, population, key) for group in groups),
                    indent=int(depth),
                )
                for key, text, depth in self.lines
            ]
        columns = ["", *(group.label for group in groups)]
        if len(self.populations) == 1:
            population = self.populations[0][0]
            columns = ["", *head_groups(self, groups, (population, "n"))]
        return make_table(self.id, self.title, columns, rows, ["n (%) of the population named."])

    def _cell(self, group: Group, population: str, key: str) -> Cell:
        return self.share_cell(group.key(population, key), group.key(population, "n"))


def analyze_disposition(
    adsl: pl.DataFrame, arms: Sequence[tuple[str, str]], populations: Mapping[str, str]
) -> ReasonsResult:
    """Count subjects whose treatment is ongoing, completed or discontinued, with the reasons.

    Parameters
    ----------
    adsl : DataFrame
        EOTSTT, DCTREAS and a flag per population.
    arms : sequence of (ARMCD, name)
        The protocol's arms.
    populations : mapping
        Flag to label of the populations to count within, such as safety and evaluable.

    Returns
    -------
    ReasonsResult
        States in fixed order, reasons by falling frequency.
    """
    treated = adsl.filter(col("ENRLFL") == "Y")
    if treated.height and treated["EOTSTT"].is_null().all():
        raise NotRecordedError("doses (EX) or the end of treatment (DS)")
    states = {"ONGOING": "Treatment ongoing", "COMPLETED": "Treatment completed"}
    states |= {"DISCONTINUED": "Treatment discontinued"}
    cuts = [(slug(code), label, "0", col("EOTSTT") == code) for code, label in states.items()]
    reasons = _reasons(adsl.filter(col("SAFFL") == "Y"), "EOTSTT", "DISCONTINUED", "DCTREAS")
    cuts += [
        (slug("because " + reason), _sentence_case(reason), "1", _has_reason("DCTREAS", reason))
        for reason in reasons
    ]
    return _count_reasons(
        ("disposition", "Disposition", "Treatment status and reason for its end"),
        adsl,
        arms,
        populations,
        cuts,
    )


def analyze_deaths(
    adsl: pl.DataFrame, arms: Sequence[tuple[str, str]], populations: Mapping[str, str]
) -> ReasonsResult:
    """Count deaths up to the data cut and their causes.

    Parameters
    ----------
    adsl : DataFrame
        DTHFL, DTHDT, DTHCAUS and a flag per population.
    arms : sequence of (ARMCD, name)
        The protocol's arms.
    populations : mapping
        Flag to label of the populations to count within.

    Returns
    -------
    ReasonsResult
        Deaths, then causes by falling frequency.
    """
    causes = _reasons(adsl.filter(col("ENRLFL") == "Y"), "DTHFL", "Y", "DTHCAUS")
    cuts = [("died", "Died", "0", col("DTHFL") == "Y")]
    cuts += [
        (
            slug("of " + cause),
            _sentence_case(cause),
            "1",
            (col("DTHFL") == "Y") & (col("DTHCAUS").fill_null(NOT_STATED) == cause),
        )
        for cause in causes
    ]
    return _count_reasons(
        ("deaths", "Deaths", "Deaths and their causes"), adsl, arms, populations, cuts
    )


def _reasons(subjects: pl.DataFrame, state: str, value: str, reason: str) -> list[str]:
    """Return the distinct reasons by falling frequency, then by name."""
    counts = (
        subjects.filter(col(state) == value)
        .group_by(col(reason).fill_null(NOT_STATED))
        .len()
        .sort(["len", reason], descending=[True, False])
    )
    return counts[reason].to_list()


def _has_reason(variable: str, reason: str) -> pl.Expr:
    return (col("EOTSTT") == "DISCONTINUED") & (col(variable).fill_null(NOT_STATED) == reason)


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:].lower() if text.isupper() else text


def _count_reasons(
    names: tuple[str, str, str],
    adsl: pl.DataFrame,
    arms: Sequence[tuple[str, str]],
    populations: Mapping[str, str],
    cuts: Sequence[tuple[str, str, str, pl.Expr]],
) -> ReasonsResult:
    """Count each cut of the subjects within each population and arm."""
    result_id, title, method = names
    ledger = Ledger()
    for flag, label in populations.items():
        if adsl.height and adsl[flag].is_null().all():
            continue  # who belongs to it was not recorded
        within = adsl.filter(col(flag) == "Y")
        population = slug(flag[:-2])
        for group in make_groups(arms):
            subjects = group.of(within)
            size = Stat(group.key(population, "n"), subjects.height, "N", label)
            ledger.add(size, "ADSL", subjects, flag, group)
            for key, text, _, is_in in cuts:
                rows = subjects.filter(is_in)
                stat = Stat(group.key(population, key), rows.height, "n", text)
                variable = "DTHFL" if result_id == "deaths" else "EOTSTT"
                ledger.add(stat, "ADSL", rows, variable, group)
    return ReasonsResult(
        id=result_id,
        title=title,
        method=Method(method),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        lines=[[key, text, depth] for key, text, depth, _ in cuts],
        populations=[
            [slug(flag[:-2]), label]
            for flag, label in populations.items()
            if adsl.is_empty() or adsl[flag].is_not_null().any()
        ],
    )
