"""The words of a two-stage figure, and where they find room."""

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.figures.free_room import Box, Room
from trialwright.figures.marks import KeyItem
from trialwright.figures.measure import BASE, SMALL, line_height, text_width
from trialwright.figures.stage_path import OVER_RUN_DASHES, READING_MARKER, Look, Reading, StagePath
from trialwright.figures.style import GO, HATCH, INK, QUIET_INK, STOP, tint

GAP_POINTS, STEP_POINTS, FARTHEST_POINTS = 6.0, 3.0, 60.0
SLIDES = (0.25, 0.5, 0.75)  # of the width of words that stand over or under their point


@dataclass(frozen=True, slots=True)
class Word:
    """Words beside a place in data, kept between two heights; a key's sign stands in for it."""

    text: str
    x: float
    y: float
    low: float
    high: float
    sign: KeyItem
    size: float = SMALL
    weight: str = "normal"
    color: str = INK


def words_of(stage: StagePath) -> list[Word]:
    """List the words in order of weight: decisions, regions, over-run."""
    words = [_word_of_reading(reading) for reading in stage.readings()]
    for look in stage.looks:
        words += _words_of_regions(look)
    if stage.n_over_run:
        text, y = stage.over_run_words(), stage.counts[-1].low
        sign = KeyItem(text, QUIET_INK, dashes=OVER_RUN_DASHES)
        far = float("inf")
        words.append(Word(text, stage.n, y, -far, far, sign, color=QUIET_INK))
    return words


def place_words(room: Room, words: Sequence[Word]) -> tuple[list[tuple[Word, Box]], list[Word]]:
    """Find a place for each, the nearest that covers nothing; return also those without one."""
    placed, homeless = [], []
    for word in words:
        box = room.first_free(_places(room, word))
        if box is None:
            homeless.append(word)
        else:
            placed.append((word, box))
    return placed, homeless


def _word_of_reading(reading: Reading) -> Word:
    """Return the finding at a look, in bold."""
    far = float("inf")
    sign = KeyItem(reading.words, reading.color, INK, READING_MARKER)
    return Word(
        reading.words, reading.count.n, reading.count.low, -far, far, sign, size=BASE, weight="bold"
    )


def _words_of_regions(look: Look) -> list[Word]:
    """Name the two parts of a look's band."""
    limit, far = look.bound + 0.5, float("inf")
    few = f"{look.region_too_few}: {look.bound}{' or fewer' if look.bound else ''}"
    many = f"{look.region_enough}: {look.bound + 1} or more"
    few_sign = KeyItem(f"{few} of {look.n}", tint(STOP), STOP, hatch=HATCH)
    many_sign = KeyItem(f"{many} of {look.n}", tint(GO), GO)
    return [
        Word(many, look.n, limit + look.bound / 4 + 0.5, limit, far, many_sign, color=GO),
        Word(few, look.n, look.bound / 2, -far, limit, few_sign, color=STOP),
    ]


def _places(room: Room, word: Word) -> list[Box]:
    """List places at the right and the left of a point, from its height outwards."""
    width, height = text_width(word.text, word.size, word.weight) + 2, line_height(word.size)
    x, y = room.x_points(word.x), room.y_points(word.y)
    low = max(room.y_points(word.low) if word.low > -float("inf") else 0.0, 0.0)
    high = min(room.y_points(word.high) if word.high < float("inf") else room.height, room.height)
    places = []
    for step in range(int(FARTHEST_POINTS / STEP_POINTS)):
        for shift in (step * STEP_POINTS, -step * STEP_POINTS):
            bottom = y + shift - height / 2
            if bottom < low - 1 or bottom + height > high + 1:
                continue
            lefts = [x + GAP_POINTS, x - GAP_POINTS - width]
            if abs(shift) >= height:
                lefts += [x - share * width for share in SLIDES]
            places += [(left, bottom, left + width, bottom + height) for left in lefts]
    return places
