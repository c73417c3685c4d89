"""The list of settings that the report prints."""

from pathlib import Path

import pytest

from trialwright.protocol.defaults import Setting, list_settings
from trialwright.protocol.load import load_protocol
from trialwright.protocol.reference import list_keys

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDIES = ["metromajx", "cdisc_pilot_onco", "pancreatic"]


@pytest.fixture(scope="module")
def settings() -> dict[str, Setting]:
    protocol = load_protocol(EXAMPLES / "metromajx" / "protocol.yaml")
    return {setting.path: setting for setting in list_settings(protocol)}


def test_a_setting_says_its_value_whether_it_is_a_default_and_why_it_is_assumed(settings) -> None:
    assert settings["design.stage_1.r1"] == ("design.stage_1.r1", "3", False, None)
    assert settings["response.confirmation_days"] == (
        "response.confirmation_days",
        "28",
        True,
        None,
    )
    sd_minimum = settings["response.sd_minimum_days"]
    assert (sd_minimum.text, sd_minimum.is_default) == ("35", False)
    assert sd_minimum.assumed is not None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("study.data_cut", "2022-02-28"),
        ("study.version", "not given"),
        ("treatment_start", "first dose of any agent"),
        ("arms.A.agents.JX-594.dose", "1e9 pfu"),
        ("visits.C1D15.window", "-2, 2"),
        ("central_review.blinded", "yes"),
        ("baseline.HIST.levels", "Leiomyosarcoma, Angiosarcoma, Other histotypes"),
        ("endpoints.primary.intervals", "0.9, 0.95"),
        ("endpoints.primary.intercurrent.death", "failure"),
        ("endpoints.secondary.pfs.from", "treatment start"),
        ("design.reference.2.source", "EORTC STBSG"),
        ("checks", "none"),
    ],
)
def test_values_are_printed_as_a_reader_expects_them(settings, path: str, text: str) -> None:
    assert settings[path].text == text


def test_an_assumption_about_every_item_reaches_each(settings) -> None:
    reasons = {settings[f"visits.{name}.window"].assumed for name in ("D-7", "C1D15", "C2D1")}
    assert reasons == {"not stated"}


@pytest.mark.parametrize("study", STUDIES)
def test_every_assumption_is_printed_beside_a_setting(study: str) -> None:
    protocol = load_protocol(EXAMPLES / study / "protocol.yaml")
    printed = {setting.assumed for setting in list_settings(protocol)}
    assert set(protocol.assumed.values()) <= printed


@pytest.mark.parametrize("study", STUDIES)
def test_every_path_is_listed_once_and_is_a_key_of_the_reference(study: str) -> None:
    protocol = load_protocol(EXAMPLES / study / "protocol.yaml")
    paths = [setting.path for setting in list_settings(protocol)]
    assert len(paths) == len(set(paths))
    last_keys = {key.rpartition(".")[2] for key in list_keys()}
    open_groups = ("checks.", "chromogens.", "where.", "intercurrent.", "special_interest.")
    unknown = [
        path
        for path in paths
        if path.rpartition(".")[2] not in last_keys and not any(g in path for g in open_groups)
    ]
    assert unknown == []
