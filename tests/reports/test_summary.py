"""The summary claims what the figures show, whichever way they turn out."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from seqsent.reports.summary import summary
from seqsent.results import Baseline, Comparison

Make = Callable[..., Comparison]


def test_validation_texts_choose_the_best(make_comparison: Make) -> None:
    comparison = make_comparison(["first", "second"])
    first, second = comparison.runs
    assert first.history.best.val_accuracy > second.history.best.val_accuracy
    assert first.test_accuracy < second.test_accuracy
    text = " ".join(summary(comparison))
    assert "best of these experiments is first. It answers 74.1% of the 25,000" in text


@pytest.mark.parametrize(
    ("accuracy", "verdict"),
    [(0.8, "5.9 points more"), (0.742, "about as many"), (0.7, "4.1 points fewer")],
)
def test_the_best_baseline_is_said_to_be_better_where_it_is(
    make_comparison: Make, accuracy: float, verdict: str
) -> None:
    baselines = (Baseline("words", 0.8, accuracy, 1.0), Baseline("majority", 0.5, 0.99, 0.1))
    comparison = replace(make_comparison(["only"]), baselines=baselines)
    sentence = f"The best baseline, words, answers {accuracy:.1%} rightly: {verdict}."
    assert sentence in summary(comparison)


def test_without_baselines_none_is_named(make_comparison: Make) -> None:
    assert "baseline" not in " ".join(summary(replace(make_comparison(), baselines=())))


def test_the_largest_distance_to_a_published_figure_is_named(make_comparison: Make) -> None:
    sentence = next(sentence for sentence in summary(make_comparison()) if "published" in sentence)
    assert sentence.endswith("is that of simplernn-onehot, 9.0 points below.")


def test_without_published_figures_none_is_named(make_comparison: Make) -> None:
    assert "published" not in " ".join(summary(make_comparison(published=False)))


def test_training_that_was_cut_short_is_said_to_be(make_comparison: Make) -> None:
    cut = " ".join(summary(make_comparison(["only"], num_epochs=1)))
    assert "more epochs might help: only." in cut
    assert "more epochs" not in " ".join(summary(make_comparison()))


def test_one_seed_is_said_to_be_one(make_comparison: Make) -> None:
    assert "one seed" in summary(make_comparison())[-1]
    assert "means over seeds" in summary(make_comparison(num_seeds=2))[-1]
