"""How a command is declared: example, `--json`, and its answer, loaded when it is asked."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any

Subparsers = Any  # argparse keeps the type of add_subparsers private
Parser = argparse.ArgumentParser

JSON_HELP = "print one JSON value alone on standard output"


def declare(commands: Subparsers, name: str, help_text: str, example: str, answer: str) -> Parser:
    """Add one command with its example; `answer` is module:function of the one that runs it."""
    parser: Parser = commands.add_parser(
        name,
        help=help_text,
        description=help_text[0].upper() + help_text[1:] + ".",
        epilog=f"example:\n  trialwright {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help=JSON_HELP)
    parser.set_defaults(run=_load_when_asked(answer))
    return parser


def whole_number(text: str) -> int:
    """Read an option that is a whole number; argparse prints what the error says.

    Examples
    --------
    >>> whole_number("2000")
    2000
    """
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}', expected a whole number. Write it in digits, such as 20."
        ) from None


def add_worker_options(parser: Parser) -> None:
    """Add where the work is done: processes of this machine, or a Dask cluster."""
    parser.add_argument(
        "--workers", type=whole_number, metavar="N", help="processes of this machine (default: 1)"
    )
    parser.add_argument(
        "--cluster", metavar="URL", help="address of a Dask scheduler, such as tcp://HOST:8786"
    )


def _load_when_asked(answer: str) -> Callable[[argparse.Namespace], int]:
    """Return a function that imports its module only when it is called."""
    module, function = answer.split(":")

    def run(arguments: argparse.Namespace) -> int:
        return int(getattr(import_module(f"trialwright.cli.{module}"), function)(arguments))

    return run
