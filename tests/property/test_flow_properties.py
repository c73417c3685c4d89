"""Participant flow: whoever enters a level is in the next one or beside it with a reason."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from small_trial import adsl

from trialwright.analyze.flow import analyze_flow
from trialwright.core.table import text_plain
from trialwright.report.sentences.conduct import tell_flow

LEVELS = {"ENRLFL": "Enrolled", "SAFFL": "Treated", "EFFFL": "Evaluable"}
FLAGS = st.sampled_from(["Y", "N", None])
REASONS = st.sampled_from([None, "Age", "No dose of any agent", "<1%", ">1%"])
LEVEL_FLAGS = tuple(LEVELS)


def is_known(subjects: list[dict]) -> bool:
    """A population of which no flag is known is left out of the flow."""
    return not subjects or all(any(s[flag] is not None for s in subjects) for flag in LEVEL_FLAGS)


SUBJECTS = st.lists(
    st.fixed_dictionaries(
        dict.fromkeys(LEVELS, FLAGS) | {"SCRFREAS": REASONS, "SAFREAS": REASONS, "EFFREAS": REASONS}
    ),
    max_size=12,
).filter(is_known)


@settings(max_examples=60)
@given(SUBJECTS)
def test_every_level_and_what_left_it_add_up_to_the_level_above(subjects) -> None:
    flow = analyze_flow(adsl(*subjects), LEVELS)
    above = flow.count("screened.n")
    assert above == len(subjects)
    for stem in ("enrl", "saf", "eff"):
        left = flow.count(f"not_{stem}.n")
        assert flow.count(f"{stem}.n") + left == above
        reasons = flow.data.filter(
            pl.col("stat_id").str.starts_with(f"not_{stem}.")
            & pl.col("variable_level").is_not_null()
        )
        assert reasons["stat"].sum() == left
        above = flow.count(f"{stem}.n")


@settings(max_examples=60)
@given(SUBJECTS)
def test_the_basis_of_every_count_has_as_many_subjects(subjects) -> None:
    flow = analyze_flow(adsl(*subjects), LEVELS)
    for stat_id, stat in flow.data.select("stat_id", "stat").iter_rows():
        assert flow.basis.filter(pl.col("stat_id") == stat_id)["USUBJID"].n_unique() == stat


@settings(max_examples=30)
@given(SUBJECTS)
def test_boxes_sentence_and_table_say_the_same_numbers(subjects) -> None:
    flow = analyze_flow(adsl(*subjects), LEVELS)
    main = flow.boxes.filter(~pl.col("side"))["n"].to_list()
    printed = [
        row.cells[1].text for row in flow.table().rows if row.cells[0].text in LEVELS.values()
    ]
    assert printed == [str(n) for n in main[1:]]
    told = text_plain(tell_flow(flow))
    assert told.startswith(f"Of {main[0]} patient")
    assert told.endswith(f"{main[-1]} {'was' if main[-1] == 1 else 'were'} evaluable.")
