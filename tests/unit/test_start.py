"""What a run that has nothing to do must not pay for."""

import subprocess
import sys

HEAVY = {"matplotlib", "numba", "pyreadstat", "openpyxl", "tifffile", "scipy.stats", "distributed"}


def test_opening_a_study_imports_nothing_that_only_draws_measures_or_exports():
    code = (
        "import sys, trialwright.study.session; "
        f"print(' '.join(sorted({HEAVY!r} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
