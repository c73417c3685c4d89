"""Whether two radiologists agree, and the investigator with their central read."""

from collections.abc import Mapping, Sequence

import polars as pl
from polars import col

from trialwright.analyze.agreement.counts import (
    CENTRAL,
    FIRST,
    LEVEL,
    LOCAL,
    SECOND,
    Reads,
    add_kappa,
    add_rate,
)
from trialwright.analyze.agreement.result import COUNTS, MEASURES, RATES, AgreementResult
from trialwright.core.errors import NotRecordedError
from trialwright.core.ledger import Group, Ledger, Stat, add_arm, make_groups
from trialwright.core.result import Method
from trialwright.derive.central_review import (
    classify_progressions,
    compare_progressions,
    compare_reads,
    derive_adjudication,
    list_unconfirmed_progressions,
    reader_disagreement_index,
)
from trialwright.derive.reads import PARQUALS, is_marked
from trialwright.protocol.schedule import CentralReview

FLAGS = {
    "bor": ("is_bor_discordant", ("BOR",)),
    "pd": ("is_pd_discordant", ("PD", "OVR")),
    "pd_date": ("is_pd_date_discordant", ("PD", "OVR")),
    "response_date": ("is_response_date_discordant", ("RSP", "OVR")),
    "adjudicated": ("needs_adjudication", ("BOR", "PD")),
}
"""Which column of `compare_reads` and which parameters stand behind each measure.

That no progression or response came is shown by the assessments themselves."""

EARLY, LATE = ("local_only", "both_local_earlier"), ("central_only", "both_local_later")
DISCREPANCIES = {
    "edr": (EARLY, ("both_same", "both_local_later", *EARLY)),
    "ldr": (LATE, (*EARLY, *LATE)),
}
"""Which classes of progression EDR and LDR count, and of which."""

NEEDS = "the readings of RADIOLOGIST 1 and RADIOLOGIST 2 told apart by TREVALID or RSEVALID"
REFERENCE = (
    "Amit O, et al. Eur J Cancer 2011;47:1772-1778. Cohen J. Educ Psychol Meas 1960;20:37-46. "
    "Dodd LE, et al. J Clin Oncol 2008;26:3791-3796."
)


def analyze_agreement(
    adrs: pl.DataFrame,
    adsl: pl.DataFrame,
    recorded: Mapping[str, pl.DataFrame],
    trial: tuple[Sequence[tuple[str, str]], tuple[str, str]],
    review: CentralReview,
) -> AgreementResult:
    """Compare two radiologists with each other, and the investigator with the central read.

    Parameters
    ----------
    adrs, adsl : DataFrame
        Analysis datasets; ADRS with the rows of both radiologists, and where they are there of the
        investigator and of the central read.
    recorded : mapping
        TR or RS as recorded, under "tr" and "rs", for the accepted reader.
    trial : tuple
        The protocol's arms as (ARMCD, name), and the population's flag with its name in print.
    review : CentralReview
        Whether an adjudicator chooses between the readers, and the main reading.

    Returns
    -------
    AgreementResult
        Patients in whom the radiologists differ, by measure, with exact limits; kappa; how often
        the adjudicator chose the other reader; per arm the progressions of investigator and
        central read with EDR and LDR; who differs, and who stopped on an unconfirmed progression.

    Raises
    ------
    NotRecordedError
        If ADRS lacks an assessment of either radiologist.

    References
    ----------
    Amit O, et al. Eur J Cancer 2011;47:1772-1778. Dodd LE, et al. J Clin Oncol 2008;26:3791-3796.
    """
    arms, (flag, population) = trial
    members = adsl.filter(col(flag) == "Y")
    main = review.analysis_read
    reads = Reads(adrs.join(members, on="USUBJID", how="semi"), CENTRAL if main is LOCAL else main)
    if not (reads.has(FIRST) and reads.has(SECOND)):
        raise NotRecordedError(NEEDS)
    ledger = Ledger()
    pairs = compare_reads(reads.of(FIRST), reads.of(SECOND))
    ledger.add(
        Stat("n", pairs.height, "N", "Patients compared"),
        "ADRS", reads.rows(pairs, ("OVR",), (FIRST, SECOND)),
    )  # fmt: skip
    _add_discordance(ledger, reads, pairs)
    cases = _add_choices(ledger, reads, pairs, recorded, review)
    has_local = reads.has(LOCAL) and reads.has(reads.central)
    unconfirmed = _add_local(ledger, reads, members, arms) if has_local else _nobody()
    return AgreementResult(
        id="agreement",
        title="Agreement of the readers",
        method=Method("Two readers side by side", _settings(review, population), REFERENCE),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        readers=[PARQUALS[read].capitalize() for read in (FIRST, SECOND)],
        population=population,
        level=LEVEL,
        has_choice=review.adjudicator,
        has_local=has_local,
        cases=cases,
        unconfirmed=unconfirmed,
    )


def _settings(review: CentralReview, population: str) -> dict[str, str]:
    chooses = "chosen by an adjudicator" if review.adjudicator else "no adjudicator"
    return {
        "population": population,
        "adjudication": f"needed where best response or date of progression differs; {chooses}",
        "kappa": "unweighted",
    }


