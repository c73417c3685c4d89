"""Whole METROMAJX study: first run, nothing changed, one adverse event changed; and --help."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "metromajx"


def time_command(*arguments: str) -> float:
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "trialwright", *arguments], check=True, capture_output=True
    )
    return time.perf_counter() - begin


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "metromajx"
        shutil.copytree(EXAMPLE, study, ignore=shutil.ignore_patterns("results", "__pycache__"))
        first = time_command("run", str(study))
        unchanged = min(time_command("run", str(study)) for _ in range(3))
        events = study / "data" / "ae.csv"
        text = events.read_text(encoding="utf-8")
        events.write_text(text.replace(",Nausea,", ",Vomiting,", 1), encoding="utf-8")
        one_event = time_command("run", str(study))
        answer = min(time_command("--help") for _ in range(3))
    print(f"first run                 {first:8.2f} s   1.00 of the first run")
    print(f"nothing changed           {unchanged:8.2f} s   {unchanged / first:.2f}")
    print(f"one adverse event changed {one_event:8.2f} s   {one_event / first:.2f}")
    print(f"--help                    {answer:8.2f} s")


if __name__ == "__main__":
    main()
