"""Upper case is a variable or code of the trial: a column that nobody declared fails the build."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

from trialwright import datasets as rooms
from trialwright.datasets import codelists
from trialwright.datasets.analysis_domains import PARAMETERS
from trialwright.datasets.domains import ANALYSIS, DOMAINS, find_dataset
from trialwright.datasets.schema import Dataset

ROOT = Path(__file__).parents[2] / "src"
MODULES = sorted(ROOT.rglob("*.py"))
NAME = re.compile(r"^[A-Z][A-Z0-9]{2,7}$")  # a SAS name; shorter ones are values such as PD
LONG_ENOUGH_TO_MISSPELL = 6
TAKES_COLUMNS = {
    *("col", "select", "drop", "group_by", "sort", "over", "join", "alias", "with_columns", "agg"),
    *("unique", "drop_nulls", "partition_by", "pivot", "unpivot", "pick", "has", "struct"),
}


def declared_variables() -> set[str]:
    modules = [
        import_module(item.name) for item in walk_packages(rooms.__path__, f"{rooms.__name__}.")
    ]
    declared = [item for module in modules for item in vars(module).values()]
    alone = [item for item in declared if isinstance(item, Dataset)]
    datasets = [*alone, *DOMAINS.values(), find_dataset("supptu")]
    return {name for dataset in datasets for name in dataset.names}


def declared_codes() -> set[str]:
    lists = [item for item in vars(codelists).values() if isinstance(item, codelists.Codelist)]
    values = {value for item in lists for value in item.values}
    return values | {code for codes in PARAMETERS.values() for code in codes} | set(ANALYSIS)


VARIABLES, CODES = declared_variables(), declared_codes()


def columns_in(tree: ast.AST) -> Iterator[str]:
    """Yield names that stand where a column is meant: arguments, keywords, subscripts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            yield from texts_in(node.slice)
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = function.id if isinstance(function, ast.Name) else name
            if name in TAKES_COLUMNS:
                for argument in node.args:
                    yield from texts_in(argument)
                for keyword in node.keywords:
                    yield keyword.arg or ""
                    if keyword.arg in ("on", "by", "left_on", "right_on", "index", "subset"):
                        yield from texts_in(keyword.value)


def texts_in(node: ast.AST) -> Iterator[str]:
    """Yield a text, or the texts of a literal sequence."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.List | ast.Tuple | ast.Starred):
        for child in ast.iter_child_nodes(node):
            yield from texts_in(child)


def is_one_edit_away(first: str, second: str) -> bool:
    """Whether one letter is missing, too many, or another."""
    if abs(len(first) - len(second)) > 1 or first == second:
        return False
    pairs = enumerate(zip(first, second, strict=False))
    shorter = min(len(first), len(second))
    start = next((place for place, (one, other) in pairs if one != other), shorter)
    one, other = first[start:], second[start:]
    return one[1:] == other or one == other[1:] or one[1:] == other[1:]


def literals_in(tree: ast.Module) -> set[str]:
    """Return the texts of a module, but those of __all__."""
    body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
    ]
    return {
        node.value
        for part in body
        for node in ast.walk(part)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_column_is_declared(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    named = {name for name in columns_in(tree) if NAME.match(name)}
    assert named - VARIABLES - CODES == set(), "declare it in datasets, or write it correctly"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_literal_is_a_misspelt_variable(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    unknown = {
        text
        for text in literals_in(tree) - VARIABLES - CODES
        if NAME.match(text) and len(text) >= LONG_ENOUGH_TO_MISSPELL
    }
    misspelt = {
        text: sorted(name for name in VARIABLES if is_one_edit_away(text, name))
        for text in unknown
        if any(is_one_edit_away(text, name) for name in VARIABLES)
    }
    assert misspelt == {}


def test_a_misspelt_column_would_be_found() -> None:
    tree = ast.parse('frame.filter(col("USUBJD") == 1).group_by(["ARMCD", "TRSTRSN"])["AVAL"]')
    found = {name for name in columns_in(tree) if NAME.match(name)} - VARIABLES - CODES
    assert found == {"USUBJD", "TRSTRSN"}
    assert is_one_edit_away("USUBJD", "USUBJID")
    assert not is_one_edit_away("TRSTRESC", "RSSTRESC")
