"""TEMPORARY."""

from typing import Any

from matplotlib.figure import Figure


def draw_stage_path(*args: Any, **kw: Any) -> Any:
    fig = Figure(figsize=(3, 2))
    return fig.subplots()


def describe_stage_path(*args: Any, **kw: Any) -> str:
    return "temporary"
