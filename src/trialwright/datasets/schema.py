"""What a dataset is: named variables with type, unit and codelist, keys and an order."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import polars as pl

from trialwright.datasets.codelists import Codelist


class VariableType(Enum):
    """What the values of a variable are."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date, ISO 8601 text, perhaps partial"  # recorded: 2021-03, 2021-03-04T10:30
    DAY = "day of the calendar"  # derived: a date with its day, imputed by a named rule


POLARS_TYPES: Mapping[VariableType, pl.DataType] = {
    VariableType.TEXT: pl.String(),
    VariableType.INTEGER: pl.Int64(),
    VariableType.NUMBER: pl.Float64(),
    VariableType.DATE: pl.String(),
    VariableType.DAY: pl.Date(),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of a dataset.

    `is_required`: the column is there and every row has a value. `is_expected`: the column is
    there, its values may be empty. Other variables are read when they are recorded.
    """

    name: str
    label: str
    type: VariableType = VariableType.TEXT
    codelist: Codelist | None = None
    unit: str | None = None
    is_required: bool = False
    is_expected: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """One table: a row is identified by `keys`; `order` is how its rows are sorted."""

    name: str
    label: str
    keys: tuple[str, ...]
    variables: tuple[Variable, ...]
    order: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables in their order."""
        return tuple(variable.name for variable in self.variables)

    def find_variable(self, name: str) -> Variable | None:
        """Return a variable by its name; None when it is not declared."""
        return next((variable for variable in self.variables if variable.name == name), None)

    def polars_schema(self) -> dict[str, pl.DataType]:
        """Return the column types of a frame of this dataset."""
        return {variable.name: POLARS_TYPES[variable.type] for variable in self.variables}
