"""Eligibility: named rules with parameters."""

from enum import Enum
from typing import Annotated, Literal

from pydantic import Field

from trialwright.protocol.endpoints import Model
from trialwright.protocol.words import Names


class Extent(Enum):
    """How far a tumor has spread."""

    METASTATIC = "metastatic"
    LOCALLY_ADVANCED = "locally advanced"


class TlsStatus(Enum):
    """Tertiary lymphoid structures in the screening specimen."""

    NONE = "none"
    TLS = "tls"
    MATURE = "mature"


class Answer(Enum):
    """What a rule answers."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Treatment(Enum):
    """A treatment from which a patient must have been free for some time."""

    CHEMOTHERAPY = "chemotherapy"
    IMMUNOTHERAPY = "immunotherapy"
    RADIOTHERAPY = "radiotherapy"
    OTHER_ANTITUMOR = "other antitumor"


class OrganSystem(Enum):
    """A system whose function must be adequate."""

    HEMATOLOGIC = "hematologic"
    RENAL = "renal"
    METABOLIC = "metabolic"
    HEPATIC = "hepatic"
    CARDIAC = "cardiac"


class Criterion(Model):
    """What every eligibility rule has."""

    rule: str = Field(description="Name of the rule")
    ietestcd: str | None = Field(
        default=None, description="IETESTCD under which IE records that it is not met"
    )
    label: str | None = Field(default=None, description="The criterion in the protocol's words")


class HistologyConfirmed(Criterion):
    """The diagnosis is confirmed by histology."""

    rule: Literal["histology_confirmed"] = Field(description="Name of the rule")
    of: str = Field(description="Disease; a diagnosis with its last word belongs to it")
    terms: Names = Field(default=(), description="Further diagnoses that belong to it")


class DiseaseExtent(Criterion):
    """The disease has one of the extents."""

    rule: Literal["disease_extent"] = Field(description="Name of the rule")
    any_of: tuple[Extent, ...] = Field(min_length=1, description="Extents that are allowed")


class AgeAtLeast(Criterion):
    """The patient has the age."""

    rule: Literal["age_at_least"] = Field(description="Name of the rule")
    years: int = Field(ge=0, description="Least age in years")


class ProgressionWithin(Criterion):
    """Progression is documented within some months before entry."""

    rule: Literal["progression_within"] = Field(description="Name of the rule")
    months: int = Field(gt=0, description="Most months before entry")


class EcogAtMost(Criterion):
    """The ECOG performance status is at most a value."""

    rule: Literal["ecog_at_most"] = Field(description="Name of the rule")
    value: int = Field(ge=0, le=5, description="Largest ECOG performance status")


class LifeExpectancyOver(Criterion):
    """The patient is expected to live longer than some months."""

    rule: Literal["life_expectancy_over"] = Field(description="Name of the rule")
    months: int = Field(gt=0, description="Months")


class MeasurableLesion(Criterion):
    """There is a measurable lesion."""

    rule: Literal["measurable_lesion"] = Field(description="Name of the rule")
    outside_irradiated_field: bool = Field(
        default=False, description="It must lie outside any field irradiated before"
    )


class TlsStatusRule(Criterion):
    """The tumor has not one of the states of tertiary lymphoid structures."""

    rule: Literal["tls_status"] = Field(description="Name of the rule")
    exclude: tuple[TlsStatus, ...] = Field(min_length=1, description="States that exclude")
    not_assessable: Answer = Field(
        default=Answer.UNKNOWN, description="Answer when the specimen cannot be assessed"
    )


class InjectableLesion(Criterion):
    """There is a lesion, or an aggregate, large enough to be injected."""

    rule: Literal["injectable_lesion"] = Field(description="Name of the rule")
    diameter_mm: float = Field(gt=0, description="Least diameter of one lesion in mm")
    or_aggregate_mm: float | None = Field(
        default=None, gt=0, description="Least diameter of an aggregate of lesions in mm"
    )


class Washout(Criterion):
    """Some weeks have passed since earlier treatments."""

    rule: Literal["washout"] = Field(description="Name of the rule")
    weeks: float = Field(gt=0, description="Least weeks since the last of them")
    of: tuple[Treatment, ...] = Field(min_length=1, description="Treatments")


class OrganLimit(Model):
    """The limit of one laboratory test."""

    test: str = Field(description="LBTESTCD of the test, such as PLAT")
    at_least: float | None = Field(default=None, description="Smallest value that is adequate")
    at_most: float | None = Field(default=None, description="Largest value that is adequate")
    at_most_times_upper: float | None = Field(
        default=None, gt=0, description="The same, in multiples of the upper limit of normal"
    )
    unit: str | None = Field(default=None, description="Unit in which LB must record the value")


class OrganFunction(Criterion):
    """Organ functions are adequate."""

    rule: Literal["organ_function"] = Field(description="Name of the rule")
    systems: tuple[OrganSystem, ...] = Field(min_length=1, description="Systems")
    limits: tuple[OrganLimit, ...] = Field(
        default=(), description="Limits of laboratory tests; unknown when left out"
    )


class PregnancyTestNegative(Criterion):
    """A pregnancy test is negative."""

    rule: Literal["pregnancy_test_negative"] = Field(description="Name of the rule")
    of: str = Field(description="In whom it is required")
    childbearing_until_years: int | None = Field(
        default=None, gt=0, description="Age from which a woman needs no test"
    )


class ContraceptionAgreed(Criterion):
    """The patient agrees to use contraception."""

    rule: Literal["contraception_agreed"] = Field(description="Name of the rule")
    until_months_after_treatment: int = Field(ge=0, description="Months after the last dose")


class NoConcomitant(Criterion):
    """The patient takes none of the listed medications."""

    rule: Literal["no_concomitant"] = Field(description="Name of the rule")
    medications: str | None = Field(
        default=None, description="CSV file beside the protocol; its column CMDECOD lists them"
    )
    names: Names = Field(default=(), description="Medications, where there is no file")


class InformedConsent(Criterion):
    """Consent was given in writing before anything else."""

    rule: Literal["informed_consent"] = Field(description="Name of the rule")
    before: Literal["any study procedure", "treatment"] = Field(
        default="any study procedure", description="What consent must precede"
    )


class OtherCriterion(Criterion):
    """A criterion that no other rule covers; IE alone answers it."""

    rule: Literal["other"] = Field(description="Name of the rule")
    text: str = Field(description="The criterion in words")


EligibilityRule = Annotated[
    HistologyConfirmed
    | DiseaseExtent
    | AgeAtLeast
    | ProgressionWithin
    | EcogAtMost
    | LifeExpectancyOver
    | MeasurableLesion
    | TlsStatusRule
    | InjectableLesion
    | Washout
    | OrganFunction
    | PregnancyTestNegative
    | ContraceptionAgreed
    | NoConcomitant
    | InformedConsent
    | OtherCriterion,
    Field(discriminator="rule"),
]
"""An eligibility rule; `rule` says which, and each has its own parameters."""
