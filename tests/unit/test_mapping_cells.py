"""Dates, numbers and units as people write them, read by what was declared and nothing else."""

from datetime import date
from decimal import Decimal as Exact
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.datasets.mapping.cells import CellRule, make_rule, multiply, translate
from trialwright.datasets.mapping.conversions import find_factor
from trialwright.datasets.mapping.model import CentreMapping, Filling, Table
from trialwright.datasets.mapping.read import read_mapping
from trialwright.datasets.mapping.rows import map_domain
from trialwright.datasets.mapping.sources import list_places, read_place
from trialwright.datasets.mapping.written_dates import is_date_form, read_date
from trialwright.datasets.schema import VariableType

TABLE = {"file": "t.csv", "subject": "{id}"}


def rule(kind: VariableType, table: dict[str, object] | None = None, **filling: object) -> CellRule:
    made = Table.model_validate(TABLE | (table or {}))
    whole = CentreMapping(tables=(made,))
    given_filling = Filling.model_validate({"column": "c", **filling})
    return make_rule(given_filling, "LBSTRESN", kind, made, whole)


def read(text: str, made: CellRule) -> tuple[str | None, str | None]:
    values, problems = translate(pl.Series("c", [text]), made)
    return values[0], problems.get(text)


@pytest.mark.parametrize(
    ("text", "form", "iso"),
    [
        ("3/2/2021", "DD/MM/YYYY", "2021-02-03"),
        ("03.02.21", "DD.MM.20YY", "2021-02-03"),
        ("14-mars-1956", "DD-MMM-YYYY", "1956-03-14"),
        ("14 févr. 2021", "DD MMM YYYY", "2021-02-14"),
        ("14 Dezember 2020", "DD MMM YYYY", "2020-12-14"),
        ("UN/03/2021", "DD/MM/YYYY", "2021-03"),
        ("--/--/2021", "DD/MM/YYYY", "2021"),
        ("03/2021", "MM/YYYY", "2021-03"),
        ("03/02/2021 14:05", "DD/MM/YYYY hh:mm", "2021-02-03T14:05"),
        ("44230", "excel", "2021-02-03"),
        ("2021-02-03", "DD/MM/YYYY", "2021-02-03"),
    ],
)
def test_a_date_is_read_by_its_form(text: str, form: str, iso: str) -> None:
    assert is_date_form(form)
    assert read_date(text, (form,)) == {iso}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("31/02/2021", "DD/MM/YYYY"),
        ("13/13/2021", "DD/MM/YYYY"),
        ("3 Marz 2021", "DD MMM YYYY"),
        ("3/2/21", "DD/MM/YYYY"),
        ("44230", "DD/MM/YYYY"),
        ("2021-02-30", "DD/MM/YYYY"),
        ("12", "excel"),
    ],
)
def test_what_no_form_explains_is_no_date(text: str, form: str) -> None:
    assert read_date(text, (form,)) == set()


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_survives_every_form(day: date) -> None:
    for form in ("DD/MM/YYYY", "MM/DD/YYYY", "YYYY.MM.DD", "DD-MM-YYYY"):
        written = (
            form.replace("DD", f"{day:%d}").replace("MM", f"{day:%m}").replace("YYYY", f"{day:%Y}")
        )
        assert read_date(written, (form,)) == {day.isoformat()}


@pytest.mark.parametrize("form", ["DD/MM/YY", "DD/MM", "DD/DD/YYYY", "hello"])
def test_a_form_that_says_too_little_is_refused(form: str) -> None:
    assert not is_date_form(form)


@given(st.decimals(0, 10**6, places=3, allow_nan=False))
def test_a_length_in_cm_is_ten_times_as_many_mm_exactly(value: Exact) -> None:
    assert Exact(multiply(str(value), find_factor("cm", "mm") or Exact(0))) == value * 10


