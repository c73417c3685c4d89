"""Design search beside R's clinfun::ph2simon where it is installed, else in absolute figures.

Run `python benchmarks/bench_design.py`. The settings are those of the oracle file of designs.
"""

import csv
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from trialwright.stats.bryant_day_search import BryantDayGoal, search_bryant_day
from trialwright.stats.efficacy_stop import search_efficacy_stop
from trialwright.stats.hypotheses import Hypotheses
from trialwright.stats.landmark_design import LandmarkGoal, search_landmark
from trialwright.stats.two_stage import TwoStageDesign, search_two_stage
from trialwright.stats.two_stage_inference import infer_two_stage

PAPER = (0.20, 0.40, 0.05, 0.80)
CLOSE = (0.50, 0.55, 0.05, 0.80)
SETTINGS = Path(__file__).parents[1] / "tests/oracle/data/design"
LIMITS_MS = {"one search, nmax 100, warm": 5, "all settings of the file": 1000, "cold shell": 1000}
R_SCRIPT = """
suppressPackageStartupMessages(library(clinfun))
cat(system.time(for (i in 1:5) ph2simon(0.2, 0.4, 0.05, 0.2, nmax = 100))[["elapsed"]] / 5)
"""


def measure(work: Callable[[], object], repeats: int) -> float:
    """Return the shortest duration in milliseconds after one run that warms up."""
    work()
    durations = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        durations.append(time.perf_counter() - start)
    return 1000 * min(durations)


def report(name: str, milliseconds: float) -> None:
    limit = f"   (limit {LIMITS_MS[name]} ms)" if name in LIMITS_MS else ""
    print(f"{name:<46} {milliseconds:10.2f} ms{limit}")


def read_settings() -> list[tuple[float, float, float, float]]:
    """Return the distinct settings of the oracle file."""
    file = next(SETTINGS.glob("designs*.csv"))
    with file.open(newline="", encoding="utf-8") as stream:
        rows = {
            (float(r["p0"]), float(r["p1"]), float(r["alpha"]), 1 - float(r["beta"]))
            for r in csv.DictReader(stream)
        }
    return sorted(rows)


def run_command() -> None:
    """Search from a fresh interpreter, as a shell does."""
    code = "import sys; from trialwright.cli.main import main; sys.exit(main(sys.argv[1:]))"
    names = ("--p0", "--p1", "--alpha", "--power")
    options = [part for pair in zip(names, map(str, PAPER), strict=True) for part in pair]
    command = [sys.executable, "-c", code, "design", "search", *options]
    subprocess.run(command, check=True, capture_output=True)


def time_clinfun() -> float | None:
    """Return milliseconds of one ph2simon call, None where R or clinfun is absent."""
    if shutil.which("Rscript") is None:
        return None
    done = subprocess.run(["Rscript", "-e", R_SCRIPT], capture_output=True, text=True, check=False)
    return 1000 * float(done.stdout) if done.returncode == 0 else None


def main() -> None:
    settings = read_settings()
    warm = measure(lambda: search_two_stage(*PAPER, n_max=100), 50)
    report("one search, nmax 100, warm", warm)
    clinfun = time_clinfun()
    if clinfun is None:
        print("R with clinfun is not installed here: absolute figures only")
    else:
        print(f"clinfun::ph2simon takes {clinfun / warm:.0f} times as long ({clinfun:.1f} ms)")
    report("one search without nmax, with proof", measure(lambda: search_two_stage(*PAPER), 50))
    every = measure(lambda: [search_two_stage(*setting) for setting in settings], 3)
    report("all settings of the file", every)
    print(f"    {len(settings)} settings, {every / len(settings):.2f} ms each, all proven")
    close = search_two_stage(*CLOSE)
    report("p0 .50, p1 .55 with proof", measure(lambda: search_two_stage(*CLOSE), 1))
    print(f"    proven at n = {close.n_last}, {len(close.designs)} admissible designs")
    report("cold shell", measure(run_command, 5))
    design = TwoStageDesign(3, 13, 12, 43)
    report("one inference", measure(lambda: infer_two_stage(design, 13, 43, 0.2), 50))
    stops = measure(lambda: search_efficacy_stop(Hypotheses(*PAPER)), 3)
    report("search with an efficacy stop, with proof", stops)
    goal = BryantDayGoal(0.10, 0.30, 0.40, 0.20, 0.10, 0.10, 0.80)
    report("Bryant-Day search, with proof", measure(lambda: search_bryant_day(goal), 3))
    landmark = LandmarkGoal(0.20, 0.40, 6, 0.05, 0.80, 2)
    report("landmark search", measure(lambda: search_landmark(landmark), 1))


if __name__ == "__main__":
    main()
