"""docs/protocol.md is complete, and written from the models."""

from pathlib import Path

from trialwright.protocol.fields import alternatives, element_of, is_model
from trialwright.protocol.model import Protocol
from trialwright.protocol.reference import list_keys, write_reference

ROOT = Path(__file__).parents[2]


def all_models(model: type, found: dict[type, None]) -> dict[type, None]:
    found[model] = None
    for info in model.model_fields.values():
        for part in alternatives(info.annotation):
            for child in alternatives(element_of(part) or part):
                if is_model(child) and child not in found:
                    all_models(child, found)
    return found


def test_the_reference_in_the_docs_is_the_one_that_the_models_write() -> None:
    written = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    assert written == write_reference(), (
        "Write it anew: python -m trialwright.protocol.reference > docs/protocol.md"
    )


def test_every_key_of_every_model_is_in_the_reference_with_its_meaning() -> None:
    text = write_reference()
    for model in all_models(Protocol, {}):
        assert model.__doc__
        for name, info in model.model_fields.items():
            assert info.description, f"{model.__name__}.{name} has no description"
            assert f"| `{info.alias or name}` |" in text
            assert info.description in text


def test_the_keys_are_listed_as_dotted_paths() -> None:
    keys = list_keys()
    assert {"study.data_cut", "arms.agents.dose", "design.stage_1.r1"} <= set(keys)
    assert "endpoints.primary.success_needs.evaluable_scan_from_days_before" in keys
    assert "populations.NAME.at_least_one_dose_of" in keys
