"""Train on labelled texts and set the result beside the baselines, on the same split."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_sample_weight

from seqsent.baselines import text_baselines
from seqsent.classifier import TextClassifier
from seqsent.datasets import Texts
from seqsent.pipeline import train
from seqsent.plan import Plan
from seqsent.results import Baseline, Watcher


def run_plan(
    plan: Plan,
    texts: Texts,
    watcher: Watcher | None = None,
    *,
    balanced: bool = False,
    unlabelled: Sequence[str] = (),
    directory: Path | None = None,
) -> tuple[TextClassifier, list[Baseline]]:
    """Train on a part of labelled texts, and score on the rest beside the baselines.

    Parameters
    ----------
    plan : Plan
        How; the recipe's seed decides the split, too.
    texts : Texts
        Split into three parts: to learn from, to decide when to stop, to score with.
    watcher : Watcher, optional
        Is told of every epoch.
    balanced : bool
        Whether every class counts alike, however few its texts are.
    unlabelled : sequence of str
        As in `seqsent.pipeline.train`.
    directory : Path, optional
        As in `fit`.

    Returns
    -------
    TextClassifier
        Its figures are part of what it says about itself.
    list of Baseline
        The classifier's figures first, then those of the baselines.
    """
    watcher = watcher or Watcher()
    parts = texts.split(seed=plan.recipe.seed)
    pairs = [(part.texts, part.labels) for part in parts]
    name = plan.architecture_name
    watcher.run_started(name, plan.recipe.seed, plan.trainings * plan.recipe.epochs)
    start = time.perf_counter()
    classifier, _ = train(
        plan,
        pairs[0],
        pairs[1],
        texts.label_names,
        multi_label=texts.multi_label,
        unlabelled=unlabelled,
        sample_weight=_weights(parts[0]) if balanced else None,
        validation_weight=_weights(parts[1]) if balanced else None,
        directory=directory,
        on_epoch=watcher.epoch_ended,
        on_stage=watcher.stage_begun,
    )
    on_test = _right(classifier, parts[2])
    seconds = time.perf_counter() - start
    # Runs of words have learned from the validation texts by now.
    on_validation = classifier.about["validation"]["accuracy"]
    own = Baseline(name, on_validation, float(on_test.mean()), seconds)
    rows = [own, *text_baselines(*pairs, right=on_test)]
    figures = {
        row.name: {"validation": row.val_accuracy, "test": row.test_accuracy} for row in rows
    }
    return replace(classifier, about={**classifier.about, "accuracy": figures}), rows


def _right(classifier: TextClassifier, part: Texts) -> NDArray[np.bool_]:
    """Return for each text whether the answer is right, all labels of it."""
    answers = classifier.decide(classifier.predict_proba(part.texts))
    return np.asarray((answers == part.labels).reshape(len(part), -1).all(axis=1))


def _weights(part: Texts) -> NDArray[np.float32]:
    """Return weights with which each class, or each label and its absence, counts alike."""
    return np.asarray(compute_sample_weight("balanced", part.labels), dtype=np.float32)
