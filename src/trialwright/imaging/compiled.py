"""The decorator that compiles loops which numpy cannot express, and keeps their types."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function at its first call; the machine code is kept beside the module."""
    return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))