def _add_discordance(ledger: Ledger, reads: Reads, pairs: pl.DataFrame) -> None:
    """Add how often the two radiologists differ, and their kappa."""
    both = (FIRST, SECOND)
    for key, (flag, paramcds) in FLAGS.items():
        chosen = pairs.filter(flag)
        rows = (reads.rows(chosen, paramcds, both), reads.rows(pairs, paramcds, both))
        add_rate(ledger, (key, MEASURES[key]), (chosen.height, pairs.height), rows)
    add_kappa(ledger, reads, "kappa_bor", "BOR", both)
    add_kappa(ledger, reads, "kappa_pd", "PD", both)


def _add_choices(
    ledger: Ledger,
    reads: Reads,
    pairs: pl.DataFrame,
    recorded: Mapping[str, pl.DataFrame],
    review: CentralReview,
) -> pl.DataFrame:
    """Add how often the adjudicator chose the other reader; return the cases with reasons."""
    time_points = [_time_points(reads.of(read)) for read in (FIRST, SECOND)]
    found = derive_adjudication(pairs, _accepted_records(recorded), time_points)
    if review.adjudicator:
        needed = found.filter("needs_adjudication")
        for number, read in enumerate((FIRST, SECOND), 1):
            other = needed.filter(col("chosen") != PARQUALS[read])
            rate = reader_disagreement_index(found, PARQUALS[read]) or 0.0
            n = round(rate * found.height)
            behind = [reads.rows(who, ("BOR", "PD"), (FIRST, SECOND)) for who in (other, found)]
            words = (f"rdi_{number}", f"The other reader than {PARQUALS[read]} was chosen")
            add_rate(ledger, words, (n, found.height), (behind[0], behind[1]))
    return (
        pairs.filter("needs_adjudication")
        .select("USUBJID", "bor_first", "bor_second", "pd_date_first", "pd_date_second")
        .join(found.select("USUBJID", "chosen", "reason"), on="USUBJID", how="left")
        .sort("USUBJID")
    )


def _accepted_records(recorded: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the records that say which reading was accepted; none where nothing says so."""
    for domain in ("TR", "RS"):
        if is_marked(recorded, domain, CENTRAL) and is_marked(recorded, domain, FIRST):
            return recorded[domain.lower()]
    columns = ("USUBJID", "TREVAL", "TREVALID", "TRACPTFL")
    return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))


def _time_points(adrs: pl.DataFrame) -> pl.DataFrame:
    """Return one row per assessment with its overall response and the parts of it."""
    parts = {"OVRLRESP": "OVR"} | {name: name for name in ("TRGRESP", "NTRGRESP", "NEWLPROG")}
    return adrs.group_by("USUBJID", "VISITNUM").agg(
        col("ADT").filter(col("PARAMCD") == "OVR").first(),
        *(
            col("AVALC").filter(col("PARAMCD") == paramcd).first().alias(name)
            for name, paramcd in parts.items()
        ),
    ).filter(col("OVRLRESP").is_not_null())  # fmt: skip


def _add_local(
    ledger: Ledger, reads: Reads, members: pl.DataFrame, arms: Sequence[tuple[str, str]]
) -> pl.DataFrame:
    """Add the progressions of investigator and central read; return who is not confirmed."""
    both = (LOCAL, reads.central)
    pairs = compare_reads(reads.of(LOCAL), reads.of(reads.central))
    pairs = add_arm(classify_progressions(pairs), members)
    for group in make_groups(arms):
        _add_progressions(ledger, reads, group, group.of(pairs))
    add_kappa(ledger, reads, "kappa_local", "BOR", both)
    found = list_unconfirmed_progressions(reads.of(LOCAL), reads.of(reads.central), members)
    label = "Stopped on a progression that the central read does not confirm"
    stat = Stat("unconfirmed", found.height, "n", label)
    ledger.add(stat, "ADRS", reads.rows(found, ("PD", "LSTA"), both))
    ledger.also(stat.id, "ADSL", found.select("USUBJID"), "DCTREAS")
    return found.select(_nobody().columns)


def _add_progressions(ledger: Ledger, reads: Reads, group: Group, pairs: pl.DataFrame) -> None:
    """Add the counts of one arm, and its early and late discrepancy rate."""
    both = (LOCAL, reads.central)

    def behind(*classes: str) -> pl.DataFrame:
        return reads.rows(pairs.filter(col("progression").is_in(classes)), ("PD", "OVR"), both)

    stat = Stat(group.key("compared"), pairs.height, "N", "Patients compared", "PD")
    ledger.add(stat, "ADRS", behind(*COUNTS), None, group)
    found = compare_progressions(pairs)
    for key, label in COUNTS.items():
        stat = Stat(group.key(key), int(getattr(found, key)), "n", label, "PD")
        ledger.add(stat, "ADRS", behind(key), "ADT", group)
    for key, (classes, of_classes) in DISCREPANCIES.items():
        n, of = (sum(getattr(found, name) for name in names) for names in (classes, of_classes))
        rows = (behind(*classes), behind(*of_classes))
        add_rate(ledger, (key, RATES[key]), (n, of), rows, group)


def _nobody() -> pl.DataFrame:
    """Return the shape of who stopped on an unconfirmed progression."""
    dates = dict.fromkeys(
        ("DCTDT", "local_pd_date", "central_pd_date", "central_last_date"), pl.Date()
    )
    texts = dict.fromkeys(("central_last", "AREASON"), pl.String())
    return pl.DataFrame(schema={"USUBJID": pl.String(), **dates, **texts})
