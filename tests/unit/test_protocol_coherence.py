"""Names that must exist and statements that must agree: one planted fault, one finding."""

from pathlib import Path

import pytest

from trialwright.protocol.load import read_protocol

BASE = """\
study: {id: SMALL, title: A small trial, data_cut: 2022-02-28}
treatment_start: first dose of Drug
arms:
  - id: A
    cycle_days: 28
    cycle_anchor: Drug
    agents:
      - {name: Drug, dose: 50 mg, start: C1D1, days_on: 7, days_off: 7}
      - {name: Virus, dose: 1e9 pfu, start: BASE, every_days: 14, at_most: 4}
visits:
  - {name: SCREEN, within_days_before: 28, of: BASE}
  - {name: BASE, day: 1, before_dose_of: all}
  - {name: C2D1, day: 29, window: [-2, 2], before_dose_of: Drug}
assessments:
  tumor: {every_weeks: 6, from: BASE, window: [0, 7]}
central_review: {readers: 2, adjudicator: true, analysis_read: adjudicated}
eligibility:
  - {rule: age_at_least, years: 18, ietestcd: INCL01}
  - {rule: no_concomitant, names: [CLOPIDOGREL], ietestcd: EXCL01}
populations:
  enrolled: {all: true}
  evaluable: {eligible: true, at_least_one_dose_of: each}
baseline:
  - {name: SEX, label: Sex, domain: DM, variable: SEX, summary: categorical, levels: [{Male: M}, {Female: F}]}
endpoints:
  primary: {id: np6, kind: landmark, variable: no progression, at_months: 6, population: evaluable, intercurrent: {death: failure}, sensitivity: [enrolled, investigator read]}
  secondary:
    - {id: pfs, kind: time_to_event, variable: PFS, population: evaluable, event: progression or death, censor: last evaluable tumor assessment, scheme: fda_a, intercurrent: {new_anticancer_therapy: censor}}
    - {id: os, kind: time_to_event, variable: OS, population: evaluable, event: death, censor: last contact}
design:
  {arm: A, endpoint: np6, kind: simon, p0: 0.2, p1: 0.4, alpha: 0.05, power: 0.8, stage_1: {r1: 3, n1: 13}, total: {r: 12, n: 43}, reference: [{source: Others, at_months: 6, active: 0.4}]}
biomarkers:
  tissue: [{id: cd8, stain: CD8, visits: [SCREEN, C2D1]}]
  plasma: [{id: npx, panel: Panel, visits: [BASE, C2D1], reference: BASE, contrasts: [C2D1]}]
  correlates: [{markers: cd8, with: pfs, landmark: C2D1}]
assumed:
  visits.window: not stated
  design.alpha: not stated
  arms.A.agents.Drug.start: not stated
"""  # noqa: E501


def find(tmp_path: Path, text: str) -> list[tuple[str, str | None]]:
    path = tmp_path / "protocol.yaml"
    path.write_text(text, encoding="utf-8")
    return [(finding.rule, finding.column) for finding in read_protocol(path).findings]


