import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.style import figure


def make_words(*places):
    fig = figure(85, 50)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    for number, place in enumerate(places):
        ax.text(*place, f"words {number}", ha="center")
    return fig


def test_words_apart_are_no_fault():
    assert find_text_faults(make_words((0.5, 0.3), (0.5, 0.6))) == []


def test_words_that_touch_are_a_fault():
    faults = find_text_faults(make_words((0.5, 0.50), (0.55, 0.52)))
    assert faults == ["'words 1' covers 'words 0'"]


def test_words_over_the_edge_are_a_fault():
    assert find_text_faults(make_words((0.99, 0.5))) == ["'words 0' leaves the canvas"]


def test_a_moved_word_is_another_picture(tmp_path, monkeypatch):
    monkeypatch.setattr("picture_checks.PICTURES", tmp_path)
    monkeypatch.setenv("UPDATE_PICTURES", "1")
    assert_same_picture(make_words((0.5, 0.3)), "words")
    assert_same_picture(make_words((0.5, 0.3)), "words")
    with pytest.raises(AssertionError, match="of the pixels of words differ"):
        assert_same_picture(make_words((0.5, 0.32)), "words")
