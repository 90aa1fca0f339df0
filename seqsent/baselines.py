"""What the same ids give without a network, so that a reader sees what recurrence buys."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import accumulate, takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.datasets import Splits
from seqsent.evaluation import mcnemar
from seqsent.results import Baseline

# A part's inputs, ids or texts, and its labels.
Part = tuple[Any, NDArray[Any]]
Classifier = Callable[[Any], NDArray[Any]]

# Characters that TF-IDF is fitted on, whose weights of all words are kept in memory.
FITTED_ON = 2**26

# Texts that are answered at a time.
_CHUNK = 4_096


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
    train, validation, test = (
        (part.ids, part.labels) for part in (splits.train, splits.validation, splits.test)
    )
    size = splits.vocab_size
    bag_of_words = partial(_bag_of_ids, vocab_size=size)
    return [
        _score("majority", _majority, train, validation, test),
        _score(f"bag of words ({size})", bag_of_words, train, validation, test),
    ]


def text_baselines(
    train: Part, validation: Part, test: Part, *, right: NDArray[np.bool_] | None = None
) -> list[Baseline]:
    """Return the baselines for raw texts, each a list of texts with its labels.

    Parameters
    ----------
    train, validation, test : tuple of (sequence of str, ndarray)
        Class indices of shape (n,), or zeros and ones of shape (n, labels), where only a
        text with all its labels right counts.
    right : ndarray of bool, shape (n_test,), optional
        Of which test texts the model beside them is right.

    Returns
    -------
    list of Baseline
        The commonest answer, and logistic regression on TF-IDF weights of all words. Of more
        training texts than fit into memory that is fitted on the first, and says so.
    """
    texts, labels = train
    first = _fitting(texts, labels)
    some = f" ({len(first):,} texts)" if len(first) < len(texts) else ""
    fitted = map(texts.__getitem__, first.tolist()), labels[first]
    return [
        _score("majority", _majority, train, validation, test, right),
        _score(f"TF-IDF + logistic regression{some}", _tf_idf, fitted, validation, test, right),
    ]


def _fitting(texts: Sequence[str], labels: NDArray[Any]) -> NDArray[np.intp]:
    """Return the rows of the first texts, as many as fit, and of each class at least one."""
    characters = accumulate(map(len, texts))
    count = sum(1 for _ in takewhile(FITTED_ON.__ge__, characters))
    _, of_each_class = np.unique(labels, return_index=True, axis=0)
    return np.union1d(np.arange(count), of_each_class)


def _score(
    name: str,
    fit: Callable[[Any, NDArray[Any]], Classifier],
    train: Part,
    validation: Part,
    test: Part,
    of_model: NDArray[np.bool_] | None = None,
) -> Baseline:
    start = time.perf_counter()
    classify = fit(*train)
    on_validation, on_test = (_right(classify, *part) for part in (validation, test))
    seconds = time.perf_counter() - start
    p = None if of_model is None else mcnemar(of_model, on_test)
    return Baseline(name, float(on_validation.mean()), float(on_test.mean()), seconds, p)


def _right(classify: Classifier, inputs: Any, labels: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for each text whether the answer is right, all labels of it."""
    chunks = [slice(begin, begin + _CHUNK) for begin in range(0, len(labels), _CHUNK)]
    right = np.concatenate([classify(inputs[chunk]) == labels[chunk] for chunk in chunks])
    return np.asarray(right.reshape(len(labels), -1).all(axis=1))


def _majority(inputs: Any, labels: NDArray[Any]) -> Classifier:
    answers, counts = np.unique(labels, axis=0, return_counts=True)
    commonest = answers[counts.argmax()]
    return lambda inputs: np.repeat(commonest[None], len(inputs), axis=0)


def _bag_of_ids(ids: NDArray[np.int32], labels: NDArray[Any], vocab_size: int) -> Classifier:
    """Fit logistic regression on TF-IDF weights of the words, their order forgotten."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(TfidfTransformer(sublinear_tf=True), LogisticRegression(max_iter=1000))
    model.fit(_counts(ids, vocab_size), labels)
    return lambda ids: np.asarray(model.predict(_counts(ids, vocab_size)))


def _tf_idf(texts: Iterable[str], labels: NDArray[Any]) -> Classifier:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline

    regression = LogisticRegression(max_iter=1000)
    model = make_pipeline(
        # Single characters are words too, in languages that need no more of them.
        TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w+"),
        OneVsRestClassifier(regression) if labels.ndim == 2 else regression,
    )
    model.fit(texts, labels)
    return lambda texts: np.asarray(model.predict(texts))


def _counts(ids: NDArray[np.int32], vocab_size: int) -> Any:
    """Count each id in each text: a sparse matrix of shape (texts, vocab_size)."""
    from scipy.sparse import csr_matrix

    texts, maxlen = ids.shape
    starts = np.arange(0, texts * maxlen + 1, maxlen)
    columns = ids.flatten()  # a copy: the sum below sorts in place
    counts = csr_matrix(
        (np.ones(ids.size, dtype=np.float32), columns, starts), shape=(texts, vocab_size)
    )
    counts.sum_duplicates()
    return counts