def test_the_protocol_without_a_planted_fault_has_no_finding(tmp_path: Path) -> None:
    assert find(tmp_path, BASE) == []


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("first dose of Drug", "first dose of Drag", "treatment_start"),
        ("cycle_anchor: Drug", "cycle_anchor: Virus2", "arms.A.cycle_anchor"),
        ("start: BASE", "start: BASIS", "arms.A.agents.Virus.start"),
        ("of: BASE}", "of: BASIS}", "visits.SCREEN.of"),
        ("before_dose_of: Drug", "before_dose_of: Drag", "visits.C2D1.before_dose_of"),
        ("from: BASE", "from: BASIS", "assessments.tumor.from"),
        (
            "months: 6, population: evaluable",
            "months: 6, population: evaluated",
            "endpoints.primary.population",
        ),
        ("[enrolled, inv", "[enrolled2, inv", "endpoints.primary.sensitivity.1"),
        ("arm: A, endpoint", "arm: B, endpoint", "design.arm"),
        ("endpoint: np6", "endpoint: np7", "design.endpoint"),
        ("[SCREEN, C2D1]", "[SCREEN, C3D1]", "biomarkers.tissue.cd8.visits.2"),
        ("reference: BASE", "reference: BASIS", "biomarkers.plasma.npx.reference"),
        ("contrasts: [C2D1]", "contrasts: [C3D1]", "biomarkers.plasma.npx.contrasts.1"),
        ("with: pfs", "with: dfs", "biomarkers.correlates.1.with"),
        ("landmark: C2D1", "landmark: C3D1", "biomarkers.correlates.1.landmark"),
        ("names: [CLOPIDOGREL]", "medications: no.csv", "eligibility.no_concomitant.medications"),
    ],
)
def test_a_name_that_points_at_nothing_is_found(
    tmp_path: Path, old: str, new: str, column: str
) -> None:
    assert old in BASE
    assert find(tmp_path, BASE.replace(old, new, 1)) == [("PROTOCOL-REFERENCE", column)]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        (
            "name: BASE, day: 1",
            "name: BASE, day: 1, within_days_before: 2, of: SCREEN",
            "visits.BASE",
        ),
        ("name: BASE, day: 1, ", "name: BASE, ", "visits.BASE"),
        (
            "within_days_before: 28, of: BASE",
            "within_days_before: 28",
            "visits.SCREEN.within_days_before",
        ),
        ("day: 29", "day: 30", "visits.C2D1.day"),
        ("every_days: 14", "every_days: 14, days_on: 7", "arms.A.agents.Virus.every_days"),
        ("days_on: 7, days_off: 7", "days_off: 7", "arms.A.agents.Drug.days_off"),
        ("{all: true}", "{all: true, eligible: true}", "populations.enrolled"),
        ("{all: true}", "{all: false}", "populations.enrolled"),
        ("readers: 2", "readers: 0", "central_review.analysis_read"),
        ("at_months: 6, pop", "at_months: 6, at_days: 182, pop", "endpoints.primary"),
        ("at_months: 6, pop", "pop", "endpoints.primary"),
        ("{death: failure}", "{death: event}", "endpoints.primary.intercurrent.death"),
        (
            "therapy: censor",
            "therapy: follow on",
            "endpoints.secondary.pfs.intercurrent.new_anticancer_therapy",
        ),
        ("last contact", "last evaluable tumor assessment", "endpoints.secondary.os.censor"),
        ("endpoint: np6", "endpoint: os", "design.endpoint"),
        ("{Female: F}]", "{Female: M}]", "baseline.SEX.levels.2.Female"),
        ("{Female: F}]", "{Female: F}], thresholds: [1]", "baseline.SEX.thresholds"),
        (
            "window: [0, 7]}\n",
            "window: [0, 7]}\nresponse: {assessment_interval_days: 56}\n",
            "response.assessment_interval_days",
        ),
    ],
)
def test_statements_that_contradict_each_other_are_found(
    tmp_path: Path, old: str, new: str, column: str
) -> None:
    assert old in BASE
    assert find(tmp_path, BASE.replace(old, new, 1)) == [("PROTOCOL-CONFLICT", column)]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("r1: 3", "r1: 13", "design.stage_1.r1"),
        ("n1: 13", "n1: 43", "design.stage_1.n1"),
        ("r: 12, n: 43", "r: 43, n: 43", "design.total.r"),
        ("r: 12, n: 43", "r: 2, n: 43", "design.total.r"),
        ("p0: 0.2", "p0: 0.4", "design.p0"),
    ],
)
def test_bounds_that_cannot_be_met_are_found(
    tmp_path: Path, old: str, new: str, column: str
) -> None:
    assert find(tmp_path, BASE.replace(old, new, 1)) == [("DESIGN-BOUNDS", column)]


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("name: Virus", "name: Drug", "arms.A.agents.Drug.name"),
        ("name: C2D1, day: 29", "name: BASE, day: 29", "visits.BASE.name"),
        ("id: os", "id: pfs", "endpoints.secondary.pfs.id"),
        ("EXCL01", "INCL01", "eligibility.no_concomitant.ietestcd"),
        ("[enrolled, inv", "[enrolled, enrolled, inv", "endpoints.primary.sensitivity.2"),
    ],
)
def test_a_name_that_stands_twice_is_found(tmp_path: Path, old: str, new: str, column: str) -> None:
    text = BASE.replace(old, new, 1)
    for key in ("visits: [SCREEN, C2D1]", "visits: [BASE, C2D1]", "contrasts: [C2D1]"):
        text = text.replace(key, key.replace("C2D1", "BASE").replace("[BASE, BASE]", "[BASE]"))
    text = text.replace("landmark: C2D1", "landmark: BASE")
    assert find(tmp_path, text) == [("PROTOCOL-DUPLICATE-NAME", column)]


