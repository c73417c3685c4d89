"""Grade 200,000 laboratory values by CTCAE 5.0: `python benchmarks/bench_lab_grades.py`.

The values are random; tests, units and limits are those of the criteria, one row in fifty has
another unit. Prints seconds, rows per second and how many were graded.
"""

import time

import numpy as np
import polars as pl

from trialwright.datasets.lab_criteria import (
    CtcaeVersion,
    UnitSystem,
    list_lab_tests,
    read_lab_criteria,
)
from trialwright.derive.lab_grades import grade_labs

N_ROWS = 200_000
N_RUNS = 5
LIMIT_SECONDS = 5.0
VERSION = CtcaeVersion.V5_0


def make_values(n_rows: int, rng: np.random.Generator) -> pl.DataFrame:
    units = {item.term: item.unit or "U/L" for item in read_lab_criteria(VERSION, UnitSystem.SI)}
    tests = list_lab_tests(VERSION)
    unit_of = {
        test.code: units.get(test.low_term or "") or units.get(test.high_term or "") or "U/L"
        for test in tests
    }
    codes = rng.choice(list(unit_of), n_rows)
    limits = rng.uniform(1, 50, n_rows)
    base = limits * rng.lognormal(0, 0.5, n_rows)
    value = limits * rng.lognormal(0, 1.0, n_rows)
    is_wrong = rng.random(n_rows) < 0.02
    unit = np.where(is_wrong, "mg/L", [unit_of[code] for code in codes])
    return pl.DataFrame(
        {
            "PARAMCD": codes,
            "AVAL": value.round(3),
            "AVALU": unit,
            "ANRLO": (limits / 2).round(3),
            "ANRHI": limits.round(3),
            "BASE": base.round(3),
            "PCHG": 100 * (value - base) / base,
            "BNRIND": np.where(base > limits, "HIGH", "NORMAL"),
        }
    )


def main() -> None:
    values = make_values(N_ROWS, np.random.default_rng(6))
    seconds = []
    for _ in range(N_RUNS):
        start = time.perf_counter()
        graded = grade_labs(values, VERSION)
        seconds.append(time.perf_counter() - start)
    n_graded = graded["ATOXGR"].count()
    print(
        f"{N_ROWS} rows: median {np.median(seconds):.2f} s, slowest {max(seconds):.2f} s "
        f"(limit {LIMIT_SECONDS} s), {N_ROWS / np.median(seconds):,.0f} rows/s, {n_graded} graded"
    )
    if max(seconds) > LIMIT_SECONDS:
        raise SystemExit(f"slower than {LIMIT_SECONDS} s")


if __name__ == "__main__":
    main()
