"""Statements of a protocol that must agree with each other."""

import re
from collections.abc import Iterator
from typing import TypeGuard

from trialwright.core.errors import Finding
from trialwright.core.units import DAYS_PER_WEEK
from trialwright.protocol.bounds import find_design_faults
from trialwright.protocol.nodes import Node, Shape, find_fault
from trialwright.protocol.rules import RULES, WARNINGS
from trialwright.protocol.strategies import find_strategy_faults

_DAY_NAME = re.compile(r"(C(?P<cycle>[1-9]\d*))?D(?P<day>-?[1-9]\d*)")
DEFAULT_SD_MINIMUM_DAYS = 42


def find_conflicts(root: Node) -> Iterator[Finding]:
    """Yield a finding for each pair of statements that cannot both hold."""
    for design in root.one_or_more("design"):
        yield from find_design_faults(design, root)
    yield from _find_in_visits(root)
    for arm in root.groups("arms"):
        for agent in arm.groups("agents"):
            yield from _find_in_agent(agent)
    yield from _find_in_populations(root)
    yield from _find_in_assessments(root)
    yield from _find_in_review(root)
    for endpoint in root.endpoints():
        yield from _find_in_endpoint(endpoint)
    for characteristic in root.groups("baseline"):
        yield from _find_in_baseline(characteristic)
    yield from _find_in_checks(root)


def _conflict(node: Node, found: str, expected: str, action: str) -> Finding:
    return find_fault("PROTOCOL-CONFLICT", node, found, expected, action)


def _find_in_visits(root: Node) -> Iterator[Finding]:
    for visit in root.groups("visits"):
        day, before = visit.get("day"), visit.get("within_days_before")
        if (day is None) == (before is None):
            yield _conflict(
                visit,
                "both day and within_days_before" if day else "no day",
                "either day, or within_days_before with of",
                "Say when the visit is planned, in one way.",
            )
        if before is not None and visit.get("of") is None:
            yield _conflict(before, "within_days_before without of", "of, too", "Add of: VISIT.")
        if day is not None and visit.number("day") == 0:
            yield find_fault(
                "PROTOCOL-VALUE",
                day,
                "0",
                "a day from 1 on, or before it from -1 on",
                "The day before day 1 is day -1.",
            )
        yield from _find_in_window(visit.get("window"))
        yield from _find_in_visit_name(visit, root)
    yield from _find_in_window(root.get("assessments", "tumor", "window"))


def _find_in_visit_name(visit: Node, root: Node) -> Iterator[Finding]:
    """Yield a finding where a name such as C2D1 says another day than `day`."""
    lengths = {arm.number("cycle_days") for arm in root.groups("arms")}
    match = _DAY_NAME.fullmatch(visit.text("name") or "")
    day, length = visit.number("day"), lengths.pop() if len(lengths) == 1 else None
    if match is None or day is None or not day.is_integer():
        return
    cycle = int(match["cycle"] or 1)
    if cycle > 1 and length is None:
        return
    named = (cycle - 1) * (length or 0) + int(match["day"])
    if named != day:
        yield _conflict(
            visit.get("day") or visit,
            f"{day:g}",
            f"{named:g}, the day that the name {match[0]} says",
            "Correct the day, or the name.",
        )


def _find_in_window(window: Node | None) -> Iterator[Finding]:
    if not _is_pair(window):
        return
    early, late = (item.number() for item in window.items)
    if early is not None and late is not None and not early <= 0 <= late:
        yield find_fault(
            "PROTOCOL-VALUE",
            window,
            f"[{early:g}, {late:g}]",
            "days early as a negative number, days late as a positive one",
            "Write, for three days either way, [-3, 3].",
        )


def _find_in_agent(agent: Node) -> Iterator[Finding]:
    on, off, every = agent.get("days_on"), agent.get("days_off"), agent.get("every_days")
    if off is not None and on is None:
        yield _conflict(off, "days_off without days_on", "both", "Add days_on.")
    if every is not None and on is not None:
        yield _conflict(
            every, "every_days beside days_on", "one of them", "Keep the one that the paper has."
        )


def _find_in_populations(root: Node) -> Iterator[Finding]:
    populations = root.get("populations")
    for population in (populations.fields if populations else {}).values():
        if population.shape is not Shape.MAPPING:
            continue
        is_all = population.is_true("all")
        others = [key for key in ("eligible",) if population.is_true(key)]
        others += ["at_least_one_dose_of"] if population.get("at_least_one_dose_of") else []
        if is_all and others:
            yield _conflict(
                population, f"all beside {' and '.join(others)}", "all alone", "Remove all."
            )
        if not is_all and not others:
            yield _conflict(
                population,
                "no condition",
                "all, eligible or at_least_one_dose_of",
                "Say who belongs; {all: true} is every enrolled patient.",
            )


