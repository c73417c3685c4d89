"""Rules about slides, plasma samples and specimens: whose they are, and of which lesion."""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.datasets.dates import earliest_day, latest_day
from trialwright.datasets.olink_samples import CONTROLS
from trialwright.datasets.recorded import Hits, Recorded, quoted
from trialwright.datasets.rules_registry import rule

FINEST_PIXEL_UM, COARSEST_PIXEL_UM = 0.05, 10.0
BIOPSY = "biopsy"
FLAT_PICTURE = r"\.(png|jpe?g)$"
ORPHAN_PLASMA = "PLASMA-ORPHAN"


@rule(
    "SLIDE-ORPHAN",
    "block",
    title="A slide of nobody",
    why="Its cells would be measured and belong to no patient.",
    mend="Correct USUBJID of the slide, or add the subject to DM.",
)
def find_orphan_slides(recorded: Recorded) -> Iterator[Hits]:
    """Find slides of subjects that DM does not have."""
    slides, dm = recorded.pick("slides", "USUBJID"), recorded.pick("dm", "USUBJID")
    if slides is not None and dm is not None:
        rows = slides.join(dm, on="USUBJID", how="anti", maintain_order="left")
        yield Hits("slides", rows, "USUBJID", quoted("USUBJID"), "a subject of DM", keys=("FILE",))


@rule(
    "SLIDE-LESION",
    "warn",
    title="A slide of a lesion that was never identified",
    why="Whether the biopsied lesion had been injected cannot be told.",
    mend="Write the lesion's TULNKID in LNKID.",
)
def find_slides_of_unknown_lesions(recorded: Recorded) -> Iterator[Hits]:
    """Find slides whose LNKID no lesion of the subject has."""
    slides, tu = recorded.pick("slides", "USUBJID", "LNKID"), recorded.pick("tu", "USUBJID")
    if slides is None or tu is None or not recorded.has("tu", "TULNKID"):
        return
    subjects = slides.join(tu, on="USUBJID", how="semi", maintain_order="left")
    rows = subjects.filter(col("LNKID").is_not_null()).join(
        tu,
        left_on=["USUBJID", "LNKID"],
        right_on=["USUBJID", "TULNKID"],
        how="anti",
        maintain_order="left",
    )
    yield Hits("slides", rows, "LNKID", quoted("LNKID"), "a lesion of TU", keys=("FILE",))


@rule(
    "SLIDE-VISIT",
    "warn",
    title="A slide of a visit that the subject did not have",
    why="Slides are compared between visits; this one is compared with nothing.",
    mend="Write VISIT as SV writes it, or record the visit.",
)
def find_slides_of_unknown_visits(recorded: Recorded) -> Iterator[Hits]:
    """Find slides whose VISIT is not in SV for a subject whose visits are."""
    slides = recorded.pick("slides", "USUBJID", "VISIT")
    sv = recorded.pick("sv", "USUBJID", "VISIT")
    if slides is not None and sv is not None:
        of_subjects = slides.join(sv, on="USUBJID", how="semi", maintain_order="left")
        rows = of_subjects.filter(col("VISIT").is_not_null()).join(
            sv, on=["USUBJID", "VISIT"], how="anti", maintain_order="left"
        )
        yield Hits("slides", rows, "VISIT", quoted("VISIT"), "a VISIT of SV", keys=("FILE",))


@rule(
    "SLIDE-INJECTED",
    "warn",
    title="A biopsy of a lesion that had been injected",
    why="The effect beyond the injected lesion is measured in lesions that were never injected.",
    mend="Correct LNKID, or leave the slide out of the comparison.",
)
def find_biopsies_of_injected_lesions(recorded: Recorded) -> Iterator[Hits]:
    """Find biopsies of a lesion that a dose was injected into before that visit."""
    slides = recorded.pick("slides", "USUBJID", "VISIT", "LNKID", "SPECIMEN")
    ex = recorded.pick("ex", "USUBJID", "EXLNKID", "EXSTDTC")
    sv = recorded.pick("sv", "USUBJID", "VISIT", "SVSTDTC")
    if slides is None or ex is None or sv is None:
        return
    injected = ex.group_by("USUBJID", col("EXLNKID").alias("LNKID")).agg(
        latest_day("EXSTDTC").min().alias("injected_on")
    )
    visits = sv.group_by("USUBJID", "VISIT").agg(earliest_day("SVSTDTC").min().alias("taken_on"))
    rows = (
        slides.filter(col("SPECIMEN") == BIOPSY)
        .join(injected, on=["USUBJID", "LNKID"], maintain_order="left")
        .join(visits, on=["USUBJID", "VISIT"], maintain_order="left")
        .filter(col("injected_on") < col("taken_on"))
    )
    found = pl.format("{}, injected on {}", col("LNKID"), col("injected_on").cast(pl.String))
    expected = pl.format("a lesion not injected before {}", col("taken_on").cast(pl.String))
    yield Hits("slides", rows, "LNKID", found, expected, keys=("FILE",))


