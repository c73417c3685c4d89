"""Reading the YAML: its traps, its lines, and every finding at once."""

from datetime import date
from pathlib import Path

import pytest

from trialwright.core.errors import ProtocolError, Severity
from trialwright.protocol.endpoints import AnalysisRead, ResponseSource
from trialwright.protocol.load import load_protocol, read_protocol
from trialwright.protocol.rules import RULES, WARNINGS

EXAMPLES = Path(__file__).parents[2] / "examples"
METROMAJX = EXAMPLES / "metromajx" / "protocol.yaml"
SMALL = """\
study: {id: SMALL, title: A small trial, data_cut: 2022-02-28}
treatment_start: first dose of any agent
arms:
  - {id: A, agents: [{name: Drug, dose: 50 mg}]}
populations:
  safety: {at_least_one_dose_of: any}
"""


@pytest.fixture
def write(tmp_path: Path):
    def write_file(text: str) -> Path:
        path = tmp_path / "protocol.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def messages(path: Path) -> list[str]:
    return [finding.message for finding in read_protocol(path).findings]


def with_mistakes(*changes: tuple[str, str]) -> str:
    """Return the METROMAJX protocol with each text replaced once."""
    text = METROMAJX.read_text(encoding="utf-8").replace("lists/cyp2b6.csv", "cyp2b6.csv")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


TEN = {
    "DESIGN-BOUNDS": ("r1: 3", "r1: 13"),
    "PROTOCOL-UNKNOWN-KEY": ("cycle_days: 28", "cycle_day: 28"),
    "PROTOCOL-DUPLICATE-KEY": ("  power: 0.80\n", "  power: 0.80\n  power: 0.90\n"),
    "PROTOCOL-TYPE": ("readers: 2", "readers: two"),
    "PROTOCOL-MISSING": ("      population: safety\n      ctcae", "      ctcae"),
    "PROTOCOL-VALUE": ("kind: best_response", "kind: best_respnose"),
    "PROTOCOL-REFERENCE": ("endpoint: npr6", "endpoint: npr7"),
    "PROTOCOL-ASSUMED": ("  study.registry:", "  study.registri:"),
    "PROTOCOL-CONFLICT": ("at_months: 6\n", "at_months: 6\n    at_days: 182\n"),
    "PROTOCOL-DUPLICATE-NAME": ("name: HIST", "name: STAGE"),
}


def test_a_protocol_with_ten_mistakes_lists_ten(write, tmp_path: Path) -> None:
    (tmp_path / "cyp2b6.csv").write_text("CMDECOD\nCLOPIDOGREL\n")
    path = write(with_mistakes(*TEN.values()))
    with pytest.raises(ProtocolError) as raised:
        load_protocol(path)
    assert sorted(finding.rule for finding in raised.value.findings) == sorted(TEN)
    lines = [finding.row for finding in raised.value.findings]
    assert lines == sorted(lines)


@pytest.mark.parametrize("rule", sorted(TEN))
def test_one_mistake_is_one_finding(write, tmp_path: Path, rule: str) -> None:
    (tmp_path / "cyp2b6.csv").write_text("CMDECOD\nCLOPIDOGREL\n")
    path = write(with_mistakes(TEN[rule]))
    found = [f for f in read_protocol(path).findings if f.severity is Severity.BLOCK]
    assert [finding.rule for finding in found] == [rule]


def test_a_finding_says_where_what_and_what_to_do(write, tmp_path: Path) -> None:
    (tmp_path / "cyp2b6.csv").write_text("CMDECOD\nCLOPIDOGREL\n")
    text = with_mistakes(TEN["DESIGN-BOUNDS"])
    line = text[: text.index("r1: 13")].count("\n") + 1
    assert messages(write(text))[0] == (
        f"protocol.yaml line {line}, design.stage_1.r1: 13, expected less than stage_1.n1 (13). "
        "Write the largest count that stops the trial. [DESIGN-BOUNDS]"
    )


