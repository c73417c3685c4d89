"""What a table looks like: its domains, the codes of its columns, whether they hold dates."""

import re

from trialwright.datasets.domains import find_variable
from trialwright.datasets.mapping.draft_tables import Column, DraftTable
from trialwright.datasets.mapping.vocabulary import MEANINGS, NAMES, WORDS, matches, simplify
from trialwright.datasets.mapping.written_dates import ISO_STYLE, name_style


def find_domains(table: DraftTable) -> list[str]:
    """Return the domains that a table looks like, the likeliest first; those of DM beside it."""
    name = table.instrument or table.place.sheet or table.place.file.rpartition(".")[0]
    scores = {
        domain: sum(
            any(matches(words, c.words) for c in table.columns) for words in variables.values()
        )
        + 2 * matches(NAMES.get(domain, "-"), name)
        for domain, variables in WORDS.items()
        if domain not in ("ds", "ss")
    }
    best = max(scores, key=lambda domain: scores[domain])
    if scores[best] < 2:
        return []
    if best != "dm":
        return [best]
    headers = [column.words for column in table.columns]
    beside = [
        d for d in ("ds", "ss") if any(matches(w, h) for w in WORDS[d].values() for h in headers)
    ]
    return ["dm", *beside]


def find_codes(column: Column, domain: str, variable: str) -> dict[str, str]:
    """Return what the codes of a column may mean; "?" where nothing is known."""
    declared = find_variable(domain, variable)
    codelist = declared.codelist if declared else None
    choices = dict(column.field.choices) if column.field else {}
    if codelist is None or not (choices or column.is_coded):
        return {}
    codes = {}
    for value in choices or column.values:
        meant = choices.get(value, value)
        known = MEANINGS.get(simplify(meant), meant.upper())
        codes[value] = known if known in codelist.values else "?"
    return {} if all(code == value for code, value in codes.items()) else codes


def looks_dated(column: Column) -> bool:
    """Whether the values of a column look like dates."""
    return any(name_style(value) not in ("another style",) for value in column.values) and any(
        name_style(value) == ISO_STYLE or re.search(r"\d[/.-]\d", value) for value in column.values
    )
