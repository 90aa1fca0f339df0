"""What the same ids give without a network, so that a reader sees what recurrence buys."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.datasets import Splits
from seqsent.results import Baseline

Classifier = Callable[[NDArray[np.int32]], NDArray[Any]]


def baselines(splits: Splits) -> list[Baseline]:
    """Return the baselines for one encoding of the texts.

    Parameters
    ----------
    splits : Splits
        Fitted on the training texts; validation and test texts are only scored.

    Returns
    -------
    list of Baseline
        The commonest class, and logistic regression on a bag of words.
    """
    words = f"bag of words ({splits.vocab_size})"
    return [
        _score("majority", _majority, splits),
        _score(words, _bag_of_words, splits),
    ]


def _score(name: str, fit: Callable[[Splits], Classifier], splits: Splits) -> Baseline:
    start = time.perf_counter()
    classify = fit(splits)
    validation, test = (
        float(np.mean(classify(part.ids) == part.labels))
        for part in (splits.validation, splits.test)
    )
    return Baseline(name, validation, test, seconds=time.perf_counter() - start)


def _majority(splits: Splits) -> Classifier:
    commonest = np.bincount(splits.train.labels).argmax()
    return lambda ids: np.full(len(ids), commonest)


def _bag_of_words(splits: Splits) -> Classifier:
    """Fit logistic regression on TF-IDF weights of the words, their order forgotten."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(TfidfTransformer(sublinear_tf=True), LogisticRegression(max_iter=1000))
    model.fit(_counts(splits.train.ids, splits.vocab_size), splits.train.labels)
    return lambda ids: np.asarray(model.predict(_counts(ids, splits.vocab_size)))


def _counts(ids: NDArray[np.int32], vocab_size: int) -> Any:
    """Count each id in each text: a sparse matrix of shape (texts, vocab_size)."""
    from scipy.sparse import csr_matrix

    texts, maxlen = ids.shape
    starts = np.arange(0, texts * maxlen + 1, maxlen)
    counts = csr_matrix(
        (np.ones(ids.size, dtype=np.float32), ids.ravel(), starts), shape=(texts, vocab_size)
    )
    counts.sum_duplicates()
    return counts