def _find_in_assessments(root: Node) -> Iterator[Finding]:
    weeks = root.number("assessments", "tumor", "every_weeks")
    window = root.get("assessments", "tumor", "window")
    early, late = (item.number() for item in window.items) if _is_pair(window) else (None, None)
    if weeks is None or weeks <= 0:
        return
    days = weeks * DAYS_PER_WEEK
    planned = (("assessment_interval_days", days), ("assessment_window_days", late))
    for key, value in planned:
        node, given = root.get("response", key), root.number("response", key)
        if node and given is not None and value is not None and given != value:
            yield _conflict(
                node,
                f"{given:g}",
                f"{value:g}, as assessments.tumor has it",
                "Remove it here; it is taken from there.",
            )
    yield from _find_sd_minimum(root, days + min(early or 0, 0))


def _is_pair(window: Node | None) -> TypeGuard[Node]:
    return window is not None and len(window.items) == 2


def _find_sd_minimum(root: Node, earliest_days: float) -> Iterator[Finding]:
    """Yield a finding when a first assessment on time can be too early for stable disease."""
    node = root.get("response", "sd_minimum_days")
    given = node.number() if node else DEFAULT_SD_MINIMUM_DAYS
    if given is not None and 0 <= earliest_days < given:
        yield find_fault(
            "PROTOCOL-SD-MINIMUM",
            node or root,
            f"{given:g} days",
            f"at most {earliest_days:g}, the day of a first assessment as early as allowed",
            f"Write {earliest_days:g}, or a narrower window.",
            name=None if node else "response.sd_minimum_days",
        )


def _find_in_review(root: Node) -> Iterator[Finding]:
    review = root.get("central_review")
    read = review.get("analysis_read") if review else None
    if review is None or read is None:
        return
    readers = review.number("readers") if review.get("readers") else 0
    needed = {"radiologist 1": 1, "radiologist 2": 2, "adjudicated": 1}.get(read.value or "", 0)
    if readers is not None and readers < needed:
        yield _conflict(
            read,
            read.found,
            f"at least {needed} in central_review.readers",
            "Say how many readers there are, or use the investigator's read.",
        )


def _find_in_endpoint(endpoint: Node) -> Iterator[Finding]:
    kind = endpoint.text("kind")
    if kind == "landmark" and (endpoint.get("at_months") is None) == (
        endpoint.get("at_days") is None
    ):
        found = "both at_months and at_days" if endpoint.get("at_days") else "no time"
        yield _conflict(endpoint, found, "at_months or at_days", "Keep one; months are calendar.")
    if kind == "time_to_event":
        event, censor = endpoint.text("event"), endpoint.get("censor")
        if event == "death" and censor and censor.value == "last evaluable tumor assessment":
            yield _conflict(
                censor,
                censor.found,
                "last contact for a time to death",
                "Write last contact: who was seen alive was followed until then.",
            )
    for boundary in endpoint.groups("boundaries"):
        yield from _find_in_boundary(boundary)
    yield from find_strategy_faults(endpoint)


def _find_in_boundary(boundary: Node) -> Iterator[Finding]:
    """Yield a finding where bounds are neither written for each look nor can be found."""
    looks, bounds = boundary.words("looks"), boundary.words("bounds")
    rates = [key for key in ("tolerable", "limit") if boundary.get(key)]
    if bounds and len(bounds) != len(looks):
        yield _conflict(
            boundary.get("bounds") or boundary,
            f"{len(bounds)} bounds for {len(looks)} looks",
            "a bound for each look",
            "Write the largest tolerated count at each look.",
        )
    if not bounds and len(rates) != 2:
        yield _conflict(
            boundary,
            "no bounds",
            "bounds, or both tolerable and limit",
            "Write the bounds, or the rate to live with and the largest chance to stop at it.",
        )


def _find_in_baseline(characteristic: Node) -> Iterator[Finding]:
    levels, thresholds = characteristic.get("levels"), characteristic.get("thresholds")
    if levels and thresholds:
        yield _conflict(
            thresholds,
            "thresholds beside levels",
            "one of them",
            "Keep thresholds for a number, levels for words.",
        )
    seen: set[str] = set()
    for level in characteristic.groups("levels"):
        for value in (value for label in level.fields for value in level.words(label)):
            if value.value in seen:
                yield _conflict(
                    value, f"{value.found} in two levels", "it in one", "Remove one of them."
                )
            seen.add(value.value or "")


def _find_in_checks(root: Node) -> Iterator[Finding]:
    checks = root.get("checks")
    for rule, action in (checks.fields if checks else {}).items():
        if rule in RULES and rule not in WARNINGS and action.value != "block":
            yield find_fault(
                "PROTOCOL-VALUE",
                action,
                action.found,
                "block; a protocol with this fault cannot be used",
                "Remove the line.",
            )
