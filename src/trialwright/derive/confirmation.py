"""Which complete and partial responses a later assessment confirms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CR, PR, SD, NON_CR_NON_PD, PD, NE, OTHER = 1, 2, 3, 4, 5, 6, 0

Codes = NDArray[np.int8]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ConfirmationRule:
    """How late a confirmation must be and what may lie between."""

    days: int
    max_ne_between: int
    accept_sd_between_pr: bool


@dataclass(slots=True)
class _Windows:
    """Responses that still wait for their confirmation, and what came after them so far."""

    first: Indices
    n_ne: Indices
    n_sd: Indices
    has_cr: Flags

    def keep(self, which: Flags) -> None:
        """Keep only some of the windows."""
        self.first, self.n_ne = self.first[which], self.n_ne[which]
        self.n_sd, self.has_cr = self.n_sd[which], self.has_cr[which]


def find_confirmed(
    subject: Indices, day: Indices, response: Codes, which: int, rule: ConfirmationRule
) -> Flags:
    """Find the complete (or partial) responses that a later assessment confirms.

    A window runs from a response to the first confirming assessment at least `rule.days` later: a
    CR is confirmed by CR; a PR by PR or CR. Between them only the same responses may lie and at
    most `max_ne_between` NE (for PR with `accept_sd_between_pr` also one SD). A PR after a CR
    inside the window of a PR breaks it: what is worse than a complete response is not a
    confirmation.

    Parameters
    ----------
    subject, day, response : ndarray
        One entry per assessment, shape (n,), in order of subject and day; response as the codes of
        this module.
    which : {CR, PR}
        The response to confirm.
    rule : ConfirmationRule
        The protocol's switches.

    Returns
    -------
    ndarray
        Shape (n,): True where a confirmed response begins.

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, table 3 and section 4.6. The window is that
    of admiralonco 1.4.0.
    """
    confirmed = np.zeros(response.size, dtype=np.bool_)
    first = np.flatnonzero(response == which)
    zeros = np.zeros(first.size, dtype=np.int64)
    windows = _Windows(first, zeros, zeros.copy(), np.zeros(first.size, dtype=np.bool_))
    step = 0
    while windows.first.size:
        step += 1
        within = windows.first + step < response.size
        windows.keep(within)
        windows.keep(subject[windows.first + step] == subject[windows.first])
        later = windows.first + step
        code = response[later]
        closes = _is_confirming(code, which) & (day[later] - day[windows.first] >= rule.days)
        windows.n_ne = windows.n_ne + (code == NE)
        windows.n_sd = windows.n_sd + (code == SD)
        intact = _is_allowed(code, which, rule, windows)
        windows.has_cr = windows.has_cr | (code == CR)
        confirmed[windows.first[closes & intact]] = True
        windows.keep(intact & ~closes)
    return confirmed


def _is_confirming(code: Codes, which: int) -> Flags:
    """Return which responses can confirm."""
    found: Flags = (code == CR) if which == CR else (code == CR) | (code == PR)
    return found


def _is_allowed(code: Codes, which: int, rule: ConfirmationRule, windows: _Windows) -> Flags:
    """Return which windows the next assessment leaves intact."""
    allowed: Flags = (code == CR) | (code == NE)
    if which == PR:
        allowed |= (code == PR) & ~windows.has_cr
        if rule.accept_sd_between_pr:
            allowed |= (code == SD) & (windows.n_sd <= 1)
    intact: Flags = allowed & (windows.n_ne <= rule.max_ne_between)
    return intact
