"""Laws of the decision: it is certain exactly when every completion and every order agree."""

from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.stats.two_stage import TwoStageDesign
from trialwright.stats.two_stage_decision import Circumstances, Decision, decide_two_stage

PASSES = {
    Decision.CONTINUE: True,
    Decision.ACTIVE: True,
    Decision.STOP: False,
    Decision.NOT_ACTIVE: False,
    Decision.OPEN: None,
}


@st.composite
def looks(draw):
    n = draw(st.integers(4, 40))
    n1 = draw(st.integers(2, n - 1))
    r1 = draw(st.integers(0, n1 - 1))
    design = TwoStageDesign(r1, n1, draw(st.integers(r1, n - 1)), n)
    seen = draw(st.integers(1, n + 5))
    return design, draw(st.integers(0, seen)), seen


def possible_counts(responses, seen, planned):
    """List every count that the planned number of patients can show, one by one."""
    missing = planned - seen
    if missing >= 0:
        return [responses + more for more in range(missing + 1)]
    beyond = -missing
    return [
        responses - among_beyond
        for among_beyond in range(beyond + 1)
        if 0 <= responses - among_beyond <= planned and among_beyond <= min(responses, beyond)
    ]


@settings(max_examples=300, deadline=None)
@given(look=looks())
def test_a_decision_is_certain_exactly_when_all_completions_and_orders_agree(look):
    design, responses, seen = look
    found = decide_two_stage(design, responses, seen)
    bound, planned = (design.r1, design.n1) if found.stage == 1 else (design.r, design.n)
    counts = possible_counts(responses, seen, planned)
    verdicts = {count > bound for count in counts}
    assert found.reachable == (min(counts), max(counts))
    assert found.certain == (len(verdicts) == 1)
    assert PASSES[found.decision] == (verdicts.pop() if found.certain else None)
    assert found.as_planned == (seen == planned)


@settings(max_examples=200, deadline=None)
@given(look=looks(), data=st.data())
def test_knowing_the_first_patients_settles_what_their_order_left_open(look, data):
    design, responses, seen = look
    if not design.n1 < seen < design.n:
        return
    low, high = max(0, responses - (seen - design.n1)), min(responses, design.n1)
    first = data.draw(st.integers(low, high))
    found = decide_two_stage(
        design, responses, seen, circumstances=Circumstances(first_responses=first)
    )
    if first <= design.r1:
        assert (found.stage, found.decision, found.certain) == (1, Decision.STOP, True)
    else:
        assert found.stage == 2 or found.decision is Decision.CONTINUE


@settings(max_examples=200, deadline=None)
@given(look=looks())
def test_a_kept_rule_decides_by_the_planned_bound_whatever_the_number(look):
    design, responses, seen = look
    found = decide_two_stage(design, responses, seen, circumstances=Circumstances(keep_rule=True))
    bound = design.r1 if found.stage == 1 else design.r
    if not found.certain:
        assert PASSES[found.decision] == (responses > bound)
