"""The section on plasma proteins: what changed, how good the values are, what they go with."""

from collections.abc import Callable, Mapping
from typing import Any

from trialwright.core.table import Text
from trialwright.report.blocks import Section
from trialwright.report.material import Material, section, show, tell
from trialwright.report.sentences import proteins

TELLERS: Mapping[str, Callable[[Any], list[Text]]] = {
    "proteins": proteins.tell_proteins,
    "protein_changes": lambda _: [],  # a page of its own; the caption says it
    "protein_courses": lambda _: [],
    "protein_quality": proteins.tell_protein_quality,
    "protein_sets": lambda _: [],
    "protein_outcome": proteins.tell_protein_outcome,
}
"""Results in the order of the section, with their sentences."""


def describe_proteins(material: Material) -> Section | None:
    """Return the section on plasma proteins; None where a study has none."""
    results = material.results
    # Without the first the others mostly lack the same: what it needs is said once.
    has_first = "proteins" in results
    names = [name for name in TELLERS if has_first or name == "proteins" or name in results]
    told = {name: tell(material, name, TELLERS[name]) for name in names}
    blocks = [block for name in names for block in show(material, name, told[name])]
    return section("proteins", "Plasma proteins", blocks)
