"""What a check must know of the protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# Not tumor scans and procedures: those of routine care may be older than the consent.
CONSENT_COMES_BEFORE = ("ex", "lb", "qs", "sv", "vs")


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """An agent by the name that EXTRT has, and its planned unit, such as "mg/kg"."""

    name: str
    dose_unit: str = ""


@dataclass(frozen=True, slots=True)
class VisitWindow:
    """When a visit is due.

    `day` is the study day, without a day 0, counted from the `anchor`: the VISIT whose date in SV
    is day 1, or a date of DM such as "RFSTDTC". The visit may lie `lower` (0 or less) to `upper`
    days from it.
    """

    name: str
    day: int
    lower: int = 0
    upper: int = 0
    anchor: str = "RFSTDTC"

    @property
    def offset_days(self) -> int:
        """Days from the anchor's date to the planned date."""
        return self.day - 1 if self.day > 0 else self.day


@dataclass(frozen=True, slots=True)
class ScanSchedule:
    """When tumors are assessed: every so many days from the anchor, as in `VisitWindow`.

    A schedule that allows no day earlier or later (`lower` and `upper` 0) states no window, and
    scans are not held against it.
    """

    interval_days: int
    lower: int
    upper: int
    anchor: str = "RFSTDTC"


@dataclass(frozen=True, slots=True)
class StudyFacts:
    """The protocol's facts that recorded data are held against; what is left out is not checked.

    `arms` are codes as in ARMCD. Treatment starts with the first dose of any of `start_agents`,
    of any agent when there is none. Consent, where it is required, comes before any record of the
    domains `consent_before`. `age_years` are the ages that may enroll, both inclusive.
    `interest_terms` are terms that the protocol reports by name.
    `stains` are those that the protocol names; `slide_files` the image files there are, None when
    nobody looked. `severities` maps a rule id to "block", "warn" or "off".
    """

    study_id: str = ""
    data_cut: date | None = None
    arms: tuple[str, ...] = ()
    agents: tuple[AgentFacts, ...] = ()
    start_agents: tuple[str, ...] = ()
    visits: tuple[VisitWindow, ...] = ()
    scans: ScanSchedule | None = None
    consent_required: bool = False
    consent_before: tuple[str, ...] = CONSENT_COMES_BEFORE
    age_years: tuple[float | None, float | None] = (None, None)
    ctcae_version: str | None = None
    interest_terms: tuple[str, ...] = ()
    stains: tuple[str, ...] = ()
    slide_files: tuple[str, ...] | None = None
    max_targets: int = 5
    max_targets_per_organ: int = 2
    severities: Mapping[str, str] = field(default_factory=dict)
