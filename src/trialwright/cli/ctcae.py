"""`trialwright ctcae TERM`: search the terms of CTCAE with their grades."""

from trialwright.cli.declare import Subparsers, declare, whole_number

VERSIONS = ("4.0", "4.03", "5.0")


def add_ctcae_command(subparsers: Subparsers) -> None:
    """Add `ctcae` to a parser; it sets `run`, which returns the exit code."""
    parser = declare(
        subparsers,
        "ctcae",
        "search the terms of CTCAE with the texts of their grades",
        "ctcae pyrexia --version 5.0",
        "ctcae_answers:answer_ctcae",
    )
    parser.add_argument("words", nargs="+", metavar="TERM", help="words in any order")
    parser.add_argument(
        "--version", choices=VERSIONS, default="5.0", help="CTCAE version (default: 5.0)"
    )
    parser.add_argument(
        "--most", type=whole_number, default=10, metavar="N", help="terms to print (default: 10)"
    )
