"""Every setting of a protocol in force: what was written, what is a default, what is assumed."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from trialwright.protocol.endpoints import Model
from trialwright.protocol.fields import keys_of
from trialwright.protocol.model import Protocol
from trialwright.protocol.nodes import ITEM_KEYS
from trialwright.protocol.words import Words

NOT_GIVEN = "not given"
UNLISTED = ("assumed",)


class Setting(NamedTuple):
    """One setting: its dotted path, its value in words, and where it comes from."""

    path: str
    text: str
    is_default: bool
    assumed: str | None


class _Place(NamedTuple):
    """Where a value stands: its paths, the printed one first, and what is known about it."""

    paths: tuple[str, ...]
    is_default: bool
    assumed: str | None


def list_settings(protocol: Protocol) -> list[Setting]:
    """List every setting of a protocol.

    Parameters
    ----------
    protocol : Protocol
        What was promised.

    Returns
    -------
    list of Setting
        In the order of the reference: path, value as text, whether it is a default, and the
        reason when it, or the group it belongs to, is assumed.
    """
    return list(_list_model(protocol, _Place(("",), False, None), protocol.assumed))


def _list(value: Any, place: _Place, reasons: Mapping[str, str]) -> Iterator[Setting]:
    reason = next((reasons[path] for path in place.paths if path in reasons), place.assumed)
    place = place._replace(assumed=reason)
    if isinstance(value, Model) and not isinstance(value, Words):
        yield from _list_model(value, place, reasons)
    elif isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from _list(child, _below(place, text_of(key)), reasons)
    elif isinstance(value, tuple) and any(_is_group(item) for item in value):
        for number, item in enumerate(value, start=1):
            name = _name_of(item) or str(number)
            # An assumption about `visits.window` holds for the window of every visit.
            paths = (*_below(place, name).paths, *place.paths)
            if place.paths[0] == "design" and len(value) == 1:
                paths = (*place.paths, *_below(place, name).paths)
            yield from _list(item, place._replace(paths=paths), reasons)
    else:
        yield Setting(place.paths[0], text_of(value), place.is_default, reason)


def _list_model(model: Model, place: _Place, reasons: Mapping[str, str]) -> Iterator[Setting]:
    name = _name_of(model)
    for key, info in keys_of(type(model)).items():
        attribute = next(n for n, i in type(model).model_fields.items() if i is info)
        value = getattr(model, attribute)
        is_its_name = key in ITEM_KEYS and value == name and place.paths[0].endswith(f".{name}")
        if is_its_name or (key in UNLISTED and place.paths == ("",)):
            continue
        is_default = place.is_default or attribute not in model.model_fields_set
        yield from _list(value, _below(place, key)._replace(is_default=is_default), reasons)


def _below(place: _Place, key: str) -> _Place:
    paths = tuple(f"{path}.{key}" if path else key for path in place.paths)
    return place._replace(paths=paths)


def _is_group(item: Any) -> bool:
    return isinstance(item, Model) and not isinstance(item, Words)


def _name_of(item: Any) -> str | None:
    """Return what an item of a list goes by in a path: its id, name, rule or arm."""
    for key in ITEM_KEYS:
        name = getattr(item, key, None)
        if isinstance(name, str):
            return name
    return None


def text_of(value: Any) -> str:
    """Return a value as a reader of the report expects it."""
    if value is None:
        return NOT_GIVEN
    if isinstance(value, tuple):
        return ", ".join(text_of(item) for item in value) or "none"
    if isinstance(value, Mapping):
        return "none"
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


_WRITERS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (bool, lambda value: "yes" if value else "no"),
    (Enum, lambda value: str(value.value)),
    (Words, lambda value: str(value.text)),
    (date, lambda value: str(value.isoformat())),
    (float, lambda value: f"{value:g}"),
)
