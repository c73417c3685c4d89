"""Rules about earlier and present treatment, and about organ functions."""

from datetime import timedelta

from trialwright.derive.eligibility.chart import (
    Chart,
    Reading,
    Row,
    capitals,
    decide,
    span_of,
    unknown,
)
from trialwright.derive.eligibility.registry import evaluates
from trialwright.protocol.eligibility import (
    NoConcomitant,
    OrganFunction,
    OrganLimit,
    OtherCriterion,
    Treatment,
    Washout,
)

PRIOR = (
    *("PRIOR ANTICANCER THERAPY", "PRIOR ANTI-CANCER THERAPY", "PRIOR CANCER THERAPY"),
    *("PRIOR CHEMOTHERAPY", "PRIOR IMMUNOTHERAPY", "PRIOR RADIOTHERAPY"),
)
SYSTEMIC = (Treatment.CHEMOTHERAPY, Treatment.IMMUNOTHERAPY, Treatment.OTHER_ANTITUMOR)
KINDS = {"RADIOTHER": Treatment.RADIOTHERAPY, "IMMUN": Treatment.IMMUNOTHERAPY}
KINDS |= {"CHEMO": Treatment.CHEMOTHERAPY, "CYTOTOXIC": Treatment.CHEMOTHERAPY}
Dated = tuple[str, str, Row]  # domain, variable of the end, row


@evaluates(Washout)
def evaluate_washout(rule: Washout, chart: Chart) -> Reading:
    """Count the days from the end of the last earlier treatment to the entry."""
    if chart.entry is None:
        return unknown("the entry is not dated")
    needed = ["cm"] * any(kind in SYSTEMIC for kind in rule.of)
    needed += ["pr"] * (Treatment.RADIOTHERAPY in rule.of)
    earlier = [item for item in _list_treatments(rule, chart) if _may_precede(item, chart)]
    if not earlier:
        is_silent = chart.is_enrolled and chart.has(*needed)
        told = "no earlier treatment is recorded"
        return decide(True, told) if is_silent else unknown(told)
    return min(
        (_judge_end(rule, chart, item) for item in earlier),
        key=lambda pair: (ORDER.index(pair[1].answer.value), pair[0]),
    )[1]


ORDER = ("no", "unknown", "yes")


def _judge_end(rule: Washout, chart: Chart, item: Dated) -> tuple[int, Reading]:
    """Return the days since a treatment ended, as far as known, and what they answer."""
    domain, variable, row = item
    name = row.get(f"{domain}DECOD") or row.get(f"{domain}TRT")
    span = span_of(row.get(variable))
    entry = chart.entry or (span or (None,))[0]
    if span is None or entry is None:
        told = f"the end of {name} is not recorded"
        return 0, unknown(told, domain, variable, row)
    limit = entry - timedelta(days=round(7 * rule.weeks))
    days = (entry - span[1]).days
    told = f"{name} ended on {row[variable]}, {days} days before entry"
    if span[0] <= limit < span[1]:
        return days, unknown(f"{told}: the day decides", domain, variable, row)
    return days, decide(span[1] <= limit, told, domain, variable, row)


def _list_treatments(rule: Washout, chart: Chart) -> list[Dated]:
    """Return the earlier treatments of the kinds that the rule names."""
    drugs: list[Dated] = [("CM", "CMENDTC", row) for row in chart.find("cm", CMCAT=PRIOR)]
    other: list[Dated] = [
        ("PR", "PRENDTC", row)
        for row in chart.rows.get("pr", ())
        if _kind(row, "PR") is Treatment.RADIOTHERAPY
    ]
    wanted = set(rule.of)
    kept = [item for item in (*drugs, *other) if _kind(item[2], item[0]) in wanted]
    # A drug whose kind is not stated may be any of them.
    if wanted & set(SYSTEMIC):
        kept += [item for item in drugs if _kind(item[2], "CM") is None]
    return kept


def _kind(row: Row, domain: str) -> Treatment | None:
    """Return the kind of a treatment, where its category or class says it."""
    names = [f"{domain}{name}" for name in ("SCAT", "CAT", "CLAS")]
    names += ["PRTRT", "PRDECOD"] if domain == "PR" else []
    text = " ".join(capitals(row.get(name)) for name in names)
    return next((kind for word, kind in KINDS.items() if word in text), None)


def _may_precede(item: Dated, chart: Chart) -> bool:
    """Tell whether a treatment began before the entry."""
    domain, _, row = item
    span = span_of(row.get(f"{domain}STDTC"))
    return span is None or chart.entry is None or span[0] < chart.entry


@evaluates(OrganFunction)
def evaluate_organs(rule: OrganFunction, chart: Chart) -> Reading:
    """Compare the last laboratory values on or before entry with the limits of the protocol."""
    if not rule.limits:
        return unknown("the protocol states no limits")
    readings = [_judge_value(limit, chart) for limit in rule.limits]
    return min(readings, key=lambda reading: ORDER.index(reading.answer.value))


def _judge_value(limit: OrganLimit, chart: Chart) -> Reading:
    """Compare one laboratory test with its limit."""
    rows = chart.before_entry(chart.find("lb", LBTESTCD=(limit.test.upper(),)), "LBDTC")
    rows = [row for row in rows if row.get("LBSTRESN") is not None]
    if not rows:
        return unknown(f"no {limit.test} before entry is recorded")
    row = rows[-1]
    value, unit = float(row["LBSTRESN"]), row.get("LBSTRESU")
    told = f"{limit.test} {value:g} {unit or ''}".strip()
    if limit.unit and capitals(unit) != capitals(limit.unit):
        return unknown(f"{told}, expected {limit.unit}", "LB", "LBSTRESU", row)
    most = limit.at_most
    if limit.at_most_times_upper is not None:
        upper = row.get("LBSTNRHI")
        if upper is None:
            return unknown(f"{told}, without a limit of normal", "LB", "LBSTNRHI", row)
        most = limit.at_most_times_upper * float(upper)
    is_met = (limit.at_least is None or value >= limit.at_least) and (most is None or value <= most)
    return decide(is_met, told, "LB", "LBSTRESN", row)


@evaluates(NoConcomitant)
def evaluate_concomitant(rule: NoConcomitant, chart: Chart) -> Reading:
    """Look for a listed medication that went on at entry."""
    if not chart.has("cm"):
        return unknown("no medication was recorded")
    listed = {capitals(name) for name in rule.names}
    if not listed:
        return unknown("the protocol lists no medication")
    rows = chart.rows.get("cm", ())
    taken = [row for row in rows if {capitals(row.get(n)) for n in ("CMDECOD", "CMTRT")} & listed]
    for row in taken:
        name = row.get("CMDECOD") or row.get("CMTRT")
        begun, ended = span_of(row.get("CMSTDTC")), span_of(row.get("CMENDTC"))
        starts = chart.entry is None or begun is None or begun[0] <= chart.entry
        lasts = chart.entry is None or ended is None or ended[1] >= chart.entry
        if starts and lasts:
            variable = "CMDECOD" if row.get("CMDECOD") else "CMTRT"
            return decide(False, f"takes {name}", "CM", variable, row)
    if chart.is_enrolled or rows:
        return decide(True, "none of the listed medications is recorded")
    return unknown("no medication of this patient is recorded")


@evaluates(OtherCriterion)
def evaluate_other(rule: OtherCriterion, chart: Chart) -> Reading:  # noqa: ARG001
    """Answer nothing: only the site can tell."""
    return unknown("only IE answers it")
