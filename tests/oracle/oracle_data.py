"""Where oracle cases are read from: TRIALWRIGHT_ORACLES, by default the copy beside this file."""

import os
from pathlib import Path

import pytest

ORACLES = Path(os.environ.get("TRIALWRIGHT_ORACLES", Path(__file__).parent / "data"))


def find_oracle(relative: str) -> Path:
    """Return an oracle file; `_public` and `_heldout` names both count; skip where it is absent."""
    names = {relative, relative.replace("_public", "_heldout")}
    for name in sorted(names, reverse=True):
        if (ORACLES / name).exists():
            return ORACLES / name
    pytest.skip(f"oracle file {relative} is absent")
