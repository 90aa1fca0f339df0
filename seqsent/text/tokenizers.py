"""Two ways to cut a text into pieces with ids: the textbook's words, or subwords."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Literal, Protocol, TypedDict

from seqsent.text.vocabulary import FIRST_WORD, PADDING, UNKNOWN, Vocabulary
from seqsent.text.words import last_words, spans_of_words, split_words
from seqsent.untrusted import conform

Unseen = Literal["unknown", "drop"]

# Characters that subwords are learned from: the trainer keeps every word, and where no spaces are
# a sentence is one.
LEARNED_FROM = 2**26

# tokenizers takes ninety bytes for each character of the texts that it is given at once.
_BATCH, _END = 32, 2**19


class Tokenizer(Protocol):
    """What an encoder needs of a way to cut texts."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The pieces that have ids."""

    def ids(self, texts: Iterable[str], last: int | None) -> Iterator[list[int]]:
        """Yield each text's ids; with ``last`` only its last ones need to be there."""

    def pieces(self, text: str) -> list[tuple[str, int]]:
        """Return a text's pieces as people read them, with their ids."""

    def written(self, text: str) -> list[tuple[str, str]]:
        """Return how a text's pieces are written, and what stands behind each, up to the next."""

    def decode(self, ids: Iterable[int]) -> str:
        """Return ids as readable text."""

    def to_record(self) -> dict[str, Any]:
        """Return what JSON is to keep."""


@dataclass(frozen=True)
class WordTokenizer:
    """Words by the textbook's rule.

    A dictionary look-up per word is several times faster than a general tokenizer, and of a
    text of which only the end is wanted only the end is split.

    Parameters
    ----------
    vocabulary : Vocabulary
        The words that have ids.
    rarer : frozenset of str, optional
        Words known to exist that have no id. Where given, any other word is dropped, as
        Keras dropped the words that only IMDB's test reviews have; otherwise every word
        without an id becomes the unknown word.
    """

    vocabulary: Vocabulary
    rarer: frozenset[str] | None = None

    @classmethod
    def fit(
        cls, texts: Iterable[str], vocab_size: int | None, unseen: Unseen = "unknown"
    ) -> WordTokenizer:
        """Take the commonest words of texts."""
        if unseen == "unknown":
            return cls(Vocabulary.from_texts(map(_words_of, texts), vocab_size))
        everything = Vocabulary.from_texts(map(_words_of, texts))
        return cls(everything.limit(vocab_size), frozenset(everything.words))

    @cached_property
    def _ids(self) -> dict[str, int]:
        known = dict.fromkeys(self.rarer or (), UNKNOWN)
        known.update((word, id) for id, word in enumerate(self.vocabulary.words, FIRST_WORD))
        return known

    def ids(self, texts: Iterable[str], last: int | None) -> Iterator[list[int]]:
        """Yield the ids of each text's words."""
        known = self._ids
        if self.rarer is not None:
            for text in texts:
                yield [known[word] for word in split_words(text) if word in known]
            return
        for text in texts:
            words = split_words(text) if last is None else last_words(text, last)
            yield [known.get(word, UNKNOWN) for word in words]

    def pieces(self, text: str) -> list[tuple[str, int]]:
        """Return a text's words with their ids, also the words that have none of their own."""
        known = self._ids
        words = split_words(_ends(text))
        if self.rarer is not None:
            words = [word for word in words if word in known]
        return [(word, known.get(word, UNKNOWN)) for word in words]

    def written(self, text: str) -> list[tuple[str, str]]:
        """Return how a text's words are written, and the marks and spaces behind each."""
        text, known = _ends(text), self._ids
        spans = spans_of_words(text)
        if self.rarer is not None:
            spans = [
                span for span, word in zip(spans, split_words(text), strict=True) if word in known
            ]
        begins = [*(begin for begin, _ in spans), len(text)]
        return [
            (text[begin:end], text[end:then])
            for (begin, end), then in zip(spans, begins[1:], strict=True)
        ]

    def decode(self, ids: Iterable[int]) -> str:
        """Return ids as words with spaces between them."""
        return self.vocabulary.decode(ids)

    def to_record(self) -> dict[str, Any]:
        """Return the words in order."""
        rarer = None if self.rarer is None else sorted(self.rarer)
        return {"level": "word", "words": list(self.vocabulary.words), "rarer": rarer}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> WordTokenizer:
        """Return the tokenizer that `to_record` described."""
        kept = conform(record, _Words, "its tokenizer")
        words, rarer = kept["words"], kept["rarer"]
        if len(set(words)) < len(words):
            raise ValueError("it has a word twice")
        return cls(Vocabulary(words), None if rarer is None else frozenset(rarer))


