"""The section on plasma proteins: what changed, how good the values are, what they go with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from trialwright.core.result import Result
from trialwright.report.blocks import (
    AbsentBlock,
    Block,
    FigureBlock,
    Paragraph,
    Section,
    TableBlock,
)
from trialwright.report.sentences import proteins

TELLERS: Mapping[str, Callable[[Any], Sequence[Any]]] = {
    "proteins": proteins.tell_proteins,
    "protein_changes": lambda _: (),  # a page of its own; the caption says it
    "protein_courses": lambda _: (),
    "protein_quality": proteins.tell_protein_quality,
    "protein_sets": lambda _: (),
    "protein_outcome": proteins.tell_protein_outcome,
}
"""Results in the order of the section, with their sentences."""


def describe_proteins(
    results: Mapping[str, Result], figures: Mapping[str, FigureBlock], absences: Sequence[Any]
) -> Section | None:
    """Return the section on plasma proteins; None where a study has none.

    Parameters
    ----------
    results : mapping
        Result id to result.
    figures : mapping
        Result id to its drawn figure.
    absences : sequence of Absence
        What could not be made, and what it would need.
    """
    # Without the first the others mostly lack the same: what it needs is said once.
    has_first = "proteins" in results
    names = [name for name in TELLERS if has_first or name == "proteins" or name in results]
    blocks = [block for name in names for block in _show(results, figures, absences, name)]
    return Section("proteins", "Plasma proteins", tuple(blocks)) if blocks else None


def _show(
    results: Mapping[str, Result],
    figures: Mapping[str, FigureBlock],
    absences: Sequence[Any],
    name: str,
) -> Iterator[Block]:
    """Yield a result's sentences, figure and table, or what it would need."""
    result = results.get(name)
    if result is None:
        for absence in absences:
            if absence.result_id == name:
                yield AbsentBlock(absence.what, absence.needs)
        return
    for text in TELLERS[name](result):
        yield Paragraph(text)
    if name in figures:
        yield figures[name]
    if type(result).table is not Result.table:
        yield TableBlock(result.table())
