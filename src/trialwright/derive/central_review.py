"""Blinded independent central review: two readers, an adjudicator, and the investigator."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import polars as pl
from polars import col

from trialwright.core.errors import EstimateError
from trialwright.derive.adjudication import derive_adjudication, reader_disagreement_index

__all__ = [
    "ProgressionAgreement",
    "ReaderAgreement",
    "classify_progressions",
    "collect_ratings",
    "compare_progressions",
    "compare_reads",
    "derive_adjudication",
    "list_unconfirmed_progressions",
    "reader_disagreement_index",
    "summarize_agreement",
]

BOTH_MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class ReaderAgreement:
    """How often two readers agree, in subjects; rates in [0, 1], None without subjects."""

    first: str
    second: str
    n: int
    n_bor_discordant: int
    n_pd_discordant: int
    n_pd_date_discordant: int
    n_response_date_discordant: int
    n_adjudicated: int

    @property
    def adjudication_rate(self) -> float | None:
        """Return the share of subjects who need a third reader."""
        return self.n_adjudicated / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class ProgressionAgreement:
    """Subjects by progression of the local and of the central read.

    `both_same` progression on one day, `both_local_later`, `both_local_earlier`, `local_only`,
    `central_only`, `neither`: a1, a2, a3, b, c and d of the PhRMA working group.
    """

    both_same: int
    both_local_later: int
    both_local_earlier: int
    local_only: int
    central_only: int
    neither: int

    @property
    def early_discrepancy_rate(self) -> float | None:
        """Return EDR: local progressions that the central read has later or not at all."""
        early = self.local_only + self.both_local_earlier
        local = self.both_same + self.both_local_later + early
        return early / local if local else None

    @property
    def late_discrepancy_rate(self) -> float | None:
        """Return LDR: of the discrepancies, those where the local progression comes late."""
        late = self.central_only + self.both_local_later
        discrepant = late + self.local_only + self.both_local_earlier
        return late / discrepant if discrepant else None


def compare_reads(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Set two reads side by side, subject by subject.

    Parameters
    ----------
    first, second : DataFrame
        ADRS of one read each, as `derive.response.derive_adrs` returns it.

    Returns
    -------
    DataFrame
        One row per USUBJID that either read assessed, in this order: bor_first, bor_second,
        pd_date_first, pd_date_second, response_date_first, response_date_second,
        is_bor_discordant, is_pd_discordant (progression or not), is_pd_date_discordant (no
        progression differs from any date), is_response_date_discordant, needs_adjudication (best
        response or progression date differ).
    """
    assessed = pl.concat([_assessed(first), _assessed(second)]).unique()
    pairs = assessed.join(_outcomes(first, "first"), on="USUBJID", how="left").join(
        _outcomes(second, "second"), on="USUBJID", how="left"
    )
    missing = pl.lit(BOTH_MISSING)
    pairs = pairs.with_columns(col("bor_first", "bor_second").fill_null(missing)).with_columns(
        is_bor_discordant=col("bor_first") != col("bor_second"),
        is_pd_discordant=col("pd_date_first").is_null() != col("pd_date_second").is_null(),
        is_pd_date_discordant=col("pd_date_first").ne_missing(col("pd_date_second")),
        is_response_date_discordant=col("response_date_first").ne_missing(
            col("response_date_second")
        ),
    )
    return pairs.with_columns(
        needs_adjudication=col("is_bor_discordant") | col("is_pd_date_discordant")
    ).sort("USUBJID")


def _assessed(adrs: pl.DataFrame) -> pl.DataFrame:
    """Return the subjects with an assessment after the start of treatment."""
    return adrs.filter(col("PARAMCD") == "OVR", col("ANL01FL") == "Y").select("USUBJID").unique()


