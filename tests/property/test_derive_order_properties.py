"""The order of rows in a recorded file never matters to what is derived from it."""

import random
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from small_trial import CUT, START, adsl, metromajx_protocol, recorded

from trialwright.derive.adverse_events import derive_adae
from trialwright.derive.characteristics import derive_characteristics
from trialwright.derive.disposition import derive_end_of_treatment
from trialwright.derive.exposure import derive_adex
from trialwright.derive.exposure_summary import derive_exposure_summary
from trialwright.derive.populations import derive_adsl
from trialwright.protocol.model import DateImputation, Imputation

PROTOCOL = metromajx_protocol()
IMPUTED = Imputation(start=DateImputation.FIRST_DAY, end=DateImputation.LAST_DAY)
SUBJECTS = st.sampled_from(["01", "02", "03"])
DAYS = st.one_of(
    st.none(),
    st.sampled_from(["2021-03", "2021", "2022-06-01"]),
    st.integers(-30, 200).map(lambda n: (START + timedelta(n)).isoformat()),
)


def table(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({"USUBJID": SUBJECTS, **columns}), max_size=8)


def choice(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


DS = table(
    DSCAT=choice("DISPOSITION EVENT", "PROTOCOL MILESTONE", None),
    DSSCAT=choice("STUDY TREATMENT", "STUDY PARTICIPATION", None),
    DSDECOD=choice("DEATH", "ENROLLED", "SCREEN FAILURE", "ADVERSE EVENT", "COMPLETED", None),
    DSTERM=choice("a", "b", None),
    DSSTDTC=DAYS,
)
IE = table(
    IETESTCD=choice("INCL01", "EXCL01"), IETEST=choice("Age", "Pregnancy"), IECAT=choice("INCLUSION", "EXCLUSION")
)  # fmt: skip
EX = table(
    EXTRT=choice("JX-594", "jx-594", "Avelumab", "Cyclophosphamide", "Other"),
    EXDOSE=choice(None, 0.0, 50.0, 700.0),
    EXDOSU=choice("mg", "mg/kg", None),
    EXDOSFRQ=choice("BID", "once", None),
    EXSTDTC=DAYS,
    EXENDTC=DAYS,
)
VS = table(VSTESTCD=choice("WEIGHT", "HEIGHT"), VSSTRESN=choice(None, 60.0), VSDTC=DAYS)
AE = table(
    AEDECOD=choice("Fever", "Rash", None),
    AETERM=choice("Fever", "hot"),
    AETOXGR=choice("1", "3", None),
    AESTDTC=DAYS,
    AEENDTC=DAYS,
    AEREL=choice("RELATED", "N", None),
)
DD = table(DDTESTCD=choice("PRCDTH"), DDSTRESC=choice("SEPSIS", "DISEASE PROGRESSION", None))
MH = table(MHCAT=choice("PRIMARY DIAGNOSIS"), MHDECOD=choice("Angiosarcoma", "Sarcoma", None))
DM = st.tuples(
    *[
        st.fixed_dictionaries(
            {
                "USUBJID": st.just(who),
                "ARMCD": choice("A", "Z", None, "SCRNFAIL"),
                "RFICDTC": DAYS,
                "DTHFL": choice("Y", None),
                "DTHDTC": DAYS,
                "SEX": choice("M", "F", None),
            }
        )
        for who in ("01", "02", "03")
    ]
).map(list)
TABLES = st.fixed_dictionaries(
    {"dm": DM, "ds": DS, "ie": IE, "ex": EX, "vs": VS, "ae": AE, "dd": DD, "mh": MH}
)
NUMBERS = {"EXDOSE": pl.Float64, "VSSTRESN": pl.Float64}


def frames(tables: dict[str, list[dict[str, Any]]]) -> dict[str, pl.DataFrame]:
    """Return the tables with their sequence numbers; one without rows is left out."""
    made = {}
    for domain, rows in tables.items():
        sequence = {} if domain in ("dm", "vs") else {f"{domain.upper()}SEQ": pl.Int64}
        numbered = [{**row, **dict.fromkeys(sequence, place)} for place, row in enumerate(rows, 1)]
        if rows:
            made[domain] = recorded(*numbered, **NUMBERS, **sequence)
    return made


def derive(made: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    found = {}
    adex = derive_adex(made["ex"], PROTOCOL.arms, CUT, made.get("vs")) if "ex" in made else None
    subjects = derive_adsl(made, adex, PROTOCOL)
    found["adsl"] = subjects
    if adex is not None:
        found["adex"] = adex
        found["adexsum"] = derive_exposure_summary(adex, subjects, PROTOCOL)
    if "ae" in made:
        found["adae"] = derive_adae(made["ae"], subjects, IMPUTED)
    found["ended"] = derive_end_of_treatment(made, CUT).sort("USUBJID")
    found["characteristics"] = derive_characteristics(made, adsl({}, {}, {}), PROTOCOL.baseline)
    return found


@settings(max_examples=25)
@given(TABLES, st.integers(0, 1000))
def test_shuffled_files_give_the_same_datasets(tables, seed) -> None:
    made = frames(tables)
    mixed = {}
    for domain, frame in made.items():
        order = list(range(frame.height))
        random.Random(seed).shuffle(order)
        mixed[domain] = frame[order]
    straight, shuffled = derive(made), derive(mixed)
    assert straight.keys() == shuffled.keys()
    for name, frame in straight.items():
        assert_frame_equal(frame, shuffled[name], rel_tol=1e-12)


@settings(max_examples=25)
@given(TABLES)
def test_laws_of_subjects_hold_whatever_was_recorded(tables) -> None:
    found = derive(frames(tables))
    subjects = found["adsl"]
    assert subjects["USUBJID"].is_unique().all()
    for flag in ("ENRLFL", "SAFFL", "EFFFL", "SCRFFL", "DTHFL"):
        assert subjects[flag].is_in(["Y", "N"]).all()
    enrolled = subjects.filter(pl.col("ENRLFL") == "Y")
    assert enrolled["ENRLNUM"].sort().to_list() == list(range(1, enrolled.height + 1))
    outside = subjects.filter(pl.col("ENRLFL") != "Y")
    assert outside.select((pl.col("SAFFL", "EFFFL") == "Y").any()).row(0) == (False, False)
    for name in ("DTHDT", "LSTALVDT", "TRTSDT", "TRTEDT", "DCTDT"):
        late = subjects[name].drop_nulls().filter(subjects[name].drop_nulls() > CUT)
        assert late.is_empty()
    assert (subjects.filter(pl.col("EFFFL") == "N")["EFFREAS"].null_count()) == 0


@settings(max_examples=25)
@given(TABLES)
def test_laws_of_doses_hold_whatever_was_recorded(tables) -> None:
    found = derive(frames(tables))
    if "adex" not in found:
        return
    doses = found["adex"]
    assert (doses["NADMIN"] >= 1).all()
    assert (doses["AENDT"] >= doses["ASTDT"]).all()
    assert not doses["AENDT"].is_in([date(2022, 6, 1)]).any()
    assert (found["adexsum"]["AVAL"] >= 0).all()
