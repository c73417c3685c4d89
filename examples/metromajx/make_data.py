"""Make the SYNTHETIC tables of the METROMAJX example from the reconstruction.

Run as `python examples/metromajx/make_data.py`; the same bytes come out every time. Another folder
may be given as the only argument.
"""

import sys
from pathlib import Path

from make.plasma import write_plasma
from make.study import write_study

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "data"
    write_study(HERE / "reconstruction.csv", folder)
    write_plasma(folder)
    print(f"Synthetic tables are in {folder}")
