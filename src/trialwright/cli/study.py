"""`trialwright new|check|run|show|query|status`: what can be asked of a study."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any

Subparsers = Any  # argparse keeps the type of add_subparsers private
JSON_HELP = "print one JSON value alone on standard output"


def add_study_commands(commands: Subparsers) -> None:
    """Add the commands that work on a study directory; each sets `run`."""
    new = _command(commands, "new", "make a study to start from", "new mytrial --from metromajx")
    new.add_argument(
        "directory", metavar="DIR", help="folder to make; it must not exist or be empty"
    )
    new.add_argument("--from", dest="example", default="metromajx", help="example to start from")

    check = _command(commands, "check", "check the protocol and the recorded data", "check mytrial")
    check.add_argument("study", metavar="STUDY", help="folder with protocol.yaml and data/")

    run = _command(commands, "run", "run everything that changed, then the report", "run mytrial")
    run.add_argument("study", metavar="STUDY", help="folder with protocol.yaml and data/")

    show = _command(
        commands, "show", "show a number, how it came about, and its source rows",
        "show mytrial pfs.median --rows",
    )  # fmt: skip
    show.add_argument("study", metavar="STUDY", help="folder of a study that was run")
    show.add_argument("result", metavar="RESULT_ID", help="a result (pfs) or a number (pfs.median)")
    show.add_argument("--rows", action="store_true", help="list the rows of the files behind it")

    query = _command(
        commands, "query", "ask the analysis datasets in SQL",
        'query mytrial "SELECT PARAMCD, count(*) AS n FROM adtte GROUP BY PARAMCD"',
    )  # fmt: skip
    query.add_argument("study", metavar="STUDY", help="folder of a study that was run")
    query.add_argument(
        "sql", metavar="SQL", help="a query; tables are adsl, adex, adrs, adtte, ..."
    )

    status = _command(
        commands, "status", "accrual, stage, and what is awaited, on a day",
        "status mytrial --as-of 2021-09-30",
    )  # fmt: skip
    status.add_argument("study", metavar="STUDY", help="folder with protocol.yaml and data/")
    status.add_argument("--as-of", metavar="DATE", help="the day, such as 2021-09-30")


def _command(commands: Subparsers, name: str, words: str, example: str) -> argparse.ArgumentParser:
    """Add one command with its example; its answer is loaded only when it is asked."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=words,
        description=words[0].upper() + words[1:] + ".",
        epilog=f"example:\n  trialwright {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help=JSON_HELP)
    parser.set_defaults(run=_load_when_asked(f"answer_{name}"))
    return parser


def _load_when_asked(function: str) -> Callable[[argparse.Namespace], int]:
    def run(arguments: argparse.Namespace) -> int:
        answers = import_module("trialwright.cli.study_answers")
        return int(getattr(answers, function)(arguments))

    return run
