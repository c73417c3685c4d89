"""Words of sentences, captions and provenance."""

import pytest
from small_trial import ONE_ARM, TWO_ARMS, metromajx_protocol

from trialwright.report.blocks import SettingsBlock, TableBlock
from trialwright.report.methods import describe_methods
from trialwright.report.provenance import describe_inputs
from trialwright.report.sentences.words import opening, plural, speak_of, within


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Fever", "fever"),
        ("ALT increased", "ALT increased"),
        ("MPNST", "MPNST"),
        ("C-reactive protein increased", "C-reactive protein increased"),
        ("A fever", "a fever"),
        ("X", "x"),
        ("", ""),
    ],
)
def test_a_name_within_a_sentence_keeps_the_capitals_of_an_abbreviation(name, told) -> None:
    assert within(name) == told


def test_one_is_singular_and_none_is_plural() -> None:
    assert [plural(n, "patient", "patients") for n in (0, 1, 2)] == [
        "patients",
        "patient",
        "patients",
    ]


def test_one_arm_is_spoken_of_without_a_name_and_several_each_with_theirs() -> None:
    assert [opening(group) for group in speak_of(ONE_ARM)] == [""]
    assert [opening(group) for group in speak_of(TWO_ARMS)] == ["Active: ", "Control: "]


def test_the_methods_name_every_endpoint_and_every_assumption() -> None:
    protocol = metromajx_protocol()
    section = describe_methods(protocol, SettingsBlock((), "Settings"))
    tables = [block.table for block in section.blocks if isinstance(block, TableBlock)]
    assert [row.cells[0].text for row in tables[0].rows] == [e.id for e in protocol.endpoints.all]
    assert [row.cells[0].text for row in tables[1].rows] == list(protocol.assumed)


def test_each_file_is_named_with_its_rows_and_the_start_of_its_hash() -> None:
    table = describe_inputs([("dm.csv", "ab" * 32, 25)]).table
    assert [cell.text for cell in table.rows[0].cells] == ["dm.csv", "25", "ab" * 8]
