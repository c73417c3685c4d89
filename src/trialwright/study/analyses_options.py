"""The analyses that a default report leaves out: iRECIST, injected lesions apart."""

from typing import Any

from trialwright.analyze.injected import analyze_injected_sums
from trialwright.analyze.irecist import analyze_irecist
from trialwright.analyze.survival.analysis import analyze_time_to_event
from trialwright.derive.immune_parameters import (
    list_immune_settings,
    shows_injected_sums,
    uses_irecist,
)
from trialwright.protocol.arms import name_arms
from trialwright.protocol.endpoints import Criteria
from trialwright.protocol.estimands import TimeToEvent
from trialwright.protocol.model import Protocol
from trialwright.study.run import Step

Populations = dict[str, tuple[str, str]]


def list_option_analyses(
    protocol: Protocol, population: tuple[str, str], populations: Populations
) -> list[Step]:
    """Return the steps of what a protocol may add to RECIST 1.1.

    Parameters
    ----------
    protocol : Protocol
        What was promised.
    population : tuple
        ADSL flag and name in print of the population shown.
    populations : dict
        Every population's flag and name in print, by its name.
    """
    arms = name_arms(protocol.arms)
    read = protocol.central_review.analysis_read
    shown: dict[str, Any] = {"trial": (arms, population), "read": read}
    steps = []
    if uses_irecist(protocol):
        days = list_immune_settings(protocol)["confirm_min_days"]
        best = Step(
            "irecist", "response by iRECIST", analyze_irecist, {"adrs": "adrs", "adsl": "adsl"},
            {**shown, "confirm_min_days": days}, needs=("irecist_responses",),
        )  # fmt: skip
        given = {"arms": arms, "populations": populations, "read": read}
        steps += [best, *_list_times(protocol, given)]
    if shows_injected_sums(protocol):
        title = "injected and non-injected lesions"
        sums = {"adtr": "adtr", "adsl": "adsl"}
        steps.append(Step("injected", title, analyze_injected_sums, sums, shown))
    return steps


def _list_times(protocol: Protocol, given: dict[str, Any]) -> list[Step]:
    """Return progression-free survival by iRECIST, where no endpoint of the protocol is it."""
    times = [e for e in protocol.endpoints.all if isinstance(e, TimeToEvent)]
    plain = next((endpoint for endpoint in times if endpoint.paramcd == "PFS"), None)
    if plain is None or any(endpoint.paramcd == "IPFS" for endpoint in times):
        return []
    variable = f"{plain.variable} by iRECIST"
    changed = {"id": "ipfs", "criteria": Criteria.IRECIST, "sensitivity": (), "variable": variable}
    inputs = {"adtte": "adtte", "adsl": "adsl"}
    settings = {"endpoint": plain.model_copy(update=changed), **given}
    needs = ("irecist_times",)
    return [Step("ipfs", variable, analyze_time_to_event, inputs, settings, needs=needs)]