@pytest.mark.parametrize(
    "path",
    [
        "visits.windows",
        "design.stage_1.r2",
        "arms.B.agents",
        "arms.A.agents.Drag",
        "endpoints.third",
    ],
)
def test_an_assumption_about_no_key_is_found(tmp_path: Path, path: str) -> None:
    text = BASE.replace("design.alpha:", f"{path}:")
    assert find(tmp_path, text) == [("PROTOCOL-ASSUMED", f"assumed.{path}")]


@pytest.mark.parametrize(
    "path",
    [
        "visits.C2D1.window",
        "endpoints.primary.unknown",
        "endpoints.secondary.conf_type",
        "endpoints.primary.intercurrent.death",
        "populations.evaluable.label",
        "design.reference.1.active",
        "arms.agents.dose",
        "imputation",
    ],
)
def test_an_assumption_may_be_about_a_default_an_item_or_every_item(
    tmp_path: Path, path: str
) -> None:
    assert find(tmp_path, BASE.replace("design.alpha:", f"{path}:")) == []


def test_rates_of_another_time_than_the_endpoint_warn(tmp_path: Path) -> None:
    text = BASE.replace("at_months: 6, active", "at_months: 3, active")
    assert find(tmp_path, text) == [("DESIGN-REFERENCE", "design.reference.1")]


def test_day_zero_and_a_window_without_its_day_are_found(tmp_path: Path) -> None:
    assert find(tmp_path, BASE.replace("name: BASE, day: 1", "name: BASE, day: 0")) == [
        ("PROTOCOL-VALUE", "visits.BASE.day")
    ]
    assert find(tmp_path, BASE.replace("window: [-2, 2]", "window: [1, 2]")) == [
        ("PROTOCOL-VALUE", "visits.C2D1.window")
    ]


def test_each_arm_has_a_design_of_its_own(tmp_path: Path) -> None:
    body = BASE[BASE.index("  {arm: A") : BASE.index("biomarkers:")].strip()
    text = BASE.replace(body, f"- {body}\n  - {body.replace('arm: A', 'arm: B')}")
    assert find(tmp_path, text) == [("PROTOCOL-REFERENCE", "design.B.arm")]
    text = text.replace("  - id: A\n", "  - {id: B}\n  - id: A\n")
    assert find(tmp_path, text) == []


@pytest.mark.parametrize(
    ("endpoint", "event", "strategy", "followed"),
    [
        ("kind: best_response", "new_anticancer_therapy", "follow on", "until then"),
        ("kind: best_response", "treatment_stopped", "failure", "follow on"),
        ("kind: landmark, variable: x, at_days: 182", "death", "follow on", "failure"),
        (
            "kind: landmark, variable: x, at_days: 182",
            "new_anticancer_therapy",
            "censor",
            "failure or follow on",
        ),
        (
            "kind: time_to_event, variable: x, event: death, censor: last contact",
            "new_anticancer_therapy",
            "censor",
            "follow on",
        ),
        (
            "kind: time_to_event, variable: x, event: progression or death, "
            "censor: last evaluable tumor assessment",
            "missed_assessments",
            "censor",
            "follow on",
        ),
    ],
)
def test_a_strategy_that_the_analysis_does_not_follow_is_found(
    tmp_path: Path, endpoint: str, event: str, strategy: str, followed: str
) -> None:
    added = f"    - {{id: new, population: enrolled, {endpoint}, intercurrent: {{{event}: "
    text = BASE.replace("design:\n", f"{added}{strategy}}}}}\ndesign:\n")
    path = tmp_path / "protocol.yaml"
    path.write_text(text, encoding="utf-8")
    (finding,) = read_protocol(path).findings
    assert finding.rule == "PROTOCOL-CONFLICT"
    assert finding.expected.startswith(f"{followed}, which is what the analysis of a ")
    before, _, after = text.rpartition(f"{event}: {strategy}")
    path.write_text(f"{before}{event}: {followed.split(' or ')[0]}{after}", encoding="utf-8")
    assert read_protocol(path).findings == ()
