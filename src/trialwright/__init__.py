"""Early-phase oncology trials from protocol and recorded data to the checked report."""

__version__ = "0.1.0"
