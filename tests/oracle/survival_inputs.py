"""Read the rows of the survival oracles and of their inputs."""

import csv
import gzip

from oracle_data import find_oracle

Row = dict[str, str]


def read_rows(relative: str) -> list[Row]:
    path = find_oracle(f"survival/{relative}")
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    return list(csv.DictReader(text.decode().splitlines()))


def read_columns(rows: list[Row]) -> tuple[list[float], list[int], list[str]]:
    """Return time, event and group of input rows."""
    times = [float(row["time"]) for row in rows]
    return times, [int(row["status"]) for row in rows], [row["group"] for row in rows]


def number(text: str) -> float:
    return float("nan") if text in ("NA", "") else float(text)
