"""A look at labelled texts before training: what they are like, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.datasets.texts import Texts
from seqsent.text import split_words
from seqsent.text.vocabulary import FIRST_WORD

# Upper ends of the histogram of lengths, in words.
_BOUNDS = (0, 5, 10, 20, 50, 100, 200, 500, 1_000)

# From these shares on a reader is told.
_RARE_WORDS = 0.1
_LOST_WORDS = 0.05
_COMMONEST = 0.8

_FEW_OF_A_CLASS = 20


@dataclass(frozen=True)
class Inspection:
    """What labelled texts are like, counted in words as `seqsent.text.split_words` finds them.

    Parameters
    ----------
    name, columns : str
        As in `Texts`.
    texts : int
        How many.
    classes : dict of str to int
        Texts of each class.
    mean_length, median_length, length_95 : float
        Words per text; 95 of 100 texts are no longer than the last.
    max_length : int
        Words of the longest text.
    histogram : dict of str to int
        How many texts have so many words.
    vocab_size, maxlen : int
        What was asked for.
    outside_vocabulary : float
        The share of the words of validation and test texts that have no id in a vocabulary
        of ``vocab_size`` ids, learned from the training texts.
    never_seen : float
        The share of them that no training text has.
    truncated : float
        The share of all words that is lost where a text has more than ``maxlen``.
    duplicates : int
        Texts that have the same words as an earlier one.
    leaked : int
        Validation and test texts that have the same words as a text of an earlier part.
    conflicting : int
        Texts that have the same words as a text with another label.
    empty : int
        Texts without a word.
    """

    name: str
    columns: str
    texts: int
    classes: dict[str, int]
    mean_length: float
    median_length: float
    length_95: float
    max_length: int
    histogram: dict[str, int]
    vocab_size: int
    maxlen: int
    outside_vocabulary: float
    never_seen: float
    truncated: float
    duplicates: int
    leaked: int
    conflicting: int
    empty: int

    @property
    def findings(self) -> tuple[str, ...]:
        """Return what is noteworthy, each in one line with what to do."""
        return tuple(_findings(self))

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        return {**asdict(self), "findings": list(self.findings)}


def inspect(
    texts: Texts,
    *,
    vocab_size: int,
    maxlen: int,
    splits: tuple[Texts, Texts, Texts] | None = None,
) -> Inspection:
    """Look at labelled texts before training.

    Parameters
    ----------
    texts : Texts
        All of them.
    vocab_size : int
        The number of ids that a model would have, four reserved ones included.
    maxlen : int
        The number of words of a text that it would read.
    splits : tuple of Texts, optional
        The parts to learn from, to validate with and to test with; ``texts.split()`` when
        left out.

    Returns
    -------
    Inspection

    Raises
    ------
    DataError
        When there are too few texts to split.

    Examples
    --------
    >>> texts = Texts.from_labels(["A fine film.", "a fine film", "dull", "bad"] * 5, [1, 0] * 10)
    >>> found = inspect(texts, vocab_size=100, maxlen=2)
    >>> found.classes, found.duplicates, found.truncated
    ({'0': 10, '1': 10}, 17, 0.25)
    """
    parts = [_read(part) for part in splits or texts.split()]
    lengths = np.concatenate([part.lengths for part in parts])
    training, *held_out = parts
    ranked = sorted(training.words, key=lambda word: (-training.words[word], word))
    return Inspection(
        name=texts.name,
        columns=texts.columns,
        texts=len(texts),
        classes=_classes(texts),
        mean_length=round(float(np.mean(lengths)), 2),
        median_length=float(np.median(lengths)),
        length_95=float(np.percentile(lengths, 95, method="higher")),
        max_length=int(lengths.max()),
        histogram=_histogram(lengths),
        vocab_size=vocab_size,
        maxlen=maxlen,
        outside_vocabulary=_outside(set(ranked[: max(vocab_size - FIRST_WORD, 0)]), held_out),
        never_seen=_outside(set(ranked), held_out),
        truncated=_share(int(np.maximum(lengths - maxlen, 0).sum()), int(lengths.sum())),
        duplicates=sum(len(part.keys) for part in parts)
        - len({key for part in parts for key in part.keys}),
        leaked=_leaked(parts),
        conflicting=_conflicting(parts),
        empty=int(np.count_nonzero(lengths == 0)),
    )


@dataclass(frozen=True)
class _Part:
    """What one pass over a part's words leaves.

    Keys are the same for the same words, and short, because texts need not fit into memory.
    """

    lengths: NDArray[np.int64]
    words: Counter[str]
    keys: list[bytes]
    labels: list[bytes]


def _read(part: Texts) -> _Part:
    counts: Counter[str] = Counter()
    lengths, keys, labels = [], [], []
    for text, label in zip(part.texts, part.labels, strict=True):
        words = split_words(text)
        counts.update(words)
        lengths.append(len(words))
        if words:
            key = " ".join(words).encode("utf-8", "surrogatepass")
            keys.append(blake2b(key, digest_size=16).digest())
            labels.append(label.tobytes())
    return _Part(np.array(lengths, dtype=np.int64), counts, keys, labels)


def _classes(texts: Texts) -> dict[str, int]:
    if texts.multi_label:
        counts = texts.labels.sum(axis=0)
    else:
        counts = np.bincount(texts.labels, minlength=len(texts.label_names))
    return dict(zip(texts.label_names, counts.tolist(), strict=True))


def _histogram(lengths: NDArray[np.int64]) -> dict[str, int]:
    """Count the texts between each bound and the next, the upper one included."""
    counts = np.bincount(np.searchsorted(_BOUNDS, lengths), minlength=len(_BOUNDS) + 1)
    ranges = [f"{low + 1}–{high}" for low, high in pairwise(_BOUNDS)]
    names = [str(_BOUNDS[0]), *ranges, f"over {_BOUNDS[-1]}"]
    return dict(zip(names, counts.tolist(), strict=True))


def _outside(known: set[str], parts: Sequence[_Part]) -> float:
    counts = [item for part in parts for item in part.words.items()]
    outside = sum(count for word, count in counts if word not in known)
    return _share(outside, sum(count for _, count in counts))


def _leaked(parts: Sequence[_Part]) -> int:
    seen: set[bytes] = set()
    leaked = 0
    for part in parts:
        leaked += sum(key in seen for key in part.keys)
        seen.update(part.keys)
    return leaked


def _conflicting(parts: Sequence[_Part]) -> int:
    labelled = [pair for part in parts for pair in zip(part.keys, part.labels, strict=True)]
    answers = Counter(key for key, _ in set(labelled))
    return sum(answers[key] > 1 for key, _ in labelled)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _findings(found: Inspection) -> Iterator[str]:
    yield from _on_classes(found)
    yield from _on_words(found)
    if found.empty:
        yield (
            f"Texts without a word: {found.empty:,}. Each becomes one unknown word. Leave "
            "them out, if they say nothing."
        )
    if found.conflicting:
        yield (
            f"Texts with the same words as one with another label: {found.conflicting:,}. Nothing "
            "can be right about all of them. Decide on one label, or leave them out."
        )
    if found.leaked:
        yield (
            f"Texts for validation or test with the same words as one of an earlier part: "
            f"{found.leaked:,}. Scores will look too good. Leave the copies out before training."
        )
    elif found.duplicates:
        yield (
            f"Texts with the same words as an earlier one: {found.duplicates:,}. They count more "
            "than once. Leave the copies out, unless that is meant."
        )


def _on_classes(found: Inspection) -> Iterator[str]:
    commonest = max(found.classes, key=found.classes.__getitem__)
    share = found.classes[commonest] / found.texts
    if share >= _COMMONEST:
        yield (
            f"{share:.0%} of the texts are {commonest!r}: always answering so is right as often. "
            "Read F1 beside accuracy, and train with --balanced."
        )
    few = [name for name, count in found.classes.items() if count < _FEW_OF_A_CLASS]
    if few:
        yield (
            f"{len(few)} of {len(found.classes)} classes have fewer than {_FEW_OF_A_CLASS} texts "
            f"({_some(few)}), too few to learn. Add texts or join classes; are these the labels?"
        )


def _on_words(found: Inspection) -> Iterator[str]:
    if found.never_seen >= _RARE_WORDS:
        yield (
            f"{found.never_seen:.1%} of the words of validation and test texts are in no training "
            "text, whatever the vocabulary's size. Train with --level subword, or on more texts."
        )
    elif found.outside_vocabulary >= _RARE_WORDS:
        yield (
            f"{found.outside_vocabulary:.1%} of the words of validation and test texts are outside "
            f"a vocabulary of {found.vocab_size:,} ids; with every word of the training texts it "
            f"would be {found.never_seen:.1%}. Raise --vocab-size."
        )
    if found.truncated >= _LOST_WORDS:
        yield (
            f"{found.truncated:.1%} of all words are lost where texts are cut to {found.maxlen:,} "
            f"words. Raise --maxlen to {found.length_95:,.0f}, enough for 95 of 100 texts, or "
            "keep other words with --truncation."
        )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:5]))
    return f"{shown}, …" if len(names) > 5 else shown
