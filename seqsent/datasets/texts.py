"""Texts: raw texts with their labels, before any of them is a number."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.errors import DataError


@dataclass(frozen=True, eq=False)
class Texts:
    """Raw texts and their labels.

    Parameters
    ----------
    texts : sequence of str
        Raw texts; an empty one is allowed.
    labels : ndarray of int32, shape (n,) or (n, labels)
        Class indices, or zeros and ones where several labels may apply.
    label_names : tuple of str
        The name of each class or label, by index.
    multi_label : bool
        Whether several labels may apply to one text.
    name : str
        What reports call the data.
    columns : str
        Where texts and labels came from, for people.
    """

    texts: Sequence[str]
    labels: NDArray[Any]
    label_names: tuple[str, ...]
    multi_label: bool = False
    name: str = "texts"
    columns: str = ""

    @classmethod
    def from_labels(
        cls,
        texts: Sequence[Any],
        labels: Sequence[Any],
        *,
        separator: str | None = None,
        name: str = "texts",
        columns: str = "",
    ) -> Texts:
        """Take labels of any kind and number them.

        Parameters
        ----------
        texts : sequence of str
            Raw texts.
        labels : sequence
            Words, numbers or truth values, one per text; or a list of them per text, where
            several labels may apply.
        separator : str, optional
            What separates several labels that arrive as one word.
        name, columns
            As above.

        Returns
        -------
        Texts

        Raises
        ------
        DataError
            When a row has no text or no label, or all labels are alike.
        """
        if len(texts) != len(labels):
            raise DataError(
                f"{len(texts)} texts but {len(labels)} labels arrived; expected one each"
            )
        if not len(texts):
            raise DataError(f"{name} holds no texts; expected some of at least two classes")
        _check_rows(texts, labels)
        if separator is not None:
            labels = [[part.strip() for part in str(label).split(separator)] for label in labels]
        several = all(isinstance(label, list | tuple | set | frozenset) for label in labels)
        rows = [set(label) if several else {label} for label in labels]
        names = sorted(set().union(*rows), key=_order)
        if len(names) < 2:
            shown = repr(names[0]) if names else "none"
            raise DataError(
                f"{name} has one label only, {shown}; expected two or more. Is the column right?"
            )
        index = {label: number for number, label in enumerate(names)}
        table = np.zeros((len(rows), len(names)), dtype=np.int32)
        for row, present in zip(table, rows, strict=True):
            row[[index[label] for label in present]] = 1
        numbers = table if several else table.argmax(axis=1).astype(np.int32)
        return cls(list(texts), numbers, tuple(map(str, names)), several, name, columns)

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.texts)

    def take(self, rows: NDArray[np.integer[Any]]) -> Texts:
        """Return some of the texts, in the order asked for."""
        return replace(self, texts=[self.texts[row] for row in rows], labels=self.labels[rows])

    def split(
        self, validation_size: float = 0.1, test_size: float = 0.1, seed: int = 42
    ) -> tuple[Texts, Texts, Texts]:
        """Divide the texts into three parts, shuffled, with the labels in equal shares.

        Parameters
        ----------
        validation_size, test_size : float
            The share of each, between 0 and 1; the rest is to learn from.
        seed : int
            Equal seeds give equal parts.

        Returns
        -------
        tuple of Texts
            To learn from, to validate with, to test with.

        Raises
        ------
        DataError
            When there are too few texts for three parts.
        """
        classes = len(self.label_names)
        sizes = [max(round(len(self) * share), classes) for share in (validation_size, test_size)]
        if len(self) - sum(sizes) < classes:
            raise DataError(
                f"{len(self)} texts arrived; expected at least {3 * classes}, some of each of the "
                f"{classes} labels in each of three parts. Are the labels the right column?"
            )
        rest, test = self._divide(np.arange(len(self)), sizes[1], seed)
        train, validation = self._divide(rest, sizes[0], seed)
        return self.take(train), self.take(validation), self.take(test)

    def _divide(
        self, rows: NDArray[Any], size: int, seed: int
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        from sklearn.model_selection import train_test_split

        labels = self.labels[rows]
        stratify = None if self.multi_label or np.bincount(labels).min() < 2 else labels
        first, second = train_test_split(rows, test_size=size, random_state=seed, stratify=stratify)
        return first, second

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of all texts and labels."""
        digest = hashlib.sha256(np.ascontiguousarray(self.labels).data)
        for text in self.texts:
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
        return digest.hexdigest()


def _check_rows(texts: Sequence[Any], labels: Sequence[Any]) -> None:
    for row, (text, label) in enumerate(zip(texts, labels, strict=True), start=1):
        if not isinstance(text, str):
            raise DataError(
                f"row {row} has {text!r} where a text was expected; leave such rows out, or name "
                "another text column"
            )
        if label is None or label != label or label == "":
            raise DataError(
                f"row {row} has no label; leave such rows out, or name another label column"
            )


def _order(label: Any) -> tuple[int, float, str]:
    """Sort numbers by value, also those written as words, and words after them."""
    try:
        return 0, float(label), ""
    except (TypeError, ValueError):
        return 1, 0.0, str(label)
