"""The reference evaluator's patients as recorded data: TU, TR, LB and a frame of subjects."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

TR_SCHEMA = {
    "USUBJID": pl.String,
    "TRSEQ": pl.Int64,
    "TRGRPID": pl.String,
    "TRLNKID": pl.String,
    "TRTESTCD": pl.String,
    "TRORRES": pl.String,
    "TRSTRESC": pl.String,
    "TRSTRESN": pl.Float64,
    "TRSTRESU": pl.String,
    "TRSTAT": pl.String,
    "VISITNUM": pl.Float64,
    "VISIT": pl.String,
    "TRDTC": pl.String,
}
STATE_OF_NONTARGET = {
    "NE": "NOT EVALUABLE",
    "UNEQUIVOCAL_PD": "UNEQUIVOCAL PROGRESSION",
    "UNEQUIVOCAL_PD_FURTHER_INCREASE": "UNEQUIVOCAL PROGRESSION, FURTHER INCREASE",
    "FURTHER_INCREASE": "FURTHER INCREASE",
}
MARKER = "CA125"


def record_patients(patients: list[dict[str, Any]]) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return recorded data and subjects; the visits keep the order of the case."""
    tumors, results, markers = [], [], []
    for patient in patients:
        subject, case = patient["id"], patient["input"]
        rows = list(_baseline(case))
        for visit in case["visits"]:
            rows.extend(_visit(case, visit))
        results += [{"USUBJID": subject, "TRSEQ": n, **row} for n, row in enumerate(rows, 1)]
        tumors += [{"USUBJID": subject, **row} for row in _identified(case)]
        markers += [{"USUBJID": subject, **row} for row in _markers(case)]
    tu = pl.DataFrame(tumors).with_columns(TUSEQ=pl.int_range(1, pl.len() + 1))
    recorded = {"tu": tu, "tr": pl.DataFrame(results, schema=TR_SCHEMA)}
    if markers:
        recorded["lb"] = pl.DataFrame(markers)
    return recorded, _subjects(patients)


def _subjects(patients: list[dict[str, Any]]) -> pl.DataFrame:
    names = {
        "reference_date": "TRTSDT",
        "death": "DTHDT",
        "last_known_alive": "LSTALVDT",
        "new_anticancer_therapy": "NACTDT",
    }
    return pl.DataFrame(
        [
            {"USUBJID": patient["id"]}
            | {
                name: date.fromisoformat(found) if (found := patient["input"].get(key)) else None
                for key, name in names.items()
            }
            for patient in patients
        ],
        schema={"USUBJID": pl.String} | dict.fromkeys(names.values(), pl.Date),
        infer_schema_length=None,
    )


def _identified(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key, word in (("targets", "TARGET"), ("nontargets", "NON-TARGET")):
        for lesion in case[key]:
            yield {
                "TULNKID": lesion["id"],
                "TUSTRESC": word,
                "TULOC": "LYMPH NODE" if lesion["nodal"] else lesion["organ"],
                "VISITNUM": 0.0,
                "TUDTC": case["baseline_date"],
            }


def _baseline(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    visit = {"VISITNUM": 0.0, "VISIT": "BASELINE", "TRDTC": case["baseline_date"]}
    for lesion in case["targets"]:
        yield _measured(lesion["id"], lesion["nodal"], lesion["baseline_mm"]) | visit
    for lesion in case["nontargets"]:
        yield _stated("NON-TARGET", lesion["id"], "PRESENT") | visit


def _visit(case: dict[str, Any], visit: dict[str, Any]) -> Iterator[dict[str, Any]]:
    when = {
        "VISITNUM": float(visit["visit"].removeprefix("TP")),
        "VISIT": visit["visit"],
        "TRDTC": visit["date"],
    }
    is_node = {lesion["id"]: lesion["nodal"] for lesion in case["targets"]}
    for lesion, found in visit["targets"].items():
        for row in _target(lesion, is_node[lesion], found):
            yield row | when
    for lesion, state in visit["nontargets"].items():
        yield _stated("NON-TARGET", lesion, STATE_OF_NONTARGET.get(state, state)) | when
    for lesion in visit["new_lesions"]:
        for row in _new(lesion):
            yield row | when


def _target(lesion: str, is_node: bool, found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    state = found["state"]
    if state == "MEASURED":
        yield _measured(lesion, is_node, found["mm"])
    elif state == "TOO_SMALL":
        row = _measured(lesion, is_node, found.get("mm"))
        yield row | {"TRORRES": "TOO SMALL TO MEASURE", "TRSTRESC": "TOO SMALL TO MEASURE"}
    elif state == "SPLIT":
        for letter, mm in zip("abcdef", found["fragments_mm"], strict=False):
            yield _measured(f"{lesion}{letter}", is_node, mm)
    elif state == "NE":
        yield _measured(lesion, is_node, None) | {"TRSTAT": "NOT DONE"}
    else:
        yield _stated("TARGET", lesion, state)


def _new(lesion: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if lesion.get("kind") == "TARGET":
        yield _measured(lesion["id"], False, lesion["mm"]) | {"TRGRPID": "NEW"}
    else:
        yield _stated("NEW", lesion["id"], lesion.get("status") or lesion["state"])


def _measured(lesion: str, is_node: bool, mm: float | None) -> dict[str, Any]:
    return {
        "TRGRPID": "TARGET",
        "TRLNKID": lesion,
        "TRTESTCD": "LPERP" if is_node else "LDIAM",
        "TRSTRESC": None if mm is None else str(mm),
        "TRSTRESN": mm,
        "TRSTRESU": "mm",
    }


def _stated(group: str, lesion: str, state: str) -> dict[str, Any]:
    return {
        "TRGRPID": group,
        "TRLNKID": lesion,
        "TRTESTCD": "TUMSTATE",
        "TRSTRESC": state,
    }


def _markers(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if not case.get("marker_elevated_at_baseline"):
        return
    row = {"LBTESTCD": MARKER}
    yield row | {"LBNRIND": "HIGH", "LBDTC": case["baseline_date"], "VISITNUM": 0.0}
    for visit in case["visits"]:
        if "marker_normal" in visit:
            yield row | {
                "LBNRIND": "NORMAL" if visit["marker_normal"] else "HIGH",
                "LBDTC": visit["date"],
                "VISITNUM": float(visit["visit"].removeprefix("TP")),
            }
