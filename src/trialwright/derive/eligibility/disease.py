"""Rules about the disease: histology, extent, progression, lesions, lymphoid structures."""

from collections.abc import Iterable

from trialwright.derive.eligibility.chart import (
    Chart,
    Reading,
    Row,
    capitals,
    decide,
    months_before,
    span_of,
    unknown,
)
from trialwright.derive.eligibility.registry import evaluates
from trialwright.protocol.eligibility import (
    DiseaseExtent,
    Extent,
    HistologyConfirmed,
    InjectableLesion,
    MeasurableLesion,
    ProgressionWithin,
    TlsStatus,
    TlsStatusRule,
)

DIAGNOSIS = ("PRIMARY DIAGNOSIS",)
EXTENTS = {"METASTA": Extent.METASTATIC, "STAGE IV": Extent.METASTATIC}
EXTENTS |= {"LOCALLY ADVANCED": Extent.LOCALLY_ADVANCED}
EXTENT_CODES = {"M": Extent.METASTATIC, "IV": Extent.METASTATIC, "LA": Extent.LOCALLY_ADVANCED}
LIMITED = ("LOCALIZED", "LOCALISED", "EARLY", "I", "II", "STAGE I", "STAGE II")
OTHER_TUMORS = ("CARCINOMA", "LYMPHOMA", "MELANOMA", "LEUKEMIA", "LEUKAEMIA", "MYELOMA", "GLIOMA")
TLS_WORDS = {"NONE": TlsStatus.NONE, "TLS": TlsStatus.TLS, "MATURE": TlsStatus.MATURE}
TLS_WORDS |= {"ABSENT": TlsStatus.NONE, "NEGATIVE": TlsStatus.NONE, "PRESENT": TlsStatus.TLS}
TLS_WORDS |= {"IMMATURE": TlsStatus.TLS, "POSITIVE": TlsStatus.TLS}
INVESTIGATOR = ("INVESTIGATOR", "")
# RECIST 1.1, section 3.1: what is large enough to be measured on CT.
MEASURABLE_MM, MEASURABLE_NODE_MM = 10.0, 15.0


@evaluates(HistologyConfirmed)
def evaluate_histology(rule: HistologyConfirmed, chart: Chart) -> Reading:
    """Look for the disease's last word, or a listed term, in the primary diagnosis."""
    rows = chart.find("mh", MHCAT=DIAGNOSIS)
    terms = tuple(capitals(term) for term in rule.terms)
    family = capitals(rule.of).split()[-1]
    for row in rows:
        for variable in ("MHDECOD", "MHTERM"):
            written = capitals(row.get(variable))
            if written and (family in written or written in terms):
                return decide(True, str(row[variable]), "MH", variable, row)
    for row in rows:
        if any(word in capitals(row.get("MHTERM")) for word in OTHER_TUMORS):
            return decide(False, f"{row['MHTERM']}, no {rule.of}", "MH", "MHTERM", row)
    if rows:
        told = f"'{rows[0].get('MHTERM')}' is not known as {rule.of}; list it under terms"
        return unknown(told, "MH", "MHTERM", rows[0])
    return unknown("no primary diagnosis is recorded")


@evaluates(DiseaseExtent)
def evaluate_extent(rule: DiseaseExtent, chart: Chart) -> Reading:
    """Compare the stage in SUPPMH with the extents that are allowed."""
    rows = chart.find("suppmh", QNAM=("STAGE", "EXTENT"))
    for row in rows:
        written = capitals(row.get("QVAL"))
        begins = (extent for words, extent in EXTENTS.items() if written.startswith(words))
        extent = EXTENT_CODES.get(written) or next(begins, None)
        if extent is not None:
            met = extent in rule.any_of
            return decide(met, str(row["QVAL"]).lower(), "SUPPMH", "QVAL", row)
        if written in LIMITED:
            return decide(False, str(row["QVAL"]).lower(), "SUPPMH", "QVAL", row)
    return unknown("no stage of the disease is recorded")


