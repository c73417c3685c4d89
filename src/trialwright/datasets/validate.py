"""The check: recorded tables against their declarations and the protocol's facts.

Every rule is a small function, registered in a module by what it is about; the registry is the
source of docs/rules.md. All findings are collected before anything stops.
"""

from collections.abc import Iterable, Mapping
from types import ModuleType

import polars as pl

from trialwright.core.errors import Finding
from trialwright.datasets import (
    rules_conduct,
    rules_dates,
    rules_deaths,
    rules_events,
    rules_exposure,
    rules_keys,
    rules_lesions,
    rules_measurements,
    rules_plasma,
    rules_reads,
    rules_specimens,
    rules_subjects,
    rules_tables,
    rules_values,
    rules_visits,
    tabular,
)
from trialwright.datasets.mapping import rules as rules_mapping
from trialwright.datasets.recorded import prepare_recorded
from trialwright.datasets.rules_registry import RULES, Rule, make_findings, order_findings
from trialwright.datasets.study_facts import AgentFacts, ScanSchedule, StudyFacts, VisitWindow
from trialwright.protocol.rules import RULES as PROTOCOL_RULES
from trialwright.protocol.rules import WARNINGS as PROTOCOL_WARNINGS

__all__ = [
    "RULES",
    "AgentFacts",
    "Rule",
    "ScanSchedule",
    "StudyFacts",
    "VisitWindow",
    "describe_rules",
    "find_data_findings",
]

SLIPPED_ROW = "ROW-FIELDS"
CHAPTERS: tuple[tuple[str, ModuleType], ...] = (
    ("Files", tabular),
    ("Tables and columns", rules_tables),
    ("Values", rules_values),
    ("Keys", rules_keys),
    ("Dates", rules_dates),
    ("Subjects", rules_subjects),
    ("Visits and scans", rules_visits),
    ("Lesions", rules_lesions),
    ("Measurements", rules_measurements),
    ("Reads", rules_reads),
    ("Doses", rules_exposure),
    ("Deaths", rules_deaths),
    ("Adverse events, laboratory, performance status", rules_events),
    ("Slides, plasma, specimens", rules_specimens),
    ("Protein measurements", rules_plasma),
    ("Conduct, after the derivations", rules_conduct),
    ("The centre's own tables, read by mapping.yaml", rules_mapping),
)
"""The modules that declare rules, in the order of docs/rules.md."""


def find_data_findings(
    raw: Mapping[str, pl.DataFrame],
    files: Mapping[str, str],
    facts: StudyFacts,
    read_findings: Iterable[Finding] = (),
) -> list[Finding]:
    """Check recorded tables against every rule.

    Parameters
    ----------
    raw : mapping
        Lower-case domain to its table as it was read (`tabular.read_tables`), with `source_row`.
        Anything may be missing or wrong in it; names that are no domain are passed over.
    files : mapping
        Domain to the name of its file, as findings print it.
    facts : StudyFacts
        What the protocol says; the severities among it decide what blocks, warns or is off.
    read_findings : iterable of Finding
        What reading the files found, to be ordered with the others.

    Returns
    -------
    list of Finding
        One for each row that breaks a rule, sorted by file, row, column and rule; empty when all
        is well.
    """
    recorded = prepare_recorded(raw, files, facts)
    findings = [*read_findings]
    for rule in RULES.values():
        if facts.severities.get(rule.id) != "off":
            findings += make_findings(rule, recorded)
    # Values of a row that has slipped are in the wrong columns: what else is found there is noise.
    slipped = {(item.file, item.row) for item in findings if item.rule == SLIPPED_ROW}
    findings = [
        item
        for item in findings
        if item.rule == SLIPPED_ROW or (item.file, item.row) not in slipped
    ]
    return order_findings(findings, facts.severities)


def describe_rules() -> str:
    """Write docs/rules.md: every rule with what it finds, why, and how to mend it."""
    lines = [
        "# Rules of the check",
        "",
        "`trialwright check` holds the recorded tables against these rules. A rule that *blocks* "
        "stops a run, because a number of the report would be wrong; one that *warns* is printed "
        "in the report. A protocol may make any rule block, warn or be off.",
        "",
        "This page is written by `python -m trialwright.datasets.validate`; the rules are its "
        "source.",
    ]
    for title, module in CHAPTERS:
        lines += ["", f"## {title}"]
        for rule in RULES.values():
            if rule.module == module.__name__:
                lines += ["", f"### {rule.id}", "", f"{rule.title} (*{_effect(rule)}*)."]
                lines += ["", f"Why: {rule.why}", "", f"To mend: {rule.mend}"]
    lines += ["", "## Protocol", "", "These hold `protocol.yaml` itself. What its form breaks is"]
    lines[-1] += " found in `data/mapping.yaml`, too, under MAPPING- in place of PROTOCOL-."
    for rule_id, explained in PROTOCOL_RULES.items():
        effect = "warns" if rule_id in PROTOCOL_WARNINGS else "blocks"
        lines += ["", f"### {rule_id}", "", f"{explained} (*{effect}*)"]
    return "\n".join(lines) + "\n"


def _effect(rule: Rule) -> str:
    """Say what a rule does to a run."""
    return {"block": "blocks", "warn": "warns"}[rule.severity.value]


if __name__ == "__main__":
    print(describe_rules(), end="")  # noqa: T201 - the page is this module's only print
