"""TextClassifier: raw texts in, labels and probabilities out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.errors import DataError
from seqsent.layers import keras
from seqsent.text import TextEncoder

# Large enough that a batch's overhead is small beside its work, small enough for one-hot input.
BATCH = 1_024


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
    about : mapping
        What else is known of the model; kept in its file.
    """

    model: keras.Model
    encoder: TextEncoder
    label_names: tuple[str, ...]
    multi_label: bool = False
    threshold: float = 0.5
    about: Mapping[str, Any] = field(default_factory=dict)

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
        return self.probabilities(self.encoder.encode(texts))

    def probabilities(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the same for rows of ids, shape (texts, maxlen)."""
        answers = [self._answer(ids[row : row + BATCH]) for row in range(0, len(ids), BATCH)]
        if not answers:
            return np.zeros((0, len(self.label_names)), dtype=np.float32)
        probabilities = np.concatenate(answers)
        if probabilities.shape[1] == 1 and not self.multi_label:
            return np.concatenate([1 - probabilities, probabilities], axis=1)
        return probabilities

    def _answer(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        # Backends compile once per shape, so there are few: powers of two.
        rows = min(BATCH, 1 << (len(ids) - 1).bit_length())
        padded = np.concatenate([ids, np.zeros((rows - len(ids), ids.shape[1]), dtype=np.int32)])
        return np.asarray(self.model.predict_on_batch(padded), dtype=np.float32)[: len(ids)]

    def decide(self, probabilities: NDArray[np.float32]) -> NDArray[np.int32]:
        """Return class indices, shape (texts,), or zeros and ones, shape (texts, labels)."""
        if self.multi_label:
            return np.asarray(probabilities >= self.threshold, dtype=np.int32)
        if probabilities.shape[1] == 2:
            return np.asarray(probabilities[:, 1] >= self.threshold, dtype=np.int32)
        return np.asarray(probabilities.argmax(axis=1), dtype=np.int32)

    def predict(self, texts: Sequence[str]) -> list[str] | list[tuple[str, ...]]:
        """Return the label of each text, or a tuple of labels where several may apply."""
        return self.names(self.decide(self.predict_proba(texts)))

    def names(self, decisions: NDArray[np.int32]) -> list[str] | list[tuple[str, ...]]:
        """Return the names of what `decide` gave."""
        names = self.label_names
        if self.multi_label:
            return [tuple(names[label] for label in np.flatnonzero(row)) for row in decisions]
        return [names[decision] for decision in decisions]

    def stream(
        self, texts: Iterable[str], chunk: int = 4 * BATCH
    ) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Yield each text with its probabilities, holding no more than a chunk in memory."""
        remaining = iter(texts)
        while batch := list(islice(remaining, chunk)):
            yield from zip(batch, self.predict_proba(batch), strict=True)

    def with_threshold(self, threshold: float) -> TextClassifier:
        """Return the same classifier with another threshold."""
        if not 0 < threshold < 1:
            raise DataError(f"threshold={threshold!r} arrived; expected a share between 0 and 1")
        return replace(self, threshold=threshold)
