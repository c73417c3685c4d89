"""A study opened for work: check it, run it, ask for its results."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.analyze.stage.result import StageResult
from trialwright.core.errors import DataError, Finding, Severity, StudyError
from trialwright.core.result import Result
from trialwright.core.trace import hash_file
from trialwright.protocol.model import Protocol
from trialwright.study.analyses import list_analyses
from trialwright.study.check import check_data, read_findings, store_finding
from trialwright.study.directory import DATA_FOLDER, PROTOCOL_FILE, StudyDirectory, find_study
from trialwright.study.facts import find_facts
from trialwright.study.figures import (
    draw_patients,
    draw_result,
    list_files,
    remove_other_files,
)
from trialwright.study.reporting import print_band, write_manifest, write_report, write_results
from trialwright.study.run import ABSENT, FAILED, Step, StepReport, hash_code, run_steps
from trialwright.study.steps import list_derivations, list_recorded
from trialwright.study.store import Store

WRITTEN = ("report.html", "results.json", "manifest.json")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Results(Mapping[str, Result]):
    """The results of a run by id, with what became of its steps and its findings."""

    results: Mapping[str, Result]
    steps: tuple[StepReport, ...]
    findings: tuple[Finding, ...]
    report: Path

    def __getitem__(self, result_id: str) -> Result:
        if result_id not in self.results:
            known = ", ".join(self.results)
            raise StudyError(f"There is no result '{result_id}', expected one of {known}.")
        return self.results[result_id]

    def __contains__(self, result_id: object) -> bool:
        return result_id in self.results

    def get(self, result_id: str, default: Any = None) -> Any:
        """Return a result; the default where there is none."""
        return self.results.get(result_id, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @property
    def decision(self) -> dict[str, Any]:
        """The decision of the first two-stage design; empty when there is none."""
        for result in self.results.values():
            if isinstance(result, StageResult):
                return dict(result.decisions["first"])
        return {}


class Study:
    """A study directory, opened; nothing is computed before it is asked for."""

    def __init__(self, directory: StudyDirectory):
        self.directory = directory

    @property
    def path(self) -> Path:
        """The study's folder."""
        return self.directory.path

    @property
    def protocol(self) -> Protocol:
        """What was promised."""
        return self.directory.protocol

    @cached_property
    def store(self) -> Store:
        """What runs have made so far."""
        return Store(self.directory.results)

    @cached_property
    def files(self) -> dict[str, tuple[str, str]]:
        """Domain to its file's name and hash."""
        tables = self.directory.tables.items()
        return {domain: (path.name, hash_file(path)) for domain, path in tables}

    def check(self, tell: Tell | None = None) -> list[Finding]:
        """Check the protocol and the recorded data; return the findings."""
        self._run_check(tell)
        return read_findings(self.store.load("check"))

    def run(self, tell: Tell | None = None) -> Results:
        """Run everything that changed, then the report.

        Raises
        ------
        DataError
            When the check finds what blocks; all findings are in it.
        """
        reports = self._run_check(tell)
        findings = read_findings(self.store.load("check"))
        if any(finding.severity is Severity.BLOCK for finding in findings):
            raise DataError(findings)
        analyses = list_analyses(self.protocol)
        steps = [*list_derivations(self.protocol), *analyses, *self._figure_steps(analyses)]
        planned = {"report", *(done.name for done in reports), *(step.name for step in steps)}
        self._forget_outdated(planned)
        reports += run_steps(steps, self.store, tell)
        remove_other_files(self.directory.results, self._drawn("figure."))
        results = self._load_results(analyses)
        reports += run_steps([self._report_step(analyses, reports)], self.store, tell)
        if reports[-1].status == "done":
            write_results(self.protocol, self.store, results, findings)
            protocol_hash = hash_file(self.path / PROTOCOL_FILE)
            write_manifest(protocol_hash, self.store, self.files, hash_code())
        report = self.directory.results / "report.html"
        return Results(results, tuple(reports), tuple(findings), report)

    def _forget_outdated(self, planned: Set[str]) -> None:
        """Forget what no step makes any more, and what was written to files that are gone."""
        results = self.directory.results
        lost = {
            f"figure.{name}"
            for name, drawn in self._drawn("figure.").items()
            if not all((results / file).is_file() for file in list_files(drawn))
        }
        if not all((results / name).is_file() for name in WRITTEN):
            lost.add("report")
        for name in (set(self.store.states) - planned) | lost:
            self.store.forget(name)

    def _run_check(self, tell: Tell | None) -> list[StepReport]:
        """Read the tables and check them."""
        recorded = list_recorded(self.directory.tables, self.protocol.study.data_cut)
        raw = tuple(step.name for step in recorded if step.name.startswith("raw."))
        names = {domain: path.name for domain, path in self.directory.tables.items()}
        folder = self.path / DATA_FOLDER
        listing = ",".join(sorted(path.name for path in folder.iterdir()))
        check = Step(
            "check",
            "check of the recorded data",
            check_data,
            {"raw": raw},
            {
                "files": names,
                "facts": find_facts(self.protocol),
                "folder": folder,
                "of_protocol": [store_finding(f) for f in self.directory.reading.findings],
            },
            stamp=listing,
        )
        return run_steps([*recorded, check], self.store, tell)

    def _figure_steps(self, analyses: list[Step]) -> list[Step]:
        """Return a step per figure."""
        footer = ". ".join(print_band(self.protocol))
        drawn = {"results": self.directory.results, "footer": footer}
        steps = []
        for step in analyses:
            made = step.result_type()
            if made is not None and made.has_figure:
                name = f"figure.{step.name}"
                title = f"figure of {step.title}"
                steps.append(Step(name, title, draw_result, {"result": step.name}, drawn))
        steps.append(
            Step(
                "figure.patients",
                "patient time lines",
                draw_patients,
                {"patients": "patients"},
                drawn,
            )
        )
        return steps

    def _load_results(self, analyses: list[Step]) -> dict[str, Result]:
        """Return every result that was made, in the order of the report."""
        return {
            step.name: self.store.load(step.name, step.result_type())
            for step in analyses
            if (state := self.store.states.get(step.name)) and state.status == "done"
        }

    def _report_step(self, analyses: list[Step], reports: list[StepReport]) -> Step:
        """Return the step that composes and writes the report."""
        made = tuple(report.name for report in reports if report.status not in (ABSENT, FAILED))
        absent = [f"{r.name}: {r.reason}" for r in reports if r.status in (ABSENT, FAILED)]

        def compose(**_: Any) -> dict[str, str]:
            figures = self._drawn("figure.")
            parts = {
                "findings": read_findings(self.store.load("check")),
                "figures": {k: v for k, v in figures.items() if k != "patients"},
                "patients": figures.get("patients", {}),
            }
            results = self._load_results(analyses)
            return write_report(self.protocol, self.store, results, parts, self.files, reports)

        return Step(
            "report",
            "report",
            compose,
            {"made": made},
            {"protocol": self.protocol, "absent": absent},
        )

    def _drawn(self, prefix: str) -> dict[str, Any]:
        return {
            name.removeprefix(prefix): self.store.load(name)
            for name, state in sorted(self.store.states.items())
            if name.startswith(prefix) and state.status == "done"
        }

    def load_result(self, result_id: str) -> Result:
        """Return one result of the last run.

        Raises
        ------
        StudyError
            When the last run did not make it.
        """
        steps = list_analyses(self.protocol)
        results = self._load_results(steps)
        if result_id not in results:
            known = ", ".join(results) or "none: run the study first"
            raise StudyError(f"There is no result '{result_id}', expected one of: {known}.")
        return results[result_id]

    def load_datasets(self) -> dict[str, pl.DataFrame]:
        """Return the analysis datasets of the last run by lower-case name."""
        folder = self.directory.results / "analysis"
        if not folder.is_dir():
            raise StudyError(
                f"{self.path} has no analysis datasets yet. Run `trialwright run` first."
            )
        return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def open_study(path: str | Path) -> Study:
    """Open a study directory; nothing is computed.

    Parameters
    ----------
    path : str or Path
        Folder that holds protocol.yaml and data/.

    Raises
    ------
    StudyError
        When the folder is not a study.
    """
    return Study(find_study(path))
