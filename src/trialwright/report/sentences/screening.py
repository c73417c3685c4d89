"""Sentences on screening and eligibility; every number is a cell."""

from trialwright.analyze.screening import ScreeningResult, list_unmet
from trialwright.core.table import Cell, Text, cell
from trialwright.report.sentences.words import plural, within

MOST_NAMED = 4


def tell_screening(result: ScreeningResult) -> Text:
    """Say how many were screened, what they did not meet, and whom the trial enrolled all the same.

    A criterion that nobody can judge from the recorded data is counted, not named.
    """
    n = result.count("screened.n")
    parts: list[str | Cell] = ["Of ", result.count_cell("screened.n")]
    parts += [f" screened {plural(n, 'patient', 'patients')}, "]
    unmet = list_unmet(result)
    for place, (words, stat) in enumerate(unmet[:MOST_NAMED]):
        parts += [", " if place else "these did not meet: ", f"{within(words)} ("]
        parts += [result.count_cell(stat), ")"]
    if not unmet:
        parts.append("all met what is recorded")
    more = len(unmet) - MOST_NAMED
    parts.append(
        f", and {more} further {plural(more, 'criterion', 'criteria')}. " if more > 0 else ". "
    )
    patients = result.ineligible["USUBJID"].n_unique()
    if patients:
        names = ", ".join(result.ineligible["USUBJID"].unique(maintain_order=True))
        return (*parts, f"Enrolled although a criterion was not met: {names}.")
    return (*parts, "Nobody enrolled is known not to have met a criterion.")


def tell_lymphoid(result: ScreeningResult) -> Text:
    """Say in how many of the screened tertiary lymphoid structures were found."""
    present = [f"screened.tls.{key}" for key in ("present_not_mature", "present_mature")]
    n = sum(result.count(key) for key in present)
    return (
        "Tertiary lymphoid structures were present in ",
        cell(str(n), *(result.ref(key) for key in present)),
        " of ",
        result.count_cell("screened.n"),
        " screened and in ",
        cell(
            str(sum(result.count(key.replace("screened", "enrolled")) for key in present)),
            *(result.ref(key.replace("screened", "enrolled")) for key in present),
        ),
        " of ",
        result.count_cell("enrolled.n"),
        " enrolled patients.",
    )
