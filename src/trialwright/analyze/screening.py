"""Screening: which criteria were met, by the data and by the site, and who was not enrolled why."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Cell, Table, cell, make_table, row
from trialwright.derive.tissue_parameters import NOT_ASSESSED, STATES

ANSWERS = {"Y": ("met", "Met"), "N": ("not_met", "Not met"), "U": ("unknown", "Unknown")}
GROUPS = {"screened": "Screened", "enrolled": "Enrolled"}
TLS_RULE = "tls_status"
CASE = {
    "USUBJID": pl.String(),
    "SCRFREAS": pl.String(),
    "AREASON": pl.String(),
    "stat_id": pl.String(),
}


@dataclass(frozen=True, kw_only=True)
class ScreeningResult(Result):
    """Criteria with their answers; `criteria` are (key, words), `cases` who was not enrolled.

    `lymphoid` lists the statuses of tertiary lymphoid structures, empty without that rule.
    """

    criteria: list[list[str]]
    cases: pl.DataFrame
    ineligible: pl.DataFrame
    lymphoid: list[str]

    def table(self) -> Table:
        """Return one row per criterion: answers of the screened, and of the enrolled."""
        columns = ["Criterion"]
        columns += [f"{label}, of {self.count('screened.n')}" for _, label in ANSWERS.values()]
        columns += ["Not met, by the site", f"Enrolled, not met, of {self.count('enrolled.n')}"]
        rows = [
            row(
                words,
                *(self._cell("screened", key, name) for name, _ in ANSWERS.values()),
                self._cell("screened", key, "by_site"),
                self._cell("enrolled", key, "not_met"),
            )
            for key, words in self.criteria
        ]
        notes = [
            "A criterion is not met when the recorded data or the site's record (IE) say so, and "
            "met when either says so; else it is unknown. Each number opens the rows that were "
            "read."
        ]
        return make_table(self.id, "Eligibility by criterion", columns, rows, notes)

    def cases_table(self) -> Table:
        """Return one row per screened patient who was not enrolled."""
        rows = [
            row(
                item["USUBJID"],
                item["SCRFREAS"] or "Not stated",
                cell(item["AREASON"] or "nothing against it", self.ref(item["stat_id"])),
            )
            for item in self.cases.iter_rows(named=True)
        ]
        heads = ("Patient", "Reason of the site", "What the data say")
        return make_table(f"{self.id}_cases", "Screened and not enrolled", heads, rows)

    def ineligible_table(self) -> Table:
        """Return one row per enrolled patient and criterion that was not met."""
        rows = [
            row(item["USUBJID"], item["PARAM"], item["AREASON"], item["recorded"])
            for item in self.ineligible.iter_rows(named=True)
        ]
        heads = ("Patient", "Criterion", "What the data say", "Recorded by the site")
        title = "Enrolled although a criterion was not met"
        return make_table(f"{self.id}_ineligible", title, heads, rows)

    def lymphoid_table(self) -> Table:
        """Return one row per status of tertiary lymphoid structures."""
        heads = ("Status", *(f"{t} (N = {self.count(f'{g}.n')})" for g, t in GROUPS.items()))
        rows = [
            row(status, *(self._cell(group, "tls", slug(status)) for group in GROUPS))
            for status in self.lymphoid
        ]
        title = "Tertiary lymphoid structures at screening"
        return make_table(f"{self.id}_tls", title, heads, rows)

    def _cell(self, *parts: str) -> Cell:
        return self.count_cell(".".join(parts))


def analyze_screening(adelig: pl.DataFrame, adsl: pl.DataFrame) -> ScreeningResult:
    """Count the answers of each criterion among the screened and the enrolled.

    Parameters
    ----------
    adelig : DataFrame
        Eligibility by subject and criterion.
    adsl : DataFrame
        ENRLFL and SCRFREAS of every screened subject.

    Returns
    -------
    ScreeningResult
        Criteria in the protocol's order; those that IE alone has come last.
    """
    ledger = Ledger()
    subjects = {"screened": adsl, "enrolled": adsl.filter(col("ENRLFL") == "Y")}
    keyed = adelig.with_columns(pl.coalesce("IETESTCD", "CRIT", "PARAM").alias("key"))
    criteria = keyed.group_by("key", maintain_order=True).agg(col("PARAM", "ASEQ").first())
    named = [(str(key), str(words)) for key, words, _ in criteria.sort("ASEQ").iter_rows()]
    tls = _list_statuses(adelig)
    for group, members in subjects.items():
        stat = Stat(f"{group}.n", members.height, "N", GROUPS[group])
        ledger.add(stat, "ADSL", members, None if group == "screened" else "ENRLFL")
        rows = keyed.join(members.select("USUBJID"), on="USUBJID", how="semi")
        for key, words in named:
            _add_criterion(ledger, (group, slug(key), words), rows.filter(col("key") == key))
        _add_statuses(ledger, group, tls, members)
    return ScreeningResult(
        id="screening",
        title="Screening and eligibility",
        method=Method(
            "Eligibility rules evaluated on the recorded data",
            {"not met": "the data or the site say so", "met": "either says so, none says not"},
        ),
        cases=_add_cases(ledger, adelig, adsl.filter(col("ENRLFL") != "Y")),
        ineligible=_list_ineligible(adelig, subjects["enrolled"]),
        data=ledger.data,
        basis=ledger.basis,
        criteria=[[slug(key), words] for key, words in named],
        lymphoid=[*STATES.values(), NOT_ASSESSED] if tls.height else [],
    )


def _add_criterion(ledger: Ledger, names: tuple[str, str, str], rows: pl.DataFrame) -> None:
    """Add the counts of one criterion within one group."""
    group, key, words = names
    for code, (name, label) in ANSWERS.items():
        chosen = rows.filter(col("CRITFL") == code)
        stat = Stat(f"{group}.{key}.{name}", chosen.height, "n", label, "CRITFL", words)
        ledger.add(stat, "ADELIG", chosen, "CRITFL")
    chosen = rows.filter(col("IEMET") == "N")
    stat = Stat(f"{group}.{key}.by_site", chosen.height, "n", "Not met, by the site", level=words)
    ledger.add(stat, "ADELIG", chosen, "IEMET")


def _list_statuses(adelig: pl.DataFrame) -> pl.DataFrame:
    """Return USUBJID, ASEQ and status of tertiary lymphoid structures."""
    status = col("SRCVAL").str.to_uppercase()
    return adelig.filter(col("CRIT") == TLS_RULE).select(
        "USUBJID", "ASEQ", status.replace_strict(STATES, default=NOT_ASSESSED).alias("status")
    )


def _add_statuses(ledger: Ledger, group: str, tls: pl.DataFrame, members: pl.DataFrame) -> None:
    mine = tls.join(members.select("USUBJID"), on="USUBJID", how="semi")
    for label in (*STATES.values(), NOT_ASSESSED) if tls.height else ():
        rows = mine.filter(col("status") == label)
        stat = Stat(f"{group}.tls.{slug(label)}", rows.height, "n", label, "AVALC", label)
        ledger.add(stat, "ADELIG", rows, "AVALC")


def _add_cases(ledger: Ledger, adelig: pl.DataFrame, failed: pl.DataFrame) -> pl.DataFrame:
    """Add a statistic per screening failure; return what the table prints of each."""
    cases = []
    for subject, reason in failed.sort("USUBJID").select("USUBJID", "SCRFREAS").iter_rows():
        rows = adelig.filter(col("USUBJID") == subject, col("AVALC") == "N")
        told = f"Criteria not met by {subject}"
        stat = Stat(f"case.{slug(subject)}", rows.height, "n", told, unit="criteria")
        ledger.add(stat, "ADELIG", rows, "AVALC")
        ledger.also(stat.id, "ADSL", failed.filter(col("USUBJID") == subject), "SCRFREAS")
        why = "; ".join(rows["AREASON"].to_list()) or None
        cases.append({"USUBJID": subject, "SCRFREAS": reason, "AREASON": why, "stat_id": stat.id})
    return pl.DataFrame(cases, schema=CASE)


def _list_ineligible(adelig: pl.DataFrame, enrolled: pl.DataFrame) -> pl.DataFrame:
    """Return the criteria that enrolled subjects did not meet."""
    words = {"Y": "met", "N": "not met"}
    recorded = col("IEMET").replace_strict(words, default="nothing", return_dtype=pl.String)
    return (
        adelig.filter(col("CRITFL") == "N")
        .join(enrolled.select("USUBJID"), on="USUBJID", how="semi")
        .select("USUBJID", "PARAM", "AREASON", recorded.alias("recorded"))
    )


def list_unmet(result: ScreeningResult) -> Sequence[tuple[str, str]]:
    """Return the criteria that somebody did not meet: words and statistic, most frequent first."""
    found = [(words, f"screened.{key}.not_met") for key, words in result.criteria]
    kept = [(result.count(stat), words, stat) for words, stat in found if result.count(stat)]
    return [(words, stat) for _, words, stat in sorted(kept, key=lambda item: -item[0])]
