"""The lines of a drafted mapping: one domain of one table, each filling with its reason."""

import re
from collections.abc import Iterator

from trialwright.datasets.domains import find_dataset, find_variable
from trialwright.datasets.mapping.draft_tables import Column, DraftTable
from trialwright.datasets.mapping.guesses import find_codes, looks_dated
from trialwright.datasets.mapping.rows import kind_of
from trialwright.datasets.mapping.vocabulary import CONSTANTS, WORDS, matches
from trialwright.datasets.schema import VariableType

PLAIN = re.compile(r"[A-Za-z][\w .()-]*[\w)]$|[A-Za-z]$")
WORDS_OF_YAML = ("yes", "no", "true", "false", "null", "on", "off", "y", "n")


def quote(text: str) -> str:
    """Return a text as YAML takes it: in quotes where it could be read as anything else.

    Examples
    --------
    >>> quote("Date S0"), quote("N° patient"), quote("no")
    ('Date S0', '"N° patient"', '"no"')
    """
    if PLAIN.match(text) and text.lower() not in WORDS_OF_YAML:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def draft_target(table: DraftTable, domain: str, used: set[str]) -> tuple[list[str], set[str]]:
    """Return the lines of one domain, and the columns that it takes.

    Parameters
    ----------
    table : DraftTable
        The table.
    domain : str
        What its rows look like.
    used : set of str
        Columns that are taken already.
    """
    chosen = _choose(table, domain, used)
    if not chosen:
        return [], set()
    lines = [f"      - domain: {domain}"]
    names: set[str] = set()
    endings = next((table.wide[stem] for stem, _ in chosen.values() if stem in table.wide), ())
    if endings:
        listed = ", ".join(quote(ending) for ending in endings)
        lines.append(f"        for_each: [{{at: [{listed}]}}]")
    lines.append("        variables:")
    for variable, (stem, column) in chosen.items():
        is_wide = stem in table.wide
        sign = column.name[len(stem)] if is_wide else ""
        name = f"{stem}{sign}{{at}}" if is_wide else column.name
        names |= {f"{stem}{sign}{ending}" for ending in endings} if is_wide else {name}
        lines.append(f"          {variable}: {_fill(name, column, domain, variable)}")
    if endings and find_variable(domain, "VISIT") and "VISIT" not in chosen:
        lines.append('          VISIT: {value: "{at}", guess: the ends of the headers}')
    return [*lines, *_list_constants(domain, set(chosen))], names


def _list_constants(domain: str, chosen: set[str]) -> Iterator[str]:
    """Yield what such a table holds in every row, and what it must hold and nobody knows."""
    constants = CONSTANTS.get(domain, {})
    for variable, value in constants.items():
        if variable not in chosen:
            key = f'"{variable}"' if "," in variable else variable
            yield f"          {key}: {{value: {quote(value)}, guess: what such a table holds}}"
    known = chosen | {name for key in constants for name in key.split(", ")}
    for variable in _list_required(domain):
        if variable not in known:
            why = "guess: nothing looks like it and it is required"
            yield f'          {variable}: {{value: "?", {why}}}'


def _list_required(domain: str) -> list[str]:
    """Return the variables that each row of a domain must have, but those made by themselves."""
    dataset = find_dataset(domain)
    made = {"USUBJID", f"{domain.upper()}SEQ"}
    variables = dataset.variables if dataset else ()
    return [item.name for item in variables if item.is_required and item.name not in made]


def _choose(table: DraftTable, domain: str, used: set[str]) -> dict[str, tuple[str, Column]]:
    """Return the column of each variable: the first whose words and values speak for it."""
    chosen: dict[str, tuple[str, Column]] = {}
    taken = set(used)
    for variable, words in WORDS[domain].items():
        for column in table.columns:
            stem = next((s for s in table.wide if column.name.startswith(s)), "")
            said = stem or column.words
            is_date = kind_of(domain, variable) is VariableType.DATE
            fits = looks_dated(column) is is_date
            if column.name not in taken and matches(words, said) and (fits or not column.values):
                chosen[variable] = (stem, column)
                taken |= {c.name for c in table.columns if stem and c.name.startswith(stem)}
                taken.add(column.name)
                break
    return chosen


def _fill(name: str, column: Column, domain: str, variable: str) -> str:
    codes = find_codes(column, domain, variable)
    listed = ", ".join(f'"{key}": {quote(value)}' for key, value in codes.items())
    parts = [f"column: {quote(name)}", *([f"codes: {{{listed}}}"] if listed else [])]
    if variable.endswith("STRESN") and domain == "tr" and "," in "".join(column.values):
        parts += ["unit: cm", "to: mm"]
    why = f"{column.words} is like {variable}; {column.shape}"
    return f"{{{', '.join(parts)}, guess: {quote(why)}}}"