@pytest.mark.parametrize(
    ("recorded", "wanted", "factor"),
    [("g/dL", "g/L", "10"), ("G/L", "g/L", "1"), ("mg", "g", "0.001"), ("/mm3", "10^9/L", "0.001"),
     ("10^3/uL", "10^9/L", "1"), ("in", "mm", "25.4"), ("µmol/L", "mmol/L", "0.001")],
)  # fmt: skip
def test_units_of_one_kind_have_a_factor(recorded: str, wanted: str, factor: str) -> None:
    assert find_factor(recorded, wanted) == Exact(factor)


@pytest.mark.parametrize(("recorded", "wanted"), [("mg/dL", "umol/L"), ("cm", "kg"), ("x", "mm")])
def test_units_of_two_kinds_have_none(recorded: str, wanted: str) -> None:
    assert find_factor(recorded, wanted) is None


@pytest.mark.parametrize(
    ("text", "decimal", "read_as", "problem"),
    [
        ("3,2", "comma", "3.2", None),
        ("3,2", "point", None, "SOURCE-DECIMAL"),
        ("3.2", "point", "3.2", None),
        ("1.234", "comma", None, "SOURCE-DECIMAL"),
        ("1,234.5", "point", None, "SOURCE-DECIMAL"),
        ("1.234,5", "comma", None, "SOURCE-DECIMAL"),
        ("trace", "point", "trace", None),
    ],
)
def test_a_decimal_sign_is_never_guessed(
    text: str, decimal: str, read_as: str | None, problem: str | None
) -> None:
    assert read(text, rule(VariableType.NUMBER, decimal=decimal)) == (read_as, problem)


def test_what_is_to_be_converted_must_be_a_number() -> None:
    made = rule(VariableType.NUMBER, unit="cm", to="mm", missing=["ND"])
    assert read("3.2", made) == ("32", None)
    assert read("ND", made) == (None, None)
    assert read("big", made) == (None, "MAP-NUMBER")


def test_codes_say_what_becomes_of_the_others() -> None:
    codes = {"1": "Y", "0": ""}
    assert read("1", rule(VariableType.TEXT, codes=codes)) == ("Y", None)
    assert read("0", rule(VariableType.TEXT, codes=codes, if_empty="N")) == (None, None)
    assert read(" ", rule(VariableType.TEXT, codes=codes, if_empty="N")) == ("N", None)
    assert read("2", rule(VariableType.TEXT, codes=codes)) == (None, "MAP-CODE")
    assert read("2", rule(VariableType.TEXT, codes=codes, others="keep")) == ("2", None)
    assert read("2", rule(VariableType.TEXT, codes=codes, others="empty")) == (None, None)
    assert read("2", rule(VariableType.TEXT, codes=codes | {"*": "U"})) == ("U", None)


def test_a_value_of_an_eav_export_leads_to_its_own_row(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text(
        "record,redcap_repeat_instrument,redcap_repeat_instance,field_name,value\n"
        "1,,,sex,M\n1,ae,1,term,Fever\n1,,,age,61\n1,ae,2,term,Rash\n1,ae,2,grade,3\n",
        encoding="utf-8",
    )
    (tmp_path / "mapping.yaml").write_text(
        "tables:\n"
        "  - {file: e.csv, subject: 'S-{record}', redcap: {instrument: ae, export: eav},\n"
        "     into: [{domain: ae, variables: {AETERM: term, AETOXGR: grade}}]}\n"
        "  - {file: e.csv, subject: 'S-{record}', redcap: {instrument: dm, export: eav},\n"
        "     into: [{domain: dm, variables: {SEX: sex, AGE: age}}]}\n",
        encoding="utf-8",
    )
    mapping = read_mapping(tmp_path / "mapping.yaml").mapping
    assert mapping is not None
    sources = {p.name: read_place(tmp_path / p.file, p) for p in list_places(mapping)}
    ae = map_domain(mapping, "ae", sources, {}, "S")
    assert ae.select("AETERM", "@cell:AETERM", "AETOXGR", "@cell:AETOXGR").rows() == [
        ("Fever", "E3", None, None),
        ("Rash", "E5", "3", "E6"),
    ]
    dm = map_domain(mapping, "dm", sources, {}, "S")
    assert dm.select("@cell:SEX", "@cell:AGE").rows() == [("E2", "E4")]
