"""SentimentClassifier: the library as a scikit-learn estimator over raw texts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import check_is_fitted, column_or_1d

from seqsent.architecture import Architecture
from seqsent.artifact import save
from seqsent.classifier import UNSURE, TextClassifier
from seqsent.datasets.stored import StoredTexts
from seqsent.errors import DataError
from seqsent.models import Embedding
from seqsent.pipeline import train
from seqsent.plan import Plan
from seqsent.presets import DEFAULT, PIECES, changed, get_preset
from seqsent.recipe import Schedule
from seqsent.results import Explanation
from seqsent.text.encoder import Level, Truncation, checked
from seqsent.text.padding import Side


class SentimentClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classify raw texts with a recurrent network.

    Parameters
    ----------
    architecture : str or Architecture, optional
        As in `build_model`.
    preset : str
        The plan that holds wherever a parameter is left out: ``"fast"``, ``"accurate"`` or
        ``"textbook"``; ``seqsent presets`` shows them.
    options : mapping of str to object, optional
        The architecture's options.
    embedding : int, "onehot" or array, optional
        As in `build_model`.
    vocab_size, maxlen, level, padding, truncation
        As in `TextEncoder.fit`; the level may be ``"auto"``.
    mask_padding, word_dropout, embedding_dropout, feature_dropout
        As in `build_model`.
    vectors, pretrain, ngrams, members, student
        As in `Plan`.
    optimizer, learning_rate, batch_size, epochs, patience, schedule, clip, average
        As in `Recipe`.
    adversarial, virtual, unlabelled_ratio, least_steps
        As in `Recipe`.
    unlabelled : sequence of str, optional
        More texts of the kind, for all that needs no labels: vectors, pretraining, virtual
        adversaries, a student.
    validation_size : float
        The share of the texts that decides when to stop, between 0 and 1.
    class_weight : mapping or "balanced", optional
        How much each class counts.
    decision : float
        The probability from which the second of two classes, or a label of several, is the
        answer.
    sure : float, optional
        Answer ``"unsure"`` rather than less sure than this share: as confident as an answer
        to the validation texts had to be for this share to be right.
    random_state : int or RandomState, optional
        Seeds the split, the weights and the batches.

    Attributes
    ----------
    classes_ : ndarray, shape (classes,)
        The labels, sorted; where several may apply, the numbers of their columns.
    classifier_ : TextClassifier
        What was trained.
    histories_ : tuple of History
        Every epoch of each network.

    Examples
    --------
    >>> texts = ["a fine film", "a dull film"] * 20
    >>> model = SentimentClassifier(preset="textbook", learning_rate=0.02, random_state=0)
    >>> model = model.fit(texts, ["pos", "neg"] * 20)
    >>> model.predict(["fine", "dull"]).tolist()
    ['pos', 'neg']
    """

    def __init__(
        self,
        architecture: str | Architecture | None = None,
        *,
        preset: str = DEFAULT,
        options: Mapping[str, Any] | None = None,
        embedding: Embedding | None = None,
        vocab_size: int | None = None,
        maxlen: int | None = None,
        level: Level | Literal["auto"] | None = None,
        padding: Side | None = None,
        truncation: Truncation | None = None,
        mask_padding: bool | None = None,
        word_dropout: float | None = None,
        embedding_dropout: float | None = None,
        feature_dropout: float | None = None,
        vectors: str | None = None,
        pretrain: int | None = None,
        ngrams: bool | None = None,
        members: int | None = None,
        student: bool | Literal["beside"] | None = None,
        optimizer: str | None = None,
        learning_rate: float | None = None,
        batch_size: int | None = None,
        epochs: int | None = None,
        patience: int | None = None,
        schedule: Schedule | None = None,
        clip: float | None = None,
        average: float | None = None,
        adversarial: float | None = None,
        virtual: float | None = None,
        unlabelled_ratio: int | None = None,
        least_steps: int | None = None,
        unlabelled: Sequence[str] | None = None,
        validation_size: float = 0.1,
        class_weight: Mapping[Any, float] | str | None = None,
        decision: float = 0.5,
        sure: float | None = None,
        random_state: Any = None,
    ) -> None:
        self.architecture = architecture
        self.preset = preset
        self.options = options
        self.embedding = embedding
        self.vocab_size = vocab_size
        self.maxlen = maxlen
        self.level = level
        self.padding = padding
        self.truncation = truncation
        self.mask_padding = mask_padding
        self.word_dropout = word_dropout
        self.embedding_dropout = embedding_dropout
        self.feature_dropout = feature_dropout
        self.vectors = vectors
        self.pretrain = pretrain
        self.ngrams = ngrams
        self.members = members
        self.student = student
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.epochs = epochs
        self.patience = patience
        self.schedule = schedule
        self.clip = clip
        self.average = average
        self.adversarial = adversarial
        self.virtual = virtual
        self.unlabelled_ratio = unlabelled_ratio
        self.least_steps = least_steps
        self.unlabelled = unlabelled
        self.validation_size = validation_size
        self.class_weight = class_weight
        self.decision = decision
        self.sure = sure
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        """Say that texts go in, not numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.classifier_tags.multi_label = True
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
        labels : sequence, or array of shape (texts, labels)
            A label of any kind for each; or zeros and ones, where several may apply.
        sample_weight : sequence of float, optional
            How much each text counts.

        Returns
        -------
        SentimentClassifier
            Itself.

        Raises
        ------
        DataError
            When texts and labels cannot be learned from, or no confidence makes answers as
            sure as asked for; what was trained is there all the same.
        """
        kept = _kept(texts)
        self.classes_, indices = _classes(kept, labels)
        multi_label = indices.ndim == 2
        weights = self._weights(indices, sample_weight)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        first, second = self._split(indices, seed)
        if weights is not None:
            _check_parts({"learn from": weights[first], "validate with": weights[second]})
        self.classifier_, self.histories_ = train(
            self._plan(seed),
            (kept.take(first), indices[first]),
            (kept.take(second), indices[second]),
            tuple(str(name) for name in self.classes_),
            multi_label=multi_label,
            unlabelled=() if self.unlabelled is None else self.unlabelled,
            sample_weight=None if weights is None else weights[first],
            validation_weight=None if weights is None else weights[second],
        )
        if self.sure is not None:
            self.classifier_ = self.classifier_.with_sure(self.sure)
        return self

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the probability of each class, shape (texts, classes), rows summing to one."""
        check_is_fitted(self)
        classifier: TextClassifier = self.classifier_
        return classifier.predict_proba(_kept(texts))

    def predict(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return the label of each text, shape (texts,); or zeros and ones, (texts, labels).

        Where ``sure`` is given, ``"unsure"`` is one of the answers.
        """
        probabilities = self.predict_proba(texts)
        answers = self._named(probabilities)
        if self.sure is None:
            return answers
        answers = answers.astype(object)
        answers[~self.classifier_.is_sure(probabilities)] = UNSURE
        return answers

    def _named(self, probabilities: NDArray[np.float32]) -> NDArray[Any]:
        decisions: NDArray[np.int32] = self.classifier_.decide(probabilities)
        if self.classifier_.multi_label:
            return decisions.astype(self.classes_.dtype)
        return self.classes_[decisions]

    def score(self, texts: Sequence[str], labels: ArrayLike, sample_weight: Any = None) -> float:
        """Return the share of right answers, unsure ones counted as what they lean to."""
        answers = self._named(self.predict_proba(texts))
        return float(accuracy_score(labels, answers, sample_weight=sample_weight))

    def explain(self, text: str, label: str | None = None) -> Explanation:
        """Return what each word of a text did; see `seqsent.explanation.explain`."""
        check_is_fitted(self)
        classifier: TextClassifier = self.classifier_
        return classifier.explain(text, label)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what was trained to one file; `seqsent.load` reads it."""
        check_is_fitted(self)
        save(self.classifier_, path)

    def _plan(self, seed: int) -> Plan:
        pieces = {name: getattr(self, name) for name in PIECES if hasattr(self, name)}
        plan = get_preset(self.preset).plan_for(unlabelled=self.unlabelled is not None)
        return changed(plan, **{**pieces, "threshold": self.decision, "seed": seed})

    def _weights(self, indices: NDArray[Any], sample_weight: Any) -> NDArray[Any] | None:
        weights = None
        if sample_weight is not None:
            weights = np.asarray(sample_weight, dtype=np.float32)
            if weights.shape != (len(indices),) or not weights.any():
                raise DataError(
                    f"sample_weight of shape {weights.shape} and sum {weights.sum():g} arrived; "
                    f"expected one weight for each of {len(indices)} texts, and not zeros only"
                )
        if self.class_weight is None:
            return weights
        named = self.class_weight
        if isinstance(named, Mapping):
            named = {index: named.get(name, 1.0) for index, name in enumerate(self.classes_)}
        of_classes = np.asarray(compute_sample_weight(named, indices), dtype=np.float32)
        return of_classes if weights is None else of_classes * weights

    def _split(self, indices: NDArray[Any], seed: int) -> Any:
        counts = np.bincount(indices) if indices.ndim == 1 else indices.sum(axis=0)
        size = max(round(len(indices) * self.validation_size), len(counts))
        if len(indices) < size + len(counts):
            raise DataError(
                f"{len(indices)} texts arrived; expected at least {2 * len(counts)}, some to "
                "learn from and some to validate with"
            )
        stratify = indices if indices.ndim == 1 and counts.min() > 1 else None
        return train_test_split(
            np.arange(len(indices)), test_size=size, random_state=seed, stratify=stratify
        )


def _check_parts(weights: Mapping[str, NDArray[Any]]) -> None:
    """Refuse weights that leave nothing to learn from, or nothing that says when to stop."""
    for purpose, part in weights.items():
        if not part.any():
            raise DataError(
                f"weights arrived that are 0 for each of the {len(part)} texts to {purpose}; "
                "expected some that count. Give weight to more texts, or choose another "
                "validation_size or random_state."
            )


def _kept(texts: Iterable[str]) -> StoredTexts:
    """Return texts where they need not fit into memory; those that are there already stay."""
    return texts if isinstance(texts, StoredTexts) else StoredTexts.of(checked(texts))


def _classes(texts: Sequence[str], labels: ArrayLike) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Return the classes, and for each text the index of its own or a row of zeros and ones."""
    if labels is None:
        raise DataError(
            "labels=None arrived: fit requires y to be passed, but the target y is None; expected "
            "a label for each text"
        )
    given = np.asarray(labels)
    if given.ndim == 2 and given.shape[1] == 1:
        given = column_or_1d(given, warn=True)
    if given.shape[:1] != (len(texts),) or given.ndim > 2:
        raise DataError(
            f"{len(texts)} texts but labels of shape {given.shape} arrived; expected one each"
        )
    if not len(texts):
        raise DataError("no texts arrived; expected some of each class")
    if given.ndim == 2:
        if not np.isin(given, (0, 1)).all():
            raise DataError(
                f"labels of shape {given.shape} arrived that are not all zeros and ones; expected "
                "a class for each text, or zeros and ones where several labels may apply"
            )
        return np.arange(given.shape[1]), given.astype(np.int32)
    classes, indices = np.unique(given, return_inverse=True)
    if len(classes) < 2:
        raise DataError(f"only 1 class arrived, {classes.tolist()[0]!r}; expected at least two")
    return classes, indices.astype(np.int32)
