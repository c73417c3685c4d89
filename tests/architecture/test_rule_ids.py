"""Every rule of the check has an id that says what it is about, and a place in docs/rules.md."""

import ast
import re
from pathlib import Path

import pytest

from trialwright.datasets.validate import CHAPTERS, RULES, Rule, describe_rules

ROOT = Path(__file__).parents[2]
ID = re.compile(r"^[A-Z]+(-[A-Z]+){1,2}$|^CODELIST$|^ELIGIBILITY$")


def test_the_page_of_rules_is_what_the_rules_say() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == describe_rules(), "run python -m trialwright.datasets.validate > docs/rules.md"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_what_it_finds_why_and_how_to_mend(rule: Rule) -> None:
    assert ID.match(rule.id)
    assert rule.title[0].isupper()
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.mend.endswith(".")
    assert f"### {rule.id}\n" in describe_rules()


def test_every_module_of_rules_has_its_chapter() -> None:
    assert {rule.module for rule in RULES.values()} == {module.__name__ for _, module in CHAPTERS}
    files = (ROOT / "src" / "trialwright" / "datasets").glob("rules_*.py")
    named = {f"trialwright.datasets.{path.stem}" for path in files} - {
        "trialwright.datasets.rules_registry"
    }
    assert named <= {module.__name__ for _, module in CHAPTERS}


def test_every_check_is_a_function_that_finds() -> None:
    for path in (ROOT / "src" / "trialwright" / "datasets").glob("rules_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                assert node.name.startswith("find_"), f"{path.name}: {node.name}"
