"""Texts: raw texts with their labels, before any of them is a number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.datasets.labels import Labels
from seqsent.datasets.stored import StoredTexts
from seqsent.errors import DataError
from seqsent.untrusted import shown


@dataclass(frozen=True, eq=False)
class Texts:
    """Raw texts and their labels.

    Parameters
    ----------
    texts : sequence of str
        Raw texts; an empty one is allowed. They are kept where they need not fit into memory,
        and read again when they are asked for.
    labels : ndarray of int32, shape (n,) or (n, num_labels)
        Class indices, or zeros and ones where several labels may apply.
    label_names : tuple of str
        The name of each class or label, by index.
    multi_label : bool
        Whether several labels may apply to one text.
    name : str
        What reports call the data.
    columns : str
        Where texts and labels came from, for people.

    Raises
    ------
    DataError
        When texts and labels do not match, something else than a text is among the texts,
        or there are fewer than two classes.
    """

    texts: Sequence[str]
    labels: NDArray[Any]
    label_names: tuple[str, ...]
    multi_label: bool = False
    name: str = "texts"
    columns: str = ""

    def __post_init__(self) -> None:
        """Refuse what no classifier could learn from."""
        object.__setattr__(self, "texts", _stored(self.texts, self.name))
        if len(self.label_names) < 2:
            only = ", ".join(map(shown, self.label_names)) or "none"
            raise DataError(
                f"{self.name} has one label only, {only}; expected two or more. Name another "
                "label column, or add texts of another class."
            )
        classes = (len(self.label_names),) if self.multi_label else ()
        expected = (len(self.texts), *classes)
        if self.labels.shape != expected:
            raise DataError(
                f"labels of shape {self.labels.shape} arrived; expected {expected}, one row for "
                f"each of {len(self.texts)} texts"
            )

    @classmethod
    def from_labels(
        cls,
        texts: Iterable[str],
        labels: Iterable[Any],
        *,
        separator: str | None = None,
        name: str = "texts",
        columns: str = "",
    ) -> Texts:
        """Take labels of any kind and number them.

        Parameters
        ----------
        texts : iterable of str
            Raw texts.
        labels : iterable
            Words, numbers or truth values, one per text; or a list or set of them per text,
            where several labels may apply, or none; or zeros and ones, shape (n, num_labels).
        separator : str, optional
            What separates several labels that arrive as one word.
        name, columns
            As above.

        Returns
        -------
        Texts
            The classes in order: numbers by value, then words by the alphabet.

        Raises
        ------
        DataError
            When a row has no text or no label, or all labels are alike.

        Examples
        --------
        >>> stars = Texts.from_labels(["bad", "fine", "so so"], [1, 10, 5.0])
        >>> stars.label_names, stars.labels.tolist()
        (('1', '5', '10'), [0, 2, 1])
        >>> several = Texts.from_labels(["a", "b"], ["fun|sad", "sad"], separator="|")
        >>> several.label_names, several.labels.tolist()
        (('fun', 'sad'), [[1, 1], [0, 1]])
        """
        texts, labels = list(texts), list(_rows(labels))
        if len(texts) != len(labels):
            raise DataError(
                f"{len(texts)} texts but {len(labels)} labels arrived; expected one each"
            )
        pairs = zip(texts, labels, strict=True)
        return cls.from_pairs(pairs, separator=separator, name=name, columns=columns)

    @classmethod
    def from_pairs(
        cls,
        pairs: Iterable[tuple[str, Any]],
        *,
        separator: str | None = None,
        name: str = "texts",
        columns: str = "",
    ) -> Texts:
        """Take each text with its label as they come, so that all need not fit into memory.

        Parameters
        ----------
        pairs : iterable of (str, object)
            A text, and what `from_labels` takes as the label of one.
        separator, name, columns
            As above.

        Returns
        -------
        Texts

        Raises
        ------
        DataError
            As `from_labels`.
        """
        given = Labels(name)

        def texts() -> Iterator[Any]:
            for text, label in pairs:
                given.add(label)
                yield text

        stored = _stored(texts(), name)
        if not given:
            raise DataError(f"{name} holds no texts; expected some of at least two classes")
        labels, names, several = given.numbered(separator)
        return cls(stored, labels, names, several, name, columns)

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.texts)

    def take(self, rows: Sequence[int] | NDArray[np.integer[Any]]) -> Texts:
        """Return the texts of some rows, counted from 0, in the order asked for."""
        rows, texts = np.asarray(rows, dtype=np.intp), _stored(self.texts, self.name)
        return replace(self, texts=texts.take(rows), labels=self.labels[rows])

    def split(
        self, validation_size: float = 0.1, test_size: float = 0.1, seed: int = 42
    ) -> tuple[Texts, Texts, Texts]:
        """Divide the texts into three parts, shuffled.

        Each class has its share in each part, if the parts are large enough; otherwise, and
        with several labels per text, chance alone decides. A class of one or two texts is
        only learned from.

        Parameters
        ----------
        validation_size, test_size : float
            The share of each, between 0 and 1; the rest is to learn from. Of few texts each
            part gets as many as there are classes, if half of all are left to learn from.
        seed : int
            Equal seeds give equal parts.

        Returns
        -------
        tuple of Texts
            To learn from, to validate with, to test with.

        Raises
        ------
        DataError
            When the shares leave nothing to learn from, or there are too few texts.
        """
        if not (validation_size > 0 and test_size > 0 and validation_size + test_size < 1):
            raise DataError(
                f"validation_size={validation_size} and test_size={test_size} arrived; expected "
                "shares above 0 that leave some texts to learn from, like 0.1 and 0.1"
            )
        sizes = [max(round(len(self) * share), 1) for share in (validation_size, test_size)]
        fair = [max(size, len(self.label_names)) for size in sizes]
        if sum(fair) <= len(self) / 2:
            sizes = fair
        rare = self._rare()
        common, kept = np.flatnonzero(~rare), np.flatnonzero(rare)
        if sum(sizes) >= len(common):
            raise self._too_few()
        rest, test = self._divide(common, sizes[1], seed)
        rest, validation = self._divide(rest, sizes[0], seed)
        train = np.random.default_rng(seed).permutation(np.concatenate([rest, kept]))
        if len(np.unique(self.labels[train], axis=0)) < 2:
            raise self._too_few()
        return self.take(train), self.take(validation), self.take(test)

    def _rare(self) -> NDArray[np.bool_]:
        """Return for each text whether its class has too few for three parts."""
        if self.multi_label:
            return np.zeros(len(self), dtype=np.bool_)
        return np.asarray(np.bincount(self.labels)[self.labels] < 3)

    def _divide(
        self, rows: NDArray[Any], size: int, seed: int
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        from sklearn.model_selection import train_test_split

        stratify = None
        if not self.multi_label:
            _, counts = np.unique(self.labels[rows], return_counts=True)
            if counts.min() >= 2 and len(counts) <= min(size, len(rows) - size):
                stratify = self.labels[rows]
        first, second = train_test_split(rows, test_size=size, random_state=seed, stratify=stratify)
        return first, second

    def _too_few(self) -> DataError:
        return DataError(
            f"{self.name} has {len(self)} texts of {len(self.label_names)} classes, too few to "
            "learn from and to test with; expected several of each class. Add texts, or name "
            "another label column."
        )

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of all texts and labels: equal fingerprints, equal data."""
        digest = hashlib.sha256(repr((self.label_names, self.labels.shape)).encode())
        digest.update(np.ascontiguousarray(self.labels).data)
        for text in self.texts:
            content = text.encode("utf-8", "surrogatepass")
            digest.update(b"%d:" % len(content))
            digest.update(content)
        return digest.hexdigest()


def expected_text(value: Any, row: int, name: str) -> DataError:
    """Return the error for something else in the place of a text, its row counted from 1."""
    return DataError(
        f"row {row} of {name} has {shown(value)} where a text was expected; leave such rows out, "
        "or name another text column with --text (text= in Python)"
    )


def _stored(texts: Iterable[Any], name: str) -> StoredTexts:
    """Store texts, unless they are, and refuse anything else among them."""
    if isinstance(texts, StoredTexts):
        return texts
    wrong: list[tuple[int, Any]] = []
    count = 0

    def checked() -> Iterator[str]:
        nonlocal count
        for text in texts:
            count += 1
            if isinstance(text, str):
                yield text
            else:
                wrong.append((count, text))

    stored = StoredTexts.of(checked())
    if wrong:
        [row, text], *others = wrong
        first = expected_text(text, row, name)
        raise DataError(f"{len(wrong)} of {count} rows have no text: {first}") if others else first
    return stored


def _rows(labels: Iterable[Any]) -> Iterable[Any]:
    """Return one label per text, or one list where several may apply."""
    if isinstance(labels, np.ndarray) and labels.ndim == 2:
        return [np.flatnonzero(row).tolist() for row in labels]
    return labels
