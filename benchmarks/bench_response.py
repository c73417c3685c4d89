"""RECIST responses of 100,000 patients with 12 visits of 5 lesions, on one core.

Printed: the seconds of each step from recorded lesions to best response, and the ratio to a plain
Python loop over patients (timed on a part of them, same rules for the targets).
"""

import os

os.environ["POLARS_MAX_THREADS"] = "1"

import argparse
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.derive.response import (
    derive_adrs,
    derive_best_response,
    derive_time_point_responses,
)
from trialwright.derive.time_to_event import derive_adtte
from trialwright.protocol.endpoints import AnalysisRead, CensoringScheme, ResponseRules

LIMIT_SECONDS = 10.0
LOOP_PATIENTS = 2_000


def simulate(n: int, n_visits: int, n_lesions: int) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return recorded TU and TR, and subjects: diameters that walk at random."""
    rng = np.random.default_rng(11)
    steps = rng.normal(0, 0.12, (n, n_lesions, n_visits))
    base = rng.uniform(15, 60, (n, n_lesions, 1))
    mm = np.round(np.concatenate([base, base * np.exp(np.cumsum(steps, axis=2))], axis=2), 1)
    patient, lesion, visit = np.indices(mm.shape).reshape(3, -1)
    ids = pl.DataFrame({"patient": np.arange(n)}).select(
        pl.col("patient").cast(pl.String).str.zfill(6).alias("USUBJID")
    )["USUBJID"]
    names = pl.Series([f"T{k + 1:02d}" for k in range(n_lesions)])
    when = pl.Series([date(2021, 1, 1)]).dt.offset_by("0d")[0]
    dates = pl.date_range(when, when.replace(year=when.year + 3), "42d", eager=True).cast(pl.String)
    tr = pl.DataFrame(
        {
            "USUBJID": ids.gather(patient),
            "TRSEQ": np.arange(mm.size),
            "TRGRPID": pl.Series(["TARGET"]).gather(np.zeros(mm.size, dtype=np.int64)),
            "TRLNKID": names.gather(lesion),
            "TRTESTCD": pl.Series(["LDIAM"]).gather(np.zeros(mm.size, dtype=np.int64)),
            "TRSTRESN": mm.reshape(-1),
            "VISITNUM": visit.astype(float),
            "TRDTC": dates.gather(visit),
        }
    )
    tu = pl.DataFrame(
        {
            "USUBJID": ids.gather(np.repeat(np.arange(n), n_lesions)),
            "TULNKID": names.gather(np.tile(np.arange(n_lesions), n)),
            "TUSTRESC": ["TARGET"] * (n * n_lesions),
            "TULOC": ["LUNG"] * (n * n_lesions),
            "VISITNUM": [0.0] * (n * n_lesions),
        }
    )
    subjects = pl.DataFrame({"USUBJID": ids}).with_columns(
        TRTSDT=pl.lit(when),
        DTHDT=pl.lit(None, dtype=pl.Date),
        LSTALVDT=pl.lit(when).dt.offset_by("3y"),
        NACTDT=pl.lit(None, dtype=pl.Date),
    )
    return {"tr": tr, "tu": tu}, subjects


def respond_in_a_loop(lesions: pl.DataFrame) -> list[list[str]]:
    """Return target responses patient by patient, as a plain program would."""
    sums: dict[str, dict[float, float]] = {}
    for subject, visit, mm in lesions.select("USUBJID", "VISITNUM", "AVAL").iter_rows():
        visits = sums.setdefault(subject, {})
        visits[visit] = visits.get(visit, 0.0) + mm
    found = []
    for visits in sums.values():
        ordered = [visits[visit] for visit in sorted(visits)]
        base = nadir = ordered[0]
        responses = []
        for total in ordered[1:]:
            if total == 0:
                response = "CR"
            elif total - nadir >= max(5.0, 0.2 * nadir) - 1e-6:
                response = "PD"
            else:
                response = "PR" if base - total >= 0.3 * base - 1e-6 else "SD"
            responses.append(response)
            nadir = min(nadir, total)
        found.append(responses)
    return found


def timed(label: str, step: Callable[[], Any]) -> tuple[Any, float]:
    """Run a step, print and return its seconds."""
    start = time.process_time()
    result = step()
    seconds = time.process_time() - start
    print(f"  {label:<42}{seconds:7.2f} s")
    return result, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--visits", type=int, default=12)
    parser.add_argument("--lesions", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.patients} patients, {options.visits} visits, {options.lesions} lesions")
    recorded, subjects = simulate(options.patients, options.visits, options.lesions)
    rules, read = ResponseRules(), AnalysisRead.INVESTIGATOR
    lesions, first = timed(
        "lesions from TU and TR", lambda: derive_lesion_measurements(recorded, subjects, read)
    )
    points, second = timed(
        "time-point responses", lambda: derive_time_point_responses(lesions, rules)
    )
    _, third = timed("best responses", lambda: derive_best_response(points, subjects, rules))
    print(f"  {'evaluated in':<42}{first + second + third:7.2f} s (limit {LIMIT_SECONDS:.0f} s)")
    adrs, _ = timed("ADRS", lambda: derive_adrs(points, subjects, rules))
    timed("ADTTE", lambda: derive_adtte(adrs, subjects, rules, CensoringScheme.FDA_A))
    few = lesions.filter(pl.col("USUBJID") < f"{LOOP_PATIENTS:06d}")
    looped, seconds = timed(
        f"plain loop over {LOOP_PATIENTS} patients", lambda: respond_in_a_loop(few)
    )
    ours = points.filter(pl.col("USUBJID") < f"{LOOP_PATIENTS:06d}")["TRGRESP"].to_list()
    assert ours == [response for patient in looped for response in patient]
    per_patient = seconds / min(LOOP_PATIENTS, options.patients)
    ratio = per_patient / (second / options.patients)
    print(f"  time-point responses are {ratio:.1f} times as fast as the loop, with all their rules")


if __name__ == "__main__":
    main()
