"""What an earlier run stored and nothing makes any more: forgotten before it is counted again."""

from collections.abc import Sequence, Set

from trialwright.study.mapped import ORIGIN
from trialwright.study.plasma import OF_ALL_EXPORTS
from trialwright.study.recording import RAW, READING
from trialwright.study.run import Step, as_names
from trialwright.study.store import Store


def forget_gone(planned: Sequence[Step], store: Store) -> None:
    """Forget tables that were there in an earlier run, and what was made of them.

    Parameters
    ----------
    planned : sequence of Step
        Every step that reads or checks the tables that are recorded now.
    store : Store
        Of the study.
    """
    names = {step.name for step in planned}
    for name in [name for name in store.states if name.startswith(READING)]:
        if name not in names:
            domain = name.removeprefix(RAW)
            for lost in (name, domain, ORIGIN + domain):
                store.forget(lost)
    for name in OF_ALL_EXPORTS:
        if name not in names:
            store.forget(name)


def forget_inputs(steps: Sequence[Step], made: Set[str], store: Store) -> None:
    """Forget what steps would take from an earlier run and nothing makes in this one.

    Parameters
    ----------
    steps : sequence of Step
        About to run.
    made : set of str
        What this run made before them, or what of an earlier run stands.
    store : Store
        Of the study.
    """
    named = made | {step.name for step in steps}
    needed = {name for step in steps for needs in step.inputs.values() for name in as_names(needs)}
    for name in needed - named:
        store.forget(name)
