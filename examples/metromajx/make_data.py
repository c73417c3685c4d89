"""Make the SYNTHETIC tables of the METROMAJX example from the reconstruction.

Run as `python examples/metromajx/make_data.py`; the same bytes come out every time.
"""

from pathlib import Path

from make.study import write_study

HERE = Path(__file__).resolve().parent

if __name__ == "__main__":
    write_study(HERE / "reconstruction.csv", HERE / "data")
    print(f"Synthetic tables are in {HERE / 'data'}")
