"""What a validator says about a protocol, in the words of findings."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from trialwright.core.errors import Finding
from trialwright.protocol.fields import known_keys, known_kinds, walk
from trialwright.protocol.nodes import Node, find_fault, find_nearest, locate
from trialwright.protocol.words import PATTERNS

EXPECTED_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "date": "a date that exists, such as 2022-02-28",
    "string": "text",
    "tuple": "a list, such as [a, b]",
    "list": "a list, such as [a, b]",
    "dict": "keys with values",
    "mapping": "keys with values",
    "model": "keys with values",
    "finite": "a number",
}
LIMITS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%?")


def find_faults(
    error: ValidationError, model: Any, root: Node, skipped: frozenset[str]
) -> Iterator[Finding]:
    """Yield one finding for each thing that a validator refused.

    Parameters
    ----------
    error : ValidationError
        What the validator said.
    model : type
        The model that was to be made.
    root : Node
        The file that it was made from.
    skipped : frozenset of str
        Sections that could not be read; they are not reported as missing once more.
    """
    for detail in error.errors(include_url=False):
        location = detail["loc"]
        if detail["type"] == "missing" and location[-1] in skipped and len(location) == 1:
            continue
        if detail["type"] == "default_factory_not_called":
            continue
        # A list whose items were refused looks too short to the validator.
        if detail["type"] == "too_short" and locate(root, location)[0].items:
            continue
        yield _find_fault(detail, model, root)


def repair_kinds(error: ValidationError, data: Any) -> bool:
    """Put the nearest known kind where an unknown one stands, in place.

    A group of unknown kind hides what else is wrong within it. Whether anything was changed is
    returned.
    """
    is_changed = False
    for detail in error.errors(include_url=False):
        if detail["type"] != "union_tag_invalid":
            continue
        group = data
        for step in detail["loc"]:
            group = group[step]
        context = detail["ctx"]
        near = find_nearest(str(context["tag"]), _quoted(str(context["expected_tags"])))
        if near is not None:
            group[str(context["discriminator"]).strip("'")] = near
            is_changed = True
    return is_changed


def _find_fault(detail: ErrorDetails, model: Any, root: Node) -> Finding:
    location, kind = detail["loc"], detail["type"]
    node, left = locate(root, location)
    if kind == "missing":
        return _find_missing(detail, model, root, node)
    if kind == "extra_forbidden" or (kind == "enum" and left[-1:] == ("[key]",)):
        return _find_unknown(detail, model, root, node)
    if kind == "union_tag_not_found":
        name = str(detail["ctx"]["discriminator"]).strip("'")
        return find_fault(
            "PROTOCOL-MISSING",
            node,
            f"no {name}",
            _one_of(known_kinds(model, root, location, name)),
            f"Add `{name}`; it says which other keys belong here.",
            name,
        )
    if kind in ("enum", "literal_error", "union_tag_invalid"):
        return _find_value(detail, node)
    if kind in LIMITS:
        words, key = LIMITS[kind]
        limit = f"{words} {detail['ctx'][key]:g}"
        return find_fault("PROTOCOL-VALUE", node, node.found, limit, _advise(node.value, limit))
    if kind in ("value_error", "string_pattern_mismatch", "too_short", "too_long"):
        expected = _expected_value(detail)
        found = node.label if left[-1:] == ("[key]",) else node.found
        return find_fault("PROTOCOL-VALUE", node, found, expected, f"Write {expected}.")
    expected = EXPECTED_TYPES.get(kind.partition("_")[0], "another kind of value")
    info, _, _ = walk(model, root, location)
    action = _advise(node.value, expected)
    if node.value is None and info is not None and info.description:
        action = f"Write it, or remove the key. It is: {info.description}."
    return find_fault("PROTOCOL-TYPE", node, node.found, expected, action)


def _find_missing(detail: ErrorDetails, model: Any, root: Node, node: Node) -> Finding:
    name = str(detail["loc"][-1])
    info, _, _ = walk(model, root, detail["loc"])
    meaning = info.description if info and info.description else "It has no default"
    return find_fault(
        "PROTOCOL-MISSING", node, "nothing", "a value", f"Add `{name}`. It is: {meaning}.", name
    )


def _find_unknown(detail: ErrorDetails, model: Any, root: Node, node: Node) -> Finding:
    if detail["loc"][-1] == "[key]":
        known = _quoted(str(detail.get("ctx", {}).get("expected", "")))
    else:
        known = known_keys(model, root, detail["loc"][:-1])
    near = find_nearest(node.label, known)
    action = f"Write `{near}`, or remove it." if near else "Remove it."
    return find_fault(
        "PROTOCOL-UNKNOWN-KEY", node, f"unknown key `{node.label}`", _one_of(known), action
    )


def _find_value(detail: ErrorDetails, node: Node) -> Finding:
    context = detail.get("ctx", {})
    if detail["type"] == "union_tag_invalid":
        key = str(context["discriminator"]).strip("'")
        known = _quoted(str(context["expected_tags"]))
        node = node.get(key) or node
    else:
        known = _quoted(str(context.get("expected", "")))
    near = find_nearest(node.found, known)
    action = f"Write {near}." if near else "Write one of these."
    return find_fault("PROTOCOL-VALUE", node, node.found, _one_of(known), action)


def _expected_value(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "string_pattern_mismatch":
        return PATTERNS[context["pattern"]]
    if detail["type"] in ("too_short", "too_long"):
        limit = context.get("min_length", context.get("max_length"))
        words = "at least" if detail["type"] == "too_short" else "at most"
        return f"{words} {limit} {'entry' if limit == 1 else 'entries'}"
    return str(context.get("error", detail["msg"]))


def _advise(value: str | None, expected: str) -> str:
    """Say what to write in place of a number that a spreadsheet would understand."""
    text = value or ""
    if _DECIMAL_COMMA.fullmatch(text):
        return f"Write {text.replace(',', '.')}."
    match = _PERCENT.fullmatch(text)
    if match and ("%" in text or expected in ("less than 1", "at most 1")):
        return f"Write {float(match[1]) / 100:g}."
    return f"Write {expected}."


def _quoted(words: str) -> list[str]:
    return re.findall(r"'([^']*)'", words)


def _one_of(known: list[str]) -> str:
    return f"one of {', '.join(known)}" if known else "nothing here"