@evaluates(ProgressionWithin)
def evaluate_progression(rule: ProgressionWithin, chart: Chart) -> Reading:
    """Date the last progression of the history against the months before entry."""
    rows = [
        row
        for row in chart.rows.get("mh", ())
        if any("PROGRESSION" in capitals(row.get(name)) for name in ("MHTERM", "MHDECOD"))
    ]
    dated = [r for r in chart.before_entry(rows, "MHSTDTC") if span_of(r.get("MHSTDTC"))]
    if not dated or chart.entry is None:
        return unknown("no dated progression before entry is recorded")
    row = dated[-1]
    first, last = span_of(row["MHSTDTC"]) or (chart.entry, chart.entry)
    limit = months_before(chart.entry, rule.months)
    told = f"progression on {row['MHSTDTC']}, entry on {chart.entry.isoformat()}"
    if first < limit <= last:
        return unknown(f"{told}: the day decides", "MH", "MHSTDTC", row)
    return decide(first >= limit, told, "MH", "MHSTDTC", row)


@evaluates(TlsStatusRule)
def evaluate_tls(rule: TlsStatusRule, chart: Chart) -> Reading:
    """Read the last status of tertiary lymphoid structures on or before entry.

    Recorded by a pathologist in BS (BSTESTCD TLS), else as measured on a slide (ADBM).
    """
    recorded = chart.before_entry(chart.find("bs", BSTESTCD=("TLS",)), "BSDTC")
    measured = chart.before_entry(chart.find("adbm", PARAMCD=("TLS", "TLSSTAT")), "ADT")
    sources = [("BS", "BSSTRESC", row) for row in reversed(recorded)]
    sources += [("ADBM", "AVALC", row) for row in reversed(measured)]
    for domain, variable, row in sources:
        status = TLS_WORDS.get(capitals(row.get(variable)))
        if status is not None:
            told = f"tertiary lymphoid structures: {status.value}"
            return decide(status not in rule.exclude, told, domain, variable, row)
    if sources:
        domain, variable, row = sources[0]
        why = row.get("BSREASND") or row.get(variable) or "no result"
        told = f"specimen not assessable: {why}"
        return Reading(rule.not_assessable, told, domain, variable, row)
    return unknown("no screening of tertiary lymphoid structures is recorded")


@evaluates(MeasurableLesion)
def evaluate_measurable(rule: MeasurableLesion, chart: Chart) -> Reading:
    """Look for a lesion that RECIST 1.1 calls measurable, away from an irradiated place.

    A place that was irradiated is known by its name only, which is no field: a lesion there
    neither counts nor excludes.
    """
    lesions = list_lesions(chart)
    if not lesions:
        return unknown("no lesion before entry is recorded")
    measurable = [row for row in lesions if float(row["TRSTRESN"]) >= _least_mm(row)]
    if not measurable:
        row = max(lesions, key=lambda item: float(item["TRSTRESN"]))
        told = f"largest lesion {float(row['TRSTRESN']):g} mm"
        return decide(False, told, "TR", "TRSTRESN", row)
    irradiated = _irradiated_places(chart) if rule.outside_irradiated_field else set()
    places = {capitals(row.get("TULNKID")): _place(row, "TU") for row in chart.rows.get("tu", ())}
    outside = [r for r in measurable if places.get(capitals(r.get("TRLNKID"))) not in irradiated]
    row = max(outside or measurable, key=lambda item: float(item["TRSTRESN"]))
    told = f"{row.get('TRLNKID')} {float(row['TRSTRESN']):g} mm"
    if outside:
        return decide(True, told, "TR", "TRSTRESN", row)
    return unknown(f"{told}, in a place that was irradiated", "TR", "TRSTRESN", row)


