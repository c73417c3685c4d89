"""The rows of a swimmer figure: one patient each, parts as bars, events as markers."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from trialwright.figures.layout import require_columns

BAR_COLUMNS = ("USUBJID", "label", "part", "start_months", "end_months", "is_ongoing")
EVENT_COLUMNS = ("USUBJID", "time_months", "kind", "text")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of treatment: an agent or a phase."""

    name: str
    start: float
    end: float
    is_ongoing: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a time, and what to write about it."""

    kind: str
    time: float
    text: str


@dataclass(frozen=True, slots=True)
class Swimmer:
    """One patient: parts of treatment and events, each in order of time."""

    subject: str
    label: str
    parts: tuple[Part, ...]
    events: tuple[Event, ...]

    @property
    def end(self) -> float:
        """Where the last bar ends; 0 without one."""
        return max((part.end for part in self.parts), default=0.0)

    @property
    def duration(self) -> float:
        """Time from the start of the first bar to the end of the last."""
        return self.end - min((part.start for part in self.parts), default=0.0)

    @property
    def is_ongoing(self) -> bool:
        """Whether any part of the treatment goes on."""
        return any(part.is_ongoing for part in self.parts)


def read_swimmers(bars: pl.DataFrame, events: pl.DataFrame) -> list[Swimmer]:
    """Put bars and events of each patient together, longest treatment first."""
    require_columns(bars, "swimmer bars", BAR_COLUMNS)
    require_columns(events, "swimmer events", EVENT_COLUMNS)
    labels: dict[str, str] = {}
    parts: dict[str, list[Part]] = {}
    happened: dict[str, list[Event]] = {}
    for row in bars.filter(pl.col("start_months").is_not_null()).to_dicts():
        subject, start = row["USUBJID"], float(row["start_months"])
        labels[subject] = row["label"] or subject
        end = start if row["end_months"] is None else float(row["end_months"])
        part = Part(row["part"] or "", start, end, bool(row["is_ongoing"]))
        parts.setdefault(subject, []).append(part)
    for row in events.filter(pl.col("time_months").is_not_null()).to_dicts():
        event = Event(row["kind"], float(row["time_months"]), row["text"] or "")
        happened.setdefault(row["USUBJID"], []).append(event)
    swimmers = [
        Swimmer(
            subject,
            labels.get(subject, subject),
            tuple(sorted(parts.get(subject, []), key=lambda part: (part.start, part.end))),
            tuple(sorted(happened.get(subject, []), key=lambda event: event.time)),
        )
        for subject in {**parts, **happened}
    ]
    return sorted(swimmers, key=lambda one: (-one.duration, one.subject))


def part_names(bars: pl.DataFrame) -> list[str]:
    """List the parts in order of appearance."""
    return [name or "" for name in bars["part"].unique(maintain_order=True)]


def have_lanes(swimmers: Sequence[Swimmer]) -> bool:
    """Tell whether parts run side by side in time, as agents do and phases do not."""
    return any(
        one.end > other.start
        for swimmer in swimmers
        for i, other in enumerate(swimmer.parts)
        for one in swimmer.parts[:i]
        if one.name != other.name
    )