def _outcomes(adrs: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return best response and the first dates of progression and response."""
    return adrs.group_by("USUBJID").agg(
        col("AVALC").filter(col("PARAMCD") == "BOR").first().alias(f"bor_{name}"),
        col("ADT").filter(col("PARAMCD") == "PD").first().alias(f"pd_date_{name}"),
        col("ADT").filter(col("PARAMCD") == "RSP").first().alias(f"response_date_{name}"),
    )


def summarize_agreement(pairs: pl.DataFrame, first: str, second: str) -> ReaderAgreement:
    """Count the discordant subjects of `compare_reads`; `first`, `second` name the reads."""
    flags = {
        "n_bor_discordant": "is_bor_discordant",
        "n_pd_discordant": "is_pd_discordant",
        "n_pd_date_discordant": "is_pd_date_discordant",
        "n_response_date_discordant": "is_response_date_discordant",
        "n_adjudicated": "needs_adjudication",
    }
    counts = {name: int(pairs[flag].sum()) for name, flag in flags.items()}
    return ReaderAgreement(first=first, second=second, n=pairs.height, **counts)


def collect_ratings(reads: Mapping[str, pl.DataFrame], paramcd: str = "BOR") -> pl.DataFrame:
    """Bring one parameter of several reads side by side: the input of a kappa.

    Parameters
    ----------
    reads : mapping
        ADRS of each read by its name.
    paramcd : str
        BOR, CBOR, PD or another parameter with one row a subject.

    Returns
    -------
    DataFrame
        One row per USUBJID that any read assessed, in this order, and one column per read: its
        AVALC, "MISSING" where the read has none.
    """
    ratings = pl.concat([_assessed(adrs) for adrs in reads.values()]).unique().sort("USUBJID")
    for name, adrs in reads.items():
        answers = adrs.filter(col("PARAMCD") == paramcd).select("USUBJID", col("AVALC").alias(name))
        if answers["USUBJID"].is_duplicated().any():
            raise EstimateError(
                f"{paramcd} has several rows a subject in the read {name}, expected one. "
                "Choose a parameter that summarizes a subject, such as BOR."
            )
        ratings = ratings.join(answers, on="USUBJID", how="left", maintain_order="left")
    return ratings.with_columns(pl.exclude("USUBJID").fill_null(BOTH_MISSING))


def classify_progressions(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add `progression` to the pairs of the local (first) and the central read (second).

    It names the class of `ProgressionAgreement` that the subject is counted in.
    """
    local, central = col("pd_date_first"), col("pd_date_second")
    classes = (
        pl.when(local.is_null() & central.is_null())
        .then(pl.lit("neither"))
        .when(central.is_null())
        .then(pl.lit("local_only"))
        .when(local.is_null())
        .then(pl.lit("central_only"))
        .when(local == central)
        .then(pl.lit("both_same"))
        .when(local > central)
        .then(pl.lit("both_local_later"))
        .otherwise(pl.lit("both_local_earlier"))
    )
    return pairs.with_columns(progression=classes)


def compare_progressions(pairs: pl.DataFrame) -> ProgressionAgreement:
    """Count progressions of the local read (first) against the central read (second).

    References
    ----------
    Amit O, et al. Eur J Cancer 2011;47:1772-1778.
    """
    found = classify_progressions(pairs)["progression"]
    names = [item.name for item in fields(ProgressionAgreement)]
    return ProgressionAgreement(**{name: int((found == name).sum()) for name in names})


def list_unconfirmed_progressions(
    local: pl.DataFrame, central: pl.DataFrame, subjects: pl.DataFrame
) -> pl.DataFrame:
    """List who stopped treatment on a local progression that the central read does not confirm.

    Their scans stop with the treatment, so that the central read is censored for a reason that
    has to do with the outcome.

    Parameters
    ----------
    local, central : DataFrame
        ADRS of the investigator and of the central read.
    subjects : DataFrame
        One row per subject: USUBJID, DCTREAS (reason for stopping treatment), DCTDT.

    Returns
    -------
    DataFrame
        One row per such USUBJID, in this order: DCTDT, local_pd_date, central_pd_date (null, or
        after treatment stopped), central_last_date and central_last (the central read's last
        response), AREASON.

    References
    ----------
    Dodd LE, et al. J Clin Oncol 2008;26:3791-3796.
    """
    stopped = subjects.filter(col("DCTREAS").str.to_uppercase().str.contains("PROGRESS")).select(
        "USUBJID", "DCTDT"
    )
    last = central.filter(col("PARAMCD") == "LSTA").select(
        "USUBJID", central_last_date="ADT", central_last="AVALC"
    )
    return (
        stopped.join(_progression(local, "local_pd_date"), on="USUBJID")
        .join(_progression(central, "central_pd_date"), on="USUBJID", how="left")
        .join(last, on="USUBJID", how="left")
        .filter(
            col("central_pd_date").is_null()
            | (col("central_pd_date") > pl.coalesce("DCTDT", "local_pd_date"))
        )
        .with_columns(
            AREASON=pl.when(col("central_pd_date").is_null())
            .then(pl.lit("Treatment stopped on a progression that the central read has not."))
            .otherwise(
                pl.lit("Treatment stopped on a progression that the central read has only later.")
            )
        )
        .sort("USUBJID")
    )


def _progression(adrs: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return the first progression of each subject who has one."""
    return adrs.filter(col("PARAMCD") == "PD", col("AVALC") == "Y").select(
        "USUBJID", col("ADT").alias(name)
    )