@dataclass(frozen=True, eq=False)
class SubwordTokenizer:
    """Byte-pair encoding, for languages that do not put spaces where words end.

    Parameters
    ----------
    model : tokenizers.Tokenizer
        Its first four pieces are the reserved ids.

    References
    ----------
    Sennrich, Haddow & Birch, 2016, "Neural Machine Translation of Rare Words with Subword
    Units".
    """

    model: Any

    def __post_init__(self) -> None:
        """Take what looks like a reserved piece in a text for what it is, a word."""
        self.model.encode_special_tokens = True

    def __reduce__(self) -> tuple[type[SubwordTokenizer], tuple[Any]]:
        """Be built anew in another process, to which tokenizers does not take that along."""
        return type(self), (self.model,)

    @classmethod
    def fit(cls, texts: Iterable[str], vocab_size: int | None) -> SubwordTokenizer:
        """Learn which characters to join, until there are so many pieces."""
        from tokenizers import models, trainers

        size = vocab_size or 8_000
        reserved = Vocabulary(()).pieces
        model = _pipeline(models.BPE(unk_token=reserved[UNKNOWN]))
        trainer = trainers.BpeTrainer(
            vocab_size=size,
            # Rare characters must not use up the room for pieces.
            limit_alphabet=max(size // 2, 1),
            special_tokens=reserved,
            show_progress=False,
        )
        model.train_from_iterator(map(_whole, _beginning(texts)), trainer)
        return cls(model)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The pieces, single characters first."""
        pieces = self.model.get_vocab()
        return Vocabulary(tuple(sorted(pieces, key=pieces.__getitem__)[FIRST_WORD:]))

    def ids(self, texts: Iterable[str], last: int | None) -> Iterator[list[int]]:
        """Yield the ids of each text's pieces."""
        readable = (_ends(_whole(text)) for text in texts)
        while some := list(islice(readable, _BATCH)):
            yield from (encoding.ids for encoding in self.model.encode_batch_fast(some))

    def pieces(self, text: str) -> list[tuple[str, int]]:
        """Return a text's pieces with their ids; a piece that begins a word begins with ▁."""
        encoding = self.model.encode(_ends(_whole(text)))
        return list(zip(encoding.tokens, encoding.ids, strict=True))

    def written(self, text: str) -> list[tuple[str, str]]:
        """Return how a text's pieces are written; a space before a word is part of its first."""
        return [(piece.replace("▁", " "), "") for piece, _ in self.pieces(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """Return ids as text, the pieces joined again."""
        shown = [int(id) for id in ids if id != PADDING]
        return str(self.model.decode(shown, skip_special_tokens=False))

    def to_record(self) -> dict[str, Any]:
        """Return the model as tokenizers describes it."""
        return {"level": "subword", "model": json.loads(self.model.to_str())}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> SubwordTokenizer:
        """Return the tokenizer that `to_record` described.

        It is built anew of vocabulary and merges. What else such a record could say, like
        expressions that take for ever and padding of any length, must be what `fit` does.
        """
        from tokenizers import models

        kept = conform(record, _Subwords, "its tokenizer")["model"]["model"]
        reserved = Vocabulary(()).pieces
        if sorted(kept["vocab"].values()) != list(range(len(kept["vocab"]))):
            raise ValueError("its pieces are not numbered from 0, each once")
        if [kept["vocab"].get(piece) for piece in reserved] != list(range(FIRST_WORD)):
            raise ValueError(f"its first pieces are not {', '.join(reserved)}")
        try:
            bpe = models.BPE(kept["vocab"], kept["merges"], unk_token=reserved[UNKNOWN])
        except Exception as error:  # tokenizers raises no other
            raise ValueError(f"its merges are none: {error}") from error
        built = cls(_pipeline(bpe))
        built.model.add_special_tokens(reserved)
        if not _agree(built.to_record(), record):
            raise ValueError("its tokenizer does something else than a text encoder's")
        return built


class _Words(TypedDict):
    words: tuple[str, ...]
    rarer: tuple[str, ...] | None


class _Pieces(TypedDict):
    vocab: dict[str, int]
    merges: list[tuple[str, ...]]


class _Model(TypedDict):
    model: _Pieces


class _Subwords(TypedDict):
    model: _Model


def _agree(one: Any, other: Any) -> bool:
    """Whether records say the same, where both say something: versions differ in what they say."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(_agree(one[name], other[name]) for name in one.keys() & other.keys())
    return bool(one == other)


def _pipeline(bpe: Any) -> Any:
    """Return what cuts a text into words, and them into pieces."""
    from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers

    model = Tokenizer(bpe)
    # Composed letters, as one Korean syllable can be written in two ways.
    model.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    model.pre_tokenizer = pre_tokenizers.Metaspace()
    model.decoder = decoders.Metaspace()
    return model


def _ends(text: str) -> str:
    """Leave out the middle of a text so long that no network reads as far as there."""
    return text if len(text) <= 2 * _END else f"{text[:_END]} {text[-_END:]}"


def _beginning(texts: Iterable[str]) -> Iterator[str]:
    """Yield the first texts, as many as the trainer may keep in memory."""
    characters = 0
    for text in texts:
        characters += len(text)
        if characters > LEARNED_FROM:
            return
        yield text


def _words_of(text: str) -> list[str]:
    return split_words(_whole(text))


def _whole(text: str) -> str:
    """Replace halves of characters, which neither tokenizers nor files can take."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
