"""RECIST 1.1 for the collected responses, on tenths of a millimeter so that limits are exact."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diameter:
    """A target at one scan in tenths of a millimeter; None is not evaluable."""

    tenths: int | None
    is_node: bool

    @property
    def is_gone(self) -> bool:
        """Return whether the lesion is absent, or a node of normal size (below 10 mm)."""
        return self.tenths is not None and self.tenths < (100 if self.is_node else 1)


@dataclass(frozen=True, slots=True)
class Findings:
    """What one reader saw at one scan."""

    targets: tuple[Diameter, ...]
    has_non_targets: bool
    has_non_target_progression: bool
    has_new_lesion: bool


@dataclass(frozen=True, slots=True)
class Response:
    """The responses of one scan; `non_target` is empty when there was none at baseline."""

    target: str
    non_target: str
    overall: str


def evaluate_scans(baseline: Sequence[Diameter], scans: Sequence[Findings]) -> list[Response]:
    """Evaluate the scans of one reader in order of date.

    Parameters
    ----------
    baseline : sequence of Diameter
        The targets before treatment, all measured.
    scans : sequence of Findings
        After baseline; targets in the same order.

    Returns
    -------
    list of Response
        One per scan.

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247.
    """
    first = lowest = sum(target.tenths or 0 for target in baseline)
    responses = []
    for scan in scans:
        target = _respond(scan.targets, first, lowest)
        non_target = ""
        if scan.has_non_targets:
            non_target = "PD" if scan.has_non_target_progression else "NON-CR/NON-PD"
        overall = _combine(target, non_target, scan.has_new_lesion)
        responses.append(Response(target, non_target, overall))
        if all(item.tenths is not None for item in scan.targets):
            lowest = min(lowest, sum(item.tenths or 0 for item in scan.targets))
    return responses


def _respond(targets: Sequence[Diameter], first: int, lowest: int) -> str:
    total = sum(target.tenths or 0 for target in targets)
    if all(target.is_gone for target in targets):
        return "CR"
    if total - lowest >= 50 and 10 * total >= 12 * lowest:
        return "PD"
    if any(target.tenths is None for target in targets):
        return "NE"
    return "PR" if 10 * total <= 7 * first else "SD"


def _combine(target: str, non_target: str, has_new_lesion: bool) -> str:
    if has_new_lesion or "PD" in (target, non_target):
        return "PD"
    if target == "CR" and non_target:
        return "PR"
    return target
