"""The search over the terms of CTCAE."""

import re

import pytest

from trialwright.core.errors import StudyError
from trialwright.datasets.codelists import ctcae_terms
from trialwright.datasets.ctcae import SYNONYMS, read_ctcae, search_ctcae


@pytest.mark.parametrize(("version", "n_terms"), [("4.03", 790), ("5.0", 837)])
def test_the_terms_of_a_version_are_found_by_their_own_names(version, n_terms):
    terms = read_ctcae(version)
    assert len(terms) == n_terms
    assert [item for item in terms[::10] if search_ctcae(item.term, version, 1) != (item,)] == []


@pytest.mark.parametrize("version", ["4.0", "5.0"])
def test_the_terms_are_those_that_events_are_checked_against(version):
    assert {item.term: item.soc for item in read_ctcae(version)} == dict(
        ctcae_terms(version).values()
    )


def test_version_4_0_is_its_maintained_text():
    assert read_ctcae("4.0") == read_ctcae("4.03")


def test_a_term_tells_which_grades_it_can_have():
    (alopecia,) = search_ctcae("alopecia", "5.0", 1)
    assert alopecia.defined_grades == (1, 2)


@pytest.mark.parametrize(
    ("query", "term"),
    [
        ("OEDEMA LIMBS", "Edema limbs"),
        ("diarrhoea", "Diarrhea"),
        ("neutropenia", "Neutrophil count decreased"),
        ("infus react", "Infusion related reaction"),
        ("Pneumonits", "Pneumonitis"),
    ],
)
def test_a_term_is_found_as_people_write_it(query, term):
    assert search_ctcae(query, "5.0")[0].term == term


def test_words_of_the_definition_find_the_term():
    found = search_ctcae("necroinflammatory OR fever above 40 degrees", "5.0")
    assert found == ()
    assert "Fever" in [item.term for item in search_ctcae("elevation body temperature", "5.0")]


def test_every_synonym_leads_to_a_term_of_both_versions():
    for version in ("4.03", "5.0"):
        assert set(SYNONYMS.values()) <= {item.term for item in read_ctcae(version)}


def test_nothing_written_finds_nothing():
    assert search_ctcae(" ,", "5.0") == ()


def test_no_text_holds_a_meddra_code():
    texts = " ".join(str(item) for version in ("4.03", "5.0") for item in read_ctcae(version))
    assert re.findall(r"\b10\d{6}\b", texts) == []


def test_a_version_that_is_not_held_is_refused():
    with pytest.raises(
        StudyError, match=r"CTCAE version '3\.0' are not held, expected one of 4\.0"
    ):
        read_ctcae("3.0")
