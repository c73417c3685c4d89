"""CTCAE as text: every term with its grades and definition, and a search over them."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from trialwright.core.errors import StudyError
from trialwright.datasets.codelists import CTCAE_FILES, find_nearest

Words = tuple[str, ...]

# What is commonly written for a term that has none of these letters.
SYNONYMS: Mapping[str, str] = {
    "alp": "Alkaline phosphatase increased",
    "alt": "Alanine aminotransferase increased",
    "ast": "Aspartate aminotransferase increased",
    "hyperbilirubinemia": "Blood bilirubin increased",
    "leucopenia": "White blood cell decreased",
    "leukopenia": "White blood cell decreased",
    "lymphocytopenia": "Lymphocyte count decreased",
    "lymphopenia": "Lymphocyte count decreased",
    "neutropenia": "Neutrophil count decreased",
    "pyrexia": "Fever",
    "sgot": "Aspartate aminotransferase increased",
    "sgpt": "Alanine aminotransferase increased",
    "thrombocytopenia": "Platelet count decreased",
}


@dataclass(frozen=True, slots=True)
class CtcaeTerm:
    """A term; `grades` are the texts of grades 1 to 5, empty where CTCAE has no such grade."""

    term: str
    soc: str
    grades: tuple[str, str, str, str, str]
    definition: str
    note: str = ""

    @property
    def defined_grades(self) -> tuple[int, ...]:
        """The grades that the term can have."""
        return tuple(grade for grade, text in enumerate(self.grades, start=1) if text)


@cache
def read_ctcae(version: str) -> tuple[CtcaeTerm, ...]:
    """Read the terms of a version of CTCAE, without MedDRA codes.

    Parameters
    ----------
    version : str
        "4.0" (read as 4.03, its maintained text), "4.03", "5" or "5.0".

    Returns
    -------
    tuple of CtcaeTerm
        In the order of CTCAE: by system organ class, then by term.

    Raises
    ------
    StudyError
        When the version is not held.

    References
    ----------
    National Cancer Institute. Common Terminology Criteria for Adverse Events, v4.03 (2010) and
    v5.0 (2017).

    Examples
    --------
    >>> fever = next(item for item in read_ctcae("5.0") if item.term == "Fever")
    >>> fever.grades[0]
    '38.0 - 39.0 degrees C (100.4 - 102.2 degrees F)'
    """
    name = CTCAE_FILES.get(version)
    if name is None:
        raise StudyError(
            f"The terms of CTCAE version '{version}' are not held, expected one of "
            f"{', '.join(CTCAE_FILES)}. Write the version that the protocol names."
        )
    text = (files("trialwright.datasets") / "data" / name).read_text("utf-8")
    return tuple(
        CtcaeTerm(
            term=row["term"],
            soc=row["soc"],
            grades=(row["grade1"], row["grade2"], row["grade3"], row["grade4"], row["grade5"]),
            definition=row["definition"],
            note=row.get("navigational_note") or "",
        )
        for row in csv.DictReader(text.splitlines())
    )


def search_ctcae(query: str, version: str, n_offered: int = 10) -> tuple[CtcaeTerm, ...]:
    """Search the terms of a version by words of the term, the grades or the definition.

    Parameters
    ----------
    query : str
        Words in any order and case, or their beginnings; British spelling and common
        synonyms are understood.
    version : str
        As in `read_ctcae`.
    n_offered : int
        The most terms to return.

    Returns
    -------
    tuple of CtcaeTerm
        The term itself first, then terms that begin with the query, terms with all its words,
        terms with all its words in their texts, each as CTCAE orders them; where there is none,
        the terms that are spelled most alike. Empty for an empty query.

    Examples
    --------
    >>> [item.term for item in search_ctcae("anaemia", "5.0", n_offered=1)]
    ['Anemia']
    >>> [item.term for item in search_ctcae("feever", "5.0", n_offered=1)]
    ['Fever']
    """
    words = _words(query)
    if not words:
        return ()
    index = _index(version)
    ranked = [(rank, entry[0]) for entry in index if (rank := _rank(words, *entry)) is not None]
    if ranked:
        ranked.sort(key=lambda pair: pair[0])
        return tuple(item for _, item in ranked[:n_offered])
    by_name = {item.term: item for item in read_ctcae(version)}
    near = find_nearest(query, tuple(by_name), n_offered)
    return tuple(by_name[name] for name in near)


@cache
def _index(version: str) -> tuple[tuple[CtcaeTerm, Words, Words], ...]:
    """Return each term with the words of its name and those of all its texts."""
    return tuple(
        (
            item,
            _words(item.term),
            _words(" ".join((item.term, item.soc, *item.grades, item.definition, item.note))),
        )
        for item in read_ctcae(version)
    )


def _rank(words: Words, item: CtcaeTerm, name: Words, texts: Words) -> int | None:
    """Return how well a term answers, 0 best; None when it does not."""
    if name == words or SYNONYMS.get(" ".join(words)) == item.term:
        return 0
    if " ".join(name).startswith(" ".join(words)):
        return 1
    if _has_all(words, name):
        return 2
    return 3 if _has_all(words, texts) else None


def _has_all(words: Words, text: Words) -> bool:
    return all(any(known.startswith(word) for known in text) for word in words)


def _words(text: str) -> Words:
    """Return the words of a text as they are compared: anaemia as anemia, oedema as edema."""
    plain = text.lower().replace("ae", "e").replace("oe", "e")
    return tuple(re.findall(r"[a-z0-9]+", plain))
