"""Words show what they did, in colour and without."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from seqsent.reports.explanation import explanation_html, explanation_text
from seqsent.results import Explanation

EXPLANATION = Explanation(
    words=("a", "<fine>", "dull", "film"),
    label="pos",
    probability=0.75,
    without=(0.0, 0.4, -0.3, 0.01),
    after=(0.5, 0.9, 0.6, 0.75),
)


def shown(explanation: Explanation) -> str:
    console = Console(width=80, file=io.StringIO(), record=True, color_system=None)
    console.print(explanation_text(explanation))
    return console.export_text()


def test_strong_words_carry_a_sign_without_colours() -> None:
    text = shown(EXPLANATION)
    assert "pos 0.750" in text
    assert "a +<fine> −dull film" in text
    assert "▅█▅▇" in text


def test_scores_word_by_word_are_left_out_where_there_are_none() -> None:
    assert "Word by word" not in shown(replace(EXPLANATION, after=None))


def test_where_no_word_matters_none_is_marked() -> None:
    quiet = replace(EXPLANATION, without=(0.001, -0.002, 0.0, 0.001))
    assert "a <fine> dull film" in shown(quiet)
    assert "background" not in explanation_html(quiet).split("<small>")[0]


@pytest.mark.parametrize("after", [EXPLANATION.after, None])
def test_html_has_a_span_per_word_with_its_figures(after: tuple[float, ...] | None) -> None:
    html = explanation_html(replace(EXPLANATION, after=after))
    assert "&lt;fine&gt;" in html
    assert "<fine>" not in html
    assert "left out: -0.400" in html
    assert ("after this word: 0.900" in html) == (after is not None)
