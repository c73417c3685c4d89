"""Each eligibility rule on the smallest chart that shows its answers, and both answers together."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from small_trial import metromajx_protocol, recorded

from trialwright.derive.eligibility.chart import Chart, Reading, months_before, span_of
from trialwright.derive.eligibility.evaluate import derive_eligibility, evaluate_criterion
from trialwright.derive.eligibility.findings import find_eligibility_differences
from trialwright.derive.eligibility.registry import EVALUATIONS, evaluates
from trialwright.derive.populations import derive_adsl
from trialwright.protocol import eligibility as rules

ENTRY = date(2021, 3, 1)
PROTOCOL = metromajx_protocol()
RULES = {rule.rule: rule for rule in PROTOCOL.eligibility}
Row = dict[str, Any]


def evaluate(rule: str | rules.Criterion, *, enrolled: bool = True, **rows: list[Row]) -> Reading:
    chosen = RULES[rule] if isinstance(rule, str) else rule
    return evaluate_criterion(chosen, Chart("01", ENTRY, enrolled, rows))


def answer(rule: str | rules.Criterion, *, enrolled: bool = True, **rows: list[Row]) -> str:
    return evaluate(rule, enrolled=enrolled, **rows).answer.value


def diagnosis(term: str) -> list[Row]:
    return [{"MHCAT": "Primary diagnosis", "MHTERM": term, "MHDECOD": None, "source_row": 2}]


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("Leiomyosarcoma", "yes"),
        ("solitary fibrous tumor", "yes"),
        ("Lung adenocarcinoma", "no"),
        ("Desmoid", "unknown"),
    ],
)
def test_a_diagnosis_belongs_to_the_disease_by_its_last_word_or_the_list(
    term: str, expected: str
) -> None:
    assert answer("histology_confirmed", mh=diagnosis(term)) == expected


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("METASTATIC", "yes"),
        ("Locally advanced, unresectable", "yes"),
        ("Stage II", "no"),
        ("LA", "yes"),
        ("Unclear", "unknown"),
    ],
)
def test_the_extent_is_read_in_any_capitals(stage: str, expected: str) -> None:
    assert answer("disease_extent", suppmh=[{"QNAM": "STAGE", "QVAL": stage}]) == expected


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"AGE": 18, "AGEU": "YEARS"}, "yes"),
        ({"AGE": 17, "AGEU": None}, "no"),
        ({"AGE": 215, "AGEU": "MONTHS"}, "no"),
        ({"AGE": None, "BRTHDTC": "2003-03-01"}, "yes"),
        ({"AGE": None, "BRTHDTC": "2003-03-02"}, "no"),
        ({"AGE": None, "BRTHDTC": "2003-03"}, "unknown"),
        ({"AGE": None}, "unknown"),
    ],
)
def test_the_age_is_compared_in_years_at_entry(person: Row, expected: str) -> None:
    assert answer("age_at_least", dm=[person]) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2020-09-01", "yes"), ("2020-08-31", "no"), ("2020-09", "yes"), ("2020", "unknown")],
)
def test_progression_counts_within_calendar_months_before_entry(day: str, expected: str) -> None:
    history = [{"MHTERM": "Documented disease progression", "MHSTDTC": day}]
    assert answer("progression_within", mh=history) == expected


def test_the_last_performance_status_on_or_before_entry_counts() -> None:
    rows = [
        {"QSTESTCD": "ECOG101", "QSSTRESN": 2.0, "QSDTC": "2021-02-01", "source_row": 2},
        {"QSTESTCD": "ECOG101", "QSSTRESN": 1.0, "QSDTC": "2021-03-01", "source_row": 3},
        {"QSTESTCD": "ECOG101", "QSSTRESN": 3.0, "QSDTC": "2021-03-02", "source_row": 4},
    ]
    found = evaluate("ecog_at_most", qs=rows)
    assert (found.answer.value, found.row, found.value) == ("yes", rows[1], "1")
    assert answer("ecog_at_most", qs=rows[:1]) == "no"


def test_a_life_expectancy_is_known_only_where_it_is_asked_for() -> None:
    row = {"QSTESTCD": "LIFEEXP", "QSSTRESN": 3.0, "QSDTC": "2021-02-20"}
    assert answer("life_expectancy_over") == "unknown"
    assert answer("life_expectancy_over", qs=[row]) == "no"
    assert answer("life_expectancy_over", qs=[{**row, "QSSTRESN": 6.0}]) == "yes"


def lesion(name: str, size: float, test: str = "LDIAM", day: str = "2021-02-20") -> Row:
    return {"TRLNKID": name, "TRTESTCD": test, "TRSTRESN": size, "TRDTC": day}


def test_a_lesion_is_measurable_from_10_mm_and_a_node_from_15_mm() -> None:
    assert answer("measurable_lesion", tr=[lesion("T01", 10)]) == "yes"
    assert answer("measurable_lesion", tr=[lesion("T01", 14, "LPERP")]) == "no"
    assert answer("measurable_lesion", tr=[lesion("T01", 15, "LPERP")]) == "yes"
    assert answer("measurable_lesion", tr=[lesion("T01", 40, day="2021-04-01")]) == "unknown"


def test_a_lesion_in_an_irradiated_place_neither_counts_nor_excludes() -> None:
    place: list[Row] = [{"TULNKID": "T01", "TULOC": "LUNG", "TULAT": None}]
    beam: list[Row] = [{"PRCAT": "Prior radiotherapy", "PRLOC": "Lung", "PRSTDTC": "2020"}]
    assert answer("measurable_lesion", tr=[lesion("T01", 40)], tu=place, pr=beam) == "unknown"
    both = [lesion("T01", 40), lesion("T02", 12)]
    assert answer("measurable_lesion", tr=both, tu=place, pr=beam) == "yes"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("NONE", "yes"), ("TLS", "no"), ("mature", "no"), ("NOT ASSESSABLE", "unknown")],
)
def test_lymphoid_structures_exclude_by_the_protocol(status: str, expected: str) -> None:
    row = {"BSTESTCD": "TLS", "BSSTRESC": status, "BSDTC": "2021-02-10"}
    assert answer("tls_status", bs=[row]) == expected


def test_lymphoid_structures_measured_on_a_slide_count_where_nobody_recorded_any() -> None:
    measured = [{"PARAMCD": "TLS", "AVALC": "TLS", "ADT": date(2021, 2, 10)}]
    assert answer("tls_status", adbm=measured) == "no"
    pathologist = [{"BSTESTCD": "TLS", "BSSTRESC": "NONE", "BSDTC": "2021-02-12"}]
    assert answer("tls_status", bs=pathologist, adbm=measured) == "yes"


def test_the_protocol_says_what_a_specimen_that_cannot_be_assessed_answers() -> None:
    row = {"BSTESTCD": "TLS", "BSSTRESC": None, "BSSTAT": "NOT DONE", "BSREASND": "No tumor"}
    rule = rules.TlsStatusRule(
        rule="tls_status", exclude=(rules.TlsStatus.TLS,), not_assessable=rules.Answer.NO
    )
    found = evaluate(rule, bs=[row])
    assert (found.answer, found.reason) == (rules.Answer.NO, "specimen not assessable: No tumor")


def test_an_injectable_lesion_is_one_that_is_flagged_or_was_injected() -> None:
    tu: list[Row] = [{"TULNKID": "T01", "TUSEQ": 1}, {"TULNKID": "T02", "TUSEQ": 2}]
    flag: list[Row] = [{"QNAM": "INJECTED", "QVAL": "Y", "IDVARVAL": "2"}]
    small = [lesion("T01", 30), lesion("T02", 8)]
    assert answer("injectable_lesion", tr=small, tu=tu) == "unknown"
    assert answer("injectable_lesion", tr=small, tu=tu, supptu=flag) == "no"
    injected: list[Row] = [{"EXLNKID": "T01"}]
    assert answer("injectable_lesion", tr=small, tu=tu, ex=injected) == "yes"


def test_small_injectable_lesions_count_together() -> None:
    doses: list[Row] = [{"EXLNKID": "T01"}, {"EXLNKID": "T02"}]
    sizes = [lesion("T01", 6), lesion("T02", 5)]
    found = evaluate("injectable_lesion", tr=sizes, ex=doses)
    assert found.answer is rules.Answer.YES
    assert found.reason.endswith("11 mm together")
    assert answer("injectable_lesion", tr=[lesion("T01", 6)]) == "no"


def drug(end: str | None, **more: str) -> Row:
    row = {"CMCAT": "prior anticancer therapy", "CMTRT": "Doxorubicin", "CMSTDTC": "2019"}
    return {**row, "CMENDTC": end, **more}


@pytest.mark.parametrize(
    ("end", "expected"),
    [("2021-02-08", "yes"), ("2021-02-09", "no"), ("2021-02", "unknown"), (None, "unknown")],
)
def test_the_washout_counts_from_the_end_of_the_last_treatment(
    end: str | None, expected: str
) -> None:
    assert answer("washout", cm=[drug("2020-05-01"), drug(end)], pr=[]) == expected


def test_radiotherapy_and_only_what_came_before_entry_count_for_the_washout() -> None:
    beam = {"PRCAT": "PRIOR RADIOTHERAPY", "PRTRT": "Beam", "PRENDTC": "2021-02-25"}
    assert answer("washout", cm=[], pr=[{**beam, "PRSTDTC": "2021-02-10"}]) == "no"
    assert answer("washout", cm=[], pr=[{**beam, "PRSTDTC": "2021-04-10"}]) == "yes"
    assert answer("washout", cm=[]) == "unknown"
    assert answer("washout", cm=[], pr=[], enrolled=False) == "unknown"


def limits(**limit: Any) -> rules.OrganFunction:
    systems = (rules.OrganSystem.HEMATOLOGIC,)
    given = rules.OrganLimit(**limit)
    return rules.OrganFunction(rule="organ_function", systems=systems, limits=(given,))


def test_organ_functions_are_unknown_until_the_protocol_states_limits() -> None:
    row = {"LBTESTCD": "PLAT", "LBSTRESN": 82.0, "LBSTRESU": "10^9/L", "LBDTC": "2021-02-20"}
    assert answer("organ_function", lb=[row]) == "unknown"
    least = limits(test="PLAT", at_least=100, unit="10^9/L")
    assert answer(least, lb=[row]) == "no"
    assert answer(least, lb=[{**row, "LBSTRESN": 100.0}]) == "yes"
    assert answer(least, lb=[{**row, "LBSTRESU": "10^12/L"}]) == "unknown"
    assert answer(least) == "unknown"


def test_a_limit_may_be_a_multiple_of_the_upper_limit_of_normal() -> None:
    row = {"LBTESTCD": "ALT", "LBSTRESN": 99.0, "LBSTNRHI": 40.0, "LBDTC": "2021-02-20"}
    most = limits(test="ALT", at_most_times_upper=2.5)
    assert answer(most, lb=[row]) == "yes"
    assert answer(most, lb=[{**row, "LBSTRESN": 100.5}]) == "no"
    assert answer(most, lb=[{**row, "LBSTNRHI": None}]) == "unknown"


def test_a_pregnancy_test_is_asked_of_women_who_could_be_pregnant() -> None:
    woman: list[Row] = [{"SEX": "F", "AGE": 38}]
    test: Row = {"LBTESTCD": "HCG", "LBSTRESC": "NEGATIVE", "LBDTC": "2021-02-20"}
    rule = "pregnancy_test_negative"
    assert answer(rule, dm=[{"SEX": "M", "AGE": 38}]) == "yes"
    assert answer(rule, dm=woman) == "unknown"
    assert answer(rule, dm=woman, lb=[test]) == "yes"
    assert answer(rule, dm=woman, lb=[{**test, "LBSTRESC": "Positive"}]) == "no"
    assert answer(rule, dm=[{"SEX": "F", "AGE": 50}]) == "yes"
    sterile: list[Row] = [{"QNAM": "CHILDPOT", "QVAL": "N"}]
    assert answer(rule, dm=woman, suppdm=sterile) == "yes"


def test_contraception_is_known_where_the_agreement_is_recorded() -> None:
    assert answer("contraception_agreed") == "unknown"
    agreed: list[Row] = [{"QNAM": "CONTRAC", "QVAL": "Y"}]
    assert answer("contraception_agreed", suppdm=agreed) == "yes"


def test_a_listed_medication_excludes_while_it_goes_on() -> None:
    row = {"CMTRT": "Clopidogrel", "CMDECOD": "CLOPIDOGREL", "CMSTDTC": "2020", "CMENDTC": None}
    assert answer("no_concomitant", cm=[row]) == "no"
    assert answer("no_concomitant", cm=[{**row, "CMENDTC": "2021-01-31"}]) == "yes"
    assert answer("no_concomitant", cm=[{**row, "CMSTDTC": "2021-05-01"}]) == "yes"
    assert answer("no_concomitant", cm=[], enrolled=False) == "unknown"
    assert answer("no_concomitant") == "unknown"


def test_consent_comes_before_any_study_procedure() -> None:
    dm: list[Row] = [{"RFICDTC": "2021-02-10"}]
    blood: list[Row] = [{"LBDTC": "2021-02-09"}]
    assert answer("informed_consent", dm=dm) == "yes"
    assert answer("informed_consent", dm=dm, lb=blood) == "no"
    assert answer("informed_consent") == "no"
    late = rules.InformedConsent(rule="informed_consent", before="treatment")
    assert answer(late, dm=dm, lb=blood) == "yes"


def test_another_criterion_is_answered_by_the_site_alone() -> None:
    assert answer(rules.OtherCriterion(rule="other", text="Able to travel")) == "unknown"


def test_every_rule_that_a_protocol_may_name_has_one_function() -> None:
    kinds = {kind for kind in vars(rules).values() if isinstance(kind, type)}
    named = {k for k in kinds if issubclass(k, rules.Criterion) and k is not rules.Criterion}
    assert set(EVALUATIONS) == named
    with pytest.raises(ValueError, match="evaluated twice"):
        evaluates(rules.AgeAtLeast)(EVALUATIONS[rules.AgeAtLeast])


def test_partial_dates_are_spans_and_months_end_where_the_month_ends() -> None:
    assert span_of("2020-02") == (date(2020, 2, 1), date(2020, 2, 29))
    assert span_of("2020") == (date(2020, 1, 1), date(2020, 12, 31))
    assert span_of("2020-13") is None
    assert span_of("2021-02-30T10:00") is None
    assert months_before(date(2021, 8, 31), 6) == date(2021, 2, 28)
    assert months_before(date(2021, 1, 15), 1) == date(2020, 12, 15)


def study(**more: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return an enrolled subject, 01, and one who failed screening, 02."""
    dm = recorded(
        {"USUBJID": "01", "ARMCD": "A", "RFICDTC": "2021-02-10", "AGE": 61.0, "source_row": 2},
        {"USUBJID": "02", "ARMCD": None, "RFICDTC": "2021-02-12", "AGE": 16.0, "source_row": 3},
        AGE=pl.Float64,
        source_row=pl.Int64,
    )
    return {"dm": dm, **more}


