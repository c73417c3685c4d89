"""A pathologist's decision about lymphoid structures, kept beside what the rule proposed."""

from dataclasses import dataclass

from trialwright.core.errors import EstimateError
from trialwright.imaging.tls import TlsCall
from trialwright.protocol.tls import TlsState


@dataclass(frozen=True, slots=True)
class TlsDecision:
    """What a pathologist decided, who, and why."""

    state: TlsState
    decided_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class TlsStatement:
    """The state of a specimen that counts, and where it comes from.

    `proposed` is always the rule's; `decision` is None until a pathologist has looked, and then
    `state` is the pathologist's.
    """

    state: TlsState
    proposed: TlsState
    decision: TlsDecision | None

    @property
    def is_decided(self) -> bool:
        """Whether a pathologist has decided."""
        return self.decision is not None

    @property
    def is_overridden(self) -> bool:
        """Whether the pathologist decided otherwise than the rule proposed."""
        return self.decision is not None and self.decision.state is not self.proposed


def decide_tls(call: TlsCall, decision: TlsDecision | None = None) -> TlsStatement:
    """Set a pathologist's decision over the rule's proposal; both are kept.

    Parameters
    ----------
    call : TlsCall
        What the rule proposes.
    decision : TlsDecision, optional
        What the pathologist decided; it always prevails. One that differs from the proposal
        needs a reason.

    Returns
    -------
    TlsStatement
        The state that counts, with both behind it.

    Raises
    ------
    EstimateError
        If the decision has no name, or overrides without a reason.
    """
    if decision is None:
        return TlsStatement(call.state, call.state, None)
    if not decision.decided_by.strip():
        raise EstimateError(
            "a decision on lymphoid structures has no name, expected who decided. "
            "Write the pathologist's name."
        )
    if decision.state is not call.state and not decision.reason.strip():
        raise EstimateError(
            f"the decision '{decision.state.value}' differs from the proposal "
            f"'{call.state.value}' without a reason, expected one. Write what was seen."
        )
    return TlsStatement(decision.state, call.state, decision)
