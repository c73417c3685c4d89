"""Best responses: every member is in one category."""

from typing import Any

import pytest
from small_trial import ONE_ARM, POPULATIONS, adsl, dataset, endpoint

from trialwright.analyze.best_response import CATEGORIES, BestResponseResult, analyze_best_response
from trialwright.core.ledger import slug
from trialwright.core.table import text_plain
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.report.sentences.efficacy import tell_best_response, tell_objective_response


def responses(*words: str | None, **subject: Any) -> BestResponseResult:
    rows = [
        {"USUBJID": f"{n:02d}", "ASEQ": 1, "PARAMCD": "BOR", "PARQUAL": "CENTRAL", "AVALC": word}
        for n, word in enumerate(words, 1)
        if word is not None
    ]
    trial = (ONE_ARM, POPULATIONS)
    read, stratum = AnalysisRead.ADJUDICATED, ("HIST", "Histology")
    subjects = adsl(*([subject] * len(words)))
    return analyze_best_response(
        dataset("ADRS", *rows), subjects, endpoint("bor"), trial, read, stratum
    )


@pytest.mark.parametrize("word", [*CATEGORIES, "MISSING", "NA", "NED", "CHECK", None])
def test_every_response_is_in_exactly_one_category(word: str | None) -> None:
    found = responses(word)
    counts = [found.count(slug(code)) for code in CATEGORIES]
    assert sum(counts) == found.count("n") == 1
    assert found.count("ne") == (word not in CATEGORIES or word == "NE")


def test_who_is_not_evaluable_counts_in_the_denominator_of_rates() -> None:
    found = responses("PR", "SD", None, "PD")
    assert found.count("objective_response") == 1
    assert found.count("disease_control") == 2
    assert found.print_rate("objective_response").text.startswith("1 (25.0), ")


def test_nobody_has_rates_that_are_not_estimable() -> None:
    found = responses()
    assert found.print_rate("objective_response").text == "0 (NE), NE\N{EN DASH}NE"
    assert "nan" not in found.table().to_text().lower()


def test_an_unstated_histology_is_named_so_and_an_abbreviation_keeps_its_capitals() -> None:
    assert responses("PD").strata == ["Not stated"]
    told = text_plain(tell_best_response(responses("PD", HIST="MPNST"))[0])
    assert told == "Best overall response was progressive disease in 1 patient (1 MPNST)."


def test_the_objective_response_rate_is_a_sentence_with_its_exact_interval() -> None:
    # Clopper-Pearson of 1 of 1: the lower limit is 0.05 / 2.
    told = text_plain(tell_objective_response(responses("PR"))[0])
    assert told == "1 of 1 patient (100.0%; 95% CI 2.5\N{EN DASH}100.0) had an objective response."
