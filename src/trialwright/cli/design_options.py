"""Options that several commands of `trialwright design` share."""

from trialwright.cli.declare import Parser, whole_number

DESIGN_HELP = "the design as r1/n1,r/n: the largest counts that stop, of how many patients"


def add_hypotheses(parser: Parser, has_limits: bool = True) -> None:
    """Add the rates and, where the question has them, the error limits."""
    parser.add_argument("--p0", type=float, metavar="RATE", help="success rate of no interest")
    parser.add_argument("--p1", type=float, metavar="RATE", help="success rate of interest")
    if has_limits:
        parser.add_argument("--alpha", type=float, metavar="A", help="type I error, such as 0.05")
        parser.add_argument("--power", type=float, metavar="P", help="power, such as 0.80")


def add_counts(parser: Parser) -> None:
    """Add successes and patients."""
    parser.add_argument("--responses", type=whole_number, metavar="X", help="successes so far")
    parser.add_argument("--n", type=whole_number, metavar="N", help="evaluable patients so far")


def add_stage(parser: Parser) -> None:
    """Add the stage, where counts alone do not tell it."""
    parser.add_argument(
        "--stage", type=whole_number, choices=(1, 2), help="stage, where counts leave it open"
    )
