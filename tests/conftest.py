"""Make the helpers that stand beside the tests importable by their plain names."""

import sys
from pathlib import Path

for folder in ("oracle", "study"):
    sys.path.insert(0, str(Path(__file__).parent / folder))
