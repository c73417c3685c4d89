"""What a two-stage design costs in time and patients when success is known only at a landmark."""

from dataclasses import dataclass
from math import floor

from trialwright.core.errors import DesignError
from trialwright.stats.two_stage import TwoStageDesign, evaluate_two_stage

SLACK = 1e-9  # 6 months at 2 patients a month are 12 patients, whatever the floating point says


@dataclass(frozen=True, slots=True)
class Accrual:
    """Evaluable patients a month, and whether accrual pauses while stage 1 is awaited."""

    per_month: float
    is_paused: bool

    def __post_init__(self) -> None:
        if not self.per_month > 0:
            raise DesignError(
                f"per_month is {self.per_month:g}, expected above 0. Write evaluable patients a "
                "month."
            )


@dataclass(frozen=True, slots=True)
class TimingPoint:
    """Calendar and patients of a design at one true rate.

    `over_run` patients have entered beyond n1 when stage 1 is decided: they are treated whatever
    the decision. Times are months from the first patient on.
    """

    rate: float
    over_run: int
    interim_months: float
    study_months: float
    expected_study_months: float
    expected_n: float


def evaluate_timing(
    design: TwoStageDesign, rate: float, landmark_months: float, accrual: Accrual
) -> TimingPoint:
    """Compute when the stages are decided and how many patients enter, at one true rate.

    Patients enter at a constant rate; a stage is decided when its last patient reaches the
    landmark.

    Parameters
    ----------
    design : TwoStageDesign
        Bounds and sizes.
    rate : float
        True probability of success at the landmark.
    landmark_months : float
        Months from entry until success is known.
    accrual : Accrual
        Patients a month, and whether accrual pauses.

    Returns
    -------
    TimingPoint
        Over-run, times, and expectations over the decision of stage 1.

    Examples
    --------
    >>> design = TwoStageDesign(3, 13, 12, 43)
    >>> open_door = evaluate_timing(design, 0.20, 6, Accrual(2, is_paused=False))
    >>> open_door.over_run, round(open_door.expected_n, 1)
    (12, 29.5)
    """
    if landmark_months < 0:
        raise DesignError(
            f"landmark_months is {landmark_months:g}, expected 0 or more. Write months from entry."
        )
    stop = evaluate_two_stage(design, rate).prob_early_stop
    n2 = design.n - design.n1
    over_run = 0
    if not accrual.is_paused:
        over_run = min(n2, floor(accrual.per_month * landmark_months + SLACK))
    interim = design.n1 / accrual.per_month + landmark_months
    wait = landmark_months if accrual.is_paused else 0.0
    study = design.n / accrual.per_month + wait + landmark_months
    return TimingPoint(
        rate=rate,
        over_run=over_run,
        interim_months=interim,
        study_months=study,
        expected_study_months=stop * interim + (1 - stop) * study,
        expected_n=stop * (design.n1 + over_run) + (1 - stop) * design.n,
    )