@rule(
    "SLIDE-PIXEL",
    "block",
    title="A pixel size that no scanner has",
    why="Areas and densities grow with its square.",
    mend="Write the width of a pixel in um, such as 0.5.",
)
def find_impossible_pixels(recorded: Recorded) -> Iterator[Hits]:
    """Find pixels below 0.05 or above 10 um."""
    slides = recorded.pick("slides", "USUBJID", "PIXELUM")
    if slides is not None:
        is_possible = col("PIXELUM").is_between(FINEST_PIXEL_UM, COARSEST_PIXEL_UM)
        found = pl.format("{}", col("PIXELUM"))
        expected = f"{FINEST_PIXEL_UM:g} to {COARSEST_PIXEL_UM:g} um"
        yield Hits("slides", slides.filter(~is_possible), "PIXELUM", found, expected)


@rule(
    ORPHAN_PLASMA,
    "warn",
    title="A plasma sample of nobody",
    why="Its proteins are measured and belong to no patient.",
    mend="Correct the sample's USUBJID or name, or add the subject to DM.",
)
def find_orphan_plasma(recorded: Recorded) -> Iterator[Hits]:
    """Find plasma samples of subjects that DM does not have, each sample once.

    Without USUBJID the subject is what stands before the last underscore of SAMPLEID, as in
    01-009_C2D1; names without an underscore and control samples are passed over.
    """
    dm = recorded.pick("dm", "USUBJID")
    if dm is None:
        return
    if recorded.has("plasma", "USUBJID"):
        samples = recorded.pick("plasma", "USUBJID", optional=("SAMPLEID",))
        name = "USUBJID"
    else:
        samples = recorded.pick("plasma", "SAMPLEID")
        name = "SAMPLEID"
        if samples is not None:
            subject = col("SAMPLEID").str.extract(r"^(.+)_[^_]+$").alias("USUBJID")
            is_control = col("SAMPLEID").str.contains(CONTROLS)
            samples = samples.filter(~is_control).with_columns(subject)
    if samples is None:
        return
    rows = samples.filter(col("USUBJID").is_not_null()).join(
        dm, on="USUBJID", how="anti", maintain_order="left"
    )
    rows = rows.unique(["USUBJID", "SAMPLEID"], keep="first", maintain_order=True)
    rows = rows.drop("VISITNUM", strict=False)
    yield Hits("plasma", rows, name, quoted(name), "a subject of DM", keys=("SAMPLEID",))


@rule(
    "SLIDE-UNSIZED",
    "warn",
    title="A picture without the size of its pixels",
    why="PNG and JPEG do not know it, and nothing can be measured in um without it.",
    mend="Write the width of a pixel in um in PIXELUM, such as 0.5.",
)
def find_unsized_pictures(recorded: Recorded) -> Iterator[Hits]:
    """Find flat pictures whose PIXELUM is empty; slides know their own."""
    slides = recorded.pick("slides", "FILE", optional=("PIXELUM",))
    if slides is not None:
        is_flat = col("FILE").str.to_lowercase().str.contains(FLAT_PICTURE)
        rows = slides.filter(is_flat & col("PIXELUM").is_null())
        yield Hits("slides", rows, "PIXELUM", "none", "a number in um", keys=("FILE",))


@rule(
    "SLIDE-STAIN",
    "warn",
    title="A stain that the protocol does not name",
    why="The slide is measured by nothing and shown nowhere.",
    mend="Write STAIN as biomarkers.tissue of the protocol has it, or name the stain there.",
)
def find_unknown_stains(recorded: Recorded) -> Iterator[Hits]:
    """Find slides of a stain that no tissue marker and no image panel has."""
    slides, stains = recorded.pick("slides", "STAIN"), recorded.facts.stains
    if slides is not None and stains:
        rows = slides.filter(col("STAIN").is_not_null() & ~col("STAIN").is_in(list(stains)))
        yield Hits("slides", rows, "STAIN", quoted("STAIN"), ", ".join(stains), keys=("FILE",))


@rule(
    "SLIDE-FILE",
    "warn",
    title="A slide whose image is not there",
    why="Nothing is measured of it, and its patient may lose a pair.",
    mend="Put the file into the study's folder slides, or correct FILE.",
)
def find_absent_images(recorded: Recorded) -> Iterator[Hits]:
    """Find slides whose FILE is not in the folder of slides."""
    slides, files = recorded.pick("slides", "FILE"), recorded.facts.slide_files
    if slides is not None and files is not None:
        rows = slides.filter(col("FILE").is_not_null() & ~col("FILE").is_in(sorted(files)))
        yield Hits("slides", rows, "FILE", quoted("FILE"), "a file in the folder slides")


@rule(
    "SPECIMEN-ORPHAN",
    "warn",
    title="A finding on a specimen that was never taken",
    why="When and how the tissue was taken cannot be told.",
    mend="Correct BSREFID, or record the specimen in BE.",
)
def find_orphan_specimens(recorded: Recorded) -> Iterator[Hits]:
    """Find findings of BS whose specimen BE does not have."""
    bs, be = recorded.pick("bs", "USUBJID", "BSREFID"), recorded.pick("be", "USUBJID", "BEREFID")
    if bs is None or be is None:
        return
    rows = bs.filter(col("BSREFID").is_not_null()).join(
        be,
        left_on=["USUBJID", "BSREFID"],
        right_on=["USUBJID", "BEREFID"],
        how="anti",
        maintain_order="left",
    )
    yield Hits("bs", rows, "BSREFID", quoted("BSREFID"), "a specimen of BE")
