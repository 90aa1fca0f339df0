"""SentimentClassifier: the library as a scikit-learn estimator over raw texts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import check_is_fitted

from seqsent.architecture import Architecture
from seqsent.artifact import save
from seqsent.classifier import TextClassifier
from seqsent.errors import DataError
from seqsent.models import Embedding
from seqsent.plan import Plan, train
from seqsent.text.encoder import Level, Truncation
from seqsent.text.padding import Side
from seqsent.training import Recipe


class SentimentClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classify raw texts with a recurrent network.

    Parameters
    ----------
    architecture : str or Architecture
        As in `build_model`.
    options : mapping of str to object, optional
        The architecture's options.
    embedding : int, "onehot" or array
        As in `build_model`.
    vocab_size, maxlen, level, padding, truncation
        As in `TextEncoder.fit`.
    optimizer, learning_rate, batch_size, epochs, patience
        As in `Recipe`.
    validation_size : float
        The share of the texts that decides when to stop, between 0 and 1.
    class_weight : mapping or "balanced", optional
        How much each class counts.
    decision : float
        The probability from which the second of two classes is the answer.
    random_state : int or RandomState, optional
        Seeds the split, the weights and the batches.

    Attributes
    ----------
    classes_ : ndarray, shape (classes,)
        The labels, sorted.
    classifier_ : TextClassifier
        What was trained.
    history_ : History
        Every epoch.

    Examples
    --------
    >>> texts = ["a fine film", "a dull film"] * 20
    >>> model = SentimentClassifier(learning_rate=0.02, random_state=0)
    >>> model = model.fit(texts, ["pos", "neg"] * 20)
    >>> model.predict(["fine", "dull"]).tolist()
    ['pos', 'neg']
    """

    def __init__(
        self,
        architecture: str | Architecture = "lstm",
        *,
        options: Mapping[str, Any] | None = None,
        embedding: Embedding = 32,
        vocab_size: int | None = 20_000,
        maxlen: int = 200,
        level: Level = "word",
        padding: Side = "front",
        truncation: Truncation = "front",
        optimizer: str = "adam",
        learning_rate: float = 2e-3,
        batch_size: int = 32,
        epochs: int = 20,
        patience: int = 3,
        validation_size: float = 0.1,
        class_weight: Mapping[Any, float] | str | None = None,
        decision: float = 0.5,
        random_state: Any = None,
    ) -> None:
        self.architecture = architecture
        self.options = options
        self.embedding = embedding
        self.vocab_size = vocab_size
        self.maxlen = maxlen
        self.level = level
        self.padding = padding
        self.truncation = truncation
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.patience = patience
        self.validation_size = validation_size
        self.class_weight = class_weight
        self.decision = decision
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """Say that texts go in, not numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.non_deterministic = self.random_state is None
        return tags

    def fit(
        self, texts: Sequence[str], labels: ArrayLike, sample_weight: Any = None
    ) -> SentimentClassifier:
        """Train on texts and their labels.

        Parameters
        ----------
        texts : sequence of str
            Raw texts.
        labels : sequence
            A label of any kind for each.
        sample_weight : sequence of float, optional
            How much each text counts.

        Returns
        -------
        SentimentClassifier
            Itself.

        Raises
        ------
        DataError
            When texts and labels cannot be learned from.
        """
        texts = list(texts)
        self.classes_, indices = _classes(texts, labels)
        weights = self._weights(indices, sample_weight)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        first, second = self._split(indices, seed)
        self.classifier_, self.history_ = train(
            self._plan(seed),
            ([texts[row] for row in first], indices[first]),
            ([texts[row] for row in second], indices[second]),
            tuple(str(name) for name in self.classes_),
            sample_weight=None if weights is None else weights[first],
            validation_weight=None if weights is None else weights[second],
        )
        self.classifier_ = self.classifier_.with_threshold(self.decision)
        return self

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the probability of each class, shape (texts, classes), rows summing to one."""
        check_is_fitted(self)
        classifier: TextClassifier = self.classifier_
        return classifier.predict_proba(list(texts))

    def predict(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return the label of each text, shape (texts,)."""
        probabilities = self.predict_proba(texts)
        chosen: NDArray[Any] = self.classes_[self.classifier_.decide(probabilities)]
        return chosen

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what was trained to one file; `seqsent.load` reads it."""
        check_is_fitted(self)
        save(self.classifier_, path)

    def _plan(self, seed: int) -> Plan:
        return Plan(
            architecture=self.architecture,
            options=self.options or {},
            embedding=self.embedding,
            vocab_size=self.vocab_size,
            maxlen=self.maxlen,
            level=self.level,
            padding=self.padding,
            truncation=self.truncation,
            recipe=Recipe(
                optimizer=self.optimizer,
                learning_rate=self.learning_rate,
                batch_size=self.batch_size,
                epochs=self.epochs,
                patience=self.patience,
                seed=seed,
            ),
        )

    def _weights(self, indices: NDArray[Any], sample_weight: Any) -> NDArray[Any] | None:
        if self.class_weight is None:
            return None if sample_weight is None else np.asarray(sample_weight, dtype=np.float32)
        named = self.class_weight
        if isinstance(named, Mapping):
            named = {index: named.get(name, 1.0) for index, name in enumerate(self.classes_)}
        weights = np.asarray(compute_sample_weight(named, indices), dtype=np.float32)
        return weights if sample_weight is None else weights * np.asarray(sample_weight)

    def _split(self, indices: NDArray[Any], seed: int) -> Any:
        counts = np.bincount(indices)
        size = max(round(len(indices) * self.validation_size), len(counts))
        if len(indices) < size + len(counts):
            raise DataError(
                f"{len(indices)} texts arrived; expected at least {2 * len(counts)}, some to "
                "learn from and some to validate with"
            )
        stratify = indices if counts.min() > 1 else None
        return train_test_split(
            np.arange(len(indices)), test_size=size, random_state=seed, stratify=stratify
        )


def _classes(texts: Sequence[str], labels: ArrayLike) -> tuple[NDArray[Any], NDArray[np.int32]]:
    given = np.asarray(labels)
    if given.shape != (len(texts),):
        raise DataError(
            f"{len(texts)} texts but labels of shape {given.shape} arrived; expected one each"
        )
    if not len(texts):
        raise DataError("no texts arrived; expected some of each class")
    classes, indices = np.unique(given, return_inverse=True)
    if len(classes) < 2:
        raise DataError(f"only the class {classes.tolist()[0]!r} arrived; expected at least two")
    return classes, indices.astype(np.int32)
