"""How a command of `trialwright design` is declared: example, options, and its answer, loaded late.

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


def declare(commands: Subparsers, name: str, help_text: str, example: str, answer: str) -> Parser:
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


def add_hypotheses(parser: Parser, has_limits: bool = True) -> None:
    """Add the rates and, where the question has them, the error limits."""
    parser.add_argument("--p0", type=float, metavar="RATE", help="success rate of no interest")
    parser.add_argument("--p1", type=float, metavar="RATE", help="success rate of interest")
    if has_limits:
        parser.add_argument("--alpha", type=float, metavar="A", help="type I error, such as 0.05")
        parser.add_argument("--power", type=float, metavar="P", help="power, such as 0.80")


def add_counts(parser: Parser) -> None:
    """Add successes and patients."""
    parser.add_argument("--responses", type=int, metavar="X", help="successes so far")
    parser.add_argument("--n", type=int, metavar="N", help="evaluable patients so far")


def add_stage(parser: Parser) -> None:
    """Add the stage, where counts alone do not tell it."""
    parser.add_argument(
        "--stage", type=int, choices=(1, 2), help="stage, where counts leave it open"
    )
