"""Units as people write them: lengths to mm, doses apart from what they are related to."""

import re

NORMAL_NODE_BELOW_MM = 10.0  # short axis (RECIST 1.1)
MM_PER_UNIT = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 0.001, "in": 25.4, "inch": 25.4}
LENGTH = re.compile(r"^\s*([+-]?\d+(?:[.,]\d+)?)\s*(mm|cm|m|um|in|inch)\.?\s*$", re.IGNORECASE)


def read_length_mm(written: str) -> float | None:
    """Read a length with its unit, decimal point or comma; None when it is not one.

    Examples
    --------
    >>> read_length_mm("3,2 cm"), read_length_mm("32"), read_length_mm("NE")
    (32.0, None, None)
    """
    match = LENGTH.match(written)
    if match is None:
        return None
    value = float(match[1].replace(",", ".")) * MM_PER_UNIT[match[2].lower()]
    return round(value, 6)


def mm_per_unit(unit: str) -> float | None:
    """Return how many mm one unit of length is; None when it is no unit of length."""
    return MM_PER_UNIT.get(unit.strip().lower())


def print_number(value: float) -> str:
    """Write a number as a spreadsheet takes it: 32, not 32.0."""
    return str(int(value)) if value == int(value) else repr(value)


def is_per_body(unit: str) -> bool:
    """Whether a dose is related to body weight, as mg/kg is.

    Examples
    --------
    >>> is_per_body("mg/kg"), is_per_body("mg/m2")
    (True, False)
    """
    return unit.replace(" ", "").lower().endswith("/kg")


def is_same_dose_unit(recorded: str, planned: str) -> bool:
    """Whether two dose units are the same, or differ by the body weight alone.

    Examples
    --------
    >>> is_same_dose_unit("MG", "mg"), is_same_dose_unit("g", "mg/kg")
    (True, False)
    """
    first, second = (unit.replace(" ", "").lower() for unit in (recorded, planned))
    return first.removesuffix("/kg") == second.removesuffix("/kg")
