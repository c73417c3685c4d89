"""`trialwright design ...`: what can be asked, with an example each; answers are made elsewhere.

Nothing heavy is imported here: the answers, and numpy with them, load when a question is asked.
"""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any

Subparsers = Any  # argparse keeps the type of add_subparsers private
Parser = argparse.ArgumentParser

JSON_HELP = "print one JSON value alone on standard output"
DESIGN_HELP = "the design as r1/n1,r/n: the largest counts that stop, of how many patients"


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


def _command(commands: Subparsers, name: str, help_text: str, example: str, answer: str) -> Parser:
    """Add one command with its example; `answer` names the module and function that run it."""
    parser: Parser = commands.add_parser(
        name,
        help=help_text,
        description=help_text[0].upper() + help_text[1:] + ".",
        epilog=f"example:\n  trialwright design {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help=JSON_HELP)
    parser.set_defaults(run=_load_when_asked(answer))
    return parser


def _load_when_asked(answer: str) -> Callable[[argparse.Namespace], int]:
    """Return a function that imports its module only when it is called."""
    module, function = answer.split(":")

    def run(arguments: argparse.Namespace) -> int:
        return int(getattr(import_module(f"trialwright.cli.{module}"), function)(arguments))

    return run


def _add_hypotheses(parser: Parser, has_limits: bool = True) -> None:
    parser.add_argument("--p0", type=float, metavar="RATE", help="success rate of no interest")
    parser.add_argument("--p1", type=float, metavar="RATE", help="success rate of interest")
    if has_limits:
        parser.add_argument("--alpha", type=float, metavar="A", help="type I error, such as 0.05")
        parser.add_argument("--power", type=float, metavar="P", help="power, such as 0.80")


def _add_counts(parser: Parser) -> None:
    parser.add_argument("--responses", type=int, metavar="X", help="successes so far")
    parser.add_argument("--n", type=int, metavar="N", help="evaluable patients so far")
    parser.add_argument(
        "--stage", type=int, choices=(1, 2), help="stage, where counts leave it open"
    )


def _add_search(commands: Subparsers) -> None:
    parser = _command(
        commands,
        "search",
        "find the optimal, minimax and admissible designs, proven",
        "search --p0 .20 --p1 .40 --alpha .05 --power .80",
        "design_answers:answer_search",
    )
    _add_hypotheses(parser)
    parser.add_argument("--n-max", type=int, metavar="N", help="largest n (default: until proven)")
    parser.add_argument("--batch", metavar="FILE.csv", help="settings: p0,p1,alpha,power")


def _add_evaluate(commands: Subparsers) -> None:
    parser = _command(
        commands,
        "evaluate",
        "compute what a design does at given true rates",
        "evaluate --design 3/13,12/43 --rates .1,.2,.4",
        "design_answers:answer_evaluate",
    )
    parser.add_argument("--design", required=True, metavar="R1/N1,R/N", help=DESIGN_HELP)
    parser.add_argument(
        "--rates", metavar="P,P,...", help="true rates (default: 0 to 1 in steps of 0.1)"
    )


def _add_decide(commands: Subparsers) -> None:
    parser = _command(
        commands,
        "decide",
        "decide at any count of patients, on plan or off",
        "decide --design 3/13,12/43 --responses 1 --n 14 --p0 .20 --p1 .40",
        "design_answers:answer_decide",
    )
    parser.add_argument("--design", required=True, metavar="R1/N1,R/N", help=DESIGN_HELP)
    _add_counts(parser)
    _add_hypotheses(parser, has_limits=False)
    parser.add_argument(
        "--alpha",
        type=float,
        metavar="A",
        help="warn of a kept rule above it (default: the plan's)",
    )
    parser.add_argument(
        "--first", type=int, metavar="X", help="successes among the first planned patients by order"
    )
    parser.add_argument(
        "--keep-rule", action="store_true", help="apply the planned bound to the patients at hand"
    )


def _add_infer(commands: Subparsers) -> None:
    parser = _command(
        commands,
        "infer",
        "estimate the rate after a trial has ended",
        "infer --design 3/13,12/43 --responses 1 --n 13 --p0 .20 --level .95",
        "design_answers:answer_infer",
    )
    parser.add_argument("--design", metavar="R1/N1,R/N", help=DESIGN_HELP)
    _add_counts(parser)
    parser.add_argument("--p0", type=float, metavar="RATE", help="null rate of the p-value")
    parser.add_argument(
        "--level", type=float, default=0.95, metavar="L", help="two-sided level (default: 0.95)"
    )
    parser.add_argument(
        "--batch", metavar="FILE.csv", help="outcomes: p0,r1,n1,r,n,stage,responses,level"
    )


def _add_attained(commands: Subparsers) -> None:
    parser = _command(
        commands,
        "attained",
        "adapt a design to a stage that is off plan, every way under its name",
        "attained --design 3/13,12/43 --n1 14 --p0 .20 --p1 .40 --alpha .05 --power .80",
        "design_answers:answer_attained",
    )
    parser.add_argument("--design", required=True, metavar="R1/N1,R/N", help=DESIGN_HELP)
    parser.add_argument("--n1", type=int, metavar="N", help="evaluable patients of stage 1")
    parser.add_argument("--n", type=int, metavar="N", help="evaluable patients of the whole trial")
    _add_hypotheses(parser)
