"""The shape of each kind of event, the same in every figure."""

from collections.abc import Iterable, Mapping

from trialwright.figures.style import GO, INK, PAPER, RESPONSE_COLORS

Look = tuple[str, str, str]
"""Marker, fill and outline."""

ONGOING = "ongoing"
KNOWN_LOOKS: Mapping[str, Look] = {
    ONGOING: (">", INK, INK),
    "first response": ("^", RESPONSE_COLORS["CR"], RESPONSE_COLORS["CR"]),
    "progression": ("v", RESPONSE_COLORS["PD"], RESPONSE_COLORS["PD"]),
    "landmark success": ("*", GO, GO),
    "discontinuation": ("s", PAPER, INK),
    "death": ("X", INK, INK),
    "last contact": ("o", PAPER, INK),
    "scan": ("s", INK, INK),
    "sample": ("o", INK, INK),
    "visit": ("|", INK, INK),
}
OTHER_MARKERS = ("D", "P", "h", "p", "<", "d")


def choose_looks(kinds: Iterable[str]) -> dict[str, Look]:
    """Choose the look of each kind that occurs, known kinds first, others by name."""
    found = set(kinds)
    chosen = {kind: look for kind, look in KNOWN_LOOKS.items() if kind in found}
    for number, kind in enumerate(sorted(found - set(chosen))):
        chosen[kind] = (OTHER_MARKERS[number % len(OTHER_MARKERS)], PAPER, INK)
    return chosen
