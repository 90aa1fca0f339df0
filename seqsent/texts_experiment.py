"""Train on labelled texts and set the result beside the baselines, on the same split."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from seqsent.baselines import text_baselines
from seqsent.classifier import TextClassifier
from seqsent.datasets import Texts
from seqsent.plan import Plan, train
from seqsent.results import Baseline, Watcher


def run_plan(
    plan: Plan, texts: Texts, watcher: Watcher | None = None
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

    Returns
    -------
    TextClassifier
        Its figures are part of what it says about itself.
    list of Baseline
        The classifier's figures first, then those of the baselines.
    """
    watcher = watcher or Watcher()
    parts = [(list(part.texts), part.labels) for part in texts.split(seed=plan.recipe.seed)]
    name = plan.architecture if isinstance(plan.architecture, str) else plan.architecture.name
    watcher.run_started(name, plan.recipe.seed, plan.recipe.epochs)
    start = time.perf_counter()
    classifier, _ = train(
        plan,
        parts[0],
        parts[1],
        texts.label_names,
        multi_label=texts.multi_label,
        on_epoch=watcher.epoch_ended,
    )
    on_validation, on_test = (
        float(np.mean(_right(classifier, part, labels))) for part, labels in parts[1:]
    )
    own = Baseline(name, on_validation, on_test, seconds=time.perf_counter() - start)
    rows = [own, *text_baselines(parts[0], parts[1], parts[2])]
    figures = {
        row.name: {"validation": row.val_accuracy, "test": row.test_accuracy} for row in rows
    }
    return replace(classifier, about={**classifier.about, "accuracy": figures}), rows


def _right(classifier: TextClassifier, texts: list[str], labels: np.ndarray) -> np.ndarray:
    decided = classifier.decide(classifier.predict_proba(texts))
    return np.asarray((decided == labels).reshape(len(labels), -1).all(axis=1))
