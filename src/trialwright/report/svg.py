"""A drawing made part of a page: names of its own, no way out, a title and a description."""

import re
from xml.etree import ElementTree as ET

from trialwright.core.errors import StudyError

SVG = "{http://www.w3.org/2000/svg}"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
DROPPED = {"metadata", "script", "foreignObject"}
POINTS = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")
EXTERNAL = re.compile(r"url\(\s*['\"]?(?!#)[^)]*\)", re.IGNORECASE)
UNIT_POINTS = {"pt": 1.0, "px": 0.75, "": 0.75, "mm": 72 / 25.4}
SHRINKS_PT = 345.0  # to here a drawing shrinks with the screen; its text stays legible on a phone
LEAST_SHARE = 0.9  # of the width of a larger one, which scrolls sideways in its frame instead
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def embed_svg(svg: str, prefix: str, title: str, description: str) -> str:
    """Rewrite an SVG document so that it can stand inside a page beside others.

    Ids in use are prefixed and pointed at under their new names, styles apply to this drawing
    alone, scripts, metadata and addresses outside the page are dropped.

    Parameters
    ----------
    svg : str
        A whole SVG document.
    prefix : str
        Id of the drawing in the page; the drawing's own ids begin with it.
    title, description : str
        What a screen reader says: the name, and the text with the figure's numbers.

    Returns
    -------
    str
        One `svg` element without namespaces, for HTML.

    Raises
    ------
    StudyError
        When the text is not an SVG document.
    """
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as error:
        raise StudyError(
            f"Figure '{title}': {error} in its SVG, expected an SVG document. Draw it again."
        ) from error
    if root.tag not in (f"{SVG}svg", "svg"):
        raise StudyError(
            f"Figure '{title}': found <{root.tag}>, expected an SVG document. Draw it again."
        )
    clean = _clean(root, prefix)
    # A plotting library names every group; most names are never used.
    pointed = set(re.findall(r"#([\w.-]+)", svg))
    for item in clean.iter():
        if item.get("id", "").removeprefix(f"{prefix}--") not in pointed:
            item.attrib.pop("id", None)
    for child in [item for item in clean if item.tag in ("title", "desc")]:
        clean.remove(child)
    _frame(clean, prefix)
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        item = ET.Element(tag, {"id": f"{prefix}--own-{tag}"})
        item.text, item.tail = text, "\n"
        clean.insert(place, item)
    return ET.tostring(clean, encoding="unicode").strip()


def _clean(element: ET.Element, prefix: str) -> ET.Element:
    """Return a copy without namespaces, foreign elements and ways out, its ids prefixed."""
    tag = element.tag.removeprefix(SVG)
    copy = ET.Element(tag, _clean_attributes(element, prefix))
    copy.text, copy.tail = element.text, element.tail
    if tag == "style":
        copy.text = _scope(element.text or "", prefix)
    for child in element:
        # Comments have a function for a tag; editors' own elements keep their namespace.
        name = child.tag.removeprefix(SVG) if isinstance(child.tag, str) else "{comment}"
        if name not in DROPPED and not name.startswith("{"):
            copy.append(_clean(child, prefix))
    return copy


def _clean_attributes(element: ET.Element, prefix: str) -> dict[str, str]:
    """Return the attributes that stay, with ids and pointers under their new names."""
    kept: dict[str, str] = {}
    for name, value in element.attrib.items():
        if name in ("href", XLINK_HREF):
            if value.startswith("#"):
                kept["href"] = f"#{prefix}--{value[1:]}"
            elif value.startswith("data:image/"):
                kept["href"] = value
        elif name == "id":
            kept["id"] = f"{prefix}--{value}"
        elif not name.startswith(("{", "on", "aria-")) and name != "role":
            kept[name] = EXTERNAL.sub("none", POINTS.sub(rf"url(#{prefix}--\1)", value))
    return kept


def _scope(style: str, prefix: str) -> str:
    """Return a style sheet whose every rule holds only inside the drawing; @-rules are dropped."""
    rules = []
    for selectors, body in RULE.findall(re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)):
        if "@" in selectors:
            continue
        own = (
            re.sub(r"#([\w-]+)", rf"#{prefix}--\1", part.strip()) for part in selectors.split(",")
        )
        scoped = ", ".join(f"#{prefix}--own-svg {part}" for part in own)
        inside = EXTERNAL.sub("none", POINTS.sub(rf"url(#{prefix}--\1)", body))
        rules.append(f"{scoped} {{{inside}}}")
    return "\n".join(rules)


def _frame(root: ET.Element, prefix: str) -> None:
    """Name the drawing, make it an image for screen readers, and say how far it may shrink."""
    width = _read_points(root.get("width", ""))
    if width is not None and width > SHRINKS_PT:
        root.set(
            "style", f"{root.get('style', '')};--least: {LEAST_SHARE * width:.0f}pt".strip(";")
        )
    if "viewBox" not in root.attrib:
        size = [re.match(r"[\d.]+", root.get(side, "")) for side in ("width", "height")]
        if all(size):
            root.set("viewBox", "0 0 " + " ".join(found[0] for found in size if found))
    root.attrib.pop("version", None)
    root.set("id", f"{prefix}--own-svg")
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}--own-title")
    root.set("aria-describedby", f"{prefix}--own-desc")


def read_size(svg: str, title: str) -> tuple[float, float]:
    """Return the width and height of an SVG document in points.

    Raises
    ------
    StudyError
        When the drawing does not say how large it is.
    """
    head = re.search(r"<svg\b[^>]*>", svg)
    sizes = [
        re.search(rf'\b{side}="([^"]*)"', head[0] if head else "") for side in ("width", "height")
    ]
    found = [_read_points(size[1]) if size else None for size in sizes]
    points = [size for size in found if size is not None]
    if len(points) != len(sizes):
        raise StudyError(
            f"Figure '{title}': its SVG has no width and height, expected both. Draw it again."
        )
    return points[0], points[1]


def _read_points(size: str) -> float | None:
    """Return a length in points; None of one in another unit, such as percent."""
    found = re.fullmatch(r"([\d.]+)(pt|px|mm|)", size)
    return float(found[1]) * UNIT_POINTS[found[2]] if found else None
