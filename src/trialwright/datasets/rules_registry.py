"""The rules of the check: what each is called, why it is there, and how to mend what it finds."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from trialwright.core.errors import Finding, Severity
from trialwright.datasets.recorded import Hits, Recorded

Check = Callable[[Recorded], Iterable[Hits]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `check` yields the rows that break it; None when a reader raises it."""

    id: str
    severity: Severity
    title: str
    why: str
    mend: str
    module: str
    check: Check | None = None


RULES: dict[str, Rule] = {}
"""Every rule by its id, in the order of declaration."""


def declare_rule(rule: Rule) -> Rule:
    """Register a rule under an id that no other has."""
    if rule.id in RULES:
        raise ValueError(f"rule {rule.id} is declared twice, expected one declaration")
    RULES[rule.id] = rule
    return rule


def rule(
    rule_id: str, severity: str, *, title: str, why: str, mend: str
) -> Callable[[Check], Check]:
    """Register a function as the check of a rule.

    Parameters
    ----------
    rule_id : str
        What is concerned and what is wrong, such as "AE-GRADE".
    severity : str
        "block" for what makes a number wrong, else "warn"; a protocol may override it.
    title, why, mend : str
        What the rule finds, what would go wrong without it, and what to do: the text of
        docs/rules.md.
    """

    def register(check: Check) -> Check:
        module = check.__module__
        declare_rule(Rule(rule_id, Severity(severity), title, why, mend, module, check))
        return check

    return register


def make_finding(
    rule: Rule, file: str, found: str, expected: str, action: str | None = None
) -> Finding:
    """Make a finding about a whole file; the action is the rule's when none is given."""
    return Finding(rule.id, rule.severity, file, found, expected, action or rule.mend)


def make_findings(rule: Rule, recorded: Recorded) -> Iterator[Finding]:
    """Run one rule and make a finding of every row that it yields."""
    if rule.check is None:
        return
    for hits in rule.check(recorded):
        yield from _findings_of(rule, hits, recorded.files)


def _findings_of(rule: Rule, hits: Hits, files: Mapping[str, str]) -> Iterator[Finding]:
    """Make the findings of some rows of one table."""
    if hits.rows.is_empty():
        return
    file = files.get(hits.domain, hits.domain)
    for row in hits.printed().iter_rows(named=True):
        yield Finding(
            rule=rule.id,
            severity=rule.severity,
            file=file,
            found=row["found"],
            expected=row["expected"],
            action=row["action"] or rule.mend,
            row=row["source_row"],
            column=row["column"],
            subject=row["subject"],
            where=row["place"],
        )


def order_findings(findings: Iterable[Finding], severities: Mapping[str, str]) -> list[Finding]:
    """Apply a protocol's severities and sort: by file, row, column and rule.

    Parameters
    ----------
    findings : iterable of Finding
        From any check.
    severities : mapping
        Rule id to "block", "warn" or "off"; other rules keep their own.

    Returns
    -------
    list of Finding
        Without those that are off.
    """
    kept = []
    for finding in findings:
        severity = severities.get(finding.rule, finding.severity.value)
        if severity != "off":
            kept.append(replace(finding, severity=Severity(severity)))
    return sorted(kept, key=_place)


def _place(finding: Finding) -> tuple[str, int, str, str]:
    """Return what findings are sorted by."""
    return finding.file, finding.row or 0, finding.column or "", finding.rule
