"""What keys a protocol can have, read off the models."""

from collections.abc import Iterator, Mapping, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from trialwright.protocol.endpoints import Model
from trialwright.protocol.nodes import ITEM_KEYS, Node, Shape
from trialwright.protocol.words import Words

KIND_KEYS = ("kind", "rule")


def keys_of(model: type[Model]) -> dict[str, FieldInfo]:
    """Return the keys of a model as the file writes them."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def alternatives(annotation: Any) -> Iterator[Any]:
    """Yield what a type can be, without None and without marks."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from alternatives(part)
    elif annotation is not NoneType:
        yield annotation


def is_model(annotation: Any) -> bool:
    """Whether a type is a group of keys; what is written as words is none."""
    return (
        isinstance(annotation, type)
        and issubclass(annotation, Model)
        and not issubclass(annotation, Words)
    )


def element_of(annotation: Any) -> Any:
    """Return the type of a list's items or of a mapping's values; None for anything else."""
    origin = get_origin(annotation)
    if origin is tuple:
        return get_args(annotation)[0]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return get_args(annotation)[1]
    return None


def inner_of(annotation: Any) -> Any:
    """Return the type of the items or values, whichever alternative has them; else None."""
    elements = (element_of(part) for part in alternatives(annotation))
    return next((element for element in elements if element is not None), None)


def models_at(annotation: Any, node: Node | None) -> list[type[Model]]:
    """Return the models that a type can be, only the one whose kind the file names if it does."""
    models = [part for part in alternatives(annotation) if is_model(part)]
    if node is None or len(models) == 1:
        return models
    named = [model for model in models if _has_kind(model, node)]
    return named or models


def _has_kind(model: type[Model], node: Node) -> bool:
    for key in KIND_KEYS:
        info = model.model_fields.get(key)
        if info and get_origin(info.annotation) is Literal:
            return node.text(key) in get_args(info.annotation)
    return False


def walk(
    annotation: Any, node: Node, location: Sequence[int | str]
) -> tuple[FieldInfo | None, Any, Node]:
    """Follow a validator's location through types and file together.

    Returns
    -------
    tuple
        The last field passed, the type arrived at, and the piece of the file there.
    """
    info: FieldInfo | None = None
    for step in location:
        models = models_at(annotation, node)
        if isinstance(step, int):
            annotation = inner_of(annotation)
            node = node.items[step] if step < len(node.items) else node
        elif models:
            infos = [keys_of(model)[step] for model in models if step in keys_of(model)]
            # A step that is no key names the kind of a group; it is passed over.
            if infos:
                info, annotation = infos[0], infos[0].annotation
                node = node.fields.get(step, node)
        else:
            annotation = inner_of(annotation)
            node = node.fields.get(step, node)
    return info, annotation, node


def known_keys(annotation: Any, root: Node, location: Sequence[int | str]) -> list[str]:
    """Return the keys that the group at a location can have, in alphabetical order."""
    _, inner, node = walk(annotation, root, location)
    return sorted({key for model in models_at(inner, node) for key in keys_of(model)})


def known_kinds(annotation: Any, root: Node, location: Sequence[int | str], name: str) -> list[str]:
    """Return the kinds that the group at a location can be of."""
    _, inner, node = walk(annotation, root, location)
    return [
        str(kind)
        for model in models_at(inner, node)
        for kind in get_args(model.model_fields[name].annotation)
    ]


def has_path(path: str, annotation: Any, node: Node | None) -> bool:
    """Whether a dotted key points at something that a protocol can have.

    An item of a list goes by its id, name, rule or arm; left out, every item is meant.
    """
    if not path:
        return True
    return any(_has_path_in(path, part, node) for part in alternatives(annotation))


def _has_path_in(path: str, part: Any, node: Node | None) -> bool:
    if is_model(part):
        if node is not None and part not in models_at(part, node):
            return False
        head, _, rest = path.partition(".")
        info = keys_of(part).get(head)
        if info is None:
            return False
        child = node.get(head) if node else None
        # What is missing is reported as such; what was to stand in it is not missed once more.
        is_missed = info.is_required() and child is None
        return is_missed or has_path(rest, info.annotation, child)
    element = element_of(part)
    if element is None or node is None:
        return element is not None and has_path(path, element, None)
    if node.shape is Shape.MAPPING and get_origin(part) is not tuple:
        return any(
            has_path(_after(path, key), element, child)
            for key, child in node.fields.items()
            if _starts(path, key)
        )
    items = node.items or (node,)
    has_names = any(
        key in keys_of(model) for model in models_at(element, None) for key in ITEM_KEYS
    )
    if has_names and not all(item.shape is Shape.MAPPING and item.name for item in items):
        return True  # an item without a name is reported, and could be the one that is meant
    return any(
        has_path(path, element, item)
        or (_starts(path, item.label) and has_path(_after(path, item.label), element, item))
        for item in items
    )


def _starts(path: str, key: str) -> bool:
    return path == key or path.startswith(f"{key}.")


def _after(path: str, key: str) -> str:
    return path[len(key) + 1 :]
