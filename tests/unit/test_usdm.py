"""The METROMAJX protocol as USDM: valid, and nothing coded that has no term."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from trialwright.protocol.load import read_protocol
from trialwright.protocol.usdm import describe_protocol

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(
    (Path(__file__).parent / "schemas" / "usdm_v4_wrapper.json").read_text(encoding="utf-8")
)
EXAMPLES = ("metromajx", "cdisc_pilot_onco", "pancreatic")


def describe(name: str) -> tuple[dict[str, Any], list[str]]:
    protocol = read_protocol(ROOT / "examples" / name / "protocol.yaml").protocol
    assert protocol is not None
    return describe_protocol(protocol, "0.1")


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_valid(name: str) -> None:
    document, _ = describe(name)
    errors = Draft202012Validator(SCHEMA).iter_errors(document)
    assert [error.message for error in errors] == []


def list_pairs(part: Any) -> Iterator[tuple[str, Any]]:
    """Yield every key with its value, at any depth."""
    if isinstance(part, dict):
        yield from part.items()
    for item in part.values() if isinstance(part, dict) else part:
        if isinstance(item, dict | list):
            yield from list_pairs(item)


def test_every_id_is_used_once_and_every_reference_is_there() -> None:
    pairs = list(list_pairs(describe("metromajx")[0]))
    ids = [value for key, value in pairs if key == "id" and value is not None]
    named = [value for key, value in pairs if key.endswith("Id") and value is not None]
    named += [item for key, value in pairs if key.endswith("Ids") for item in value]
    assert len(ids) == len(set(ids))
    assert named
    assert set(named) <= set(ids)


def test_an_injection_into_the_tumor_is_never_called_oral() -> None:
    version = describe("metromajx")[0]["study"]["versions"][0]
    routes = {
        agent["name"]: agent["administrations"][0]["route"]["standardCode"]["decode"]
        for agent in version["studyInterventions"]
    }
    assert routes == {
        "Cyclophosphamide": "Oral Route of Administration",
        "JX-594": "Intratumor Route of Administration",
        "Avelumab": "Intravenous Route of Administration",
    }


def test_what_has_no_term_is_left_out_and_said() -> None:
    document, uncoded = describe("metromajx")
    assert uncoded == ["unit of JX-594: 'pfu' has no controlled term here and is left out"]
    agents = document["study"]["versions"][0]["studyInterventions"]
    virus = next(agent for agent in agents if agent["name"] == "JX-594")
    assert virus["administrations"][0]["dose"] is None
    assert "1e9 pfu" in virus["administrations"][0]["name"]


def test_visits_are_counted_from_day_one_without_a_day_zero() -> None:
    design = describe("metromajx")[0]["study"]["versions"][0]["studyDesigns"][0]
    timings = {item["name"]: item for item in design["scheduleTimelines"][0]["timings"]}
    assert timings["TIMING D-7"]["value"] == "P7D"
    assert timings["TIMING D-7"]["type"]["decode"] == "Before Timing Type"
    assert timings["TIMING C1D1"]["type"]["decode"] == "Fixed Reference Timing Type"
    assert (timings["TIMING C2D1"]["value"], timings["TIMING C2D1"]["windowLower"]) == (
        "P28D", "P2D",
    )  # fmt: skip


def test_the_planned_number_and_the_strategies_are_those_of_the_protocol() -> None:
    design = describe("metromajx")[0]["study"]["versions"][0]["studyDesigns"][0]
    assert design["population"]["plannedEnrollmentNumber"]["value"] == 43
    primary = next(item for item in design["estimands"] if item["name"] == "npr6")
    assert {event["name"]: event["strategy"] for event in primary["intercurrentEvents"]} == {
        "death": "composite variable",
        "new_anticancer_therapy": "composite variable",
        "treatment_stopped": "treatment policy",
    }
