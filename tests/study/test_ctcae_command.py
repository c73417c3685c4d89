"""`trialwright ctcae`: a term by its name, its synonym or a slip of the pen."""

import json

import pytest

from trialwright.cli.main import main


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["ctcae", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("word", ["Fever", "pyrexia", "feever"])
def test_a_term_is_found_with_its_grades(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(ask(capsys, word, "--version", "4.03", "--json", "--most", "1"))
    assert found["version"] == "4.03"
    assert found["terms"][0]["term"] == "Fever"
    assert found["terms"][0]["grades"]["5"] == "Death"


def test_the_text_names_the_organ_class(capsys: pytest.CaptureFixture[str]) -> None:
    out = ask(capsys, "cytokine", "release")
    assert out.startswith("Cytokine release syndrome (Immune system disorders)\n  grade 1: ")


def test_what_is_like_no_term_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "has no term like 'qqqqqq'" in ask(capsys, "qqqqqq")
    assert main(["ctcae", "fever", "--most", "0"]) == 2
