"""Further questions of `trialwright design`: one stage, monitoring, landmarks and timing."""

from trialwright.cli.declare import Subparsers, declare, whole_number
from trialwright.cli.design_options import (
    DESIGN_HELP,
    add_counts,
    add_hypotheses,
)

ANSWERS = "design_monitoring_answers"


def add_monitoring_commands(commands: Subparsers) -> None:
    """Add every further command."""
    for add in (
        _add_single,
        _add_efficacy,
        _add_boundary,
        _add_bryant_day,
        _add_predict,
        _add_landmark,
        _add_timing,
    ):
        add(commands)


def _add_single(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "single",
        "find the smallest exact single-stage designs",
        "design single --p0 .20 --p1 .40 --alpha .05 --power .80",
        f"{ANSWERS}:answer_single",
    )
    add_hypotheses(parser)


def _add_efficacy(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "efficacy",
        "find the design that may also stop early for efficacy",
        "design efficacy --p0 .20 --p1 .40 --alpha .05 --power .80 --expect interest",
        f"{ANSWERS}:answer_efficacy",
    )
    add_hypotheses(parser)
    parser.add_argument(
        "--expect",
        choices=("null", "interest"),
        default="null",
        help="make the expected size smallest at p0 or at p1 (default: null)",
    )
    parser.add_argument(
        "--n-max", type=whole_number, metavar="N", help="largest n (default: until proven)"
    )


def _add_boundary(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "boundary",
        "find when events are too many, with exact crossing probabilities",
        "design boundary --looks 5,10,15,20 --tolerable .20 --limit .10 --rates .2,.4",
        f"{ANSWERS}:answer_boundary",
    )
    parser.add_argument("--looks", required=True, metavar="N,N,...", help="patients at each look")
    parser.add_argument("--tolerable", type=float, metavar="RATE", help="event rate to live with")
    parser.add_argument(
        "--limit", type=float, metavar="A", help="largest chance to stop at that rate"
    )
    parser.add_argument(
        "--shape", type=float, default=0.0, metavar="D", help="0 Pocock (default) to 0.5 late stops"
    )
    parser.add_argument(
        "--bounds", metavar="N,N,...", help="evaluate these largest tolerated counts instead"
    )
    parser.add_argument("--rates", metavar="P,P,...", help="true rates to evaluate")


def _add_bryant_day(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "bryant-day",
        "find the design that watches response and toxicity together",
        "design bryant-day --response .10,.30 --toxicity .40,.20 --alphas .10,.10 --power .80",
        f"{ANSWERS}:answer_bryant_day",
    )
    parser.add_argument(
        "--response", required=True, metavar="POOR,GOOD", help="response rates, poor and good"
    )
    parser.add_argument(
        "--toxicity", required=True, metavar="HIGH,LOW", help="toxicity rates, high and acceptable"
    )
    parser.add_argument(
        "--alphas", required=True, metavar="A,A", help="chance to accept poor response; toxicity"
    )
    parser.add_argument("--power", required=True, type=float, metavar="P", help="power")


def _add_predict(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "predict",
        "compute posterior and predictive probabilities under a Beta prior",
        "design predict --design 3/13,12/43 --responses 1 --n 14 --prior 1,1 --threshold .20",
        f"{ANSWERS}:answer_predict",
    )
    parser.add_argument("--design", required=True, metavar="R1/N1,R/N", help=DESIGN_HELP)
    add_counts(parser)
    parser.add_argument(
        "--prior", default="1,1", metavar="A,B", help="Beta prior (default: 1,1, uniform)"
    )
    parser.add_argument("--threshold", type=float, metavar="RATE", help="rate to be exceeded")


def _add_landmark(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "landmark",
        "find the design on survival at a landmark, with accrual",
        "design landmark --s0 .20 --s1 .40 --months 6 --alpha .05 --power .80 --accrual 2",
        f"{ANSWERS}:answer_landmark",
    )
    for name, meaning in (("s0", "of no interest"), ("s1", "of interest")):
        parser.add_argument(
            f"--{name}", required=True, type=float, metavar="P", help=f"share event-free {meaning}"
        )
    for name, meaning in (
        ("months", "landmark in months"),
        ("alpha", "type I error, such as 0.05"),
        ("power", "power, such as 0.80"),
        ("accrual", "patients a month"),
    ):
        parser.add_argument(f"--{name}", required=True, type=float, help=meaning)
    parser.add_argument(
        "--target",
        choices=("accrual", "study"),
        default="accrual",
        help="expected duration that is made smallest (default: accrual)",
    )


def _add_timing(commands: Subparsers) -> None:
    parser = declare(
        commands,
        "timing",
        "count the months and the over-run when success is known at a landmark",
        "design timing --design 3/13,12/43 --rate .20 --months 6 --accrual 2 --pause",
        f"{ANSWERS}:answer_timing",
    )
    parser.add_argument("--design", required=True, metavar="R1/N1,R/N", help=DESIGN_HELP)
    for name, meaning in (
        ("rate", "true success rate"),
        ("months", "landmark in months"),
        ("accrual", "patients a month"),
    ):
        parser.add_argument(f"--{name}", required=True, type=float, help=meaning)
    parser.add_argument(
        "--pause", action="store_true", help="accrual pauses while stage 1 is awaited"
    )
