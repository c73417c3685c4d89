"""Mixed models of all proteins beside statsmodels (and lmerTest, where R has it), as ratios.

One core; times are the best of three runs. The peers fit a few proteins, and their time is scaled
to all of them.
"""

# ruff: noqa: E402 - threads are limited before numpy loads

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from trialwright.stats.designs import (
    build_contrast,
    build_joint_contrasts,
    build_level_design,
    count_levels,
)
from trialwright.stats.mixed import fit_random_intercept
from trialwright.stats.mixed_contrasts import compare_jointly, estimate_contrasts
from trialwright.stats.moderated import moderate
from trialwright.stats.rank_tests import estimate_signed_rank_shift
from trialwright.stats.within import fit_within

VISITS = ["D-7", "C1D1", "C1D15", "C2D1"]
SETTINGS = (  # proteins, samples, share missing, seconds allowed
    (92, 60, 0.04, 0.05),
    (5400, 60, 0.04, 2.0),
    (5400, 178, 0.04, 4.0),
)
N_PEER = 8  # proteins that a peer fits
R_SCRIPT = """
suppressMessages(library(lmerTest))
d <- read.csv(commandArgs(TRUE)[1]); n <- 0; t0 <- proc.time()[["elapsed"]]
for (p in unique(d$protein)) {
  m <- lmer(y ~ visit + (1 | patient), d[d$protein == p, ]); anova(m); summary(m)
}
cat(proc.time()[["elapsed"]] - t0)
"""

Data = tuple[np.ndarray, np.ndarray, list[str]]


def make_data(n_proteins: int, n_samples: int, missing: float) -> Data:
    rng = np.random.default_rng(1)
    patients = np.repeat([f"P{i:03d}" for i in range(-(-n_samples // 4))], 4)[:n_samples]
    visits = (VISITS * n_samples)[:n_samples]
    between = rng.normal(size=(n_proteins, len(set(patients)))) * rng.uniform(
        0.2, 1.5, (n_proteins, 1)
    )
    values = 5 + between[:, np.unique(patients, return_inverse=True)[1]]
    values = values + 0.5 * rng.normal(size=values.shape)
    values[rng.random(values.shape) < missing] = np.nan
    return values, patients, visits


def fit_all(data: Data) -> None:
    """Estimates, contrasts against C1D1 and the joint test, Satterthwaite throughout."""
    values, patients, visits = data
    design = build_level_design(visits, VISITS)
    fit = fit_random_intercept(values, design, list(patients))
    weights = [build_contrast(VISITS, v, "C1D1") for v in VISITS if v != "C1D1"]
    estimate_contrasts(fit, weights)
    compare_jointly(fit, build_joint_contrasts(count_levels(values, design)))


def moderate_all(data: Data) -> None:
    values, patients, visits = data
    design = build_level_design(visits, VISITS)[:, 1:]
    moderate(fit_within(values, design, list(patients)), [[-1.0, 0.0, 1.0]])


def rank_all(data: Data) -> None:
    values, _, visits = data
    at = {visit: values[:, np.array(visits) == visit] for visit in VISITS}
    n = min(part.shape[1] for part in at.values())
    estimate_signed_rank_shift(at["C2D1"][:, :n], at["C1D1"][:, :n])


def best_of(function: Callable[[Data], None], data: Data, n_runs: int = 3) -> float:
    times = []
    for _ in range(n_runs):
        start = time.perf_counter()
        function(data)
        times.append(time.perf_counter() - start)
    return min(times)


def time_statsmodels(data: Data) -> float | None:
    """Seconds for all proteins by statsmodels' MixedLM, scaled up from a few."""
    try:
        from statsmodels.regression.mixed_linear_model import MixedLM
    except ImportError:
        return None
    values, patients, visits = data
    design = build_level_design(visits, VISITS)
    start = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for y in values[:N_PEER]:
            here = ~np.isnan(y)
            MixedLM(y[here], design[here], groups=patients[here]).fit(reml=True)
    return (time.perf_counter() - start) * len(values) / N_PEER


def time_lmertest(data: Data) -> float | None:
    """Seconds for all proteins by lmerTest, scaled up from a few; None without R."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    values, patients, visits = data
    with tempfile.TemporaryDirectory() as folder:
        table, script = Path(folder) / "d.csv", Path(folder) / "s.R"
        lines = ["protein,patient,visit,y"]
        for protein, y in enumerate(values[:N_PEER]):
            for patient, visit, value in zip(patients, visits, y, strict=True):
                if not np.isnan(value):
                    lines.append(f"{protein},{patient},{visit},{value!r}")
        table.write_text("\n".join(lines))
        script.write_text(R_SCRIPT)
        done = subprocess.run(
            [program, str(script), str(table)], capture_output=True, text=True, check=False
        )
    return float(done.stdout) * len(values) / N_PEER if done.returncode == 0 else None


def main() -> None:
    for n_proteins, n_samples, missing, allowed in SETTINGS:
        data = make_data(n_proteins, n_samples, missing)
        seconds = best_of(fit_all, data)
        verdict = "held" if seconds < allowed else "MISSED"
        print(
            f"mixed model, {n_proteins} x {n_samples}: {seconds:.3f} s (< {allowed} s: {verdict})"
        )
        for name, peer in (("statsmodels", time_statsmodels), ("lmerTest", time_lmertest)):
            found = peer(data)
            ratio = "not here" if found is None else f"{found / seconds:.0f} times the time"
            print(f"  {name}: {ratio}")
        print(f"  moderated t, patients fixed: {best_of(moderate_all, data) / seconds:.2f} of it")
        print(f"  signed rank, Hodges-Lehmann: {best_of(rank_all, data) / seconds:.2f} of it")


if __name__ == "__main__":
    main()
