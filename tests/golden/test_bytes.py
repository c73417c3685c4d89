"""Two runs of the whole program write the same bytes, whatever the order of sets is in each."""

import os
import subprocess
import sys
from pathlib import Path

import trialwright
from trialwright.figures.flow import draw_flow
from trialwright.figures.heatmap import draw_heatmap
from trialwright.figures.patient import draw_patient_timeline
from trialwright.figures.proportion import draw_proportion
from trialwright.figures.response import draw_waterfall
from trialwright.figures.safety import draw_adverse_events
from trialwright.figures.spider import draw_spider
from trialwright.figures.stage import draw_stage_path
from trialwright.figures.style import save_figure
from trialwright.figures.survival import draw_kaplan_meier
from trialwright.figures.swimmer import draw_swimmer
from trialwright.figures.volcano import draw_volcano

FOOTER = "Synthetic data. Data cut 2022-02-22. Protocol 3.0. trialwright 0.1.0"


def draw_all():
    from make_curves import make_trial
    from test_adverse_events import make_events
    from test_flow import TWO_ARMS
    from test_patient_timeline import make_responder
    from test_proportion import DESIGN, make_rows
    from test_proteins import make_heatmap, make_points
    from test_spider import make_threads
    from test_stage_path import CASES, make_path
    from test_swimmer import make_swimmers
    from test_waterfall import make_changes

    return {
        "waterfall": draw_waterfall(make_changes(14)),
        "kaplan_meier": draw_kaplan_meier(make_trial(14), [0, 3, 6]),
        "flow": draw_flow(TWO_ARMS),
        "swimmer": draw_swimmer(*make_swimmers(5, True)),
        "spider": draw_spider(make_threads(14)),
        "patient": draw_patient_timeline(*make_responder()),
        "adverse_events": draw_adverse_events(make_events(9, 14)),
        "proportion": draw_proportion(make_rows(2), references=DESIGN),
        "volcano": draw_volcano(make_points(92, 14)),
        "heatmap": draw_heatmap(*make_heatmap(40, 12)),
        "stage_path": draw_stage_path(make_path(CASES["43"][0]), CASES["43"][1]),
    }


def save_all(folder):
    """Write every figure."""
    for name, ax in draw_all().items():
        save_figure(ax.figure, Path(folder) / name, FOOTER, "What it shows.")


def save_apart(folder, seed):
    """Write every figure in a program of its own and return the bytes by file name."""
    paths = [Path(trialwright.__file__).parents[1], Path(__file__).parent]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    command = f"from test_bytes import save_all; save_all({str(folder)!r})"
    subprocess.run(
        [sys.executable, "-W", "error", "-c", command],
        env={**environment, "PYTHONHASHSEED": seed},
        check=True,
    )
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_two_runs_write_the_same_bytes(tmp_path):
    first, second = save_apart(tmp_path / "a", "1"), save_apart(tmp_path / "b", "2")
    assert len(first) == 22
    assert first == second
