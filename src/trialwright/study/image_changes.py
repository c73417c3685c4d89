"""Image files that changed since a run, and the numbers that stand on them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from polars import col

from trialwright.report.sentences.words import plural
from trialwright.study.directory import SLIDES_FOLDER
from trialwright.study.evidence import Loader
from trialwright.study.lineage import trace_to_sources
from trialwright.study.links import find_links
from trialwright.study.session import Study
from trialwright.study.slides import list_measured

CHANGED, ADDED, REMOVED = "changed", "added", "removed"
MOST_NAMED = 6  # results that one line names


@dataclass(frozen=True, slots=True)
class ImageChange:
    """An image file that is another one, new, or gone.

    `is_measured` tells slides that are measured from images that are only shown. `numbers` stand
    on the file, as "result.statistic".
    """

    file: str
    kind: str
    is_measured: bool
    numbers: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the change under the keys that scripts rely on."""
        return {
            "file": self.file, "kind": self.kind, "is_measured": self.is_measured,
            "numbers": list(self.numbers),
        }  # fmt: skip

    @property
    def sentence(self) -> str:
        """The change in words."""
        results = list(dict.fromkeys(name.partition(".")[0] for name in self.numbers))
        if not self.is_measured:
            use = "it is shown, no number stands on it"
        elif not results:
            use = "no number stood on it"
        else:
            more = len(results) - MOST_NAMED
            named = ", ".join(results[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
            stand = plural(len(self.numbers), "number stands", "numbers stand")
            use = f"{len(self.numbers)} {stand} on it, of {named}"
        return f"{self.file}: {self.kind}; {use}"


def find_image_changes(
    study: Study, before: Mapping[str, str], after: Mapping[str, str]
) -> list[ImageChange]:
    """Compare the images of two snapshots.

    Parameters
    ----------
    study : Study
        Of the later snapshot: its results say which numbers stand on which slide.
    before, after : mapping
        Place of each image in the study's folder to its hash.

    Returns
    -------
    list of ImageChange
        By the place of the file.
    """
    names = sorted(n for n in {*before, *after} if before.get(n) != after.get(n))
    measured = list_measured(study.protocol, load_slides(study))
    numbers = find_numbers(study, names)
    return [
        ImageChange(
            name,
            REMOVED if name not in after else CHANGED if name in before else ADDED,
            is_measured=name in measured,
            numbers=numbers.get(name, ()),
        )
        for name in names
    ]


def find_numbers(study: Study, images: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the numbers that stand on slides, by the place of the slide."""
    slides = load_slides(study)
    wanted = {*images}
    if slides is None or not wanted:
        return {}
    places = slides.select(
        col("source_row").cast(pl.Int64), pl.format(f"{SLIDES_FOLDER}/{{}}", "FILE").alias("image")
    ).filter(col("image").is_in(wanted))
    links, load = find_links(study.protocol), Loader(study.store).load
    found: dict[str, list[str]] = {}
    for result_id, result in study.load_results().items():
        traced = trace_to_sources(result.basis, links, load).filter(col("domain") == "slides")
        rows = traced.join(places, on="source_row").select("image", "stat_id").unique()
        for image, stat in rows.sort("image", "stat_id").iter_rows():
            found.setdefault(image, []).append(f"{result_id}.{stat}")
    return {image: tuple(names) for image, names in found.items()}


def say_unmeasured(unmeasured: Mapping[str, Sequence[str]]) -> list[str]:
    """Say which slides a run would measure, and what is not known before it."""
    if not unmeasured:
        return []
    n_numbers = len({name for names in unmeasured.values() for name in names})
    slides = f"{len(unmeasured)} {plural(len(unmeasured), 'slide', 'slides')}"
    stand = plural(n_numbers, "number that stands", "numbers that stand")
    return [
        f"{slides} would be measured anew, or left out where gone: what becomes of the {n_numbers} "
        f"{stand} on them is known after `trialwright run`."
    ]


def load_slides(study: Study) -> pl.DataFrame | None:
    """Return the slide manifest as it was read last; None where there is none."""
    store = study.store
    slides: pl.DataFrame | None = store.load("slides") if store.is_done("slides") else None
    return slides if slides is not None and "FILE" in slides.columns else None
