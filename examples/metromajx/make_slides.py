"""Render the SYNTHETIC slides and CT slices of the METROMAJX example.

Run as `python examples/metromajx/make_slides.py`; the same pictures come out every time. Another
folder may be given as the only argument. The script takes about two minutes.
"""

import sys
from pathlib import Path

from make.scans import render_scans
from make.slides import render_slides

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "slides"
    render_slides(HERE / "reconstruction.csv", folder)
    render_scans(folder.parent / "images")
    print(f"Synthetic slides are in {folder}")
