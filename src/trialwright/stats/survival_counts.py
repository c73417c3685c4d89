"""Numbers at risk and events at every distinct time: what survival methods start from."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialwright.core.arrays import BoolArray, FloatArray, IntArray
from trialwright.core.errors import EstimateError

# Times this close are one time: 6 months computed in two ways must not become two steps.
TIME_TOLERANCE = float(np.finfo(np.float64).eps ** 0.5)

# Rows handled at once: the working arrays stay in the cache of the processor.
CHUNK_ROWS = 65_536


def chunks(size: int) -> Iterator[slice]:
    """Cut `size` rows into slices that stay in the cache of the processor."""
    for start in range(0, size, CHUNK_ROWS):
        yield slice(start, min(start + CHUNK_ROWS, size))


@dataclass(frozen=True, slots=True, eq=False)
class EventCounts:
    """Distinct times, ascending, with the number at risk just before and the events at each."""

    times: FloatArray
    n_risk: IntArray
    n_event: IntArray

    @property
    def n_censored(self) -> IntArray:
        """Censored at each time, after the events of that time."""
        return count_leaving(self.n_risk, self.n_event)


def count_leaving(n_risk: IntArray, n_event: IntArray) -> IntArray:
    """Count who leaves at each time without the event, from the counts at distinct times."""
    remaining: IntArray = np.append(n_risk[1:], 0)
    return n_risk - remaining - n_event


def check_times(time: ArrayLike, event: ArrayLike) -> tuple[NDArray[np.generic], BoolArray]:
    """Refuse times and events from which no survival estimate can be made.

    Parameters
    ----------
    time : array-like of shape (n_subjects,)
        Time to the event or to censoring, not negative, in any unit.
    event : array-like of shape (n_subjects,)
        True or 1 where the event happened, False or 0 where the time is censored.

    Returns
    -------
    tuple
        The times as integers or floats as they came, and the events as booleans.

    Raises
    ------
    EstimateError
        If arrays are empty, differ in length, or hold a value that is neither.
    """
    times, events = np.asarray(time), np.asarray(event)
    if times.ndim != 1 or times.shape != events.shape:
        raise EstimateError(
            f"time has shape {times.shape} and event {events.shape}, expected one of each per "
            "subject. Give two arrays of the same length."
        )
    if times.size == 0:
        raise EstimateError(
            "No subject is left to estimate survival from, expected at least one. "
            "Check the population."
        )
    return check_numbers(times), check_events(events)


def check_events(events: NDArray[np.generic]) -> BoolArray:
    """Return events as booleans; refuse anything but True, False, 1 and 0."""
    if events.dtype == np.bool_:
        return events.astype(np.bool_, copy=False)
    if not np.isin(events, (0, 1)).all():
        raise EstimateError(
            "event holds a value other than 0 and 1, expected True or 1 where the event happened. "
            "Censoring is False or 0; a missing event has no estimate."
        )
    return events.astype(np.bool_)


def check_numbers(times: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return times as they came when they are finite and not negative."""
    if times.dtype.kind not in "iuf":
        try:
            times = times.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise EstimateError(
                f"time holds something that is not a number ({error}), expected days or months. "
                "Give an array of numbers."
            ) from error
    lowest, highest = times.min(), times.max()
    if np.isnan(lowest) or np.isinf(highest):
        raise EstimateError(
            "A time is missing or infinite, expected a number for every subject. "
            "Leave out subjects without a time, and say how many."
        )
    if lowest < 0:
        raise EstimateError(
            f"A time is {lowest:g}, expected 0 or more. The end lies before the start: "
            "check both dates of that subject."
        )
    return times


def tie_tolerance(mean_time: float) -> float:
    """Give the distance up to which times are one time, absolute and relative to their mean."""
    return TIME_TOLERANCE * max(1.0, mean_time)


def count_events(time: ArrayLike, event: ArrayLike) -> EventCounts:
    """Count who is at risk and who has the event at every distinct time.

    Parameters
    ----------
    time : array-like of shape (n_subjects,)
        Time to the event or to censoring, not negative; whole numbers are counted fastest.
    event : array-like of shape (n_subjects,)
        True or 1 where the event happened, False or 0 where the time is censored.

    Returns
    -------
    EventCounts
        One element per distinct time, ascending; times within 1.5e-8 (absolute, or relative to
        the mean time) of their predecessor are merged into the earliest, as R's `timefix` does.

    Raises
    ------
    EstimateError
        If there is no subject, or a time is missing, infinite or negative.
    """
    times, events = check_times(time, event)
    days = _whole_numbers(times)
    if days is not None:
        return _count_by_day(days, events)
    return _count_sorted(times, events)