@evaluates(InjectableLesion)
def evaluate_injectable(rule: InjectableLesion, chart: Chart) -> Reading:
    """Look for a lesion, or lesions in one place, large enough among those that can be injected.

    A lesion can be injected when SUPPTU says so (QNAM INJECTED or INJECTABL) or when it was (EX).
    """
    lesions = list_lesions(chart)
    if not lesions:
        return unknown("no lesion before entry is recorded")
    largest = max(lesions, key=lambda item: float(item["TRSTRESN"]))
    sized = {capitals(row.get("TRLNKID")): row for row in lesions}
    named = [sized[name] for name in _injectable_names(chart) if name in sized]
    if named:
        row = max(named, key=lambda item: float(item["TRSTRESN"]))
        total = sum(float(item["TRSTRESN"]) for item in named)
        is_one = float(row["TRSTRESN"]) >= rule.diameter_mm
        is_met = is_one or (rule.or_aggregate_mm is not None and total >= rule.or_aggregate_mm)
        told = f"{row.get('TRLNKID')} {float(row['TRSTRESN']):g} mm can be injected"
        told += "" if is_one or len(named) == 1 else f", {total:g} mm together"
        return decide(is_met, told, "TR", "TRSTRESN", row)
    if sum(float(row["TRSTRESN"]) for row in lesions) < (rule.or_aggregate_mm or rule.diameter_mm):
        told = f"largest lesion {float(largest['TRSTRESN']):g} mm"
        return decide(False, told, "TR", "TRSTRESN", largest)
    told = "which lesion can be injected is not recorded"
    if names := sorted(_injectable_names(chart)):
        told = f"the diameter of {names[0]}, which can be injected, is not recorded"
    return unknown(told, "TR", "TRSTRESN", largest)


def list_lesions(chart: Chart) -> list[Row]:
    """Return each lesion's last diameter on or before entry, as the investigator measured it."""
    rows = [
        row
        for row in chart.find("tr", TRTESTCD=("LDIAM", "LPERP", "DIAMETER"))
        if row.get("TRSTRESN") is not None
    ]
    rows = [row for row in rows if capitals(row.get("TREVAL")) in INVESTIGATOR] or rows
    last = {row.get("TRLNKID"): row for row in chart.before_entry(rows, "TRDTC")}
    return list(last.values())


def _least_mm(row: Row) -> float:
    """Return the least diameter of a measurable lesion; that of a node is its short axis."""
    return MEASURABLE_NODE_MM if capitals(row.get("TRTESTCD")) == "LPERP" else MEASURABLE_MM


def _irradiated_places(chart: Chart) -> set[tuple[str, str]]:
    rows: Iterable[Row] = chart.before_entry(chart.rows.get("pr", ()), "PRSTDTC")
    words = ("PRCAT", "PRTRT", "PRDECOD")
    return {
        _place(row, "PR")
        for row in rows
        if any("RADIOTHER" in capitals(row.get(name)) for name in words)
    }


def _place(row: Row, domain: str) -> tuple[str, str]:
    return capitals(row.get(f"{domain}LOC")), capitals(row.get(f"{domain}LAT"))


def _injectable_names(chart: Chart) -> set[str]:
    """Return the lesions that can be injected, by their names in capitals."""
    flagged = {
        capitals(row.get("IDVARVAL"))
        for row in chart.find("supptu", QNAM=("INJECTED", "INJECTABL"), QVAL=("Y",))
    }
    rows = chart.rows.get("tu", ())
    names = {capitals(row["TULNKID"]) for row in rows if _sequence(row) in flagged}
    doses = chart.rows.get("ex", ())
    return names | {capitals(row["EXLNKID"]) for row in doses if row.get("EXLNKID")}


def _sequence(row: Row) -> str:
    """Return a lesion's TUSEQ as SUPPTU writes it."""
    return "" if row.get("TUSEQ") is None else f"{float(row['TUSEQ']):g}"
