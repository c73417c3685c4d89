"""`trialwright appraise`: what can be asked of it, with an example."""

from trialwright.cli.declare import Subparsers, declare


def add_appraise_command(commands: Subparsers) -> None:
    """Add `appraise` to a parser; it sets `run`, which returns the exit code."""
    parser = declare(
        commands,
        "appraise",
        "check the statements of a published report against each other",
        "appraise examples/metromajx/published.yaml",
        "appraise_answers:answer_appraise",
    )
    parser.add_argument("paper", metavar="PAPER.yaml", help="what the report states, and where")
    parser.add_argument("--out", metavar="FILE.html", help="write the appraisal as a page")
    parser.add_argument("--all", action="store_true", help="print the statements that hold, too")
