"""The files IMDB comes in: Keras' npz, the raw reviews, and Keras' word index.

Everything ends as `Reviews`: frequency ranks, positives first, then negatives, each in the
order of their file names. No route lets a file run code.
"""

from __future__ import annotations

import json
import pickle
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from seqsent.datasets.ragged import Ragged
from seqsent.errors import DataError
from seqsent.text import split_words

WORD_INDEX = "imdb_word_index.json"

# Larger than any review or array of the real files by far.
_LARGEST_REVIEW = 10**6
_LARGEST_ARRAY = 10**9

_REVIEW = re.compile(r"(?:.*/)?(train|test)/(pos|neg)/(\d+_\d+\.txt)")


@dataclass(frozen=True, eq=False)
class Reviews:
    """The training and test reviews as frequency ranks, 1 for the commonest word."""

    train: Ragged
    test: Ragged

    def __post_init__(self) -> None:
        """Refuse what cannot be IMDB."""
        for name, part in (("training", self.train), ("test", self.test)):
            if not len(part) or len(part) != len(part.labels):
                raise DataError(
                    f"{len(part)} {name} reviews with {len(part.labels)} labels; expected as many "
                    "of one as of the other"
                )
            if not np.isin(part.labels, (0, 1)).all():
                raise DataError(f"labels of the {name} reviews other than 0 and 1")
            if len(part.values) and part.values.min() < 0:
                raise DataError(f"the {name} reviews have a rank below 0")


