"""Where the numbers come from: the files of a run with their rows and hashes."""

from collections.abc import Sequence

from trialwright.core.table import make_table, row
from trialwright.report.blocks import TableBlock

HASH_CHARACTERS = 16


def describe_inputs(inputs: Sequence[tuple[str, str, int]]) -> TableBlock:
    """Return the table of recorded files.

    Parameters
    ----------
    inputs : sequence of (file, sha256, rows)
        What the run read.

    Returns
    -------
    TableBlock
        One row per file with its rows and the first sixteen characters of its hash.
    """
    rows = [row(file, str(n), sha256[:HASH_CHARACTERS]) for file, sha256, n in inputs]
    heads = ("File", "Rows", "SHA-256, first 16 characters")
    note = (
        "A number of report.html opens to show how it came about and the rows of these files "
        "behind it; the folder listings has them for every table; "
        "manifest.json has the whole hashes and the version of every step."
    )
    return TableBlock(make_table("inputs", "Recorded files", heads, rows), (note,))