def status(subject: str, value: float, row: int) -> Row:
    return {"USUBJID": subject, "QSTESTCD": "ECOG101", "QSSTRESN": value, "QSDTC": None,
            "source_row": row}  # fmt: skip


QS = recorded(status("01", 2.0, 2), status("02", 1.0, 3), QSSTRESN=pl.Float64, source_row=pl.Int64)


def not_met(subject: str, code: str, answer: str | None = "N") -> Row:
    return {"USUBJID": subject, "IETESTCD": code, "IETEST": code.lower(), "IECAT": "INCLUSION",
            "IESTRESC": answer, "source_row": 2}  # fmt: skip


def test_the_data_and_the_site_are_put_together() -> None:
    ie = recorded(not_met("02", "INCL05"), not_met("01", "INCL99"), source_row=pl.Int64)
    found = derive_eligibility(study(qs=QS, ie=ie), None, PROTOCOL)
    ecog = found.filter(pl.col("CRIT") == "ecog_at_most")
    assert ecog.select("AVALC", "IEMET", "CRITFL", "SRCDOM", "SRCROW", "SRCVAL").rows() == [
        ("N", None, "N", "QS", 2, "2"),
        ("Y", "N", "N", "QS", 3, "1"),
    ]
    alone = found.filter(pl.col("IETESTCD") == "INCL99")
    assert alone.select("CRIT", "AVALC", "CRITFL").row(0) == (None, "U", "N")


