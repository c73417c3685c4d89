"""A first mapping.yaml, out of what the tables look like; every guess says that it is one."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from trialwright.datasets.mapping.draft_lines import draft_target, quote
from trialwright.datasets.mapping.draft_tables import DraftTable, list_draft_tables
from trialwright.datasets.mapping.guesses import find_domains

MONTHS = 12
NOT_SURE = "no day is above 12, so day and month may be the other way round"
DATED = {sign: re.compile(rf"\d{{1,2}}[{sign}]\d{{1,2}}[{sign}]\d{{4}}") for sign in "/."}


def draft_mapping(folder: Path) -> str:
    """Write a first mapping of the tables in a folder.

    Parameters
    ----------
    folder : Path
        Tables of a centre: CSV files, workbooks, a REDCap export with its dictionary.

    Returns
    -------
    str
        The text of a mapping.yaml that can be read, in which each filling has `guess` with the
        reason; columns of which nothing could be guessed stand in comments.
    """
    tables = list_draft_tables(folder)
    lines = [
        "# A draft: every `guess` is one. Look at it, correct it, and delete the key; a run waits",
        "# until none is left. Columns of which nothing was guessed are named in comments.",
        *_whole(tables),
        "tables:" if tables else "tables: []",
    ]
    for table in tables:
        lines += ["", *_draft_table(table)]
    return "\n".join(lines) + "\n"


def _whole(tables: Sequence[DraftTable]) -> Iterator[str]:
    """Yield what holds for all tables: decimal commas, and how dates are written."""
    values = [value for table in tables for column in table.columns for value in column.values]
    reasons = []
    if any(re.fullmatch(r"\d+,\d+", value) for value in values):
        reasons.append("numbers such as 3,2 were seen")
        yield "decimal: comma"
    for sign in "/.":
        dated = [v.split(sign) for v in values if DATED[sign].fullmatch(v)]
        if dated and not any(reason.startswith("dates") for reason in reasons):
            is_month_first = any(int(parts[1]) > MONTHS for parts in dated)
            is_day_first = any(int(parts[0]) > MONTHS for parts in dated)
            order = ("MM", "DD", "YYYY") if is_month_first else ("DD", "MM", "YYYY")
            sure = "a day above 12 says so" if is_month_first or is_day_first else NOT_SURE
            reasons.append(f"dates parted by {sign}: {sure}")
            yield f"dates: {sign.join(order)}"
    if reasons:
        yield f"guess: {quote('; '.join(reasons))}"


def _draft_table(table: DraftTable) -> Iterator[str]:
    """Yield the lines of one table."""
    yield f"  - file: {quote(table.place.file)}"
    if table.place.sheet:
        yield f"    sheet: {quote(table.place.sheet)}"
    if table.instrument:
        dictionary = quote(table.dictionary)
        yield f"    redcap: {{instrument: {table.instrument}, dictionary: {dictionary}}}"
    subject = table.subject or table.columns[0]
    sure = "its name says so" if table.subject else "it is the first column; nothing is named so"
    yield f"    subject: {quote('{' + subject.name + '}')}"
    yield f"    guess: {quote(f'subject: {sure}')}"
    used = {subject.name}
    into: list[str] = []
    for domain in find_domains(table):
        lines, names = draft_target(table, domain, used)
        into += lines
        used |= names
    yield "    into:" if into else "    into: []"
    yield from into
    for column in table.columns:
        if column.name not in used:
            label = f", {column.field.label}" if column.field else ""
            yield f"      # not guessed: {column.name} ({column.shape}{label})"
