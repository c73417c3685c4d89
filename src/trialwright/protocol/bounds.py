"""Whether a two-stage design can be met, and whether its rates belong to its endpoint."""

from collections.abc import Iterator

from trialwright.core.errors import Finding
from trialwright.protocol.nodes import Node, find_fault


def find_design_faults(design: Node, root: Node) -> Iterator[Finding]:
    """Yield a finding for each statement of a design that cannot hold."""
    yield from _find_design_bounds(design)
    yield from _find_design_use(design, root)


def _find_design_bounds(design: Node) -> Iterator[Finding]:
    below = (
        (("stage_1", "r1"), ("stage_1", "n1"), "Write the largest count that stops the trial."),
        (("stage_1", "n1"), ("total", "n"), "Write the patients of both stages as design.total.n."),
        (("total", "r"), ("total", "n"), "Write the largest count that is no success."),
        (("p0",), ("p1",), "Write the rate of no interest as p0 and that of interest as p1."),
    )
    for low, high, action in below:
        small, large = design.number(*low), design.number(*high)
        if low == ("p0",) and not (_is_rate(small) and _is_rate(large)):
            continue
        if small is not None and large is not None and small >= large:
            yield _bounds(design, low, f"less than {'.'.join(high)} ({large:g})", action)
    first, last = design.number("stage_1", "r1"), design.number("total", "r")
    stage = design.number("stage_1", "n1")
    # A first bound that is impossible itself says nothing about the second.
    is_possible = first is not None and (stage is None or first < stage)
    if is_possible and first is not None and last is not None and last < first:
        expected = f"at least stage_1.r1 ({first:g})"
        yield _bounds(design, ("total", "r"), expected, "Write the largest count of both stages.")


def _is_rate(value: float | None) -> bool:
    return value is not None and 0 < value < 1


def _bounds(design: Node, keys: tuple[str, ...], expected: str, action: str) -> Finding:
    node = design.get(*keys) or design
    return find_fault("DESIGN-BOUNDS", node, node.found, expected, action)


def _find_design_use(design: Node, root: Node) -> Iterator[Finding]:
    """Yield findings about the endpoint that a design counts, and the rates it borrows."""
    endpoints = root.endpoints()
    named = [e for e in endpoints if e.text("id") == design.text("endpoint")]
    for endpoint in named:
        if endpoint.text("kind") not in ("landmark", "best_response", None):
            yield find_fault(
                "PROTOCOL-CONFLICT",
                design.get("endpoint") or design,
                f"{endpoint.text('id')}, a {endpoint.text('kind')}",
                "an endpoint that each patient meets or not",
                "Name a landmark or a best_response.",
            )
        months = endpoint.number("at_months")
        for reference in design.groups("reference"):
            at_months = reference.number("at_months")
            if months is None or at_months is None or months == at_months:
                continue
            pairs = (("active", "p1"), ("inactive", "p0"))
            same = [
                f"{mine} = {design.text(mine)}"
                for theirs, mine in pairs
                if reference.number(theirs) is not None
                and reference.number(theirs) == design.number(mine)
            ]
            if same:
                yield find_fault(
                    "DESIGN-REFERENCE",
                    reference,
                    f"{' and '.join(same)} at {months:g} months, where {reference.text('source')} "
                    f"has them at {at_months:g} months",
                    f"reference rates of {months:g} months",
                    "Say in the report that the rates belong to another time.",
                )
