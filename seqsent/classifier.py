"""TextClassifier: raw texts in, labels and probabilities out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.certainty import Certainty
from seqsent.datasets import Texts
from seqsent.datasets.rows import Rows
from seqsent.errors import DataError
from seqsent.evaluation import Evaluation, evaluate_probabilities
from seqsent.explanation import explain
from seqsent.layers import keras
from seqsent.models import takes_any_length
from seqsent.ngrams import Ngrams
from seqsent.results import Explanation
from seqsent.text import TextEncoder

# Large enough that a batch's overhead is small beside its work, small enough for one-hot input.
BATCH = 1_024

# Of all threads one computes at a time: Keras on JAX gives the weights away while it predicts, and
# another thread would find them deleted.
_COMPUTING = Lock()

# The answer where none is confident enough.
UNSURE = "unsure"


@dataclass(frozen=True, eq=False)
class TextClassifier:
    """A trained model with the encoder of its texts and the names of its labels.

    Parameters
    ----------
    model : keras.Model
        As `build_model` gives it.
    encoder : TextEncoder
        What the model was trained with.
    label_names : tuple of str
        One per class, or per label.
    multi_label : bool
        Whether several labels may apply to one text.
    threshold : float
        The probability from which class 1 of two, or a label of several, is the answer.
    confidence : float
        The answer is ``"unsure"`` where its probability is lower.
    certainty : Certainty, optional
        How often confident answers were right on the validation texts.
    about : mapping
        What else is known of the model; kept in its file.
    ngrams : Ngrams, optional
        A linear model that is asked beside the network.
    """

    model: keras.Model
    encoder: TextEncoder
    label_names: tuple[str, ...]
    multi_label: bool = False
    threshold: float = 0.5
    confidence: float = 0.0
    certainty: Certainty | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    ngrams: Ngrams | None = None

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return how probable each label is for each text.

        Parameters
        ----------
        texts : sequence of str
            Raw texts; an empty one counts as one unknown word.

        Returns
        -------
        ndarray of float32, shape (texts, labels)
            Rows sum to one, unless several labels may apply.

        Raises
        ------
        DataError
            When something else than texts arrives.
        """
        return self.together(Rows.encoded(self.encoder, texts), texts)

    def probabilities(self, ids: NDArray[np.int32] | Rows) -> NDArray[np.float32]:
        """Return what the network says of rows of ids, shape (texts, maxlen)."""
        order = np.arange(len(ids))
        if isinstance(ids, Rows) and takes_any_length(self.model):
            ids, order = ids.narrowed(), np.argsort(ids.lengths, kind="stable")
        batches = [order[begin : begin + BATCH] for begin in range(0, len(order), BATCH)]
        if not batches:
            return np.zeros((0, len(self.label_names)), dtype=np.float32)
        probabilities = np.concatenate([self._answer(ids[batch]) for batch in batches])
        probabilities = probabilities[np.argsort(order)]
        if probabilities.shape[1] == 1 and not self.multi_label:
            return np.concatenate([1 - probabilities, probabilities], axis=1)
        return probabilities

    def together(self, ids: NDArray[np.int32] | Rows, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what the network says of rows of ids and the runs of words of texts, if any."""
        probabilities = self.probabilities(ids)
        if self.ngrams is None:
            return probabilities
        return self.ngrams.combine(probabilities, texts, self.multi_label)

    def _answer(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        # Backends compile once per shape, so there are few: powers of two.
        rows = min(BATCH, 1 << (len(ids) - 1).bit_length())
        padded = np.concatenate([ids, np.zeros((rows - len(ids), ids.shape[1]), dtype=np.int32)])
        with _COMPUTING:
            answer = self.model.predict_on_batch(padded)
        return np.asarray(answer, dtype=np.float32)[: len(ids)]

    def decide(self, probabilities: NDArray[np.float32]) -> NDArray[np.int32]:
        """Return class indices, shape (texts,), or zeros and ones, shape (texts, labels)."""
        if self.multi_label:
            return np.asarray(probabilities >= self.threshold, dtype=np.int32)
        if probabilities.shape[1] == 2:
            return np.asarray(probabilities[:, 1] >= self.threshold, dtype=np.int32)
        return np.asarray(probabilities.argmax(axis=1), dtype=np.int32)

    def is_sure(self, probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return for each text, shape (texts,), whether its answer is confident enough."""
        if self.multi_label:
            return np.ones(len(probabilities), dtype=np.bool_)
        return np.asarray(self._confidences(probabilities) >= self.confidence)

    def _confidences(self, probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
        return probabilities[np.arange(len(probabilities)), self.decide(probabilities)]

    def predict(self, texts: Sequence[str]) -> list[str] | list[tuple[str, ...]]:
        """Return the label of each text, or a tuple of labels where several may apply.

        ``"unsure"`` stands where the answer is not confident enough, see `with_sure`.
        """
        return self.answers(self.predict_proba(texts))

    def answers(self, probabilities: NDArray[np.float32]) -> list[str] | list[tuple[str, ...]]:
        """Return what `predict` does, from what `predict_proba` gave."""
        names, decisions = self.label_names, self.decide(probabilities)
        if self.multi_label:
            return [tuple(names[label] for label in np.flatnonzero(row)) for row in decisions]
        sure = self.is_sure(probabilities)
        return [names[one] if known else UNSURE for one, known in zip(decisions, sure, strict=True)]

    def evaluate(self, texts: Texts) -> Evaluation:
        """Compare answers with the right ones.

        Parameters
        ----------
        texts : Texts
            Labelled with labels that the classifier knows, some of them or all.

        Returns
        -------
        Evaluation
            An answer below the confidence that was asked for counts like any other.

        Raises
        ------
        DataError
            When a label is unknown, or several labels meet a classifier that gives one.
        """
        labels = self._labels_of(texts)
        start = time.perf_counter()
        probabilities = self.predict_proba(texts.texts)
        return evaluate_probabilities(
            labels,
            probabilities,
            self.label_names,
            multi_label=self.multi_label,
            threshold=self.threshold,
            name=texts.name,
            seconds=time.perf_counter() - start,
        )

    def _labels_of(self, texts: Texts) -> NDArray[Any]:
        """Return the labels of texts, numbered as the classifier numbers them."""
        unknown = [name for name in texts.label_names if name not in self.label_names]
        if unknown:
            raise DataError(
                f"{texts.name} has labels that the model does not know: "
                f"{', '.join(map(repr, unknown[:5]))}; expected some of "
                f"{', '.join(map(repr, self.label_names[:20]))}. Name another label column with "
                "--label (label= in Python), or rename them."
            )
        if texts.multi_label and not self.multi_label:
            raise DataError(
                f"{texts.name} has several labels per text, and the model gives one; expected "
                "one per text"
            )
        places = np.array([self.label_names.index(name) for name in texts.label_names])
        if not self.multi_label:
            return np.asarray(places[texts.labels])
        labels = np.zeros((len(texts), len(self.label_names)), dtype=np.int32)
        if texts.multi_label:
            labels[:, places] = texts.labels
        else:
            labels[np.arange(len(texts)), places[texts.labels]] = 1
        return labels

    def explain(self, text: str, label: str | None = None) -> Explanation:
        """Return what each word of a text did for a label; see `seqsent.explanation.explain`."""
        return explain(self, text, label)

    def stream(
        self, texts: Iterable[str], chunk: int = 4 * BATCH
    ) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Yield each text with its probabilities, holding no more than a chunk in memory."""
        remaining = iter(texts)
        while batch := list(islice(remaining, chunk)):
            yield from zip(batch, self.predict_proba(batch), strict=True)

    def with_threshold(self, threshold: float) -> TextClassifier:
        """Return the same classifier with another threshold, whose certainty is not known."""
        if not 0 < threshold < 1:
            raise DataError(f"threshold={threshold!r} arrived; expected a share between 0 and 1")
        return replace(self, threshold=threshold, confidence=0.0, certainty=None)

    def measured(self, probabilities: NDArray[np.float32], labels: NDArray[Any]) -> TextClassifier:
        """Return the same classifier, knowing how often its confident answers are right.

        Parameters
        ----------
        probabilities : ndarray of float32, shape (texts, labels)
            Of texts that were neither learned from nor are kept for the last test.
        labels : ndarray of int, shape (texts,)
            Their classes.
        """
        right = self.decide(probabilities) == labels
        return replace(self, certainty=Certainty.measure(self._confidences(probabilities), right))

    def with_sure(self, share: float) -> TextClassifier:
        """Return the same classifier, answering ``"unsure"`` rather than wrongly too often.

        Parameters
        ----------
        share : float
            Of the answers that are given, this share was right on the validation texts.

        Raises
        ------
        DataError
            When the share is none, or not even the most confident answers were right as often,
            or it was never measured how often they are.
        """
        if not 0 < share <= 1:
            raise DataError(f"sure={share!r} arrived; expected a share above 0, at most 1")
        if self.certainty is None:
            raise DataError(
                f"sure={share} arrived, and the model does not know how often it is right: it "
                "gives several labels per text, or was never measured on validation texts"
            )
        confidence = self.certainty.needed(share)
        if confidence is None:
            raise DataError(
                f"sure={share} arrived, and of the most confident answers to the validation "
                f"texts only {max(self.certainty.right):.4f} were right; ask for less"
            )
        return replace(self, confidence=confidence)
