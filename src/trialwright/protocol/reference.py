"""The reference of every key that a protocol can have, written from the models."""

import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from trialwright.protocol.defaults import text_of
from trialwright.protocol.endpoints import Model
from trialwright.protocol.fields import alternatives, element_of, is_model, keys_of
from trialwright.protocol.model import Protocol
from trialwright.protocol.words import Words

PREFACE = """# The protocol file

`protocol.yaml` is what a trial promised, and the only configuration of its science. It is YAML 1.2;
[METROMAJX](../examples/metromajx/protocol.yaml) is a complete one to start from.

- A key that is not listed here is an error, and so is a key that stands twice.
- A list item goes by its `id`, `name`, `rule` or `arm` in paths: `arms.A.agents.Avelumab.start`.
  Left out, every item is meant: `visits.window`.
- What the trial's papers do not say stands under `assumed`, by path and with the reason; the report
  prints it as a table, beside every setting in force and which of them are defaults.
- `trialwright check` names every fault at once, by line, with what was found, what is expected and
  what to do.
- Values are read by what their key takes: `NO` is text where a country belongs, `4.0` is text
  where a version belongs, `1e9 pfu` is a dose. Dates are written `2022-02-28`.

This page is written from the models (`python -m trialwright.protocol.reference`).
"""
HEADER = ("| key | takes | default | meaning |", "|---|---|---|---|")
PLAIN_TYPES = {"int": "whole number", "float": "number", "bool": "true or false", "str": "text"}
LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def write_reference() -> str:
    """Write the reference as Markdown: a table of keys for each group, outermost first."""
    parts = [PREFACE]
    for model, paths in _paths_by_model().items():
        title = " and ".join(f"`{path}`" for path in paths) if paths != [""] else "Sections"
        kind = _kind_of(model)
        if kind:
            title += f", {kind}"
        rows = "\n".join([*HEADER, *_rows(model)])
        parts.append(f"## {title}\n\n{_summary_of(model)}\n\n{rows}\n")
    return "\n".join(parts)


def list_keys() -> list[str]:
    """List every key that a protocol can have, as dotted paths without names of items."""
    return [
        f"{path}.{key}".lstrip(".")
        for path, model in _groups(Protocol, "")
        for key in keys_of(model)
    ]


def _paths_by_model() -> dict[type[Model], list[str]]:
    """Return where each group of keys can stand; a kind of group can stand in several places."""
    found: dict[type[Model], list[str]] = {}
    for path, model in _groups(Protocol, ""):
        found.setdefault(model, []).append(path)
    return found


def _groups(model: type[Model], path: str) -> Iterator[tuple[str, type[Model]]]:
    """Yield a group of keys and, after it, the groups within: path and model of each."""
    yield path, model
    for key, info in keys_of(model).items():
        below = f"{path}.{key}" if path else key
        for part in alternatives(info.annotation):
            element = element_of(part)
            is_named = element is not None and get_origin(part) is not tuple
            for child in alternatives(part if element is None else element):
                if is_model(child):
                    yield from _groups(child, f"{below}.NAME" if is_named else below)


def _kind_of(model: type[Model]) -> str | None:
    """Return the key and the word by which a model differs from its siblings."""
    for key in ("kind", "rule"):
        info = model.model_fields.get(key)
        if info is not None and get_origin(info.annotation) is Literal:
            return f"{key} `{get_args(info.annotation)[0]}`"
    return None


def _summary_of(model: type[Model]) -> str:
    """Return the docstring with each paragraph on a line."""
    blocks = (model.__doc__ or "").strip().split("\n\n")
    return "\n\n".join(" ".join(block.split()) for block in blocks)


def _rows(model: type[Model]) -> Iterator[str]:
    for key, info in keys_of(model).items():
        takes = _limited(info, _takes(info.annotation))
        yield f"| `{key}` | {takes} | {_default_of(info)} | {info.description} |"


def _takes(annotation: Any) -> str:
    """Return what a key takes, in words."""
    return " or ".join(dict.fromkeys(_takes_one(part) for part in alternatives(annotation)))


def _takes_one(part: Any) -> str:
    element = element_of(part)
    if element is not None and get_origin(part) is tuple:
        return f"list of: {_takes(element)}"
    if element is not None:
        return f"keys ({_takes(get_args(part)[0])}), each with: {_takes(element)}"
    if get_origin(part) is Literal:
        words = [value.value if isinstance(value, Enum) else value for value in get_args(part)]
        return ", ".join(f"`{word}`" for word in words)
    if is_model(part):
        return "keys"
    if issubclass(part, Words):
        return str(part.form)
    if issubclass(part, Enum):
        return ", ".join(f"`{member.value}`" for member in part)
    name = str(part.__name__)
    return PLAIN_TYPES.get(name, name)


def _limited(info: FieldInfo, takes: str) -> str:
    """Add the limits of a number to what a key takes."""
    limits = [
        f"{words} {limit:g}"
        for mark in info.metadata
        for name, words in LIMITS.items()
        if isinstance(limit := getattr(mark, name, None), int | float)
    ]
    return ", ".join([takes, *limits])


def _default_of(info: FieldInfo) -> str:
    """Return the default as the file would write it."""
    if info.is_required():
        return "**required**"
    default = info.default
    if info.default_factory is not None:
        return "the id"
    if isinstance(default, Model):
        return "the defaults of its keys"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if default is None or (isinstance(default, tuple | Mapping) and not default):
        return "none"
    return f"`[{text_of(default)}]`" if isinstance(default, tuple) else f"`{text_of(default)}`"


if __name__ == "__main__":
    sys.stdout.write(write_reference())
