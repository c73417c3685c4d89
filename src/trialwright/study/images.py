"""The image files of a study: slides and scans that its tables name."""

from functools import lru_cache
from pathlib import Path

from trialwright.core.trace import hash_file
from trialwright.study.directory import IMAGES_FOLDER, SLIDES_FOLDER
from trialwright.study.store import Store

FOLDERS = {"slides": SLIDES_FOLDER, "images": IMAGES_FOLDER}
"""Each table that names image files, and the folder they are in."""


def list_image_files(store: Store) -> list[str]:
    """Return the image files that the recorded tables name, as places in the study's folder."""
    named = set()
    for table, folder in FOLDERS.items():
        if store.is_done(table):
            frame = store.load(table)
            files = frame["FILE"].drop_nulls().to_list() if "FILE" in frame.columns else []
            named |= {f"{folder}/{file}" for file in files}
    return sorted(named)


def hash_images(study: Path, store: Store) -> dict[str, str]:
    """Return the hash of each image file that is there, by its place in the study's folder."""
    files = list_image_files(store)
    return {name: hash_image(study / name) for name in files if (study / name).is_file()}


def hash_image(path: Path) -> str:
    """Return the SHA-256 of an image; a file of the same size and time is read once a process.

    A slide of some gigabytes is hashed for its own step, for the panels it stands in and for the
    manifest.
    """
    known = path.stat()
    return _hash_known(path, known.st_size, known.st_mtime_ns)


@lru_cache(maxsize=4096)
def _hash_known(path: Path, size_bytes: int, changed_ns: int) -> str:  # noqa: ARG001 - the key
    return hash_file(path)
