"""TextEncoder: raw texts to rows of ids, and the JSON that keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, TypedDict, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from seqsent.errors import DataError
from seqsent.text.padding import Side, pad
from seqsent.text.tokenizers import SubwordTokenizer, Tokenizer, Unseen, WordTokenizer
from seqsent.text.vocabulary import START, UNKNOWN, Vocabulary
from seqsent.untrusted import conform, in_brief, read_json, shown

Level = Literal["word", "subword"]
Truncation = Literal["front", "back", "middle"]
Piece = TypeVar("Piece")

_TOKENIZERS: dict[str, Any] = {"word": WordTokenizer, "subword": SubwordTokenizer}

# Raised when a later version writes what this one cannot read.
_FORMAT = 1

# More than a network reads in reasonable time; rows of ids are as wide as this says.
_LONGEST = 100_000


class _Tokenizer(TypedDict):
    level: Level


class _Record(TypedDict):
    format: int
    maxlen: int
    padding: str
    truncation: str
    tokenizer: _Tokenizer


@dataclass(frozen=True, eq=False)
class TextEncoder:
    """Turns raw texts into rows of ids, all of one length.

    Parameters
    ----------
    tokenizer : Tokenizer
        Cuts a text into pieces with ids.
    maxlen : int
        Ids per text.
    padding : {"front", "back"}
        Where a shorter text gets zeros. A recurrent network that is asked for its last
        state must not read zeros at the end, hence the default.
    truncation : {"front", "back", "middle"}
        Where a longer text loses words; ``"middle"`` keeps its beginning and its end.

    Raises
    ------
    DataError
        When a value cannot be used.
    """

    tokenizer: Tokenizer
    maxlen: int = 100
    padding: Side = "front"
    truncation: Truncation = "front"

    def __post_init__(self) -> None:
        """Refuse shapes that are none."""
        whole = isinstance(self.maxlen, int) and not isinstance(self.maxlen, bool)
        if not whole or not 1 <= self.maxlen <= _LONGEST:
            raise DataError(
                f"maxlen={shown(self.maxlen)} arrived; expected a whole number from 1 to "
                f"{_LONGEST:,}"
            )
        _one_of("padding", self.padding, Side)
        _one_of("truncation", self.truncation, Truncation)

    @classmethod
    def fit(
        cls,
        texts: Iterable[str],
        *,
        vocab_size: int | None = 500,
        maxlen: int = 100,
        level: Level = "word",
        padding: Side = "front",
        truncation: Truncation = "front",
        unseen: Unseen = "unknown",
    ) -> TextEncoder:
        """Learn the vocabulary of texts.

        Parameters
        ----------
        texts : iterable of str
            Training texts only: what is learned from the others is learned from the test.
        vocab_size : int, optional
            The number of ids, four reserved ones included. When None, every word has one, or
            there are 8,000 subwords.
        maxlen, padding, truncation
            As above.
        level : {"word", "subword"}
            Words by the textbook's rule, or byte-pair encoding, for texts whose words are
            not separated by spaces or are long.
        unseen : {"unknown", "drop"}
            What becomes of a word that no training text has: the unknown word, or nothing,
            which is what Keras did with IMDB's test reviews.

        Returns
        -------
        TextEncoder

        Examples
        --------
        >>> encoder = TextEncoder.fit(["a fine film", "a bad film"], maxlen=5)
        >>> encoder.encode(["a film", "A new one, a fine film!"]).tolist()
        [[0, 0, 1, 4, 5], [2, 2, 4, 7, 5]]
        >>> encoder.decode([0, 0, 1, 4, 5])
        '<start> a film'
        """
        _one_of("level", level, Level)
        _one_of("unseen", unseen, Unseen)
        if vocab_size is not None and (not isinstance(vocab_size, int) or vocab_size < 5):
            raise DataError(f"vocab_size={vocab_size!r} arrived; expected at least 5, or None")
        texts = checked(texts)
        if level == "subword":
            return cls(SubwordTokenizer.fit(texts, vocab_size), maxlen, padding, truncation)
        return cls(WordTokenizer.fit(texts, vocab_size, unseen), maxlen, padding, truncation)

    @property
    def level(self) -> Level:
        """What has an id: words or subwords."""
        return "word" if isinstance(self.tokenizer, WordTokenizer) else "subword"

    @property
    def vocabulary(self) -> Vocabulary:
        """The words or pieces that have ids."""
        return self.tokenizer.vocabulary

    @property
    def vocab_size(self) -> int:
        """The number of ids, and so what a model must be built for."""
        return len(self.vocabulary)

    def encode(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """Return the ids of texts.

        Parameters
        ----------
        texts : sequence of str
            A text without a word becomes one unknown word.

        Returns
        -------
        ndarray of int32, shape (texts, maxlen)

        Raises
        ------
        DataError
            When something else than texts arrives.
        """
        return pad(*self.flat(texts), self.maxlen, self.padding)

    def flat(self, texts: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the ids of texts without padding.

        Parameters
        ----------
        texts : sequence of str
            As for `encode`.

        Returns
        -------
        ids : ndarray of int32, shape (sum of lengths,)
            The ids of all texts, one after the other.
        lengths : ndarray of int32, shape (texts,)
            How many each text has, ``maxlen`` at most.
        """
        last = self.maxlen if self.truncation == "front" else None
        return self._joined(self.tokenizer.ids(checked(texts), last))

    def rows(self, texts: Iterable[list[int]]) -> NDArray[np.int32]:
        """Return texts that are ids already, of any lengths, as `encode` returns them."""
        return pad(*self._joined(texts), self.maxlen, self.padding)

    def _joined(self, texts: Iterable[list[int]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        rows = [self._fit_length(ids) for ids in texts]
        lengths = np.fromiter(map(len, rows), dtype=np.int32, count=len(rows))
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int32, count=int(lengths.sum()))
        return flat, lengths

    def read(self, text: str) -> list[tuple[str, int]]:
        """Return the words, or pieces, of a text that a model would read, with their ids.

        Parameters
        ----------
        text : str
            A text.

        Returns
        -------
        list of (str, int)
            Without what truncation drops; empty for a text without words.
        """
        [text] = checked([text])
        return self._kept(self.tokenizer.pieces(text))

    def written(self, text: str) -> list[tuple[str, str]]:
        """Return how the words, or pieces, that `read` gives are written.

        Parameters
        ----------
        text : str
            A text.

        Returns
        -------
        list of (str, str)
            Each, and what stands behind it, up to the next one.
        """
        [text] = checked([text])
        return self._kept(self.tokenizer.written(text))

    def _fit_length(self, ids: list[int]) -> list[int]:
        return [START, *(self._kept(ids) if ids else [UNKNOWN])][-self.maxlen :]

    def _kept(self, pieces: list[Piece]) -> list[Piece]:
        """Return what there is room for, beside the start, which goes last."""
        if len(pieces) < self.maxlen:
            return pieces
        if self.truncation == "front":
            return pieces[-self.maxlen :]
        if self.truncation == "back":
            return pieces[: self.maxlen - 1]
        tail = self.maxlen // 2
        return pieces[: self.maxlen - tail - 1] + pieces[len(pieces) - tail :]

    def decode(self, ids: Iterable[int]) -> str:
        """Return ids as readable text, padding left out."""
        return self.tokenizer.decode(ids)

    def to_json(self) -> str:
        """Return everything as JSON, the vocabulary in its order."""
        return json.dumps(
            {
                "format": _FORMAT,
                "maxlen": self.maxlen,
                "padding": self.padding,
                "truncation": self.truncation,
                "tokenizer": self.tokenizer.to_record(),
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> TextEncoder:
        """Return the encoder that `to_json` wrote.

        Raises
        ------
        DataError
            When the text is something else, or of a later version.
        """
        try:
            record = conform(read_json(text), _Record)
            if record["format"] != _FORMAT:
                raise DataError(
                    f"a text encoder of format {record['format']} arrived; this version reads "
                    f"format {_FORMAT}. Update seqsent."
                )
            tokenizer = _TOKENIZERS[record["tokenizer"]["level"]].from_record(record["tokenizer"])
            return cls(tokenizer, record["maxlen"], record["padding"], record["truncation"])
        except DataError:  # which is a ValueError, and said all there is to say
            raise
        except ValueError as error:
            raise DataError(
                f"a text encoder that cannot be read arrived: {in_brief(error)}. Expected the "
                "JSON that TextEncoder.to_json writes."
            ) from error


def _one_of(name: str, value: Any, choices: Any) -> None:
    if value not in get_args(choices):
        expected = ", ".join(map(repr, get_args(choices)))
        raise DataError(f"{name}={value!r} arrived; expected one of {expected}")


def checked(texts: Iterable[str]) -> Iterator[str]:
    """Yield texts, and refuse anything else among them."""
    if isinstance(texts, str):
        raise DataError("one text arrived where a list of texts was expected; write [text]")
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise DataError(
                f"{text!r} arrived as text {row}; expected words. Leave such rows out, or turn "
                "them into text."
            )
        yield text
