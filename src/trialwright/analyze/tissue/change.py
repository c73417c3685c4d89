"""A marker at two visits of the same patients: values, fold changes, test; who is missing, why."""

from collections.abc import Sequence

import polars as pl
from polars import col

from trialwright.analyze.tissue.change_result import RECORDED, MarkerChange
from trialwright.core.errors import EstimateError
from trialwright.core.ledger import MAIN, Ledger, Stat, as_number, name_parts, slug
from trialwright.core.result import Method
from trialwright.derive.reads import list_best_responses
from trialwright.derive.tissue_parameters import AS_RECORDED, MEASURES, name_parameter
from trialwright.protocol.biomarkers import PairedTest, TissueMarker
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.stats.paired import compare_paired_means, compare_signed_rank, estimate_shift

NO_SPECIMEN = "No slide and no reason recorded"
REFERENCES = {
    PairedTest.SIGNED_RANK: "Wilcoxon F. Biometrics Bull 1945;1:80-83; exact, with ties: "
    "Streitberg B, R\N{LATIN SMALL LETTER O WITH DIAERESIS}hmel J. EDV Med Biol 1986;17:12-19.",
    PairedTest.PAIRED_T: "Student. Biometrika 1908;6:1-25.",
}
TESTS = {PairedTest.SIGNED_RANK: "exact signed rank", PairedTest.PAIRED_T: "paired t"}


def analyze_marker_change(
    adbm: pl.DataFrame,
    adsl: pl.DataFrame,
    marker: TissueMarker,
    population: tuple[str, str],
    read: AnalysisRead,
    adrs: pl.DataFrame | None = None,
) -> MarkerChange:
    """Compare a marker's main measurement between its first and its last visit.

    Parameters
    ----------
    adbm, adsl : DataFrame
        Analysis datasets.
    marker : TissueMarker
        The protocol's stain with its measure, two visits or more, and the test.
    population : (str, str)
        ADSL flag of the patients, and its label.
    read : AnalysisRead
        Whose best response is shown.
    adrs : DataFrame, optional
        Analysis dataset with the best responses.

    Returns
    -------
    MarkerChange
        Every patient's values and ratio; number of pairs, directions, mean, median and range of
        the fold changes, test and shift. The same under "recorded" for values that stand in BS
        beside the slides. Several slides of one visit are averaged.
    """
    if marker.measure is None or len(marker.visits) < 2:
        raise EstimateError(
            f"Marker {marker.id} has {len(marker.visits)} visits and measure "
            f"{marker.measure}, expected a measure and two visits. Complete biomarkers.tissue."
        )
    flag, label = population
    members = adsl.filter(col(flag) == "Y").sort("USUBJID")
    code, visits = name_parameter(marker, marker.measure), (marker.visits[0], marker.visits[-1])
    test = marker.compare or PairedTest.SIGNED_RANK
    ledger = Ledger()
    pairs = _enter(ledger, adbm, (code, MAIN), (members, visits), test)
    recorded = _enter(ledger, adbm, (code + AS_RECORDED, RECORDED), (members, visits), test)
    reasons = _find_reasons(adbm.filter(col("PARAMCD") == code), members, visits)
    shown = (
        pairs.join(list_best_responses(adrs, read), on="USUBJID", how="left")
        .join(reasons, on="USUBJID", how="left")
        .join(recorded.select("USUBJID", recorded="R2BASE"), on="USUBJID", how="left")
        .with_columns(pl.when(col("R2BASE").is_null()).then(col("reason").fill_null(NO_SPECIMEN)))
    )
    return MarkerChange(
        id=marker.id,
        title=f"{marker.stain} at {visits[0]} and {visits[1]}",
        method=_describe(marker, visits, test),
        data=ledger.data,
        basis=ledger.basis,
        visits=list(visits),
        stain=marker.stain,
        unit=MEASURES[marker.measure][3],
        population=label,
        pairs=shown,
    )


def _enter(
    ledger: Ledger,
    adbm: pl.DataFrame,
    named: tuple[str, str],
    paired: tuple[pl.DataFrame, tuple[str, str]],
    test: PairedTest,
) -> pl.DataFrame:
    """Enter patients and summary of one parameter; return its pairs.

    What was recorded beside the slides is entered only where there is any.
    """
    code, analysis = named
    members, visits = paired
    pairs = _pair(adbm.filter(col("PARAMCD") == code), members, visits)
    if analysis == MAIN or pairs["R2BASE"].is_not_null().any():
        _add_patients(ledger, adbm, named, visits, pairs)
        _add_summary(ledger, adbm, named, pairs, test)
    return pairs


def _describe(marker: TissueMarker, visits: Sequence[str], test: PairedTest) -> Method:
    measure = marker.measure.value if marker.measure else ""
    settings = {
        "stain": marker.stain,
        "measure": measure,
        "visits": f"{visits[1]} against {visits[0]}",
        "specimen": ", ".join(marker.specimen) or "any",
        "test": f"Two-sided {TESTS[test]} test of the differences",
        "fewest cells of a slide": marker.least_cells,
    }
    return Method("Change of a tissue marker within patients", settings, REFERENCES[test])


