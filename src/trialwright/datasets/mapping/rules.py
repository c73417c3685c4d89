"""Rules of the centre's own tables: what is found in them, and in the mapping that reads them."""

from collections.abc import Sequence

from trialwright.core.errors import Finding, Severity
from trialwright.datasets.rules_registry import Rule, declare_rule

MOST_NAMED = 8
_DECLARED = (
    (
        "SOURCE-UNREADABLE", "block", "A table of the centre that cannot be read",
        "Its rows are missing from every result.",
        "Save it again as .xlsx or .csv, without a password.",
    ),
    (
        "SOURCE-BOMB", "block", "A file that unpacks to far more than a table holds",
        "Reading it would fill the memory; no export of a trial looks like this.",
        "Export the table again from its source; delete formats beyond its last row and column.",
    ),
    (
        "SOURCE-MERGED", "block", "Merged cells",
        "Only the first of them holds the value; the others are read as empty.",
        "Unmerge them and fill in each cell, or write `merged: fill` for the table.",
    ),
    (
        "SOURCE-FORMULA", "warn", "Cells with formulas",
        "The value is the one that was stored when the workbook was last calculated; nothing is "
        "calculated here.",
        "Replace the formulas by their values, or see that the workbook was saved after its last "
        "change.",
    ),
    (
        "SOURCE-LINK", "block", "A formula or connection that reads from another file",
        "Links are never followed; the stored value may be of another day.",
        "Replace the linked cells by their values.",
    ),
    (
        "SOURCE-MACRO", "warn", "A workbook with macros",
        "Macros are never run; what they would fill in or change is not read.",
        "Save it as .xlsx when the macros have done their work.",
    ),
    (
        "SOURCE-HIDDEN", "warn", "Hidden rows, columns or sheets",
        "They are read like all others, though whoever looks at the sheet does not see them.",
        "Show them and look at them; delete what does not belong to the trial.",
    ),
    (
        "SOURCE-ERROR", "block", "A cell that holds an error such as #REF! or #N/A",
        "It has no value, and is read as empty.",
        "Correct the formula, or empty the cell.",
    ),
    (
        "SOURCE-HEADER", "block", "Two columns of one name",
        "Which one the mapping means cannot be known.",
        "Rename one of them in the table.",
    ),
    (
        "SOURCE-FIELDS", "block", "A row with more or fewer fields than the header",
        "Its values have slipped into other columns.",
        "Put a text that holds the separator in double quotes, or fill in what is missing.",
    ),
    (
        "SOURCE-SPACES", "warn", "Values with spaces before or after them",
        "They are taken away; two values that differ in spaces alone become one.",
        "Take them away in the table, or leave it so.",
    ),
    (
        "SOURCE-DECIMAL", "block", "A decimal comma where a point was declared, or thousands",
        "1,234 is one number in one country and another in the next.",
        "Write `decimal: comma` for the table, or write the number without parted thousands.",
    ),
    (
        "SOURCE-DATE", "block", "A date that is in no declared form, or does not exist",
        "It is read as empty, and everything that is counted from it is missing.",
        "Correct it, or add its form to `dates` of the table.",
    ),
    (
        "SOURCE-DATE-STYLE", "warn", "Dates of one column in two styles",
        "Day and month may have been swapped in one of them when the table was typed.",
        "Look at them; write every form under `dates` when they are meant so.",
    ),
    (
        "SOURCE-DATE-SERIAL", "block", "Serial numbers of a spreadsheet where dates are expected",
        "44230 is 2021-02-03 in one system of dates and 2025-02-04 in the other.",
        "Format the cells as dates, or add excel to `dates` when they count from 1900.",
    ),
    (
        "SOURCE-DATE-AMBIGUOUS", "block", "A date that two declared forms read differently",
        "03/02/2021 is a day in February or in March.",
        "Keep one of the two forms for this column.",
    ),
    (
        "MAP-FILE", "block", "A file, sheet or instrument that is named and absent",
        "What it feeds is missing from every result.",
        "Put it into the folder data, or correct its name in mapping.yaml.",
    ),
    (
        "MAP-UNUSED", "warn", "A file or sheet that the mapping does not name",
        "What it holds is in no result.",
        "Map it, or list it under `ignore`.",
    ),
    (
        "MAP-COLUMN", "block", "A column that the mapping names and the table does not have",
        "What it feeds is missing from every result.",
        "Correct the name in mapping.yaml; it is the header's text.",
    ),
    (
        "MAP-IGNORED", "warn", "A column that is neither mapped nor ignored",
        "What it holds is in no result.",
        "Map it, or list it under `ignore` of its table.",
    ),
    (
        "MAP-ROWS", "warn", "Rows that nothing is made of and nobody ignores",
        "What they hold is in no result.",
        "Map them, or name them under `ignore_rows` of their table.",
    ),
    (
        "MAP-SUBJECT", "block", "A row without its subject",
        "Nobody can tell whose it is; nothing is made of it.",
        "Fill in the subject, or leave the row out by `ignore_rows`.",
    ),
    (
        "MAP-CODE", "block", "A value that the codes of its column do not name",
        "It is read as empty.",
        "Add it to `codes`, or correct it in the table.",
    ),
    (
        "MAP-NUMBER", "block", "A value that is to be converted and is no number",
        "It is read as empty.",
        "Correct it in the table, or list it under `missing`.",
    ),
    (
        "MAP-UNIT", "block", "Units between which no factor is known",
        "A number in another unit is another number.",
        "Write the factor: `factor: 88.4`, in place of `unit` and `to`.",
    ),
    (
        "MAP-DATE-FORM", "block", "A form of dates that cannot be read by",
        "Two digits do not say of which century they are, and a form without a year none.",
        "Write it with YYYY, 20YY or 19YY, MM or MMM, DD, such as DD/MM/YYYY.",
    ),
    (
        "MAP-VARIABLE", "block", "A domain or variable that is not declared",
        "Nothing would read it.",
        "Write the name of a domain and one of its variables, or make it a qualifier.",
    ),
    (
        "MAP-FILLING", "block", "A variable with no filling, or with two",
        "What it is to hold is not said.",
        "Give it one of `column` and `value`.",
    ),
    (
        "MAP-GUESS", "block", "A guess of a draft that nobody confirmed",
        "A guess may be wrong; what is made of it would look like data.",
        "Look at it, correct it, and delete the key `guess`.",
    ),
    (
        "MAP-TWICE", "block", "A domain that is both mapped and recorded as a table of its own",
        "Which of the two is right cannot be known.",
        "Take one of them away.",
    ),
)  # fmt: skip

SOURCE_RULES: dict[str, Rule] = {
    rule_id: declare_rule(Rule(rule_id, Severity(severity), title, why, mend, __name__))
    for rule_id, severity, title, why, mend in _DECLARED
}
"""Rule id to rule."""


def print_some(words: Sequence[object]) -> str:
    """Print the first of some words, and how many more there are."""
    more = f" and {len(words) - MOST_NAMED} more" if len(words) > MOST_NAMED else ""
    return ", ".join(map(str, words[:MOST_NAMED])) + more


def split_place(place: str) -> tuple[str, str | None]:
    """Return file and sheet of a place such as 'book.xlsx [Sheet]'."""
    file, _, sheet = place.partition(" [")
    return file, sheet.removesuffix("]") or None


def find_at(
    rule: str,
    place: str,
    found: str,
    expected: str,
    row: int | None = None,
    column: str | None = None,
) -> Finding:
    """Make a finding at a place such as 'book.xlsx [Sheet]', its file and sheet apart."""
    declared = SOURCE_RULES[rule]
    file, sheet = split_place(place)
    return Finding(
        rule, declared.severity, file, found, expected, declared.mend,
        row=row, column=column, sheet=sheet,
    )  # fmt: skip
