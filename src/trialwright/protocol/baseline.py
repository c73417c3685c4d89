"""Baseline characteristics: what Table 1 shows and where it is recorded."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from trialwright.protocol.endpoints import Model
from trialwright.protocol.words import VARIABLE_NAME, OneOrMore, Words, read_words

_THRESHOLD = re.compile(
    r"(?P<sign>>=|<=|>|<)?\s*(?P<first>-?\d+(\.\d+)?)(\s*to\s*(?P<last>-?\d+(\.\d+)?))?"
)


class BaselineWhen(Enum):
    """Which of a patient's records a characteristic is taken from."""

    ANY = "any"
    LAST_BEFORE_START = "last before treatment start"  # on the day of it, too
    COUNT_DISTINCT = "count distinct"  # how many different values there are; 0 without records


class BaselineSummary(Enum):
    """How a characteristic is summarized."""

    CATEGORICAL = "categorical"
    CONTINUOUS = "continuous"


def _read_group(value: Any) -> Any:
    if isinstance(value, Words):
        return value
    if isinstance(value, str):
        return {"text": value, "values": (value,)}
    if not isinstance(value, Mapping) or len(value) != 1:
        raise ValueError(Group.form.replace("`", ""))
    (label, values), *_ = value.items()
    values = (values,) if isinstance(values, str) else values
    if not isinstance(values, list | tuple) or not all(isinstance(v, str) for v in values):
        raise ValueError(Group.form.replace("`", ""))
    return {
        "text": label,
        "values": tuple(v for v in values if v not in ("others", "missing")),
        "has_others": "others" in values,
        "has_missing": "missing" in values,
    }


class Group(Words):
    """A row of Table 1: a label and the recorded values that it holds."""

    form: ClassVar[str] = (
        "a value, or a label with its values: `{Male: M}`, `{Low: [1, 2]}`, `{Other: others}`, "
        "`{Unknown: [U, missing]}`"
    )

    values: tuple[str, ...] = Field(default=(), description="Recorded values")
    has_others: bool = Field(default=False, description="Every value that no other row names")
    has_missing: bool = Field(default=False, description="Patients without a value")

    @property
    def label(self) -> str:
        """The row's label."""
        return self.text


def _read_threshold(value: Any) -> Any:
    if isinstance(value, Words):
        return value
    value = read_words(value, Threshold.form)
    match = _THRESHOLD.fullmatch(value)
    if match is None or (match["sign"] and match["last"]):
        raise ValueError(Threshold.form.replace("`", ""))
    first, last, sign = match["first"], match["last"], match["sign"]
    lower = None if sign in ("<", "<=") else first
    upper = None if sign in (">", ">=") else last or first
    return {"text": value, "lower": lower, "upper": upper, "is_open": sign in ("<", ">")}


class Threshold(Words):
    """A row of Table 1 for numbers from `lower` to `upper`."""

    form: ClassVar[str] = 'a number, a range or a limit: `1`, `1 to 2`, `">2"`'

    lower: float | None = Field(default=None, description="Smallest number; no limit if none")
    upper: float | None = Field(default=None, description="Largest number; no limit if none")
    is_open: bool = Field(default=False, description="The limit itself does not belong")

    @property
    def label(self) -> str:
        """The row's label."""
        return self.text


WrittenGroup = Annotated[Group, BeforeValidator(_read_group)]
"""A value, or a label with its values: {Male: [M]}, {Other histotypes: others}."""

WrittenThreshold = Annotated[Threshold, BeforeValidator(_read_threshold)]
"""A number, a range or a limit: 1, "1 to 2", ">2"."""


class BaselineCharacteristic(Model):
    """One characteristic of the patients at baseline, and one column of ADSL."""

    name: str = Field(pattern=VARIABLE_NAME, description="Variable of ADSL that holds it")
    label: str = Field(description="Name in print")
    domain: str = Field(pattern=VARIABLE_NAME, description="Domain that records it")
    variable: str = Field(pattern=VARIABLE_NAME, description="Variable of the domain")
    where: Mapping[Annotated[str, Field(pattern=VARIABLE_NAME)], str] = Field(
        default={}, description="Values of other variables that choose the records"
    )
    when: BaselineWhen = Field(default=BaselineWhen.ANY, description="Which record counts")
    summary: Annotated[tuple[BaselineSummary, ...], Field(min_length=1), OneOrMore] = Field(
        description="One summary or both"
    )
    unit: str | None = Field(default=None, description="Unit of a number")
    levels: tuple[WrittenGroup, ...] = Field(
        default=(), description="Rows in order; every recorded value when left out"
    )
    thresholds: tuple[WrittenThreshold, ...] = Field(
        default=(), description="Rows of a number in order"
    )
    missing: str = Field(default="Missing", description="Label of the row of missing values")
