"""The command `trialwright`: parses, calls one function, prints; heavy imports come last."""

import argparse
import errno
import gc
import sys
from collections.abc import Sequence

from trialwright import __version__
from trialwright.cli.appraise import add_appraise_command
from trialwright.cli.ctcae import add_ctcae_command
from trialwright.cli.design import add_design_commands
from trialwright.cli.npx import add_npx_commands
from trialwright.cli.simulate import add_simulate_command
from trialwright.cli.slides import add_slides_commands
from trialwright.cli.study import add_study_commands
from trialwright.core.errors import FindingsError, TrialwrightError

DONE, BLOCKED, WRONG_USE = 0, 1, 2
_REFUSED = (
    "this place may not be read or written by you",
    "Ask for the right to it, or copy the study to a folder of your own.",
)
_FULL = ("the disk is full", "Make room, or write to another disk.")
_IN_THE_WAY = (
    "a file is where a folder is expected, or a folder where a file is",
    "Rename what is there, or name another place.",
)
DISK_TROUBLES = {
    errno.EACCES: _REFUSED,
    errno.EPERM: _REFUSED,
    errno.EROFS: _REFUSED,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EEXIST: _IN_THE_WAY,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EISDIR: _IN_THE_WAY,
}
"""What the disk may refuse although the program is right: what to say, and what to do."""
YOUNG_OBJECTS = 100_000  # so many before garbage is looked for: imports alone make thousands


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="trialwright",
        description="From protocol and recorded data to the checked report of a trial.",
        epilog="example:\n  trialwright run examples/metromajx",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"trialwright {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    add_study_commands(commands)
    add_design_commands(commands)
    add_npx_commands(commands)
    add_slides_commands(commands)
    add_simulate_command(commands)
    add_appraise_command(commands)
    add_ctcae_command(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 when done, 1 on blocking findings, 2 on wrong use."""
    gc.set_threshold(YOUNG_OBJECTS)
    parsed = make_parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except FindingsError as error:
        print(error, file=sys.stderr)
        return BLOCKED
    except TrialwrightError as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    except BrokenPipeError:
        return DONE
    except OSError as error:
        if error.errno not in DISK_TROUBLES:
            raise
        print(_tell_trouble(error), file=sys.stderr)
        return WRONG_USE


def _tell_trouble(error: OSError) -> str:
    """Say what the disk refused, and what to do about it."""
    found, action = DISK_TROUBLES[error.errno or 0]
    where = error.filename or "The disk"
    return f"{where}: {found}. {action}"
