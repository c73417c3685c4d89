"""Where a number comes from: files, their hashes, rows, and the keys that tie outputs to inputs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    together. `variables` names the output's variables that came from this input (empty: all), and
    `input_variable` the input's variable they came from. `when` keeps output rows, `where` input
    rows, with these values.
    """

    dataset: str
    keys: Mapping[str, str]
    variables: tuple[str, ...] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    input_variable: str | None = None


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