def test_what_the_data_call_ineligible_leaves_the_evaluable_with_its_reason() -> None:
    tables = study(qs=QS)
    adelig = derive_eligibility(tables, None, PROTOCOL)
    adsl = derive_adsl(tables, None, PROTOCOL, adelig)
    assert adsl["ELIGFL"].to_list() == ["N", "N"]
    enrolled = PROTOCOL.populations["evaluable"].model_copy(update={"at_least_one_dose_of": None})
    changed = PROTOCOL.model_copy(update={"populations": {"evaluable": enrolled}})
    reasons = derive_adsl(tables, None, changed, adelig)["EFFREAS"]
    assert reasons[0] == "Not met: ECOG performance status of at most 1"


def test_a_row_of_ie_that_says_met_excludes_nobody() -> None:
    ie = recorded(not_met("01", "INCL08", "Y"), source_row=pl.Int64)
    tables = study(ie=ie)
    adsl = derive_adsl(tables, None, PROTOCOL)
    assert adsl["ELIGFL"].to_list() == ["Y", "Y"]


def test_contradictions_are_findings_with_both_rows() -> None:
    ie = recorded(not_met("02", "INCL05"), source_row=pl.Int64)
    tables = study(qs=QS, ie=ie)
    adelig = derive_eligibility(tables, None, PROTOCOL)
    adsl = derive_adsl(tables, None, PROTOCOL, adelig)
    found = find_eligibility_differences(adelig, adsl, {"qs": "qs.csv", "ie": "ie.csv"})
    assert [finding.message for finding in found] == [
        "qs.csv row 2, QSSTRESN (USUBJID 01, INCL05): ECOG performance status of at most 1: "
        "ECOG 2, and enrolled, expected the criterion met, or a row of IE that says that it was "
        "not. Correct the value, or record the criterion in IE and let it stand. "
        "[ELIGIBILITY-DATA]",
        "ie.csv row 2, IESTRESC (USUBJID 02, INCL05): not met, but the data say met (ECOG "
        "performance status of at most 1: ECOG 1), expected the same as qs.csv row 3 (1). "
        "Ask the site which of the two is right. [ELIGIBILITY-RECORD]",
    ]