def _whole_numbers(times: NDArray[np.generic]) -> IntArray | None:
    """Return times as integers when they are whole and few enough to be counted by value."""
    if times.max() > 4 * times.size:
        return None
    if times.dtype.kind == "f" and not np.array_equal(times[:64], np.floor(times[:64])):
        return None
    days = times.astype(np.int64)
    return days if times.dtype.kind != "f" or np.array_equal(days, times) else None


def _count_by_day(days: IntArray, events: BoolArray) -> EventCounts:
    tallies = np.bincount(2 * days + events, minlength=2 * (int(days.max()) + 1)).reshape(-1, 2)
    n_at = tallies.sum(axis=1)
    present = np.flatnonzero(n_at)
    n_risk = days.size - np.concatenate(([0], np.cumsum(n_at[present])[:-1]))
    return EventCounts(present.astype(np.float64), n_risk, tallies[present, 1])


def _count_sorted(times: NDArray[np.generic], events: BoolArray) -> EventCounts:
    """Count by one sort of a key that carries the event in its lowest bit.

    The bits of a float that is not negative order as the float does, and its sign bit is free:
    one shift to the left makes room for the event without losing anything.
    """
    values = np.ascontiguousarray(times, dtype=np.float64)
    tolerance = tie_tolerance(float(values.mean()))
    keys = values.view(np.uint64) << np.uint64(1)
    keys |= ~events
    keys.sort()
    return _count_keys(keys, tolerance)


def _count_keys(keys: NDArray[np.uint64], tolerance: float) -> EventCounts:
    """Merge near-equal times of sorted keys; the times are written over the keys as they go."""
    n, one = keys.size, np.uint64(1)
    times = keys.view(np.float64)
    n_risk, n_before = np.empty((2, n + 1), dtype=np.int64)
    # One element ahead of each chunk: the latest time, and the number censored, before it.
    values, censored = np.empty(CHUNK_ROWS + 1), np.zeros(CHUNK_ROWS + 1, dtype=np.int64)
    values[0], found = -np.inf, 0
    for part in chunks(n):
        size = part.stop - part.start
        np.right_shift(keys[part], one, out=values[1 : size + 1].view(np.uint64))
        np.bitwise_and(keys[part], one, out=censored[1 : size + 1].view(np.uint64))
        np.cumsum(censored[: size + 1], out=censored[: size + 1])
        firsts = np.flatnonzero(values[1 : size + 1] - values[:size] > tolerance)
        stop = found + firsts.size
        values[1:].take(firsts, out=times[found:stop], mode="clip")
        censored.take(firsts, out=n_before[found:stop], mode="clip")
        np.subtract(n - part.start, firsts, out=n_risk[found:stop])
        found, values[0], censored[0] = stop, values[size], censored[size]
    n_risk[found], n_before[found] = 0, censored[0]
    for part in chunks(found):  # from here on n_before holds the events of each time
        later = slice(part.start + 1, part.stop + 1)
        n_before[part] += n_risk[part] - n_risk[later] - n_before[later]
    counts = EventCounts(times[:found], n_risk[:found], n_before[:found])
    if found < n // 2:  # do not keep long arrays alive behind short views
        return EventCounts(counts.times.copy(), counts.n_risk.copy(), counts.n_event.copy())
    return counts


def index_times(time: ArrayLike) -> tuple[FloatArray, IntArray]:
    """Find the distinct times and, for every subject, which of them is theirs.

    Parameters
    ----------
    time : array-like of shape (n_subjects,)
        Checked times, as `check_times` returns them.

    Returns
    -------
    tuple
        Distinct times, ascending, near-equal ones merged; and an index into them per subject.
    """
    values = np.asarray(time, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    is_first = np.diff(ordered, prepend=-np.inf) > tie_tolerance(float(values.mean()))
    index = np.empty(values.size, dtype=np.int64)
    index[order] = np.cumsum(is_first) - 1
    return ordered[is_first], index
