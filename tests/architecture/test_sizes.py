"""Small rooms: a module has at most 300 lines, a function 40 without its docstring."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "src").rglob("*.py"))
MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager"}


def function_sizes(module: Path) -> dict[str, int]:
    sizes = {}
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            is_documented = ast.get_docstring(node, clean=False) is not None
            doc_lines = first.end_lineno - first.lineno + 1 if is_documented else 0
            sizes[node.name] = node.end_lineno - node.lineno + 1 - doc_lines
    return sizes


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_a_module_and_its_functions_are_small(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= MAX_MODULE_LINES
    too_long = {name: n for name, n in function_sizes(module).items() if n > MAX_FUNCTION_LINES}
    assert too_long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = {
        part for path in MODULES for part in path.relative_to(ROOT / "src").with_suffix("").parts
    }
    assert named & FORBIDDEN_NAMES == set()


def test_inner_packages_are_empty_so_that_importing_one_room_loads_no_other() -> None:
    inner = [
        path for path in MODULES if path.name == "__init__.py" and path.parent.name != "trialwright"
    ]
    assert inner
    assert [path for path in inner if path.parent.name != "cli" and path.read_text().strip()] == []