def read_npz(path: Path) -> Reviews:
    """Read the reviews from a file in the layout of Keras' ``imdb.npz``.

    Raises
    ------
    DataError
        When the file is not that, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return Reviews(_read_part(archive, "train"), _read_part(archive, "test"))
    except DataError as error:
        raise DataError(f"{path} is not Keras' imdb.npz: {error}. {_REMEDY}") from error
    except Exception as error:
        # Whatever a damaged file makes of zipfile, NumPy and pickle.
        raise DataError(
            f"{path} cannot be read as Keras' imdb.npz: {type(error).__name__}: {error}. {_REMEDY}"
        ) from error


_REMEDY = "Expected x_train, y_train, x_test and y_test; download it again or name another file."


def _read_part(archive: zipfile.ZipFile, part: str) -> Ragged:
    names = archive.namelist()
    for name in (f"x_{part}.npy", f"y_{part}.npy"):
        if name not in names:
            raise DataError(f"it has no {name}")
        if archive.getinfo(name).file_size > _LARGEST_ARRAY:
            raise DataError(f"its {name} is too large")
    with archive.open(f"x_{part}.npy") as file:
        lists = _read_lists(file)
    with archive.open(f"y_{part}.npy") as file:
        labels = np.lib.format.read_array(file, allow_pickle=False)
    return Ragged.from_lists(lists, labels.ravel().tolist())


def _read_lists(file: IO[bytes]) -> list[list[int]]:
    """Read a pickled object array of lists of ints, with nothing but lists and ints made."""
    version = np.lib.format.read_magic(file)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read_header is None:
        raise DataError(f"its arrays are of version {version}")
    (count,), _, kind = read_header(file)
    if not kind.hasobject:
        raise DataError(f"its reviews are an array of {kind}; expected lists")
    unpickled = _OnlyLists(file).load()
    if not isinstance(unpickled, _PickledArray) or not isinstance(unpickled.items, list):
        raise DataError("its reviews are no array of lists")
    if len(unpickled.items) != count or not all(isinstance(x, list) for x in unpickled.items):
        raise DataError("its reviews are no lists, or not as many as it says")
    return unpickled.items


class _PickledArray:
    """Stands in for numpy.ndarray while unpickling: keeps the items, makes no array."""

    items: Any = None

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        self.items = state[-1]


class _PickledType:
    """Stands in for numpy.dtype while unpickling."""

    def __init__(self, *_: object) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass


class _OnlyLists(pickle.Unpickler):
    """An unpickler for which only inert stand-ins exist."""

    _STAND_INS: Mapping[str, Any] = {
        "_reconstruct": _PickledArray,
        "ndarray": _PickledArray,
        "dtype": _PickledType,
        "encode": _PickledType,  # how pickles of Python 3 in protocol 2 spell bytes
    }
    _MODULES = ("numpy", "numpy.core.multiarray", "numpy._core.multiarray", "_codecs")

    def find_class(self, module: str, name: str) -> Any:
        """Refuse everything but the parts of an array."""
        if module not in self._MODULES or name not in self._STAND_INS:
            raise DataError(f"it wants to call {module}.{name}")
        return self._STAND_INS[name]


def read_raw(path: Path, ranks: Mapping[str, int]) -> Reviews:
    """Read the raw reviews from the folder ``aclImdb`` or the archive of it.

    Parameters
    ----------
    path : Path
        The folder, or a ``.tar.gz``, which is read through and not unpacked.
    ranks : mapping of str to int
        Keras' word index. Words that it lacks are dropped, as Keras dropped them. It cannot be
        had from the reviews: words of equal frequency are in no order that they show.

    Raises
    ------
    DataError
        When the reviews are not there or cannot be read.
    """
    found: dict[tuple[str, str], dict[str, list[int]]] = {
        (part, label): {} for part in ("train", "test") for label in ("pos", "neg")
    }
    for part, label, name, text in _texts(path):
        known = (ranks.get(word) for word in split_words(text))
        found[part, label][name] = [rank for rank in known if rank is not None]
    return Reviews(*(_in_order(path, found, part) for part in ("train", "test")))


def _in_order(
    path: Path, found: Mapping[tuple[str, str], Mapping[str, list[int]]], part: str
) -> Ragged:
    positive, negative = found[part, "pos"], found[part, "neg"]
    if not positive or not negative:
        raise DataError(
            f"{path} has {len(positive)} positive and {len(negative)} negative reviews in {part}; "
            f"expected aclImdb/{part}/pos/*.txt and aclImdb/{part}/neg/*.txt. Name the folder "
            "aclImdb or the archive of it."
        )
    lists = [reviews[name] for reviews in (positive, negative) for name in sorted(reviews)]
    return Ragged.from_lists(lists, [1] * len(positive) + [0] * len(negative))


def _texts(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield part, label, file name and text of every labelled review."""
    for name, read in _folder_files(path) if path.is_dir() else _archive_files(path):
        match = _REVIEW.fullmatch(name)
        if match:
            try:
                part, label, file = match.groups()
                yield part, label, file, read().decode("utf-8")
            except UnicodeDecodeError as error:
                raise DataError(
                    f"{name} in {path} is not UTF-8: {error}. Unpack or download it again."
                ) from error


def _folder_files(path: Path) -> Iterator[tuple[str, Any]]:
    for file in path.glob("*/*/*.txt"):
        yield file.relative_to(path).as_posix(), file.read_bytes


def _archive_files(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        with tarfile.open(path, mode="r|*") as archive:
            for member in archive:
                if member.isfile() and member.size <= _LARGEST_REVIEW:
                    file = archive.extractfile(member)
                    if file is not None:
                        yield member.name, file.read
    except (tarfile.TarError, OSError, EOFError) as error:
        raise DataError(
            f"{path} cannot be read as an archive: {error}. Expected aclImdb_v1.tar.gz; "
            "download it again or name another file."
        ) from error


def read_word_index(path: Path) -> dict[str, int]:
    """Read Keras' ``imdb_word_index.json``: each word's frequency rank, from 1.

    Raises
    ------
    DataError
        When the file is not that.
    """
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(
            f"{path} cannot be read: {error}. Expected Keras' {WORD_INDEX}; download it again."
        ) from error
    ranks: Iterable[Any] = index.values() if isinstance(index, dict) else []
    if not index or sorted(ranks, key=str) != sorted(range(1, len(index) + 1), key=str):
        raise DataError(
            f"{path} is not Keras' {WORD_INDEX}; expected every word with its rank, from 1. "
            "Download it again."
        )
    return dict(index)