def test_an_unknown_key_offers_the_nearest_known_one(write) -> None:
    path = write(SMALL.replace("populations:", "Population:"))
    found = [f for f in read_protocol(path).findings if f.rule == "PROTOCOL-UNKNOWN-KEY"]
    assert [(f.row, f.column, f.action) for f in found] == [
        (5, "Population", "Write `populations`, or remove it.")
    ]


def test_a_key_that_stands_twice_names_both_lines(write) -> None:
    path = write(SMALL.replace("arms:", "treatment_start: reference start date\narms:"))
    assert messages(path) == [
        "protocol.yaml line 3, treatment_start: `treatment_start` once more, expected it once "
        "(line 2). Remove one of them. [PROTOCOL-DUPLICATE-KEY]"
    ]


def test_a_misspelt_kind_does_not_hide_what_stands_beside_it(write) -> None:
    endpoints = "endpoints:\n  secondary: [{id: bor, kind: best_respnose, confirmation: maybe}]\n"
    rules = [finding.rule for finding in read_protocol(write(SMALL + endpoints)).findings]
    assert sorted(rules) == ["PROTOCOL-MISSING", "PROTOCOL-TYPE", "PROTOCOL-VALUE"]


def test_a_section_that_is_no_yaml_does_not_hide_the_others(write) -> None:
    path = write(SMALL.replace("mg}]}", "mg}}").replace("2022-02-28", "2022-02-30"))
    found = read_protocol(path).findings
    assert [(finding.rule, finding.row) for finding in found] == [
        ("PROTOCOL-TYPE", 1),
        ("PROTOCOL-SYNTAX", 4),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "an empty file"),
        ("- a\n", "no keys"),
        (SMALL + "---\na: 1\n", "a second document"),
        (SMALL + "? [a]\n: 1\n", "a key that is no word"),
        (SMALL.replace("A small trial", "!x A"), "the tag !x"),
        (SMALL.replace("A small trial", "\x00"), "a character that no text has"),
        (SMALL.replace("A small trial", "*x"), "found undefined alias 'x'"),
        ("\n".join("[" * 2000), "groups within groups without end"),
    ],
)
def test_what_is_no_protocol_is_a_syntax_finding(write, text: str, found: str) -> None:
    assert found in [
        finding.found
        for finding in read_protocol(write(text)).findings
        if finding.rule == "PROTOCOL-SYNTAX"
    ]


def test_an_alias_of_itself_ends(write) -> None:
    rules = {finding.rule for finding in read_protocol(write("study: &a [*a]\n")).findings}
    assert "PROTOCOL-SYNTAX" in rules


def test_a_file_that_is_not_there_or_not_text_is_a_finding(write, tmp_path: Path) -> None:
    path = write("")
    path.write_bytes(b"study: \xff\n")
    for unreadable, found in ((path, "not UTF-8"), (tmp_path, "not a readable file")):
        (finding,) = read_protocol(unreadable).findings
        assert (finding.rule, finding.found, finding.row) == ("PROTOCOL-FILE", found, None)


def test_words_that_yaml_takes_for_something_else_stay_words(write) -> None:
    text = SMALL.replace("A small trial", "NO").replace("50 mg", "1e9 pfu")
    text = text.replace("id: SMALL,", "id: SMALL, phase: 1.10, sponsor: off, version: 012,")
    protocol = load_protocol(write(text))
    study, dose = protocol.study, protocol.arms[0].agents[0].dose
    assert (study.title, study.phase, study.sponsor, study.version) == ("NO", "1.10", "off", "012")
    assert (dose.amount, dose.unit, dose.text) == (1e9, "pfu", "1e9 pfu")
    assert study.data_cut == date(2022, 2, 28)


@pytest.mark.parametrize("written", ["2022-02-30", "2022", "28.02.2022", "1645999999"])
def test_a_data_cut_is_a_date_that_exists(write, written: str) -> None:
    (finding,) = read_protocol(write(SMALL.replace("2022-02-28", written))).findings
    assert (finding.found, finding.column) == (written, "study.data_cut")


