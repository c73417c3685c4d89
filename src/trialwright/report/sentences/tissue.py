"""Sentences on tissue, in the manner of a paper's Results; every number is a cell."""

from collections.abc import Sequence

from trialwright.analyze.tissue.change_result import RECORDED, MarkerChange
from trialwright.analyze.tissue.outcome import MarkerOutcome
from trialwright.analyze.tissue.quality import SlideQuality
from trialwright.analyze.tissue.specimens import SpecimenFlow
from trialwright.analyze.tissue.status import StatusResult
from trialwright.core.table import Text
from trialwright.derive.tissue_parameters import FAIR, GOOD
from trialwright.report.sentences.words import plural

MOST_NAMED = 8


def tell_change(result: MarkerChange) -> list[Text]:
    """Say in how many a marker rose, by how much on average, and what the test says."""
    n = result.count("n")
    if not n:
        return [(f"No patient has {result.stain} measured at both visits.",)]
    told: list[Text] = [
        (
            f"{result.stain} was measured in ",
            result.count_cell("n"),
            f" paired {plural(n, 'specimen', 'specimens')} of ",
            result.count_cell("n_members"),
            " patients; in ",
            result.count_cell("n_increased"),
            " it increased and in ",
            result.count_cell("n_decreased"),
            f" it decreased from {result.visits[0]} to {result.visits[1]}. "
            "The mean fold change was ",
            result.number_cell("mean_fold"),
            " (range ",
            result.print_fold_range(),
            "; ",
            result.print_p_value(),
            ", " + _lower_first(str(result.method.settings["test"])) + ").",
        )
    ]
    if result.has_recorded:
        told.append(
            (
                "Of the values that the laboratory recorded the mean fold change was ",
                result.number_cell(f"{RECORDED}.mean_fold"),
                " (range ",
                result.print_fold_range(f"{RECORDED}."),
                "; ",
                result.print_p_value(f"{RECORDED}."),
                ").",
            )
        )
    return told


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def tell_status(result: StatusResult) -> list[Text]:
    """Say what was decided, and how often the machine had proposed it."""
    told: list[Text] = [
        (
            "Of ",
            result.count_cell("n"),
            f" screened patients the {result.decider} found no tertiary lymphoid structure in ",
            result.count_cell("decided.none"),
            ", immature ones in ",
            result.count_cell("decided.tls"),
            " and mature ones in ",
            result.count_cell("decided.mature"),
            ".",
        )
    ]
    if result.count("both"):
        told.append(
            (
                "The machine proposed the same status in ",
                result.print_agreement(),
                " that both assessed. A proposal decides nothing.",
            )
        )
    return told


def tell_specimens(result: SpecimenFlow) -> list[Text]:
    """Say of how many patients there is a complete pair."""
    first, last = result.data["stat_id"][0], result.data["stat_id"][-1]
    return [
        (
            f"{result.method.settings['stain']} could be compared in ",
            result.count_cell(last),
            " of ",
            result.count_cell(first),
            " patients.",
        )
    ]


def tell_outcome(result: MarkerOutcome) -> list[Text]:
    """Say how the change differs by best response, and what it goes with later."""
    if not result.cases.height:
        return [(f"No patient has a change of {result.stain} and a time to progression.",)]
    told: list[Text] = []
    if result.value("response.p") is not None:
        told.append(
            (
                f"The median fold change of {result.stain} was ",
                result.number_cell("pd.median_fold"),
                " with progressive disease as best response (n = ",
                result.count_cell("pd.n"),
                ") and ",
                result.number_cell("other.median_fold"),
                " otherwise (n = ",
                result.count_cell("other.n"),
                "; ",
                result.print_p("response.p"),
                ").",
            )
        )
    if result.value("change.hr") is not None:
        told.append(
            (
                f"From {result.visits[1]} on, the hazard of progression or death per doubling of "
                "the fold change was ",
                result.number_cell("change.hr", 2),
                " times (95% CI ",
                result.print_limits("change"),
                "; ",
                result.print_p("change.p"),
                "). This is exploratory.",
            )
        )
    return told


def _name_some(files: Sequence[str]) -> str:
    """Name the first files, and say how many more there are; the table has all."""
    others = len(files) - MOST_NAMED
    if others <= 0:
        return ", ".join(files)
    return f"{', '.join(files[:MOST_NAMED])} and {others} others"


def tell_slides(result: SlideQuality) -> list[Text]:
    """Name the slides that failed or should not be trusted."""
    failed = result.slides.filter(result.slides["failed"])["file"].to_list()
    measured = result.slides.filter(~result.slides["failed"])
    is_fair = measured["quality"].str.starts_with(FAIR)
    wary = measured.filter(~is_fair & (measured["quality"] != GOOD))["file"].to_list()
    n_fair = int(is_fair.sum())
    n = result.slides.height
    text = f"{n} {plural(n, 'slide was', 'slides were')} to be measured."
    text += f" Without a measurement: {_name_some(failed)}." if failed else ""
    text += f" To be looked at: {_name_some(wary)}." if wary else ""
    text += f" Of fair quality: {n_fair}; the table says why." if n_fair else ""
    return [(text,)]
