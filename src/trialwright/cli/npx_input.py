"""What every command of `trialwright npx` begins with: exports, whose samples, what is wrong."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from trialwright.core.errors import Finding
from trialwright.datasets.olink import read_npx
from trialwright.datasets.olink_frame import finish_frame
from trialwright.datasets.olink_panel import ProteinMatrix, build_matrix
from trialwright.datasets.olink_quality import (
    NpxQuality,
    find_quality_findings,
    measure_quality,
)
from trialwright.datasets.olink_samples import match_samples, read_samples


@dataclass(frozen=True, slots=True)
class Npx:
    """Matched values as a frame and a matrix, their quality, and the findings."""

    name: str
    data: pl.DataFrame
    matrix: ProteinMatrix
    quality: NpxQuality
    findings: tuple[Finding, ...]

    def warn(self) -> None:
        """Print the findings where they do not mix with the answer."""
        print_findings(self.findings)


def read_exports(arguments: Namespace) -> Npx:
    """Read the exports and the list of samples that a command names, and match them.

    Without a list every sample stands for itself: its name is its patient, and it has no visit.
    """
    name = ", ".join(Path(file).name for file in arguments.files)
    exports = [read_npx(file) for file in arguments.files]
    npx = exports[0] if len(exports) == 1 else finish_frame(pl.concat(exports), name)
    if arguments.samples:
        samples = read_samples(arguments.samples)
    else:
        samples = npx.select("SAMPLEID", USUBJID="SAMPLEID", VISIT=pl.lit("")).unique()
    matched = match_samples(npx, samples, name)
    matrix = build_matrix(matched.data)
    quality = measure_quality(matched.data, matrix)
    found = find_quality_findings(quality, name)
    return Npx(name, matched.data, matrix, quality, (*matched.findings, *found))


def print_findings(findings: Sequence[Finding]) -> None:
    """Print findings on standard error."""
    for finding in findings:
        print(finding.message, file=sys.stderr)
