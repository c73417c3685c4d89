"""Measure a 40,000 x 40,000 slide whole: time, memory, and the same cells however it is cut.

The slide is synthetic: a field of drawn cells, repeated on three fifths of the glass, 0.25 um a
pixel, written as a JPEG pyramid. `python benchmarks/bench_slides.py [SIDE_PX] [FOLDER]`.
"""

import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from trialwright.imaging.cells import choose_settings
from trialwright.imaging.measure import measure_slide
from trialwright.imaging.slide import open_slide
from trialwright.imaging.slide_writer import halve, write_levels

SIDE_PX, PIXEL_UM = 40_000, 0.25
FIELD_PX = 4096
WHITE = (243, 242, 239)


def draw_field(side_px: int, rng: np.random.Generator) -> np.ndarray:
    """Draw nuclei, some with a brown membrane, on pale tissue."""
    od = np.zeros((side_px, side_px, 3), np.float32) + np.float32(0.03)
    hematoxylin, dab = np.array([0.65, 0.70, 0.29]), np.array([0.27, 0.57, 0.78])
    n_cells = int((side_px * PIXEL_UM) ** 2 / 400)
    for x, y in rng.uniform(40, side_px - 40, (n_cells, 2)):
        long, short = rng.uniform(10, 20), rng.uniform(9, 13)
        turn = rng.uniform(0, np.pi)
        top, left = int(y) - 32, int(x) - 32
        v, u = np.mgrid[top : top + 64, left : left + 64]
        along = (u - x) * np.cos(turn) + (v - y) * np.sin(turn)
        across = (v - y) * np.cos(turn) - (u - x) * np.sin(turn)
        radius = np.hypot(along / long, across / short)
        part = od[top : top + 64, left : left + 64]
        part += (0.45 / (1 + np.exp((radius - 1) * 12)))[..., None] * hematoxylin
        if rng.uniform() < 0.1:
            part += (0.8 * np.exp(-(((radius - 1.15) / 0.12) ** 2)))[..., None] * dab
    noise = rng.normal(0, 0.01, od.shape).astype(np.float32)
    return np.clip(10 ** -(od + noise) * np.array(WHITE) + 0.5, 0, 255).astype(np.uint8)


def make_slide(path: Path, side_px: int) -> None:
    fields = [draw_field(FIELD_PX, np.random.default_rng(1))]
    shapes = [(side_px, side_px)]
    while shapes[-1][0] > 1250:
        fields.append(halve(fields[-1]))
        shapes.append((shapes[-1][0] // 2, shapes[-1][1] // 2))

    def read(level: int, x: int, y: int, width: int, height: int) -> np.ndarray:
        field, whole = fields[level], shapes[level][0]
        rows, columns = np.arange(y, y + height), np.arange(x, x + width)
        pixels = field[np.ix_(rows % len(field), columns % len(field))].copy()
        away = np.hypot(rows[:, None] - whole / 2, columns[None, :] - whole / 2) / whole
        pixels[away > 0.44] = WHITE
        return pixels

    write_levels(path, read, shapes, PIXEL_UM, note="synthetic")


def measure(path: Path, tile_px: int, n_workers: int) -> None:
    """Measure once, in a process of its own, and print time, memory and a hash of the cells."""
    with open_slide(path) as slide:
        start = time.perf_counter()
        processor = time.process_time()
        found = measure_slide(slide, choose_settings("CD8"), n_workers, tile_px)
        seconds = time.perf_counter() - start
        processor = time.process_time() - processor
    usage = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    memory = usage[0].ru_maxrss / 2**20 + (
        n_workers * usage[1].ru_maxrss / 2**20 if n_workers > 1 else 0
    )
    used = processor + (usage[1].ru_utime + usage[1].ru_stime if n_workers > 1 else 0)
    megapixels = found.tissue.area_mm2 / (PIXEL_UM / 1000) ** 2 / 1e6
    digest = hashlib.sha256(found.cells.write_csv().encode()).hexdigest()[:12]
    print(
        f"tiles {tile_px:5d}, {n_workers} worker(s): {found.n_cells} cells, {megapixels:.0f} MP of "
        f"tissue, {seconds:.0f} s, {megapixels / used:.1f} MP/s per core (processor time), "
        f"{megapixels / seconds:.1f} MP/s (wall), {memory:.2f} GiB, cells {digest}",
        flush=True,
    )


def main() -> None:
    if len(sys.argv) > 3:
        measure(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
        return
    side_px = int(sys.argv[1]) if len(sys.argv) > 1 else SIDE_PX
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp())
    path = folder / f"synthetic_{side_px}.tif"
    if not path.exists():
        make_slide(path, side_px)
    for tile_px, n_workers in ((512, 1), (1024, 1), (2048, 1), (2048, 2)):
        command = [sys.executable, __file__, str(path), str(tile_px), str(n_workers)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
