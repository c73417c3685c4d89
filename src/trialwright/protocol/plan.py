"""Days and doses that the schedule of an arm plans."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, takewhile

from trialwright.core.units import days_from_day_1
from trialwright.protocol.arms import Agent, Arm
from trialwright.protocol.model import Protocol

_CYCLE_DAY = re.compile(r"C(\d+)D(\d+)")
_DAY = re.compile(r"D(-?\d+)")


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """What is planned for one day: an amount, and how often it is given on that day."""

    day: int
    amount: float
    unit: str
    n_administrations: int


def find_planned_day(protocol: Protocol, arm: Arm, label: str) -> int | None:
    """Return the planned day of a visit or of a cycle day, None when nothing plans it.

    Parameters
    ----------
    protocol : Protocol
        The protocol, for its visits.
    arm : Arm
        The arm, for the length of its cycles.
    label : str
        Name of a visit, or a day such as C2D15 or D-7.

    Returns
    -------
    int or None
        Day of the schedule: C1D1 is day 1, the day before it day -1; there is no day 0.
    """
    planned = {visit.name: visit.day for visit in protocol.visits}
    if planned.get(label) is not None:
        return planned[label]
    if match := _DAY.fullmatch(label):
        return int(match[1])
    match = _CYCLE_DAY.fullmatch(label)
    if match is None or (arm.cycle_days is None and match[1] != "1"):
        return None
    return (int(match[1]) - 1) * (arm.cycle_days or 0) + int(match[2])


def list_planned_doses(
    protocol: Protocol, arm: Arm, agent: Agent, last_day: int
) -> tuple[PlannedDose, ...]:
    """List the doses of an agent that the protocol plans up to a day.

    Parameters
    ----------
    protocol : Protocol
        The protocol, for its visits.
    arm : Arm
        The arm of the agent.
    agent : Agent
        What is given.
    last_day : int
        Last day of the schedule that counts, C1D1 being day 1.

    Returns
    -------
    tuple of PlannedDose
        One for each day with a dose, in order of day; none when the start has no planned day.
    """
    start = find_planned_day(protocol, arm, agent.start)
    if start is None:
        return ()
    first, last = days_from_day_1(start), days_from_day_1(last_day)
    doses: list[PlannedDose] = []
    given = 0
    for offset in takewhile(lambda day: day <= last, _dose_offsets(agent, first)):
        left = agent.frequency.per_day if agent.at_most is None else agent.at_most - given
        n_today = min(agent.frequency.per_day, left)
        if n_today == 0:
            break
        given += n_today
        day = offset + 1 if offset >= 0 else offset
        steps = [step.dose for step in agent.steps if step.day <= day]
        dose = steps[-1] if steps else agent.dose
        doses.append(PlannedDose(day, dose.amount, dose.unit, n_today))
    return tuple(doses)


def _dose_offsets(agent: Agent, first: int) -> Iterator[int]:
    """Yield the days with a dose, without end where the schedule has none."""
    if agent.every_days is not None:
        yield from count(first, agent.every_days)
    elif agent.days_on is not None:
        for start in count(first, agent.days_on + (agent.days_off or 0)):
            yield from range(start, start + agent.days_on)
    else:
        yield first
