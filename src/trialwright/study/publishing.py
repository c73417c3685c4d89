"""From results to what people read: figures, report, documents, and what is left of old runs."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from trialwright.core.errors import Finding
from trialwright.core.result import Result
from trialwright.protocol.model import Protocol
from trialwright.report.blocks import Document
from trialwright.study.figures import draw_patients, draw_result, list_files
from trialwright.study.panels import PANEL, list_panel_steps
from trialwright.study.reporting import compose_document, print_band, write_report
from trialwright.study.run import Step, StepReport, load_results
from trialwright.study.store import ABSENT, FAILED, Store

MANIFESTS = ("slides", "images")
WRITTEN = ("report.html", "results.json", "manifest.json")


@dataclass
class Publisher:
    """The last steps of a run over its analyses; `findings` are those of its checks."""

    protocol: Protocol
    store: Store
    files: Mapping[str, tuple[str, str]]
    analyses: Sequence[Step]
    findings: list[Finding] = field(default_factory=list)
    composed: dict[tuple[StepReport, ...], Document] = field(default_factory=dict)

    def figure_steps(self) -> list[Step]:
        """Return a step per figure."""
        footer = ". ".join(print_band(self.protocol))
        drawn = {"results": self.store.results, "footer": footer}
        steps = []
        for step in self.analyses:
            made = step.result_type()
            if made is not None and made.has_figure:
                name = f"figure.{step.name}"
                title = f"figure of {step.title}"
                steps.append(Step(name, title, draw_result, {"result": step.name}, drawn))
        if any(step.name == "patients" for step in self.analyses):
            steps.append(self._patients_step(drawn))
        return [*steps, *self._panel_steps(drawn)]

    def _panel_steps(self, drawn: Mapping[str, Any]) -> list[Step]:
        """Return the steps that put patients' images side by side."""
        manifests = {n: self.store.load(n) for n in MANIFESTS if self.store.is_done(n)}
        tag = "synthetic" if self.protocol.study.synthetic else ""
        panels, study = self.protocol.biomarkers.images, self.store.results.parent
        return list_panel_steps(panels, study, manifests, {**drawn, "tag": tag})

    def _patients_step(self, drawn: Mapping[str, Any]) -> Step:
        """Return the step that draws every patient's time line."""
        inputs = {"patients": "patients"}
        return Step("figure.patients", "patient time lines", draw_patients, inputs, drawn)

    def load_results(self) -> dict[str, Result]:
        """Return every result that was made, in the order of the report."""
        return load_results(self.analyses, self.store)

    def report_step(self, reports: Sequence[StepReport]) -> Step:
        """Return the step that composes and writes the report."""
        made = tuple(report.name for report in reports if report.status not in (ABSENT, FAILED))
        absent = [f"{r.name}: {r.reason}" for r in reports if r.status in (ABSENT, FAILED)]

        def write(**_: Any) -> dict[str, str]:
            document = self.compose(reports)
            results = self.load_results()
            return write_report(document, self.protocol, self.store, results, self.files)

        return Step(
            "report",
            "report",
            write,
            {"made": made},
            {"protocol": self.protocol, "absent": absent},
        )

    def compose(self, reports: Sequence[StepReport]) -> Document:
        """Return the report of what was made, for any form of print; all print the same one."""
        key = tuple(reports)
        if key not in self.composed:
            self.composed[key] = self._compose(reports)
        return self.composed[key]

    def _compose(self, reports: Sequence[StepReport]) -> Document:
        """Compose the report of what was made."""
        figures, results = self.drawn("figure."), self.load_results()
        parts = {
            "findings": self.findings,
            "figures": {k: v for k, v in figures.items() if k in results and k != "patients"},
            "patients": figures.get("patients", {}),
            "panels": {k: v for k, v in figures.items() if k.startswith(PANEL)},
        }
        return compose_document(self.protocol, self.store, results, parts, self.files, reports)

    def drawn(self, prefix: str) -> dict[str, Any]:
        """Return what steps of a prefix drew, by what stands after it."""
        return {
            name.removeprefix(prefix): self.store.load(name)
            for name in sorted(self.store.states)
            if name.startswith(prefix) and self.store.is_done(name)
        }

    def forget_outdated(self, planned: Set[str]) -> None:
        """Forget what no step makes any more, and what was written to files that are gone."""
        results = self.store.results
        lost = {
            f"figure.{name}"
            for name, drawn in self.drawn("figure.").items()
            if not all((results / file).is_file() for file in list_files(drawn))
        }
        if not all((results / name).is_file() for name in WRITTEN):
            lost.add("report")
        for name in (set(self.store.states) - planned) | lost:
            self.store.forget(name)
