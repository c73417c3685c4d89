"""What others published on the agreement of readers; each value with its source."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A published value of one measure: a rate in [0, 1] or a kappa, and where it stands."""

    value: float
    source: str


FORD = "Ford 2016, 79 trials, 23,476 cases"
CLINICAL_TRIALS = "Applied Clinical Trials 2010, 40 trials, 12,299 subjects"
BEAUMONT = "Beaumont 2023, 5 lung trials, 1,724 patients"
BREAST = "82 pairs of reads in breast cancer, overall response"
RENAL = "Acta Radiol, renal cell cancer, local against central"

BENCHMARKS: Mapping[str, tuple[Benchmark, ...]] = {
    "bor": (Benchmark(0.23, CLINICAL_TRIALS), Benchmark(0.288, BEAUMONT)),
    "pd": (Benchmark(0.21, BEAUMONT),),
    "pd_date": (Benchmark(0.31, CLINICAL_TRIALS), Benchmark(0.41, BEAUMONT)),
    "response_date": (Benchmark(0.488, BEAUMONT),),
    "adjudicated": (Benchmark(0.42, FORD),),
    "kappa_bor": (Benchmark(0.51, BREAST),),
    "kappa_local": (Benchmark(0.53, RENAL),),
}
"""Published values by measure; a measure that is not here has none that we have read."""

SOURCES = (
    "Ford R, et al. J Clin Trials 2016;6:5 (abstract).",
    "Beaumont H, Iannessi A. Front Oncol 2023;13:1239570.",
    "Acta Radiol, doi 10.1177/0284185116642634.",
)
