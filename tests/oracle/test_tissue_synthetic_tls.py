"""Lymphoid structures of synthetic fields, rendered by optical physics from known cells.

`agg` is a mixture of B and T cells, `iTLS` a B follicle beside a T zone, `mTLS` also has a network
of CD23. A structure is found when exactly one group has its middle within the structure's radius.
"""

import json
from pathlib import Path

import pytest
from oracle_data import ORACLES

from trialwright.imaging.slide import open_slide
from trialwright.imaging.tls_slide import find_slide_tls
from trialwright.protocol.tls import TlsState

FOLDER = ORACLES / "tissue" / "synthetic"
FACTS = {path: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
FIELDS = [path.with_suffix(".jpg") for path, facts in FACTS.items() if "tls" in facts]
KINDS = {"agg": "aggregate", "iTLS": "tls", "mTLS": "mature tls"}
STATES = {"mTLS": TlsState.MATURE, "iTLS": TlsState.TLS}


@pytest.mark.parametrize("field", FIELDS, ids=lambda path: path.stem)
def test_every_structure_is_found_and_is_what_was_drawn(field: Path) -> None:
    facts = FACTS[field.with_suffix(".json")]
    with open_slide(field, facts["mpp"]) as slide:
        call = find_slide_tls(slide).call
    groups = [*call.structures, *call.aggregates]
    for drawn in facts["tls"]:
        inside = [
            item
            for item in groups
            if (item.x_um - drawn["x_um"]) ** 2 + (item.y_um - drawn["y_um"]) ** 2
            <= drawn["radius_um"] ** 2
        ]
        assert [item.kind.value for item in inside] == [KINDS[drawn["type"]]], drawn
    assert len(groups) == len(facts["tls"])
    types = {drawn["type"] for drawn in facts["tls"]}
    expected = next((state for kind, state in STATES.items() if kind in types), TlsState.NONE)
    assert call.state is expected
