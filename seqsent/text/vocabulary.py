"""An ordered list of words and the ids they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

PADDING, START, UNKNOWN = 0, 1, 2
FIRST_WORD = 4  # Keras adds 3 to ranks that begin at 1, so id 3 is never used.

# Words that are counted at a time where only the commonest are wanted.
COUNTED = 1_000_000

_MARKS = {PADDING: "<pad>", START: "<start>", UNKNOWN: "<unknown>", 3: "<unused>"}


@dataclass(frozen=True)
class Vocabulary:
    """Words by falling frequency; the id of a word follows from its place.

    Ids are those of Keras' IMDB: 0 padding, 1 start of a text, 2 a word outside the
    vocabulary, 3 unused, 4 the most frequent word.

    Parameters
    ----------
    words : tuple of str
        The words, most frequent first.
    """

    words: tuple[str, ...]

    @classmethod
    def from_texts(cls, texts: Iterable[Sequence[str]], size: int | None = None) -> Vocabulary:
        """Count the words of texts and keep the commonest.

        Parameters
        ----------
        texts : iterable of sequence of str
            Texts, already split into words.
        size : int, optional
            The number of ids to have in all, the four reserved ones included; all words
            when left out.

        Returns
        -------
        Vocabulary
            Words of equal frequency in alphabetical order, so that the same texts in any
            order give the same ids.

        Notes
        -----
        With a ``size``, the rarer half of the words so far is forgotten whenever there are more
        than a million; of those the commonest words of the whole are hardly one.
        """
        counts: Counter[str] = Counter()
        for words in texts:
            counts.update(words)
            if size is not None and len(counts) > max(COUNTED, 2 * size):
                counts = Counter(dict(counts.most_common(len(counts) // 2)))
        ordered = sorted(counts, key=lambda word: (-counts[word], word))
        return cls(tuple(ordered)).limit(size)

    def __len__(self) -> int:
        """Return the number of ids, reserved ones included."""
        return FIRST_WORD + len(self.words)

    @property
    def pieces(self) -> list[str]:
        """What each id stands for, in order, the reserved ones included."""
        return [*_MARKS.values(), *self.words]

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {word: id for id, word in enumerate(self.words, start=FIRST_WORD)}

    def limit(self, size: int | None) -> Vocabulary:
        """Return the vocabulary of the commonest words that fits in ``size`` ids."""
        if size is None or size >= len(self):
            return self
        return Vocabulary(self.words[: max(size - FIRST_WORD, 0)])

    def encode(self, words: Sequence[str]) -> list[int]:
        """Return the ids of a text's words, behind the start mark."""
        return [START, *(self._ids.get(word, UNKNOWN) for word in words)]

    def decode(self, ids: Iterable[int]) -> str:
        """Return ids as readable text, padding left out.

        Examples
        --------
        >>> Vocabulary(("the", "film")).decode([0, 0, 1, 4, 5, 2])
        '<start> the film <unknown>'
        """
        return " ".join(self._word(int(id)) for id in ids if id != PADDING)

    def _word(self, id: int) -> str:
        if 0 <= id - FIRST_WORD < len(self.words):
            return self.words[id - FIRST_WORD]
        return _MARKS.get(id, f"<{id}?>")
