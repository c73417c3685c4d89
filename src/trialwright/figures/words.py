"""Words and numbers that several figures and their text alternatives print."""

from trialwright.core.table import round_half_up


def print_count(n: int, noun: str) -> str:
    """Print a count with its noun, as "1 event" and "2 events"."""
    return f"{n} {noun}{'' if n == 1 else 's'}"


def print_change(percent: float, digits: int = 0) -> str:
    """Print a change in percent of baseline with its sign; zero has none."""
    printed = round_half_up(percent, digits)
    return f"+{printed}" if percent > 0 and float(printed) != 0 else printed


def end_sentence(text: str) -> str:
    """Close a sentence that somebody else wrote."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
