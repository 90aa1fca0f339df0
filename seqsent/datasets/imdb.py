"""The IMDB reviews with the ids that Keras gives them, from whichever files are at hand."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqsent.backend import choose_backend
from seqsent.datasets.cache import Arrays, cached
from seqsent.datasets.imdb_files import WORD_INDEX, Reviews, read_npz, read_raw, read_word_index
from seqsent.datasets.ragged import Ragged
from seqsent.datasets.splits import Examples, Splits
from seqsent.errors import DataError, unknown_name
from seqsent.text import Vocabulary, pad
from seqsent.text.vocabulary import START, UNKNOWN

# Keras: ids are ranks plus 3, and reviews are shuffled with this seed.
_OFFSET, _SHUFFLE_SEED = 3, 113

# What Keras downloads, and the hashes it checks.
_ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
_HASHES = {
    "imdb.npz": "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    WORD_INDEX: "bfafd718b763782e994055a2d397834f",
}


def load_imdb(
    num_words: int | None = 500,
    maxlen: int = 100,
    validation_size: float = 0.2,
    seed: int = 42,
    path: str | os.PathLike[str] | None = None,
) -> Splits:
    """Load the IMDB reviews as the textbook does: Keras' ids, split, padded.

    Parameters
    ----------
    num_words : int, optional
        The number of ids; rarer words become the unknown word. All words when None.
    maxlen : int
        Ids per review: longer ones lose their beginning, shorter ones get zeros in front.
    validation_size : float
        The share of the 25,000 training reviews to validate with, between 0 and 1.
    seed : int
        The seed of that split.
    path : path, optional
        Keras' ``imdb.npz``; the raw reviews, as the folder ``aclImdb`` or a ``.tar.gz`` of
        it; or a folder with one of these. When left out, the folder that ``SEQSENT_DATA``
        names is tried, and then Keras' download. All give identical ids.

    Returns
    -------
    Splits
        Label 1 is positive. ``lengths`` are those of the training reviews, start mark
        included, before padding.

    Raises
    ------
    DataError
        When the files are missing, damaged or of another kind, or cannot be downloaded.

    References
    ----------
    Maas et al., 2011, "Learning Word Vectors for Sentiment Analysis".
    """
    _check(num_words, maxlen, validation_size)
    source = _find(path)
    train, test, words = _unpack(cached(source.files, lambda: _pack(source)))
    vocab_size = num_words or 1 + _OFFSET + max(_highest(train), _highest(test), len(words))

    rows = _shuffled(len(train))
    first, second = _split(rows, validation_size, seed)
    return Splits(
        train=_encode(train, first, vocab_size, maxlen),
        validation=_encode(train, second, vocab_size, maxlen),
        test=_encode(test, _shuffled(len(test)), vocab_size, maxlen),
        vocabulary=Vocabulary(tuple(words)).limit(vocab_size),
        vocab_size=vocab_size,
        label_names=("negative", "positive"),
        lengths=train.lengths[first] + 1,
        name="imdb",
    )


def _check(num_words: int | None, maxlen: int, validation_size: float) -> None:
    if num_words is not None and num_words <= _OFFSET:
        raise DataError(f"num_words={num_words} arrived; expected more than {_OFFSET}, or None")
    if maxlen < 1:
        raise DataError(f"maxlen={maxlen} arrived; expected at least 1")
    if not 0 < validation_size < 1:
        raise DataError(f"validation_size={validation_size} arrived; expected a share, like 0.2")


def _shuffled(count: int) -> NDArray[np.int64]:
    rows = np.arange(count)
    np.random.RandomState(_SHUFFLE_SEED).shuffle(rows)
    return rows


def _split(
    rows: NDArray[np.int64], validation_size: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    from sklearn.model_selection import train_test_split

    train, validation = train_test_split(rows, test_size=validation_size, random_state=seed)
    return train, validation


def _encode(part: Ragged, rows: NDArray[np.int64], vocab_size: int, maxlen: int) -> Examples:
    """Return rows of ids: start mark, ranks behind the reserved ids, rare words unknown."""
    chosen = part.take(rows, last=maxlen)
    ids = chosen.values + _OFFSET
    ids[ids >= vocab_size] = UNKNOWN
    padded = pad(ids, chosen.lengths, maxlen)
    # Every review begins with the start mark, which the longer ones lose to truncation.
    short = np.flatnonzero(chosen.lengths < maxlen)
    padded[short, maxlen - 1 - chosen.lengths[short]] = START
    return Examples(padded, chosen.labels)


def _highest(part: Ragged) -> int:
    return int(part.values.max(initial=0))


@dataclass(frozen=True)
class _Source:
    """Files at hand and how to read them."""

    reviews: Path
    word_index: Path | None

    @property
    def files(self) -> tuple[Path, ...]:
        """Everything a copy in the cache depends on."""
        return (self.reviews, *([self.word_index] if self.word_index else []))


def _pack(source: _Source) -> Arrays:
    """Read the files into flat arrays."""
    ranks = read_word_index(source.word_index) if source.word_index else {}
    if _is_npz(source.reviews):
        reviews = read_npz(source.reviews)
    else:
        reviews = read_raw(source.reviews, ranks)
    words = "\n".join(sorted(ranks, key=ranks.__getitem__)).encode()
    return {
        **_arrays("train", reviews),
        **_arrays("test", reviews),
        "words": np.frombuffer(words, dtype=np.uint8),
    }


def _arrays(name: str, reviews: Reviews) -> Arrays:
    part: Ragged = getattr(reviews, name)
    return {
        f"{name}_values": part.values,
        f"{name}_lengths": part.lengths,
        f"{name}_labels": part.labels,
    }


def _unpack(arrays: Arrays) -> tuple[Ragged, Ragged, list[str]]:
    train, test = (
        Ragged(*(arrays[f"{name}_{field}"] for field in ("values", "lengths", "labels")))
        for name in ("train", "test")
    )
    words = arrays["words"].tobytes().decode()
    return train, test, words.split("\n") if words else []


def _find(path: str | os.PathLike[str] | None) -> _Source:
    """Return the files to read: those named, those in ``SEQSENT_DATA``, or a download."""
    folder = os.environ.get("SEQSENT_DATA")
    if path is not None:
        return _at(Path(path), named="the path")
    if folder:
        return _at(Path(folder), named="SEQSENT_DATA")
    return _Source(_download("imdb.npz"), _download(WORD_INDEX))


def _at(path: Path, named: str) -> _Source:
    if not path.exists():
        raise DataError(_absent(path, named))
    reviews = _reviews_in(path)
    if reviews is None:
        raise DataError(
            f"{path} holds no IMDB reviews; expected imdb.npz, the folder aclImdb or an archive "
            "aclImdb*.tar.gz in it. Name one of these."
        )
    index = _word_index_for(reviews)
    if index is None and not _is_npz(reviews):
        # Only Keras knows the order of equally frequent words.
        index = _download(WORD_INDEX)
    return _Source(reviews, index)


def _absent(path: Path, named: str) -> str:
    if named == "the path" and len(path.parts) == 1 and not path.suffix:
        return f"{unknown_name('data set', str(path), ('imdb', 'synthetic'))}; or a path to files"
    return (
        f"{path}, {named} given for the data, does not exist; expected imdb.npz, the folder "
        "aclImdb, an archive of it, or a folder with one of these"
    )


def _reviews_in(path: Path) -> Path | None:
    if path.is_file() or (path / "train" / "pos").is_dir():
        return path
    candidates = [path / "imdb.npz", path / "aclImdb", *sorted(path.glob("aclImdb*.tar.gz"))]
    # An archive of the unlabelled reviews alone may lie beside that of the labelled ones.
    usable = [found for found in candidates if found.exists() and "unsup" not in found.name]
    return usable[0] if usable else None


def _word_index_for(reviews: Path) -> Path | None:
    named = os.environ.get("SEQSENT_DATA")
    folders = [reviews, reviews.parent, *([Path(named)] if named else [])]
    found = (folder / WORD_INDEX for folder in folders)
    return next((file for file in found if file.is_file()), None)


def _is_npz(path: Path) -> bool:
    return path.is_file() and (path.suffix == ".npz" or zipfile.is_zipfile(path))


def _download(name: str) -> Path:
    """Return a file of Keras' copy of IMDB, downloaded unless Keras has it already."""
    choose_backend()
    import keras

    try:
        return Path(keras.utils.get_file(name, origin=_ORIGIN + name, file_hash=_HASHES[name]))
    except Exception as error:
        # get_file raises a plain Exception for HTTP errors, and urllib's own for the rest.
        raise DataError(
            f"{name} could not be downloaded: {error}. Name a copy with --data PATH (path= in "
            "Python), put it into the folder that SEQSENT_DATA names, or use synthetic data."
        ) from error
