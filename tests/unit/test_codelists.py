"""Controlled terms and what was probably meant."""

import pytest

from trialwright.datasets.codelists import ctcae_terms, find_nearest


@pytest.mark.parametrize(("version", "n_terms"), [("4.0", 790), ("4.03", 790), ("5.0", 837)])
def test_a_version_of_ctcae_has_all_its_terms(version: str, n_terms: int) -> None:
    assert len(ctcae_terms(version)) == n_terms


def test_version_4_0_is_read_as_its_maintained_text() -> None:
    assert ctcae_terms("4.0") == ctcae_terms("4.03")


def test_a_term_is_found_without_case_and_has_its_class() -> None:
    expected = ("Fatigue", "General disorders and administration site conditions")
    assert ctcae_terms("5.0")["fatigue"] == expected


def test_a_version_that_is_not_held_has_no_terms() -> None:
    assert ctcae_terms("2.0") == {}


def test_the_nearest_words_come_first_and_strangers_not_at_all() -> None:
    known = ("Fever", "Fatigue", "Flatulence", "Nausea")
    assert find_nearest("fevers", known) == ("Fever",)
    assert find_nearest("Fatique", known)[0] == "Fatigue"
    assert find_nearest("xyz", known) == ()
