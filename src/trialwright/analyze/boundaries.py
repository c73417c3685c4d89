"""Stopping boundaries on toxicity, with the current count beside what is tolerated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from polars import col

from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Table, as_percent, cell, heading, make_table, round_half_up, row
from trialwright.protocol.safety_watch import ToxicityBoundary
from trialwright.stats.monitoring import Boundary, evaluate_boundary, search_toxicity_boundary

REFERENCE = "Ivanova A, Qaqish BF, Schell MJ. Biometrics 2005;61:540-545."
NOT_REACHED = "not reached"


@dataclass(frozen=True, kw_only=True)
class BoundariesResult(Result):
    """Counts against boundaries; `looks` are (boundary key, look, bound), `names` key to words."""

    names: dict[str, str]
    looks: list[list[Any]]
    crossed: list[str]

    def table(self) -> Table:
        """Return one block per boundary with a row per look."""
        rows = []
        for key, name in self.names.items():
            now = cell(
                f"{self.count(f'{key}.events')} of {self.count(f'{key}.n')}",
                self.ref(f"{key}.events"),
                self.ref(f"{key}.n"),
            )
            state = "crossed: stop" if key in self.crossed else "not crossed"
            rows += [heading(name), row("So far", "", now, state, indent=1)]
            for of, look, bound in self.looks:
                if of == key:
                    rows.append(self._look(key, look, bound))
            chance = self.value(f"{key}.prob_stop")
            if chance is not None:
                text = round_half_up(as_percent(chance), 1)
                told = cell(text, self.ref(f"{key}.prob_stop"))
                rows.append(row("Chance to stop at the tolerable rate, %", "", told, "", indent=1))
        heads = ("Patients treated", "Stop with more than", "Patients with the event", "")
        notes = [
            "Patients in order of treatment; each counts once. A patient without the event counts "
            "from the day on which the time to watch has passed, or at once where there is none."
        ]
        return make_table(self.id, self.title, heads, rows, notes)

    def _look(self, key: str, look: int, bound: int) -> Any:
        stat = f"{key}.look_{look}"
        if self.value(stat) is None:
            return row(f"First {look}", str(bound), cell(NOT_REACHED, self.ref(stat)), "", indent=1)
        n = self.count(stat)
        state = "crossed" if n > bound else "within"
        return row(f"First {look}", str(bound), cell(str(n), self.ref(stat)), state, indent=1)


def analyze_boundaries(
    adae: pl.DataFrame,
    adsl: pl.DataFrame,
    boundaries: Sequence[ToxicityBoundary],
    data_cut: date,
) -> BoundariesResult:
    """Count the patients with each boundary's event at every look that was reached.

    Parameters
    ----------
    adae, adsl : DataFrame
        Analysis datasets up to the data cut.
    boundaries : sequence of ToxicityBoundary
        What the protocol declares; bounds that are not written are searched.
    data_cut : date
        The day on which the counts are read.

    Returns
    -------
    BoundariesResult
        Per boundary the patients observed, those with the event, the count at each look, and the
        exact chance to stop at the tolerable rate. A boundary is crossed when the patients with
        the event are more than the bound of the next look: no later patient can undo it.

    References
    ----------
    Ivanova A, Qaqish BF, Schell MJ. Biometrics 2005;61:540-545.
    """
    treated = adsl.filter(col("SAFFL") == "Y").sort("TRTSDT", "ENRLNUM")
    ledger = Ledger()
    looks: list[list[Any]] = []
    crossed: list[str] = []
    for boundary in boundaries:
        key, bounds = slug(boundary.name), find_boundary(boundary)
        observed, hit = _observe(adae, treated, boundary, data_cut)
        _add_counts(ledger, (key, boundary.name), (observed, hit), bounds)
        chance = None
        if boundary.tolerable is not None:
            chance = evaluate_boundary(bounds, boundary.tolerable).prob_stop
        stat = Stat(f"{key}.prob_stop", chance, "probability", "Chance to stop if tolerable")
        ledger.add(stat, "ADSL", observed)
        looks += [[key, n, b] for n, b in zip(bounds.looks, bounds.bounds, strict=True)]
        if _is_crossed(observed, hit, bounds):
            crossed.append(key)
    return BoundariesResult(
        id="boundaries",
        title="Stopping boundaries",
        method=Method("Counts in order of treatment against boundaries", {}, REFERENCE),
        data=ledger.data,
        basis=ledger.basis,
        names={slug(boundary.name): boundary.name for boundary in boundaries},
        looks=looks,
        crossed=crossed,
    )


def find_boundary(declared: ToxicityBoundary) -> Boundary:
    """Return the bounds as written, or those that the tolerable rate gives."""
    if declared.bounds or declared.tolerable is None or declared.limit is None:
        return Boundary(declared.looks, declared.bounds)
    return search_toxicity_boundary(
        declared.looks, declared.tolerable, declared.limit, declared.shape
    ).boundary


def _observe(
    adae: pl.DataFrame, treated: pl.DataFrame, boundary: ToxicityBoundary, data_cut: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the patients who count so far, in order, and the events of those who had one."""
    events = adae.filter(col("TRTEMFL") == "Y").join(
        treated.select("USUBJID", "TRTSDT"), on="USUBJID"
    )
    conditions = [pl.lit(value=True)]
    if boundary.grade_at_least is not None:
        conditions.append(col("ATOXGR") >= boundary.grade_at_least)
    if boundary.serious:
        conditions.append(col("AESER") == "Y")
    if boundary.related:
        conditions.append(col("AREL") == "RELATED")
    if boundary.terms:
        wanted = [term.lower() for term in boundary.terms]
        conditions.append(col("AEDECOD").str.to_lowercase().is_in(wanted))
    has_passed = pl.lit(value=True)
    if boundary.within_days is not None:
        last = col("TRTSDT") + timedelta(days=boundary.within_days - 1)
        conditions.append((col("ASTDT") <= last).fill_null(value=True))
        has_passed = last <= data_cut
    hit = events.filter(pl.all_horizontal(conditions))
    had = col("USUBJID").is_in(hit["USUBJID"].implode())
    return treated.filter(had | has_passed), hit


def _add_counts(
    ledger: Ledger,
    names: tuple[str, str],
    patients: tuple[pl.DataFrame, pl.DataFrame],
    bounds: Boundary,
) -> None:
    """Add the patients, those with the event, and the count at each look."""
    (key, name), (observed, hit) = names, patients
    n_hit = hit["USUBJID"].n_unique()
    ledger.add(Stat(f"{key}.n", observed.height, "n", f"{name}: patients"), "ADSL", observed)
    ledger.add(Stat(f"{key}.events", n_hit, "n", f"{name}: with the event"), "ADAE", hit)
    for look in bounds.looks:
        first = observed.head(look)
        of_look = hit.join(first.select("USUBJID"), on="USUBJID", how="semi")
        n = float(of_look["USUBJID"].n_unique()) if observed.height >= look else None
        stat = Stat(f"{key}.look_{look}", n, "n", f"{name}: first {look}")
        ledger.add(stat, "ADAE", of_look)
        ledger.also(stat.id, "ADSL", first, "SAFFL")


def _is_crossed(observed: pl.DataFrame, hit: pl.DataFrame, bounds: Boundary) -> bool:
    """Tell whether a look was crossed, or the next one must be, whoever comes."""
    for look, bound in zip(bounds.looks, bounds.bounds, strict=True):
        first = observed.head(look).select("USUBJID")
        n = hit.join(first, on="USUBJID", how="semi")["USUBJID"].n_unique()
        if n > bound:
            return True
        if observed.height < look:
            break
    return False
