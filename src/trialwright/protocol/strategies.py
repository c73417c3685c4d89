"""Whether the analysis of an endpoint does what its estimand declares."""

from collections.abc import Iterator, Mapping

from trialwright.core.errors import Finding
from trialwright.protocol.nodes import Node, find_fault

STRATEGIES = ("failure", "event", "follow on", "censor", "until then")
FOLLOWED_ON = ("follow on",)
SCHEMED = ("new_anticancer_therapy", "missed_assessments")
BY_KIND: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "landmark": {
        "death": ("failure",),
        "new_anticancer_therapy": ("failure", "follow on"),
        "treatment_stopped": FOLLOWED_ON,
    },
    "best_response": {
        "new_anticancer_therapy": ("until then",),
        "treatment_stopped": FOLLOWED_ON,
    },
    "time_to_event": {"death": ("event",), "treatment_stopped": FOLLOWED_ON},
}
"""What the analyses do at each intercurrent event; a landmark has `unknown` for missed scans."""

BY_SCHEME: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "paper": {"new_anticancer_therapy": ("censor",), "missed_assessments": FOLLOWED_ON},
    "fda_a": {"new_anticancer_therapy": ("censor",), "missed_assessments": ("censor",)},
    "ema_all_events": {
        "new_anticancer_therapy": FOLLOWED_ON,
        "missed_assessments": FOLLOWED_ON,
    },
}
"""What a censoring scheme does; a time to death has none and is followed on."""


def find_strategy_faults(endpoint: Node) -> Iterator[Finding]:
    """Yield a finding for each strategy that the analysis of an endpoint would not follow."""
    kind, scheme = endpoint.text("kind"), endpoint.text("scheme")
    if kind is None or kind not in BY_KIND:
        return
    done = dict(BY_KIND[kind])
    if kind == "time_to_event" and endpoint.text("event") != "death":
        done |= BY_SCHEME.get(scheme or "paper", dict.fromkeys(SCHEMED, STRATEGIES))
    strategies = endpoint.get("intercurrent")
    for event, strategy in (strategies.fields if strategies else {}).items():
        followed = done.get(event, FOLLOWED_ON)
        if strategy.value in STRATEGIES and strategy.value not in followed:
            what = f"a {kind}" + (f" under scheme {scheme}" if scheme else "")
            yield find_fault(
                "PROTOCOL-CONFLICT",
                strategy,
                strategy.found,
                f"{' or '.join(followed)}, which is what the analysis of {what} does",
                "Declare what is done, or choose another scheme.",
            )
