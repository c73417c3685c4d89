"""Mapping a centre's export of 100,000 rows, as CSV and as a workbook, from file to domain."""

import tempfile
import time
from pathlib import Path

import numpy as np

from trialwright.datasets.mapping.account import account_for
from trialwright.datasets.mapping.findings import find_refused, find_source_findings
from trialwright.datasets.mapping.oddities import find_oddities
from trialwright.datasets.mapping.read import read_mapping
from trialwright.datasets.mapping.rows import map_domain
from trialwright.datasets.mapping.sources import list_places, read_place
from trialwright.datasets.mapping.splits import split_origin
from trialwright.datasets.workbooks import write_rows

ROWS = 100_000
LIMIT_SECONDS = 5.0
HEADER = ("Patient", "Visite", "Date", "Test", "Valeur", "Unité", "Min", "Max", "Labo", "Notes")
MAPPING = """\
decimal: comma
dates: DD/MM/YYYY
tables:
  - file: {file}
    subject: C-{{Patient:04}}
    ignore: [Labo, Notes]
    into:
      - domain: lb
        variables:
          LBTESTCD, LBTEST: {{column: Test, codes: {{Hb: HGB, Plq: PLAT, PNN: NEUT, Créat: CREAT}}}}
          LBORRES, LBSTRESC, LBSTRESN: {{column: Valeur, unit: g/dL, to: g/L}}
          LBORRESU, LBSTRESU: {{value: g/L}}
          LBSTNRLO: Min
          LBSTNRHI: Max
          VISIT: Visite
          LBDTC: Date
"""


def make_rows() -> list[tuple[str, ...]]:
    generator = np.random.default_rng(1)
    tests = generator.choice(["Hb", "Plq", "PNN", "Créat"], ROWS)
    values = generator.integers(500, 20000, ROWS)
    days = generator.integers(1, 29, (ROWS, 3))
    return [
        (
            str(n // 50 + 1), f"C{n % 9 + 1}J1", f"{d:02}/{m % 12 + 1:02}/20{21 + y % 3}", str(t),
            f"{v / 100:.2f}".replace(".", ","), "g/dL", "11,5", "15,5", "central", "",
        )
        for n, (t, v, (d, m, y)) in enumerate(zip(tests, values, days, strict=True))
    ]  # fmt: skip


def map_file(folder: Path, file: str) -> tuple[float, int, int]:
    (folder / "mapping.yaml").write_text(MAPPING.format(file=file), encoding="utf-8")
    begin = time.perf_counter()
    reading = read_mapping(folder / "mapping.yaml")
    mapping = reading.mapping
    assert mapping is not None, [finding.message for finding in reading.findings]
    sources = {place.name: read_place(folder / file, place) for place in list_places(mapping)}
    odd = find_oddities(folder / file, mapping)
    mapped = map_domain(mapping, "lb", sources, {}, "BENCH")
    origins = {"lb": split_origin(mapped)}
    _, left = account_for(mapping, sources, origins)
    found = [*odd, *find_source_findings(mapping, sources, {}), *find_refused(origins, sources)]
    return time.perf_counter() - begin, mapped.height, len(left) + len(found)


def main() -> None:
    rows = make_rows()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = (";".join(row) for row in (HEADER, *rows))
        (folder / "lab.csv").write_text("\n".join(lines), encoding="utf-8")
        write_rows(folder / "lab.xlsx", [HEADER, *rows], "Labo")
        for file in ("lab.csv", "lab.xlsx"):
            begin = time.process_time()
            seconds, made, n_findings = map_file(folder, file)
            busy = time.process_time() - begin  # what a machine without other work would take
            print(
                f"mapping {file}: {made} rows of {ROWS}, {n_findings} findings, "
                f"{seconds:.2f} s, {busy:.2f} s of them at work "
                f"({busy / LIMIT_SECONDS:.2f} of the limit of 5 s)"
            )


if __name__ == "__main__":
    main()
