"""Rules about the person: age, performance status, consent, pregnancy, contraception."""

from datetime import date

from trialwright.derive.eligibility.chart import Chart, Reading, Row, decide, span_of, unknown
from trialwright.derive.eligibility.registry import evaluates
from trialwright.protocol.eligibility import (
    AgeAtLeast,
    ContraceptionAgreed,
    EcogAtMost,
    InformedConsent,
    LifeExpectancyOver,
    PregnancyTestNegative,
)

PER_YEAR = {"": 1.0, "YEARS": 1.0, "MONTHS": 12.0, "WEEKS": 365.25 / 7, "DAYS": 365.25}
ECOG = ("ECOG101", "ECOG", "ECOGPS")
PREGNANCY_TESTS = ("HCG", "BHCG", "CHORIOGN", "PREG")
CONSENT = ("INFORMED CONSENT OBTAINED",)
# What may be done only after consent; scans and biopsies of routine care may be older.
PROCEDURES = {"sv": "SVSTDTC", "lb": "LBDTC", "qs": "QSDTC", "vs": "VSDTC", "ex": "EXSTDTC"}


@evaluates(AgeAtLeast)
def evaluate_age(rule: AgeAtLeast, chart: Chart) -> Reading:
    """Compare the age in DM, or the one that the date of birth gives, with the least age."""
    for row in chart.rows.get("dm", ()):
        age, unit = row.get("AGE"), str(row.get("AGEU") or "").upper()
        if age is not None and unit in PER_YEAR:
            years = float(age) / PER_YEAR[unit]
            return decide(years >= rule.years, f"{years:g} years", "DM", "AGE", row)
        born = span_of(row.get("BRTHDTC"))
        if born and chart.entry:
            least, most = (_years(day, chart.entry) for day in reversed(born))
            if (least >= rule.years) == (most >= rule.years):
                return decide(least >= rule.years, f"{least} years", "DM", "BRTHDTC", row)
    return unknown("no age is recorded")


def _years(born: date, day: date) -> int:
    """Return the whole years between a birth and a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@evaluates(EcogAtMost)
def evaluate_ecog(rule: EcogAtMost, chart: Chart) -> Reading:
    """Compare the last performance status on or before entry with the largest allowed."""
    rows = [r for r in chart.find("qs", QSTESTCD=ECOG) if r.get("QSSTRESN") is not None]
    rows = chart.before_entry(rows, "QSDTC")
    if not rows:
        return unknown("no performance status before entry is recorded")
    status = float(rows[-1]["QSSTRESN"])
    return decide(status <= rule.value, f"ECOG {status:g}", "QS", "QSSTRESN", rows[-1])


@evaluates(LifeExpectancyOver)
def evaluate_life_expectancy(rule: LifeExpectancyOver, chart: Chart) -> Reading:
    """Read the months that the investigator expected (QS, QSTESTCD LIFEEXP), where asked for."""
    rows = chart.before_entry(chart.find("qs", QSTESTCD=("LIFEEXP",)), "QSDTC")
    months = rows[-1].get("QSSTRESN") if rows else None
    if months is None:
        return unknown("no life expectancy is recorded")
    told = f"{float(months):g} months expected"
    return decide(float(months) > rule.months, told, "QS", "QSSTRESN", rows[-1])


@evaluates(PregnancyTestNegative)
def evaluate_pregnancy_test(rule: PregnancyTestNegative, chart: Chart) -> Reading:
    """Read the last pregnancy test on or before entry of a woman who could be pregnant."""
    person: Row = next(iter(chart.rows.get("dm", ())), {})
    sex, age = person.get("SEX"), person.get("AGE")
    if sex == "M":
        return decide(True, "not a woman", "DM", "SEX", person)
    tests = chart.before_entry(chart.find("lb", LBTESTCD=PREGNANCY_TESTS), "LBDTC")
    for row in reversed(tests):
        result = str(row.get("LBSTRESC") or row.get("LBORRES") or "").upper()
        if result.startswith(("NEG", "POS")):
            told = f"pregnancy test {result.lower()}"
            return decide(result.startswith("NEG"), told, "LB", "LBSTRESC", row)
    potential = chart.find("suppdm", QNAM=("CHILDPOT",))
    if potential and str(potential[-1].get("QVAL")).upper() in ("N", "NO"):
        return decide(True, "no childbearing potential", "SUPPDM", "QVAL", potential[-1])
    until = rule.childbearing_until_years
    if until is not None and age is not None and float(age) >= until:
        told = f"{float(age):g} years, taken as past childbearing from {until}"
        return decide(True, told, "DM", "AGE", person)
    return unknown("no pregnancy test and no childbearing potential is recorded")


@evaluates(ContraceptionAgreed)
def evaluate_contraception(rule: ContraceptionAgreed, chart: Chart) -> Reading:  # noqa: ARG001
    """Read the agreement (SUPPDM, QNAM CONTRAC), where it is recorded."""
    rows = chart.find("suppdm", QNAM=("CONTRAC",))
    said = str(rows[-1].get("QVAL")).upper() if rows else ""
    if said in ("Y", "YES", "N", "NO"):
        words = "contraception agreed" if said[0] == "Y" else "contraception not agreed"
        return decide(said[0] == "Y", words, "SUPPDM", "QVAL", rows[-1])
    return unknown("no agreement on contraception is recorded")


@evaluates(InformedConsent)
def evaluate_consent(rule: InformedConsent, chart: Chart) -> Reading:
    """Compare the day of consent with the first study procedure, or with the first dose."""
    found = _find_consent(chart)
    if found is None:
        return decide(False, "no consent is recorded") if chart.is_enrolled else unknown("undated")
    day, domain, variable, row = found
    after = {"ex": "EXSTDTC"} if rule.before == "treatment" else PROCEDURES
    dated = [
        (span[1], other.upper(), name, item)
        for other, name in after.items()
        for item in chart.rows.get(other, ())
        if (span := span_of(item.get(name)))
    ]
    earlier = min((item for item in dated if item[0] < day), key=lambda i: i[0], default=None)
    if earlier is None:
        return decide(True, f"consent on {day.isoformat()}", domain, variable, row)
    told = f"consent on {day.isoformat()}, after a procedure of {earlier[0].isoformat()}"
    return decide(False, told, *earlier[1:])


def _find_consent(chart: Chart) -> tuple[date, str, str, Row] | None:
    """Return the first possible day of consent with where it is recorded."""
    sources = [("DM", "RFICDTC", row) for row in chart.rows.get("dm", ())]
    sources += [("DS", "DSSTDTC", row) for row in chart.find("ds", DSDECOD=CONSENT)]
    for domain, variable, row in sources:
        span = span_of(row.get(variable))
        if span:
            return span[0], domain, variable, row
    return None
