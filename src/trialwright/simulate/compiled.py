"""Compile functions of numbers once and for all; the only place that imports numba here.

Numba keeps machine code beside the file of a function and looks at that file only: code that was
inlined from another file could be stale. So it is kept in a folder named by the sources of the
whole sub-package.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

import numba
from numba.core import config

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile a function of numbers and arrays; its machine code is kept for the next process."""
    settings = vars(config)
    usual = settings["CACHE_DIR"]
    settings["CACHE_DIR"] = _find_folder()
    try:
        return cast(Function, numba.njit(cache=True, error_model="numpy")(function))
    finally:
        settings["CACHE_DIR"] = usual


def inlined(function: Function) -> Function:
    """Compile a function into each of its callers, to spare the calls."""
    return cast(Function, numba.njit(inline="always", error_model="numpy")(function))


@cache
def _find_folder() -> str:
    """Find where machine code of these very sources is kept."""
    here = Path(__file__).parent
    sources = sorted(here.glob("*.py"))
    stamp = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    root = here if os.access(here, os.W_OK) else Path(tempfile.gettempdir()) / "trialwright"
    folder = root / "__pycache__" / f"kernels-{stamp}"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)
