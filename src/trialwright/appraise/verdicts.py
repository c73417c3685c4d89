"""What an appraisal says of a statement, and how printed numbers are compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import Enum
from fractions import Fraction

ROUNDINGS = {"half up": ROUND_HALF_UP, "half to even": ROUND_HALF_EVEN}
"""How programs round: SAS and people half up, R and Python half to even."""

EXACT_DIGITS = 4


class Verdict(Enum):
    """What became of a statement."""

    HOLDS = "holds"
    ROUNDING = "rounding"  # off by the last digit
    TRUNCATION = "truncation"  # digits cut off, not rounded
    CONTRADICTION = "contradiction"  # two things that are stated cannot both be
    OMISSION = "omission"  # something that belongs there is not there
    NOT_CHECKABLE = "not_checkable"  # arithmetic cannot tell

    @property
    def words(self) -> str:
        """Return the verdict in print."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Finding:
    """Verdict on a statement, what was computed, and in words how the two stand to each other."""

    verdict: Verdict
    computed: str
    explanation: str


def hold(computed: str, explanation: str = "") -> Finding:
    """Return that a statement holds."""
    return Finding(Verdict.HOLDS, computed, explanation or f"{computed}, as printed.")


def contradict(computed: str, explanation: str) -> Finding:
    """Return that a statement does not hold."""
    return Finding(Verdict.CONTRADICTION, computed, explanation)


def refuse_share(count: int, of: int) -> Finding:
    """Return that a count is more than all."""
    return contradict(f"{count}/{of}", f"{count} of {of} is more than all.")


def count_decimals(printed: str) -> int:
    """Count the decimals of a printed number.

    Examples
    --------
    >>> count_decimals("42.80"), count_decimals("43")
    (2, 0)
    """
    return len(printed.partition(".")[2])


def unit_of(printed: str) -> Fraction:
    """Return one unit of the last printed digit."""
    return Fraction(1, 10 ** count_decimals(printed))


def print_as(exact: Fraction, decimals: int, rule: str) -> str:
    """Print an exact number by the rule of another program.

    Parameters
    ----------
    exact : Fraction
        The number.
    decimals : int
        How many are printed.
    rule : str
        A rounding of `decimal`.

    Examples
    --------
    >>> print_as(Fraction(600, 14), 1, ROUND_DOWN), print_as(Fraction(25, 2), 0, ROUND_HALF_EVEN)
    ('42.8', '12')
    """
    scaled = exact * 10**decimals
    whole = Decimal(scaled.numerator) / Decimal(scaled.denominator)
    return str(whole.quantize(Decimal(1), rounding=rule).scaleb(-decimals))


def truncate(exact: Fraction, decimals: int) -> str:
    """Cut a number after its decimals."""
    return print_as(exact, decimals, ROUND_DOWN)


def is_cut(exact: Fraction, printed: str) -> bool:
    """Tell whether a number is printed with its later digits cut off."""
    return Fraction(truncate(exact, count_decimals(printed))) == Fraction(printed)


def find_rounding(exact: Fraction, printed: str) -> str | None:
    """Return the rule by which an exact number is printed so; None when it is by none."""
    decimals = count_decimals(printed)
    wanted = Fraction(printed)
    for name, rule in ROUNDINGS.items():
        if Fraction(print_as(exact, decimals, rule)) == wanted:
            return name
    return None


def is_printed(value: float, printed: str) -> bool:
    """Tell whether a computed number prints as it is printed."""
    return find_rounding(Fraction(repr(float(value))), printed) is not None


def join_words(words: Iterable[object]) -> str:
    """Join words with commas."""
    return ", ".join(str(word) for word in words)
