"""How plain words of a protocol are read: doses, dates, starts, sets of values."""

import re
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from trialwright.protocol.endpoints import Model

SHORT_NAME = r"^[a-z][a-z0-9_]*$"
VARIABLE_NAME = r"^[A-Z][A-Z0-9]{0,7}$"
STUDY_NAME = r"^[A-Z][A-Z0-9-]{0,19}$"
PRINTED_NUMBER = r"^-?\d+(\.\d+)?$"
PRINTED_RATE = r"^0?\.\d+$"
PATTERNS = {
    SHORT_NAME: "a short name in lower case, such as npr6",
    VARIABLE_NAME: "a name in capitals of at most eight letters and digits, such as AGE",
    STUDY_NAME: "a name of at most twenty capitals, digits and hyphens, such as VMAJX",
    PRINTED_NUMBER: "a number in digits, as it is printed, such as 42.8",
    PRINTED_RATE: "a proportion as it is printed, such as 0.05",
}
"""Patterns of names, and what they ask for in words."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DOSE = re.compile(r"(?P<amount>\d+(\.\d+)?([eE]\+?\d+)?)\s*(?P<unit>[^\W\d]\S*)")


class Words(Model):
    """Base of objects that a protocol writes as plain words, kept beside what they mean."""

    form: ClassVar[str] = "words"

    text: str = Field(description="The words as the protocol has them")


def _read_date(value: Any) -> Any:
    # Pydantic would take a bare number for seconds since 1970.
    if isinstance(value, str) and not _DATE.fullmatch(value):
        raise ValueError("a date such as 2022-02-28")
    return value


def _read_list(value: Any) -> Any:
    if isinstance(value, list | tuple) or value is None:
        return value
    return (value,)


def read_words(value: Any, form: str) -> str:
    """Return words as they were written; refuse what is a list or a group of keys."""
    if not isinstance(value, str):
        raise ValueError(form.replace("`", ""))  # noqa: TRY004 - the validator takes no other
    return " ".join(value.split())


def _read_dose(value: Any) -> Any:
    if isinstance(value, Words):
        return value
    value = read_words(value, Dose.form)
    match = _DOSE.fullmatch(value)
    if match is None:
        raise ValueError(Dose.form.replace("`", ""))
    return {"text": value, "amount": match["amount"], "unit": match["unit"]}


class Dose(Words):
    """An amount of an agent and its unit, such as 10 mg/kg."""

    form: ClassVar[str] = "an amount and a unit, such as `50 mg` or `10 mg/kg`"

    amount: float = Field(ge=0, description="Amount for one administration")
    unit: str = Field(description="Unit; one that ends in /kg is multiplied by the weight")

    @property
    def is_per_kg(self) -> bool:
        """Whether the amount is multiplied by the body weight in kg."""
        return self.unit.endswith("/kg")


IsoDate = Annotated[date, BeforeValidator(_read_date)]
"""A full date, year-month-day."""

WrittenDose = Annotated[Dose, BeforeValidator(_read_dose)]
"""A dose written as "50 mg"."""

OneOrMore = BeforeValidator(_read_list)
"""Marks a list of which one element alone may stand without brackets."""

Names = Annotated[tuple[str, ...], OneOrMore]
"""Names; one alone may stand without brackets."""

Window = Annotated[tuple[int, int], Field(description="days before and after, such as [-3, 3]")]
"""Days before and after a planned day that are still on time."""
