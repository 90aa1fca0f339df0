"""What the figures of a comparison say, in sentences that claim no more than they show."""

from __future__ import annotations

import math
from collections.abc import Sequence

from seqsent.results import Comparison, Run, mean_and_spread


def summary(comparison: Comparison) -> list[str]:
    """Say which experiment is best, and how it stands to baselines and published figures.

    Parameters
    ----------
    comparison : Comparison
        What was measured.

    Returns
    -------
    list of str
        Sentences. The best experiment is the one with the highest validation accuracy: test
        texts must not choose.
    """
    best = max(
        comparison.experiments, key=lambda name: _validation_accuracy(comparison.runs_of(name))
    )
    accuracy = _test_accuracy(comparison.runs_of(best))
    num_texts = comparison.data.sizes["test"]
    margin = 1.96 * math.sqrt(accuracy * (1 - accuracy) / num_texts)  # 95 %, binomial
    sentences = [
        f"By validation accuracy the best of these experiments is {best}.",
        f"It answers {accuracy:.1%} of the {num_texts:,} test texts rightly, "
        f"give or take {_points(margin)} for which texts those happen to be.",
        _against_baseline(comparison, accuracy, margin),
        _against_published(comparison),
        _unfinished(comparison),
        _seeds(comparison),
    ]
    return [sentence for sentence in sentences if sentence]


def _against_baseline(comparison: Comparison, accuracy: float, margin: float) -> str:
    if not comparison.baselines:
        return ""
    baseline = max(comparison.baselines, key=lambda baseline: baseline.val_accuracy)
    difference = accuracy - baseline.test_accuracy
    if abs(difference) <= margin:
        verdict = "about as many"
    else:
        verdict = f"{_points(abs(difference))} {'fewer' if difference > 0 else 'more'}"
    return (
        f"The best baseline, {baseline.name}, answers {baseline.test_accuracy:.1%} rightly: "
        f"{verdict}."
    )


def _against_published(comparison: Comparison) -> str:
    differences = {
        name: _validation_accuracy(comparison.runs_of(name)) - published.history.best.val_accuracy
        for name, published in comparison.published.items()
        if name in comparison.experiments
    }
    if not differences:
        return ""
    farthest = max(differences, key=lambda name: abs(differences[name]))
    direction = "above" if differences[farthest] > 0 else "below"
    return (
        "Of all validation accuracies the one farthest from its published figure is that of "
        f"{farthest}, {_points(abs(differences[farthest]))} {direction}."
    )


def _unfinished(comparison: Comparison) -> str:
    improving = dict.fromkeys(
        run.experiment
        for run in comparison.runs
        if run.history.best_epoch == len(run.history.epochs)
    )
    if not improving:
        return ""
    return f"Best in their last epoch, so that more epochs might help: {', '.join(improving)}."


def _seeds(comparison: Comparison) -> str:
    if len(comparison.runs) > len(comparison.experiments):
        return "Figures are means over seeds."
    return "Each experiment was trained with one seed; others would move these figures."


def _validation_accuracy(runs: Sequence[Run]) -> float:
    return mean_and_spread([run.history.best.val_accuracy for run in runs])[0]


def _test_accuracy(runs: Sequence[Run]) -> float:
    return mean_and_spread([run.test_accuracy for run in runs])[0]


def _points(share: float) -> str:
    return f"{100 * share:.1f} points"
