"""Survival curves beside a bare sort, lifelines and R's survfit, in one run, as ratios.

Run `python benchmarks/bench_survival.py`; peers that are not installed are left out.
"""

import argparse
import shutil
import subprocess
import time
from collections.abc import Callable

import numpy as np

from trialwright.stats.survival import SurvivalCurve, estimate_quantile, estimate_survival
from trialwright.stats.survival_batch import estimate_quantiles

try:
    from lifelines import KaplanMeierFitter
    from lifelines.utils import median_survival_times
except ImportError:
    KaplanMeierFitter = None

R_SCRIPT = """
suppressPackageStartupMessages(library(survival))
set.seed(1)
time <- ceiling(rexp({rows}, 1 / 300)); event <- runif({rows}) < 0.6
cat(system.time(survfit(Surv(time, event) ~ 1, conf.type = "log-log"))[["elapsed"]])
"""


def measure(work: Callable[[], object], repeats: int) -> float:
    """Return the median duration in seconds after one run that warms up."""
    work()
    durations = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        durations.append(time.perf_counter() - start)
    return float(np.median(durations))


def touch_all(curve: SurvivalCurve) -> object:
    return curve.limits(), curve.std_error, curve.cumulative_hazard, curve.n_censored


def fit_lifelines(times: np.ndarray, event: np.ndarray) -> object:
    return KaplanMeierFitter().fit(times, event)


def bench_rows(rows: int) -> None:
    rng = np.random.default_rng(1)
    exact = rng.exponential(300, rows)
    event = rng.random(rows) < 0.6
    days = np.ceil(exact).astype(np.int64)
    cases = {"whole days": days, "months (days / 30.4375)": days / 30.4375, "continuous": exact}
    for name, times in cases.items():
        sort = measure(lambda times=times: np.sort(times), 15)
        curve = measure(lambda times=times: estimate_survival(times, event), 15)
        full = measure(lambda times=times: touch_all(estimate_survival(times, event)), 7)
        line = (
            f"{rows:,} rows, {name}: curve {curve * 1e3:.1f} ms = {curve / sort:.1f} sorts "
            f"({sort * 1e3:.1f} ms); with limits and errors {full * 1e3:.1f} ms"
        )
        if KaplanMeierFitter is not None:
            peer = measure(lambda times=times: fit_lifelines(times, event), 1)
            line += f"; lifelines {peer * 1e3:.0f} ms = {peer / full:.0f} times as long"
        print(line)
    if shutil.which("Rscript"):
        script = R_SCRIPT.format(rows=rows)
        answer = subprocess.run(
            ["Rscript", "-e", script], capture_output=True, text=True, check=False
        )
        if answer.returncode == 0:
            print(f"{rows:,} rows, whole days: survfit of R {float(answer.stdout) * 1e3:.0f} ms")


def bench_fits(fits: int, subjects: int) -> None:
    rng = np.random.default_rng(2)
    times = np.ceil(rng.exponential(300, (fits, subjects))).astype(np.int64)
    event = rng.random((fits, subjects)) < 0.6
    batch = measure(lambda: estimate_quantiles(times, event), 3)
    some = range(min(fits, 500))
    single = measure(
        lambda: [estimate_quantile(estimate_survival(times[i], event[i])) for i in some], 1
    ) / len(some)
    line = (
        f"{fits:,} fits of {subjects}, median and limits: {batch:.2f} s in one batch "
        f"({batch / fits * 1e6:.1f} us each); {single * 1e6:.0f} us each alone"
    )
    if KaplanMeierFitter is not None:
        few = range(min(fits, 30))

        def fit_each() -> None:
            for i in few:
                fitter = fit_lifelines(times[i], event[i])
                median_survival_times(fitter.confidence_interval_)

        peer = measure(fit_each, 1) / len(few)
        line += f"; lifelines {peer * 1e6:.0f} us each = {peer * fits / batch:,.0f} times as long"
    print(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--fits", type=int, default=100_000)
    parser.add_argument("--subjects", type=int, default=43)
    arguments = parser.parse_args()
    bench_rows(arguments.rows)
    bench_fits(arguments.fits, arguments.subjects)


if __name__ == "__main__":
    main()
