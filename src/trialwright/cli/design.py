"""`trialwright design ...`: what can be asked of two-stage designs, with an example each."""

from trialwright.cli.declare import Subparsers, declare, whole_number
from trialwright.cli.design_monitoring import add_monitoring_commands
from trialwright.cli.design_options import (
    DESIGN_HELP,
    add_counts,
    add_hypotheses,
    add_stage,
)


def add_design_commands(subparsers: Subparsers) -> None:
    """Add `design` and its commands to a parser; each sets `run`, which returns the exit code."""
    parser = subparsers.add_parser(
        "design",
        help="two-stage designs: search, evaluate, decide, infer, monitor",
        description="Two-stage designs of phase II trials, exact throughout.",
    )
    commands = parser.add_subparsers(dest="design_command", metavar="COMMAND", required=True)
    for add in (_add_search, _add_evaluate, _add_decide, _add_infer, _add_attained):
        add(commands)
    add_monitoring_commands(commands)


def _add_search(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "search",
        "find the optimal, minimax and admissible designs, proven",
        "design search --p0 .20 --p1 .40 --alpha .05 --power .80",
        "design_answers:answer_search",
    )
    add_hypotheses(parser)
    parser.add_argument(
        "--n-max", type=whole_number, metavar="N", help="largest n (default: until proven)"
    )
    parser.add_argument("--batch", metavar="FILE.csv", help="settings: p0,p1,alpha,power")
    parser.add_argument("--figure", metavar="FILE", help="draw expected against maximum size")


def _add_evaluate(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "evaluate",
        "compute what a design does at given true rates",
        "design evaluate --design 3/13,12/43 --rates .1,.2,.4",
        "design_answers:answer_evaluate",
    )
    parser.add_argument("--design", required=True, metavar="R1/N1,R/N", help=DESIGN_HELP)
    parser.add_argument(
        "--rates", metavar="P,P,...", help="true rates (default: 0 to 1 in steps of 0.1)"
    )
    parser.add_argument("--figure", metavar="FILE", help="draw power and expected size")


def _add_decide(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "decide",
        "decide at any count of patients, on plan or off",
        "design decide --design 3/13,12/43 --responses 1 --n 14 --p0 .20 --p1 .40",
        "design_answers:answer_decide",
    )
    parser.add_argument("--design", required=True, metavar="R1/N1,R/N", help=DESIGN_HELP)
    add_counts(parser)
    add_stage(parser)
    add_hypotheses(parser, has_limits=False)
    parser.add_argument(
        "--alpha",
        type=float,
        metavar="A",
        help="warn of a kept rule above it (default: the plan's)",
    )
    parser.add_argument(
        "--first",
        type=whole_number,
        metavar="X",
        help="successes among the first planned patients by order",
    )
    parser.add_argument(
        "--keep-rule", action="store_true", help="apply the planned bound to the patients at hand"
    )


def _add_infer(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "infer",
        "estimate the rate after a trial has ended",
        "design infer --design 3/13,12/43 --responses 1 --n 13 --p0 .20 --level .95",
        "design_answers:answer_infer",
    )
    parser.add_argument("--design", metavar="R1/N1,R/N", help=DESIGN_HELP)
    add_counts(parser)
    add_stage(parser)
    parser.add_argument("--p0", type=float, metavar="RATE", help="null rate of the p-value")
    parser.add_argument(
        "--level", type=float, default=0.95, metavar="L", help="two-sided level (default: 0.95)"
    )
    parser.add_argument(
        "--batch", metavar="FILE.csv", help="outcomes: p0,r1,n1,r,n,stage,responses,level"
    )


def _add_attained(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "attained",
        "adapt a design to a stage that is off plan, every way under its name",
        "design attained --design 3/13,12/43 --n1 14 --p0 .20 --p1 .40 --alpha .05 --power .80",
        "design_answers:answer_attained",
    )
    parser.add_argument("--design", required=True, metavar="R1/N1,R/N", help=DESIGN_HELP)
    parser.add_argument(
        "--n1", type=whole_number, metavar="N", help="evaluable patients of stage 1"
    )
    parser.add_argument(
        "--n", type=whole_number, metavar="N", help="evaluable patients of the whole trial"
    )
    add_hypotheses(parser)
