"""Word vectors: read from a file, or learned from texts without labels."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.errors import DataError
from seqsent.text.encoder import TextEncoder
from seqsent.text.vocabulary import PADDING
from seqsent.untrusted import SMALL, TIGHTEST, in_brief, regular_size, shown

# What the vectors of common words are scaled to, near where a trainable embedding ends up.
DEVIATION = 0.3

# Numbers of a word, of which the vectors that are handed round have some hundred.
WIDEST = 2**12

# Characters of a line, enough for the widest vectors with all their digits.
LONGEST = 2**17

_FLOAT32 = np.finfo(np.float32)

# Passes over the texts when vectors are learned.
EPOCHS = 5


def read_vectors(
    path: str | os.PathLike[str], pieces: Sequence[str], seed: int = 0
) -> NDArray[np.float32]:
    """Read the vectors of words from a text file.

    Parameters
    ----------
    path : path
        A word and its numbers on each line, as GloVe writes them; word2vec's and fastText's
        ``.vec`` files begin with a line of two numbers, which is passed over. So are words
        with spaces, of which GloVe has some. May end in ``.gz``.
    pieces : sequence of str
        The words that are wanted, by id.
    seed : int
        Of the vectors of words that the file lacks.

    Returns
    -------
    ndarray of float32, shape (ids, width)
        Scaled alike whatever the file's scale, or as they are where all numbers are equal; the
        row of padding is zero.

    Raises
    ------
    DataError
        When the file is missing, no such file, damaged, or has none of the words;
        or more than 4,096 numbers for one.
    """
    path = Path(path)
    ids = {piece: id for id, piece in enumerate(pieces)}
    found: dict[int, NDArray[np.float64]] = {}
    width = -1  # unknown; then that of the first line with a vector
    try:
        size = regular_size(path)
    except ValueError as error:
        raise DataError(
            f"{shown(str(path))} is no path: {in_brief(error)}. Expected that of a text file with "
            "a word and its vector on each line."
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        for number, line in enumerate(_lines(path, size), start=1):
            word, *numbers = line.rstrip().rsplit(" ", width)
            if number == 1 and len(numbers) == 1:
                continue
            if width < 0 and _are_numbers(numbers):
                width = len(numbers)
            if word in ids:
                found[ids[word]] = _vector(path, number, numbers)
    except (EOFError, zlib.error) as error:
        raise DataError(
            f"{path} is cut off or damaged: {in_brief(error)}. Expected a whole gzip file; copy or "
            "download it again."
        ) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    if not found:
        raise DataError(
            f"{path} has a vector for none of {len(pieces):,} words; expected a text file with a "
            "word of the texts and its vector on each line"
        )
    widths = {len(vector) for vector in found.values()}
    if len(widths) > 1:
        raise DataError(
            f"{path} has vectors of {' and '.join(map(str, sorted(widths)))} numbers; expected "
            "equally many for every word"
        )
    return _matrix(found, len(pieces), seed)


def learn_vectors(
    texts: Iterable[str],
    encoder: TextEncoder,
    width: int,
    seed: int,
    *,
    skip_gram: bool = False,
) -> NDArray[np.float32]:
    """Learn the vectors of words from texts, whose labels are not needed [1]_.

    Parameters
    ----------
    texts : iterable of str
        Can be gone through more than once.
    encoder : TextEncoder
        Says which words there are.
    width : int
        Numbers per word.
    seed : int
        Equal seeds give equal vectors.
    skip_gram : bool
        Whether each of the words around a word is guessed from it, which takes longer, and not
        the word from all of them together.

    Returns
    -------
    ndarray of float32, shape (ids, width)
        As `read_vectors` gives them.

    Raises
    ------
    DataError
        When gensim is not installed.

    References
    ----------
    .. [1] Mikolov, T. et al. (2013). Distributed representations of words and phrases and
       their compositionality. NeurIPS, 3111-3119.
    """
    try:
        from gensim.models import Word2Vec
    except ImportError as error:
        raise DataError(
            "vectors are to be learned from texts, and gensim is not installed. Run: python -m "
            'pip install "seqsent[vectors]"; or leave them out: --vectors none'
        ) from error
    model = Word2Vec(
        _Sentences(texts, encoder),
        vector_size=width,
        sg=int(skip_gram),
        min_count=1,
        sorted_vocab=0,
        epochs=EPOCHS,
        seed=seed,
        workers=1,  # with more the vectors depend on which is faster
    )
    found = {int(id): model.wv[id] for id in model.wv.index_to_key}
    return _matrix(found, encoder.vocab_size, seed)


class _Sentences:
    """Texts as lists of ids in words, as gensim wants them, time and again."""

    def __init__(self, texts: Iterable[str], encoder: TextEncoder) -> None:
        self._texts, self._encoder = texts, encoder

    def __iter__(self) -> Iterator[list[str]]:
        return (list(map(str, ids)) for ids in self._encoder.tokenizer.ids(self._texts, None))


def _lines(path: Path, size: int) -> Iterator[str]:
    """Yield the lines of a file, packed or not, none of them without end."""
    packed = path.suffix == ".gz"
    most = max(TIGHTEST * size, SMALL) if packed else math.inf
    opener: Any = gzip.open if packed else open
    with opener(path, "rt", encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(iter(partial(file.readline, LONGEST), ""), start=1):
            if len(line) == LONGEST:
                raise DataError(
                    f"line {number} of {path} has {LONGEST:,} characters or more; expected a word "
                    "and its vector on each line, as text. Do not trust it, or convert it first."
                )
            most -= len(line)
            if most < 0:
                raise DataError(
                    f"{path} unpacks to more than {TIGHTEST} times what it has; expected words and "
                    "their vectors. Do not trust it, or unpack it first."
                )
            yield line


def _unreadable(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{path} cannot be read: {in_brief(error)}. Expected a text file with a word and its "
        "vector on each line."
    )


def _are_numbers(fields: list[str]) -> bool:
    try:
        return bool(list(map(float, fields)))
    except ValueError:
        return False


def _vector(path: Path, number: int, numbers: list[str]) -> NDArray[np.float64]:
    """Return numbers of so many digits that vectors of any scale can be scaled."""
    if len(numbers) > WIDEST:
        raise DataError(
            f"line {number} of {path} has {len(numbers):,} numbers; expected a word and its vector "
            f"of {WIDEST:,} at most"
        )
    try:
        vector = np.array(numbers, dtype=np.float64)
    except ValueError as error:
        raise DataError(
            f"line {number} of {path} has no vector: {in_brief(error)}. Expected a word and its "
            "numbers, separated by single spaces."
        ) from error
    if not len(vector) or not (np.abs(vector) <= _FLOAT32.max).all():
        raise DataError(
            f"line {number} of {path} has no vector; expected finite numbers, none of them beyond "
            f"{_FLOAT32.max:.1e}"
        )
    return vector


def _matrix(found: dict[int, Any], count: int, seed: int) -> NDArray[np.float32]:
    known = np.stack(list(found.values()))
    deviation = float(known.std())
    differ = deviation > _FLOAT32.eps * np.abs(known).max()  # by more than rounding
    scale = DEVIATION / deviation if differ else 1.0
    random = np.random.default_rng(seed)
    matrix = random.normal(0, DEVIATION, (count, known.shape[1])).astype(np.float32)
    matrix[list(found)] = known * scale
    matrix[PADDING] = 0
    return matrix
