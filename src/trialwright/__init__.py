"""Early-phase oncology trials from protocol and recorded data to the checked report."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialwright.study.session import Study, open_study

__version__ = "0.1.0"
__all__ = ["Study", "__version__", "open_study"]


def __getattr__(name: str) -> Any:
    """Load the public names when they are first asked for, so that importing stays light."""
    if name in ("Study", "open_study"):
        from trialwright.study import session

        return getattr(session, name)
    raise AttributeError(f"module 'trialwright' has no attribute '{name}'")
