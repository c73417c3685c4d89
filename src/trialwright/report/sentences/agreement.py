"""Sentences on the agreement of readers; every number is a cell."""

from trialwright.analyze.agreement.result import AgreementResult
from trialwright.core.table import Text
from trialwright.report.sentences.words import plural

MOST_NAMED = 10  # patients in a sentence; the table below it has all


def tell_agreement(result: AgreementResult) -> list[Text]:
    """Say in how many the readers differ, how far beyond chance they agree, and who is at stake."""
    told: list[Text] = [
        (
            "The two radiologists differed on best response in ",
            result.count_cell("bor_n"),
            " and on the date of progression in ",
            result.count_cell("pd_date_n"),
            " of ",
            result.count_cell("n"),
            f" {plural(result.count('n'), 'patient', 'patients')}; ",
            result.count_cell("adjudicated_n"),
            " (",
            result.print_rate("adjudicated"),
            ") needed adjudication. ",
            "Cohen's kappa of best response was ",
            result.print_kappa("kappa_bor"),
            f" ({100 * result.level:g}% CI ",
            result.print_kappa_limits("kappa_bor"),
            ").",
        )
    ]
    if result.has_local:
        told.append(_tell_unconfirmed(result))
    return told


def _tell_unconfirmed(result: AgreementResult) -> Text:
    """Name who stopped treatment on a local progression that the central read does not confirm."""
    what = "stopped treatment on a progression that the central read does not confirm"
    n = result.count("unconfirmed")
    if not n:
        return (f"No patient {what}.",)
    named = result.unconfirmed["USUBJID"].to_list()[:MOST_NAMED]
    more = " and others" if n > len(named) else ""
    counted = result.count_cell("unconfirmed")
    return (counted, f" {plural(n, 'patient', 'patients')} {what}: {', '.join(named)}{more}.")
