"""What a published report states, as its YAML file says it: one statement, one check."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from trialwright.protocol.endpoints import Model
from trialwright.protocol.words import PRINTED_NUMBER, PRINTED_RATE

Printed = Annotated[str, Field(pattern=PRINTED_NUMBER)]
"""A number as it is printed: its decimals count, so it stays text."""

PrintedRate = Annotated[str, Field(pattern=PRINTED_RATE)]
Count = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(gt=0, le=1_000_000)]
CurveSize = Annotated[int, Field(gt=0, le=2000)]
Rate = Annotated[float, Field(gt=0, lt=1)]


class Statement(Model):
    """What every statement has: its name, where it stands, and its words."""

    id: str = Field(min_length=1, description="Name of the statement")
    where: str = Field(default="", description="Where the report says it")
    quote: str = Field(default="", description="Its words")


class CountPercentage(Statement):
    """A count with its percentage."""

    check: Literal["count_vs_percentage"]
    count: Count = Field(description="Patients counted")
    of: Size = Field(description="Patients of whom")
    printed: Printed = Field(description="Percentage as printed")
    beside: tuple[Printed, ...] = Field(
        default=(), description="Percentages printed for the other categories"
    )
    denominators: tuple[Size, ...] = Field(
        default=(), description="Other totals of the report that may have been used"
    )


class CountsSum(Statement):
    """Counts that add up to a total."""

    check: Literal["counts_sum"]
    counts: tuple[Count, ...] = Field(min_length=1, description="Counts of the categories")
    total: Count = Field(description="What they should add up to")


class PercentagesSum(Statement):
    """Percentages of categories that exclude each other."""

    check: Literal["percentages_sum"]
    printed: tuple[Printed, ...] = Field(min_length=2, description="Percentages as printed")


class Flow(Statement):
    """Patients who leave, and how many are left."""

    check: Literal["flow_arithmetic"]
    start: Count = Field(description="Patients at the start")
    less: tuple[Count, ...] = Field(min_length=1, description="Patients who leave")
    leaves: Count = Field(description="Patients who are left")


class Same(Statement):
    """One fact that a report gives in several places."""

    check: Literal["text_vs_table"]
    values: Mapping[str, str] = Field(min_length=2, description="Place to what it says")


class Category(Model):
    """A category of whole numbers and how many are in it."""

    least: int = Field(description="Smallest value of the category")
    most: int | None = Field(default=None, description="Largest value; open without it")
    count: Count = Field(description="Patients in it")


class MedianDistribution(Statement):
    """A median beside the counts of categories."""

    check: Literal["median_vs_distribution"]
    categories: tuple[Category, ...] = Field(min_length=1, description="Categories and counts")
    printed: Printed = Field(description="Median as printed")


class SumMedianRange(Statement):
    """Sum, median, least and most of whole numbers."""

    check: Literal["sum_median_range"]
    n: Size = Field(description="Numbers summed")
    total: int = Field(description="Their sum")
    median: float = Field(description="Their median")
    least: int = Field(description="The smallest")
    most: int = Field(description="The largest")


class MeanRange(Statement):
    """A mean beside the least and the most."""

    check: Literal["mean_range_feasibility"]
    n: Annotated[int, Field(ge=2)] = Field(description="Numbers averaged")
    printed: Printed = Field(description="Mean as printed")
    least: Printed = Field(description="The smallest as printed")
    most: Printed = Field(description="The largest as printed")


class Ceiling(Statement):
    """A total of which nobody can have more than so many."""

    check: Literal["protocol_limit"]
    n: Size = Field(description="Patients")
    each_at_most: Count = Field(description="Most that the protocol lets one patient have")
    total: Count = Field(description="Total as printed")
    most: Count | None = Field(default=None, description="Largest of one patient as printed")


class Order(Statement):
    """Numbers that must rise: a lower limit, an estimate, an upper limit."""

    check: Literal["interval_order"]
    printed: tuple[Printed, ...] = Field(min_length=2, description="Numbers that should rise")


class Dates(Statement):
    """Dates that must follow one another."""

    check: Literal["date_order"]
    dates: tuple[date, ...] = Field(min_length=2, description="Dates in the order of events")


class SimonDesign(Statement):
    """A two-stage design and the errors that it is said to keep."""

    check: Literal["simon_design"]
    p0: Rate = Field(description="Rate of no interest")
    p1: Rate = Field(description="Rate of interest")
    alpha: PrintedRate = Field(description="Type I error as printed, such as 0.05")
    power: PrintedRate = Field(description="Power as printed, such as 0.80")
    r1: Count | None = Field(default=None, description="Most successes that stop after stage 1")
    n1: Size | None = Field(default=None, description="Patients of stage 1")
    r: Count | None = Field(default=None, description="Most successes without activity")
    n: Annotated[int, Field(gt=1, le=300)] = Field(description="Patients of both stages")
    kind: Literal["optimal", "minimax"] | None = Field(
        default=None, description="What the design is said to be"
    )


class Boundary(Statement):
    """A rule to continue, and the count that it makes the largest one that stops."""

    check: Literal["simon_boundary"]
    at_least: Size = Field(description="Fewest successes that continue")
    r: Count = Field(description="Most successes that stop")


class Look(Statement):
    """A decision of a two-stage design."""

    check: Literal["decision"]
    r1: Count = Field(description="Most successes that stop after stage 1")
    n1: Size = Field(description="Patients of stage 1")
    r: Count = Field(description="Most successes without activity")
    n: Size = Field(description="Patients of both stages")
    responses: Count = Field(description="Successes seen")
    patients: Size = Field(description="Patients assessed")
    printed: Literal["stop", "continue", "active", "not_active"] = Field(
        description="Decision as the report has it"
    )


class StageSize(Statement):
    """Patients assessed for a stage beside the planned number."""

    check: Literal["design_deviation"]
    planned: Size = Field(description="Patients planned for the stage")
    assessed: Size = Field(description="Patients assessed")
    r: Count = Field(description="Most successes that stop")
    responses: Count = Field(description="Successes seen")


class ProportionLimits(Statement):
    """A proportion with its confidence interval, all in percent."""

    check: Literal["proportion_interval"]
    count: Count = Field(description="Patients counted")
    of: Size = Field(description="Patients of whom")
    lower: Printed = Field(description="Lower limit as printed, percent")
    upper: Printed = Field(description="Upper limit as printed, percent")
    level: Rate = Field(default=0.95, description="Two-sided level")


class SignedRank(Statement):
    """The p-value of a signed rank test of a few pairs."""

    check: Literal["p_value_lattice"]
    n: Annotated[int, Field(gt=0, le=60)] = Field(description="Pairs that differ")
    printed: Printed = Field(description="Two-sided p-value as printed")
    decreases: Count | None = Field(default=None, description="Pairs that fall, as printed")


class SurvivalMedian(Statement):
    """A median survival with its confidence limits."""

    check: Literal["km_feasibility"]
    n: CurveSize = Field(description="Patients of the curve")
    events: CurveSize = Field(description="Events of the curve")
    lower: Printed = Field(description="Lower limit as printed")
    median: Printed = Field(description="Median as printed")
    upper: Printed | None = Field(default=None, description="Upper limit; not reached without it")
    level: Rate = Field(default=0.95, description="Two-sided level")


class Lattice(Statement):
    """Times, in months, that assessments every so many weeks should give."""

    check: Literal["schedule_lattice"]
    printed: tuple[Printed, ...] = Field(min_length=1, description="Months as printed")
    every_weeks: Size = Field(description="Weeks between planned assessments")
    window_days: Count = Field(default=7, description="Days on either side of each")
    lead_in_days: Count = Field(default=0, description="Days before the first interval begins")


class Reported(Statement):
    """An item that a report of such a trial gives."""

    check: Literal["missing_item"]
    item: str = Field(description="What should be given")
    is_given: bool = Field(description="Whether it is")
    count: Count | None = Field(default=None, description="Successes, when it is a proportion")
    of: Size | None = Field(default=None, description="Patients of whom")


class ReferenceRate(Statement):
    """A reference rate, for what it was measured and for what it is used."""

    check: Literal["design_rationale"]
    used: Mapping[str, str] = Field(description="Facet, such as months or line, to its value")
    source: Mapping[str, str] = Field(description="The same of the source")


class Citations(Statement):
    """Numbers cited in the text beside the list of references."""

    check: Literal["citation_range"]
    cited: tuple[Size, ...] = Field(min_length=1, description="Numbers cited")
    listed: Size = Field(description="References listed")


class ForReader(Statement):
    """What a reader must judge: kept with the others, so that nothing is passed over in silence."""

    check: Literal["for_a_reader"]
    note: str = Field(description="What the reader should look at")


AnyStatement = Annotated[
    CountPercentage
    | CountsSum
    | PercentagesSum
    | Flow
    | Same
    | MedianDistribution
    | SumMedianRange
    | MeanRange
    | Ceiling
    | Order
    | Dates
    | SimonDesign
    | Boundary
    | Look
    | StageSize
    | ProportionLimits
    | SignedRank
    | SurvivalMedian
    | Lattice
    | Reported
    | ReferenceRate
    | Citations
    | ForReader,
    Field(discriminator="check"),
]


class Paper(Model):
    """A report and what it states."""

    paper: str = Field(min_length=1, description="The report, as one cites it")
    statements: tuple[AnyStatement, ...] = Field(min_length=1, description="What it states")
