"""Where a number comes from: files, their hashes, rows, and the keys that tie outputs to inputs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """One row of one recorded file."""

    file: str
    row: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Link:
    """How rows of an output are tied to rows of one of its inputs.

    `keys` maps columns of the output to columns of the input; rows with equal values belong
    together. `where` keeps only input rows with these values.
    """

    dataset: str
    keys: Mapping[str, str]
    where: Mapping[str, str] | None = None


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
