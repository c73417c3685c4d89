"""A known truth about a trial, as its YAML file says it: growth, reading, death, accrual."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Literal

from pydantic import Field

from trialwright.protocol.endpoints import Model
from trialwright.protocol.words import STUDY_NAME

Probability = Annotated[float, Field(ge=0, le=1)]
Hazard = Annotated[float, Field(ge=0)]
Spread = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Days = Annotated[int, Field(ge=0)]

MOST_LESIONS = 5
MOST_SCANS = 40


class Accrual(Model):
    """Who comes when."""

    patients: int = Field(ge=1, le=1000, description="Patients of a virtual study")
    over_days: Positive = Field(
        description="Days over which a virtual study's patients come, uniformly"
    )
    cut_days: Positive = Field(
        description="Days from the opening of accrual to the data cut of a virtual study"
    )
    per_month: Positive = Field(
        description="Patients a month while a trial of the operating characteristics is open"
    )
    screen_failures: int = Field(
        default=0, ge=0, le=1000, description="People screened and not enrolled in a virtual study"
    )
    not_evaluable: int = Field(
        default=0, ge=0, description="Patients of a virtual study who do not get every agent"
    )


class Schedule(Model):
    """When treatment begins and when scans are made."""

    lead_in_days: Days = Field(
        description="Days from the start of treatment to the first injection"
    )
    scan_every_days: int = Field(gt=0, le=730, description="Days between planned scans")
    scans_at_most: int = Field(gt=0, le=MOST_SCANS, description="Most scans of a patient")
    delay_shape: Positive = Field(description="Shape of the gamma distribution of scan delays")
    delay_scale_days: Positive = Field(description="Scale of scan delays, days")
    prob_missed: Probability = Field(description="Probability that a scan is missed")


class Lesions(Model):
    """How many target lesions a patient has, and how large they are."""

    prob_count: tuple[Probability, ...] = Field(
        min_length=1, max_length=MOST_LESIONS, description="Probability of 1, 2, ... targets"
    )
    median_mm: Positive = Field(description="Median longest diameter at baseline, mm")
    log_sd: Spread = Field(description="SD of its logarithm between lesions")
    smallest_mm: Positive = Field(description="Smallest target at baseline, mm")


class Growth(Model):
    """How a lesion changes: L(t) = L0 (exp(-d t) + exp(g t) - 1), t from the first injection."""

    rate_per_day: Positive = Field(description="Median growth rate g per day")
    log_sd_patient: Spread = Field(description="SD of log g between patients, the frailty")
    log_sd_lesion: Spread = Field(description="SD of log g between lesions of a patient")
    prob_sensitive: Probability = Field(description="Share of patients whose tumors are sensitive")
    sensitive_factor: Probability = Field(description="What is left of g in sensitive tumors")
    shrinkage_per_day: Hazard = Field(description="Median shrinkage d of sensitive tumors per day")
    log_sd_shrinkage: Spread = Field(description="SD of log d between sensitive patients")
    insensitive_shrinkage_per_day: Hazard = Field(description="d of insensitive tumors per day")
    injected_shrinkage_per_day: Hazard = Field(description="d that an injection adds, per day")


class Progression(Model):
    """New lesions and progression of non-target lesions, in continuous time."""

    new_lesion_per_day: Hazard = Field(description="Hazard of a new lesion per day")
    non_target_per_day: Hazard = Field(description="Hazard of non-target progression per day")
    log_growth_effect: float = Field(description="How much the log hazards rise with the frailty")
    sensitive_factor: Probability = Field(description="What is left of the hazards if sensitive")


class Reading(Model):
    """How two radiologists, and the investigator, read a scan."""

    measurement_sd: Spread = Field(description="SD of the log of one diameter, each time anew")
    reader_sd: Spread = Field(
        default=0, description="SD of what a reader adds to a lesion's log diameter every time"
    )
    new_lesion_sensitivity: Probability = Field(
        description="Probability that a reader sees a new lesion, at each scan"
    )
    prob_lesion_not_evaluable: Probability = Field(
        default=0, description="Probability that a reader cannot evaluate a target at a scan"
    )
    prob_adjudicator_first: Probability = Field(
        default=0.5, description="Probability that the adjudicator chooses the first reader"
    )
    too_small_below_mm: Hazard = Field(default=5, description="Below this, 5 mm are recorded")
    absent_below_mm: Hazard = Field(default=1, description="Below this, a lesion is absent")


class DeathFollows(Enum):
    """What changes a patient's hazard of death."""

    PROGRESSION = "progression"  # the true one, seen or not
    DETECTION = "detection"  # the first scan at which a radiologist sees it


class Death(Model):
    """Survival before and after progression, and loss to follow-up."""

    before_progression_per_day: Hazard = Field(description="Hazard of death before progression")
    after_progression_shape: Positive = Field(description="Weibull shape after progression")
    after_progression_median_days: Positive = Field(description="Its median, days")
    follows: DeathFollows = Field(
        default=DeathFollows.PROGRESSION, description="What the second of these starts from"
    )
    lost_per_day: Hazard = Field(description="Hazard of loss to follow-up per day")


