"""What data/mapping.yaml can say: which column of which table feeds which variable."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from trialwright.protocol.endpoints import Model
from trialwright.protocol.words import Names


class Others(Enum):
    """What becomes of a value that the codes do not name."""

    REPORT = "report"
    KEEP = "keep"
    EMPTY = "empty"


class Decimal(Enum):
    """Which sign parts the decimals of a number that was written as text."""

    POINT = "point"
    COMMA = "comma"


class Merged(Enum):
    """What merged cells mean: a finding, or the value of the first one for each."""

    REPORT = "report"
    FILL = "fill"


class Export(Enum):
    """How REDCap exported: one column a field, or one row a value."""

    FLAT = "flat"
    EAV = "eav"


class Values(Enum):
    """Which of a REDCap choice is meant by the mapping: its code, or its label."""

    CODES = "codes"
    LABELS = "labels"


def _read_filling(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


class Filling(Model):
    """How one variable is filled: from a column, or with a text in which {column} stands."""

    column: str | None = Field(default=None, description="Column of the table, as its header says")
    value: str | None = Field(
        default=None, description="Text for every row; {column} stands for the row's value"
    )
    codes: Mapping[str, str] = Field(
        default_factory=dict,
        description="Recorded value to the value wanted; * stands for every other one",
    )
    codes_of: str | None = Field(
        default=None, description="Name of a list under the file's own `codes`, in their place"
    )
    others: Others = Field(
        default=Others.REPORT, description="What becomes of a value that the codes do not name"
    )
    dates: Names = Field(default=(), description="How dates are written, such as DD/MM/YYYY")
    decimal: Decimal | None = Field(default=None, description="Sign that parts the decimals")
    unit: str | None = Field(default=None, description="Unit in which the column was recorded")
    to: str | None = Field(default=None, description="Unit wanted")
    factor: float | None = Field(default=None, gt=0, description="What numbers are multiplied by")
    missing: Names = Field(default=(), description="Further values that mean: not recorded")
    if_empty: str | None = Field(default=None, description="Value where nothing was recorded")
    label: str | None = Field(default=None, description="Label of a qualifier (QLABEL)")
    guess: str | None = Field(
        default=None, description="Why a draft guessed this; delete the key when it is right"
    )


Fill = Annotated[Filling, BeforeValidator(_read_filling)]
"""A filling; a column's name alone may stand for it."""


class Target(Model):
    """Rows of one domain that are made of rows of a table."""

    domain: str = Field(description="Domain in lower case, such as ae")
    where: Mapping[str, Names] = Field(
        default_factory=dict, description="Rows taken: column to the values that it has"
    )
    needs: Names = Field(
        default=(), description="Columns that must have a value, or no row is made"
    )
    for_each: tuple[Mapping[str, Names], ...] = Field(
        default=(),
        description="One row of the domain for each group; {name} stands for its value. A list "
        "within a group makes one row for each of its values",
    )
    variables: Mapping[str, Fill] = Field(
        default_factory=dict,
        description="Variable, or several parted by commas, to what fills it",
    )
    qualifiers: Mapping[str, Fill] = Field(
        default_factory=dict, description="Qualifier of the domain's SUPP-- to what fills it"
    )


class Redcap(Model):
    """A table that is one instrument of a REDCap export."""

    instrument: str = Field(description="Instrument, as the dictionary names its form")
    dictionary: str | None = Field(default=None, description="File of the data dictionary")
    event: Names = Field(default=(), description="Events taken; all when left out")
    export: Export = Field(default=Export.FLAT, description="How the project was exported")
    values: Values = Field(default=Values.CODES, description="What choices are called below")


class Table(Model):
    """One table of the centre: a CSV file, a sheet of a workbook, an instrument of REDCap."""

    file: str = Field(description="File in the folder data")
    sheet: str | None = Field(default=None, description="Sheet of a workbook; its only one if left")
    header_row: int = Field(default=1, ge=1, description="Row of the header")
    redcap: Redcap | None = Field(default=None, description="What REDCap exported it as")
    subject: str = Field(
        description="What makes USUBJID, such as S-{Patient}; {Patient:03} fills up with zeros"
    )
    key: Names = Field(default=(), description="Columns that tell rows apart, for `changes`")
    missing: Names = Field(default=(), description="Values that mean: not recorded")
    dates: Names = Field(default=(), description="How dates are written")
    decimal: Decimal | None = Field(default=None, description="Sign that parts the decimals")
    merged: Merged = Field(default=Merged.REPORT, description="What merged cells mean")
    where: Mapping[str, Names] = Field(
        default_factory=dict, description="Rows that this table speaks of; other rows need another"
    )
    ignore_rows: Mapping[str, Names] = Field(
        default_factory=dict, description="Rows that are left out on purpose"
    )
    ignore: Names = Field(
        default=(), description="Columns that are left out on purpose; * stands for anything"
    )
    guess: str | None = Field(
        default=None, description="Why a draft guessed the subject; delete when it is right"
    )
    into: tuple[Target, ...] = Field(default=(), description="What is made of its rows")


class CentreMapping(Model):
    """The centre's own tables, and the domains that are made of them."""

    study: str | None = Field(default=None, description="STUDYID; the protocol's when left out")
    missing: Names = Field(default=(), description="Values that mean everywhere: not recorded")
    dates: Names = Field(default=(), description="How dates are written, unless a table says else")
    decimal: Decimal = Field(default=Decimal.POINT, description="Sign that parts the decimals")
    codes: Mapping[str, Mapping[str, str]] = Field(
        default_factory=dict, description="Lists of codes by name, for `codes_of`"
    )
    ignore: Names = Field(
        default=(), description="Files, or sheets as 'book.xlsx [Sheet]', left out on purpose"
    )
    guess: str | None = Field(
        default=None, description="Why a draft guessed dates and decimals; delete when it is right"
    )
    tables: tuple[Table, ...] = Field(min_length=1, description="The centre's tables")

    def files(self) -> frozenset[str]:
        """Return the files that the mapping names: tables, dictionaries, files left out."""
        named = {table.file for table in self.tables}
        named |= {t.redcap.dictionary for t in self.tables if t.redcap and t.redcap.dictionary}
        return frozenset(named | {name for name in self.ignore if not name.endswith("]")})
