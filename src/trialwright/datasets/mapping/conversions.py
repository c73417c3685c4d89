"""Units of a centre's tables: what a number is multiplied by to be in another unit, exactly."""

from collections.abc import Mapping
from decimal import Decimal

SIMPLE: Mapping[str, tuple[str, Decimal]] = {
    **{f"{p}m": ("length", Decimal(10) ** n) for p, n in
       {"": 0, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9}.items()},
    "in": ("length", Decimal("0.0254")), "inch": ("length", Decimal("0.0254")),
    **{f"{p}g": ("mass", Decimal(10) ** n) for p, n in
       {"": 0, "k": 3, "m": -3, "u": -6, "n": -9, "p": -12}.items()},
    "lb": ("mass", Decimal("453.59237")),
    **{f"{p}l": ("volume", Decimal(10) ** n) for p, n in
       {"": 0, "d": -1, "c": -2, "m": -3, "u": -6}.items()},
    "mm3": ("volume", Decimal(10) ** -6), "cm3": ("volume", Decimal(10) ** -3),
    **{f"{p}mol": ("amount", Decimal(10) ** n) for p, n in
       {"": 0, "m": -3, "u": -6, "n": -9, "p": -12}.items()},
    **{f"{p}kat": ("activity", Decimal(10) ** n) for p, n in {"": 0, "u": -6, "n": -9}.items()},
    **{f"{p}iu": ("dose", Decimal(10) ** n) for p, n in {"": 0, "k": 3, "m": -3}.items()},
    **{f"10^{n}": ("count", Decimal(10) ** n) for n in range(13)},
    "": ("count", Decimal(1)), "g(iga)": ("count", Decimal(10) ** 9),
    "day": ("time", Decimal(1)), "week": ("time", Decimal(7)),
    "%": ("share", Decimal("0.01")), "1": ("share", Decimal(1)),
}  # fmt: skip
SPELLINGS = {
    "µ": "u", "μ": "u", "giga": "10^9", "g/l cells": "10^9/l", "x10": "10", "10*": "10^",
    "days": "day", "weeks": "week", "10e": "10^", "cc": "cm3", "mm³": "mm3",
}  # fmt: skip


def find_factor(recorded: str, wanted: str) -> Decimal | None:
    """Return what a number in one unit is multiplied by to be in another; None when unknown.

    Examples
    --------
    >>> find_factor("cm", "mm"), find_factor("g/dL", "g/L"), find_factor("/mm3", "10^9/L")
    (Decimal('10'), Decimal('10'), Decimal('0.001'))
    >>> find_factor("mg/dL", "umol/L") is None
    True
    """
    if _plain(recorded) == _plain(wanted):
        return Decimal(1)
    first, second = _parse(recorded), _parse(wanted)
    if first is None or second is None or first[0] != second[0]:
        return None
    ratio = first[1] / second[1]
    return ratio.quantize(Decimal(1)) if ratio == ratio.to_integral() else ratio.normalize()


def _plain(unit: str) -> str:
    plain = unit.strip().lower()
    for spelling, meant in SPELLINGS.items():
        plain = plain.replace(spelling, meant)
    return plain


def _parse(unit: str) -> tuple[tuple[str, ...], Decimal] | None:
    """Return the dimension of a unit, and how much of the base it is."""
    above, *below = [part.strip() for part in _plain(unit).split("/")]
    if above not in SIMPLE or any(part not in SIMPLE for part in below):
        return None
    dimension, size = [SIMPLE[above][0]], SIMPLE[above][1]
    for part in below:
        dimension.append(SIMPLE[part][0])
        size /= SIMPLE[part][1]
    return tuple(dimension), size