class Success(Enum):
    """What counts as a success at the landmark."""

    BY_DATES = "by dates"  # no progression or death seen until then
    VERIFIED = "verified"  # a scan without progression proves it


class StageEnd(Enum):
    """What ends the wait for the decision after stage 1."""

    COMPLETE = "all are known"  # every patient of stage 1
    GO = "going on is certain"  # enough successes are known; stopping waits for all
    CERTAIN = "the decision is certain"  # enough successes, or enough failures, are known


class Truth(Model):
    """Everything that decides how a patient fares and what is seen of it."""

    schedule: Schedule = Field(description="Treatment and scans")
    lesions: Lesions = Field(description="Target lesions at baseline")
    growth: Growth = Field(description="Growth and shrinkage of lesions")
    progression: Progression = Field(description="New and non-target lesions")
    reading: Reading = Field(description="How scans are read")
    death: Death = Field(description="Death and loss to follow-up")


class Stages(Model):
    """A two-stage design: the largest counts that stop, of how many."""

    r1: int = Field(ge=0, description="Largest count of successes that stops after stage 1")
    n1: int = Field(gt=0, description="Patients of stage 1")
    r: int = Field(ge=0, description="Largest count of successes that is no activity")
    n: int = Field(gt=0, le=500, description="Patients of both stages")


class Trial(Model):
    """The two-stage trial whose operating characteristics are asked for."""

    design: Stages = Field(description="Two-stage design")
    landmark_days: int = Field(gt=0, description="Days from the start of treatment to the landmark")
    success: Success = Field(default=Success.VERIFIED, description="What counts as a success")
    scan_from_days_before: Days = Field(
        default=14, description="Days before the landmark from which a scan proves a success"
    )
    unknown: Literal["failure", "success"] = Field(
        default="failure", description="What a patient with unknown state counts as"
    )
    pause: bool = Field(default=True, description="No accrual while stage 1 is awaited")
    stage_1_ends: StageEnd = Field(
        default=StageEnd.COMPLETE, description="What ends the wait for the decision"
    )
    success_known_days: Days | None = Field(
        default=None,
        description="Days after the landmark at which a success is known; without it, at its "
        "first scan from the landmark on",
    )
    final_analysis_days: Days = Field(
        default=0,
        description="Days from the last known state to the final analysis of a trial that goes "
        "on to stage 2",
    )
    true_rate: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None, description="Success rate that the tempo of the disease is set to meet"
    )
    null_rate: Annotated[float, Field(gt=0, lt=1)] | None = Field(
        default=None, description="p0 of the design"
    )


class Marker(Model):
    """CD8-positive cells before and under treatment."""

    baseline_median_per_mm2: Positive = Field(description="Median density at baseline, per mm2")
    baseline_log_sd: Spread = Field(description="SD of its logarithm")
    log_fold_mean: float = Field(description="Mean log fold change")
    log_fold_sd: Spread = Field(description="SD of the log fold change")
    prob_paired: Probability = Field(description="Probability of a second biopsy with tumor")
    per_percent: Positive = Field(
        default=30, description="Density that is one percent of nucleated cells, per mm2"
    )


class Proteins(Model):
    """NPX of a plasma panel: protein mean, patient, visit and error."""

    sd_error: Spread = Field(description="SD of the error of a protein that is not named")
    sd_error_named: Mapping[str, Spread] = Field(default={}, description="SD by protein")
    effects: Mapping[str, Mapping[str, float]] = Field(
        default={}, description="Mean change from the reference visit, by visit and protein"
    )
    shared_error: Probability = Field(description="Correlation of errors within a sample")
    prob_missing: Probability = Field(description="Probability that a sample fails or is missing")
    prob_warned: Probability = Field(
        default=0.05, description="Probability that a sample has a quality warning"
    )


class Scenario(Model):
    """One virtual trial: what is true, who comes, what is asked."""

    id: str = Field(pattern=STUDY_NAME, description="Name, as STUDYID records it")
    title: str = Field(description="What the scenario is, in words")
    source: str | None = Field(default=None, description="Where its numbers come from")
    tempo: Positive = Field(
        default=1, description="Factor on growth, new lesions and non-target progression"
    )
    protocol: str = Field(
        default="protocol.yaml",
        description="Protocol that a virtual study follows, beside the scenario; its name, data "
        "cut, landmark and design are the scenario's",
    )
    accrual: Accrual = Field(description="Who comes when")
    truth: Truth = Field(description="How patients fare and what is seen of it")
    trial: Trial = Field(description="The trial whose operating characteristics are asked for")
    adverse_events: Mapping[str, tuple[Probability, ...]] = Field(
        default={}, description="Probability of worst grade 0, 1, 2, ... by term"
    )
    cd8: Marker | None = Field(default=None, description="CD8-positive cells")
    tls_positive: Probability = Field(
        default=0, description="Share of screened people with tertiary lymphoid structures"
    )
    npx: Proteins | None = Field(default=None, description="Plasma proteins")
    grid: Mapping[str, Mapping[str, str | float | bool]] = Field(
        default={},
        description="Variations by name: dotted key to the value it has instead. A true rate is "
        "met under the scenario's own scans and reading; a variation of these keeps the biology",
    )
