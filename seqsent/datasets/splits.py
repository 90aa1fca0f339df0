"""The form in which every data set arrives at a model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.datasets.rows import CHUNK, Rows
from seqsent.errors import DataError
from seqsent.text import Vocabulary
from seqsent.text.vocabulary import UNKNOWN


@dataclass(frozen=True, eq=False)
class Examples:
    """Encoded texts and their labels.

    Parameters
    ----------
    ids : ndarray of int32, shape (n, maxlen), or Rows
        Token ids.
    labels : ndarray, shape (n,) or (n, labels)
        One class index per text, or a row of zeros and ones where several labels apply.
    """

    ids: NDArray[np.int32]
    labels: NDArray[Any]

    def __post_init__(self) -> None:
        """Refuse ids and labels that do not belong together."""
        if self.ids.ndim != 2 or not np.issubdtype(self.ids.dtype, np.integer):
            raise DataError(
                f"ids of shape {self.ids.shape} and type {self.ids.dtype} arrived; expected "
                "whole numbers of shape (texts, maxlen). Encode and pad the texts first."
            )
        if len(self.ids) != len(self.labels):
            raise DataError(
                f"{len(self.ids)} texts but {len(self.labels)} labels arrived; expected as "
                "many of one as of the other."
            )

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.ids)

    def __iter__(self) -> Iterator[NDArray[Any]]:
        """Unpack as ``ids, labels``."""
        return iter((self.ids, self.labels))


@dataclass(frozen=True, eq=False)
class Splits:
    """Training, validation and test examples over one vocabulary.

    Parameters
    ----------
    train, validation, test : Examples
        The three parts; every id lies in ``range(vocab_size)``.
    vocabulary : Vocabulary
        Gives ids back as words.
    vocab_size : int
        The number of ids a model must know.
    label_names : tuple of str
        The name of each class, by index.
    lengths : ndarray of int, shape (n_train,)
        The length of each training text before padding and truncation.
    name : str
        What reports call the data.

    Raises
    ------
    DataError
        When an id lies outside the vocabulary. PyTorch would crash on such an id, JAX would
        silently take another; here all backends see the same error.
    """

    train: Examples
    validation: Examples
    test: Examples
    vocabulary: Vocabulary
    vocab_size: int
    label_names: tuple[str, ...]
    lengths: NDArray[np.integer[Any]]
    name: str

    def __post_init__(self) -> None:
        """Check every id against the vocabulary."""
        for part in ("train", "validation", "test"):
            check_ids(getattr(self, part).ids, self.vocab_size, where=f"the {part} texts")

    @property
    def maxlen(self) -> int:
        """The number of ids per text."""
        return int(self.train.ids.shape[1])

    @property
    def num_classes(self) -> int:
        """The number of classes."""
        return len(self.label_names)

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of all ids and labels: equal fingerprints, equal data."""
        digest = hashlib.sha256()
        for part in (self.train, self.validation, self.test):
            for array in part:
                digest.update(f"{array.shape}{array.dtype.str}".encode())
                for begin in range(0, len(array), CHUNK):
                    digest.update(np.ascontiguousarray(array[begin : begin + CHUNK]).data)
        return digest.hexdigest()

    def limit_vocabulary(self, vocab_size: int) -> Splits:
        """Return the same texts with only the ids below ``vocab_size``.

        Rarer words become the unknown word, which is what loading with the smaller
        vocabulary would have given, because ids follow frequency.
        """
        if vocab_size == self.vocab_size:
            return self
        if vocab_size > self.vocab_size:
            raise DataError(
                f"a vocabulary of {vocab_size} ids was asked for, but {self.name} was loaded "
                f"with {self.vocab_size}. Load it with at least {vocab_size}."
            )
        return replace(
            self,
            train=_limit(self.train, vocab_size),
            validation=_limit(self.validation, vocab_size),
            test=_limit(self.test, vocab_size),
            vocabulary=self.vocabulary.limit(vocab_size),
            vocab_size=vocab_size,
        )


def _limit(part: Examples, vocab_size: int) -> Examples:
    ids = np.where(part.ids < vocab_size, part.ids, UNKNOWN).astype(np.int32)
    return Examples(ids, part.labels)


def check_ids(
    ids: NDArray[np.integer[Any]] | Rows, vocab_size: int, where: str = "the texts"
) -> None:
    """Raise ``DataError`` unless all ``ids`` lie in ``range(vocab_size)``."""
    if ids.size == 0:
        return
    low, high = int(ids.min()), int(ids.max())
    if low < 0 or high >= vocab_size:
        bad = low if low < 0 else high
        raise DataError(
            f"id {bad} in {where} is outside the vocabulary; expected ids from 0 to "
            f"{vocab_size - 1}. Encode the texts and build the model with one vocabulary size."
        )
