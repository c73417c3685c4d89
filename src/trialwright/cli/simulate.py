"""`trialwright simulate`: a known truth in, operating characteristics or recorded data out."""

from trialwright.cli.declare import Subparsers, add_worker_options, declare, whole_number


def add_simulate_command(commands: Subparsers) -> None:
    """Add `simulate` to a parser; it sets `run`, which returns the exit code."""
    parser = declare(
        commands,
        "simulate",
        "simulate virtual trials: operating characteristics, or one study with its raw data",
        "simulate examples/metromajx/scenario.yaml --trials 2000 --seed 1",
        "simulate_answers:answer_simulate",
    )
    parser.add_argument("scenario", metavar="SCENARIO.yaml", help="the truth, and what is asked")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--trials", type=whole_number, metavar="N", help="trials of each variation")
    asked.add_argument("--study", metavar="DIR", help="write one virtual study, raw data included")
    asked.add_argument(
        "--self-check",
        type=whole_number,
        metavar="N",
        help="run N known trials through the pipeline",
    )
    asked.add_argument(
        "--calibrate",
        type=whole_number,
        metavar="N",
        help="describe N trials as a publication does one",
    )
    parser.add_argument("--slides", action="store_true", help="with --study: paint its slides")
    parser.add_argument(
        "--seed", type=whole_number, default=1, metavar="S", help="seed (default: 1)"
    )
    add_worker_options(parser)
    parser.add_argument("--out", metavar="DIR", help="write tables, figures and a report there")