def _pair(rows: pl.DataFrame, members: pl.DataFrame, visits: tuple[str, str]) -> pl.DataFrame:
    """Return one row per member: BASE, AVAL, R2BASE; null where a value is missing."""
    counted = rows.filter((col("ANL01FL") == "Y") & col("AVAL").is_not_null())
    sides = [
        counted.filter(col("AVISIT") == visit)
        .group_by("USUBJID")
        .agg(col("AVAL").mean().alias(name))
        for visit, name in zip(visits, ("BASE", "AVAL"), strict=True)
    ]
    pairs = members.select("USUBJID")
    for side in sides:
        pairs = pairs.join(side, on="USUBJID", how="left", maintain_order="left")
    ratio = pl.when(col("BASE") > 0).then(col("AVAL") / col("BASE"))
    return pairs.with_columns(ratio.alias("R2BASE"))


def _find_reasons(
    rows: pl.DataFrame, members: pl.DataFrame, visits: tuple[str, str]
) -> pl.DataFrame:
    """Return why a member has no pair: the later visit's reason first, for it came last."""
    parts = [
        rows.filter((col("AVISIT") == visit) & col("AREASON").is_not_null())
        .group_by("USUBJID")
        .agg(pl.format("{}: {}", pl.lit(visit), col("AREASON").first()).alias("reason"))
        for visit in reversed(visits)
    ]
    found = pl.concat(parts).unique("USUBJID", keep="first", maintain_order=True)
    return members.select("USUBJID").join(found, on="USUBJID")


def _add_patients(
    ledger: Ledger,
    adbm: pl.DataFrame,
    named: tuple[str, str],
    visits: tuple[str, str],
    pairs: pl.DataFrame,
) -> None:
    """Enter each patient's two values and their ratio with the rows behind them."""
    code, analysis = named
    rows = adbm.filter((col("PARAMCD") == code) & (col("ANL01FL") == "Y"))
    words = (("base", visits[0], "BASE"), ("later", visits[1], "AVAL"))
    for item in pairs.iter_rows(named=True):
        subject = item["USUBJID"]
        mine = rows.filter(col("USUBJID") == subject)
        for name, visit, column in words:
            if item[column] is not None:
                key = ".".join(name_parts(analysis, f"{slug(subject)}.{name}"))
                stat = Stat(key, item[column], name, f"{subject} at {visit}", code, subject)
                ledger.add(stat, "ADBM", mine.filter(col("AVISIT") == visit), "AVAL")
        if item["R2BASE"] is not None:
            key = ".".join(name_parts(analysis, f"{slug(subject)}.fold"))
            stat = Stat(key, item["R2BASE"], "fold", f"{subject}, fold change", code, subject)
            ledger.add(stat, "ADBM", mine.filter(col("AVISIT").is_in(visits)), "AVAL")


def _add_summary(
    ledger: Ledger,
    adbm: pl.DataFrame,
    named: tuple[str, str],
    pairs: pl.DataFrame,
    test: PairedTest,
) -> None:
    """Enter counts, fold changes and the test over the complete pairs."""
    code, analysis = named
    complete = pairs.drop_nulls(["BASE", "AVAL"])
    rows = adbm.filter((col("PARAMCD") == code) & (col("ANL01FL") == "Y"))
    rows = rows.join(complete.select("USUBJID"), on="USUBJID", how="semi")
    folds, change = complete["R2BASE"].drop_nulls(), complete["AVAL"] - complete["BASE"]
    found: dict[str, tuple[float | None, str]] = {
        "n": (complete.height, "Pairs"),
        "n_members": (pairs.height, "Patients"),
        "n_increased": (int((change > 0).sum()), "Increased"),
        "n_decreased": (int((change < 0).sum()), "Decreased"),
        "mean_base": (as_number(complete["BASE"].mean()), "Mean at the first visit"),
        "mean_later": (as_number(complete["AVAL"].mean()), "Mean at the later visit"),
        "mean_fold": (as_number(folds.mean()), "Mean fold change"),
        "median_fold": (as_number(folds.median()), "Median fold change"),
        "min_fold": (as_number(folds.min()), "Smallest fold change"),
        "max_fold": (as_number(folds.max()), "Largest fold change"),
        **_compare(complete, test),
    }
    for name, (value, label) in found.items():
        key = ".".join(name_parts(analysis, name))
        ledger.add(Stat(key, value, name, label, code), "ADBM", rows, "AVAL")


def _compare(complete: pl.DataFrame, test: PairedTest) -> dict[str, tuple[float | None, str]]:
    """Return the test's statistics, null where the pairs allow none."""
    before, after = complete["BASE"].to_numpy(), complete["AVAL"].to_numpy()
    names = {
        "p_value": "P value",
        "shift": "Difference",
        "shift_lower": "Lower limit of the difference",
        "shift_upper": "Upper limit of the difference",
    }
    values: tuple[float | None, ...] = (None,) * 4
    try:
        if test is PairedTest.PAIRED_T:
            means = compare_paired_means(before, after)
            values = (means.p_value, means.mean, means.lower, means.upper)
        else:
            shift = estimate_shift(before, after)
            p_value = compare_signed_rank(before, after).p_value
            values = (p_value, shift.estimate, shift.lower, shift.upper)
    except EstimateError:
        pass  # too few pairs for a test: the counts say so
    return {name: (value, names[name]) for name, value in zip(names, values, strict=True)}