@pytest.mark.parametrize(
    ("written", "rule", "action"),
    [
        ("20%", "PROTOCOL-TYPE", "Write 0.2."),
        ("0,20", "PROTOCOL-TYPE", "Write 0.20."),
        ("20", "PROTOCOL-VALUE", "Write 0.2."),
        (".nan", "PROTOCOL-TYPE", "Write a number."),
    ],
)
def test_a_rate_that_is_no_proportion_says_what_to_write(
    write, tmp_path: Path, written: str, rule: str, action: str
) -> None:
    (tmp_path / "cyp2b6.csv").write_text("CMDECOD\nCLOPIDOGREL\n")
    path = write(with_mistakes(("p0: 0.20", f"p0: {written}")))
    found = [f for f in read_protocol(path).findings if f.column == "design.p0"]
    assert (found[0].rule, found[0].action) == (rule, action)


def test_the_response_rules_take_interval_and_window_from_the_schedule(write) -> None:
    text = SMALL + "assessments: {tumor: {every_weeks: 8, from: treatment start, window: [0, 5]}}\n"
    response = load_protocol(write(text)).response
    assert (response.assessment_interval_days, response.assessment_window_days) == (56, 5)
    assert response.max_gap_days == 117


def test_a_population_is_called_by_its_key_unless_it_has_a_label(write) -> None:
    text = SMALL + "  enrolled: {all: true, label: randomized}\n"
    populations = load_protocol(write(text)).populations
    assert [p.label for p in populations.values()] == ["safety", "randomized"]


def test_a_warning_does_not_block_and_can_be_turned_off_or_into_a_block(write) -> None:
    early = (
        SMALL + "assessments: {tumor: {every_weeks: 6, from: treatment start, window: [-7, 7]}}\n"
    )
    reading = read_protocol(write(early))
    assert [finding.rule for finding in reading.findings] == ["PROTOCOL-SD-MINIMUM"]
    assert reading.findings[0].column == "response.sd_minimum_days"
    assert reading.protocol is not None
    assert messages(write(early + "checks: {PROTOCOL-SD-MINIMUM: off}\n")) == []
    blocked = read_protocol(write(early + "checks: {PROTOCOL-SD-MINIMUM: block}\n"))
    assert blocked.protocol is None


def test_a_fault_cannot_be_turned_off(write) -> None:
    (finding,) = read_protocol(write(SMALL + "checks: {PROTOCOL-TYPE: off}\n")).findings
    assert (finding.rule, finding.column) == ("PROTOCOL-VALUE", "checks.PROTOCOL-TYPE")


def test_every_rule_is_explained_and_every_warning_is_a_rule() -> None:
    assert set(RULES) >= WARNINGS
    assert all(text.endswith(".") for text in RULES.values())


def test_the_metromajx_protocol_says_what_the_paper_says() -> None:
    protocol = load_protocol(METROMAJX)
    (design,) = protocol.design
    stage, total = design.stage_1, design.total
    assert (stage.r1, stage.n1, total.r, total.n) == (3, 13, 12, 43)
    assert protocol.study.is_synthetic
    assert protocol.central_review.analysis_read is AnalysisRead.ADJUDICATED
    assert protocol.response.sd_minimum_days == 35
    assert [agent.name for agent in protocol.arms[0].agents] == [
        "Cyclophosphamide",
        "JX-594",
        "Avelumab",
    ]


def test_the_metromajx_protocol_has_one_warning_about_the_paper_itself() -> None:
    assert [finding.rule for finding in read_protocol(METROMAJX).findings] == ["DESIGN-REFERENCE"]


@pytest.mark.parametrize("name", ["cdisc_pilot_onco", "pancreatic"])
def test_the_other_examples_have_no_findings_and_no_design(name: str) -> None:
    reading = read_protocol(EXAMPLES / name / "protocol.yaml")
    assert reading.findings == ()
    assert reading.protocol is not None
    assert reading.protocol.design == ()
    assert reading.protocol.endpoints.primary is None
    assert reading.protocol.response.source is ResponseSource.COLLECTED
