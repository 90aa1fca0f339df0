"""The files IMDB comes in: Keras' npz, the raw reviews, and Keras' word index.

Everything ends as `Reviews`: frequency ranks, positives first, then negatives, each in the
order of their file names. No route lets a file run code.
"""

from __future__ import annotations

import math
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Self

import numpy as np

from seqsent.datasets.pickled_lists import read_lists
from seqsent.datasets.ragged import Ragged
from seqsent.errors import DataError
from seqsent.text import split_words
from seqsent.untrusted import (
    SMALL,
    TIGHTEST,
    conform,
    in_brief,
    open_archive,
    read_array,
    read_document,
    read_header,
    regular_size,
    shown,
)

WORD_INDEX = "imdb_word_index.json"

# Larger than any review, array, rank or number of reviews of the real files by far; ids lie above
# ranks, in 32 bits.
_LARGEST_REVIEW = 10**6
_LARGEST_ARRAY = 10**9
_HIGHEST_RANK = 10**9
_MOST_REVIEWS = 10**6


# What packed files begin with, and what unpacks them. tarfile would do so itself, and would look
# neither at checksums nor for an end.
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bz2",
    b"\xfd7zXZ\0": "lzma",
    b"\x5d\0\0\x80": "lzma",
}

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
            if len(part.values) and part.values.min() < 0:
                raise DataError(f"the {name} reviews have a rank below 0")
            if part.values.max(initial=0) > _HIGHEST_RANK:
                raise DataError(
                    f"the {name} reviews have the rank {part.values.max():,}; expected "
                    f"{_HIGHEST_RANK:,} at most"
                )


def read_npz(path: Path) -> Reviews:
    """Read the reviews from a file in the layout of Keras' ``imdb.npz``.

    Raises
    ------
    DataError
        When the file is not that, or is damaged.
    """
    try:
        with open_archive(path) as archive:
            return Reviews(_read_part(archive, "train"), _read_part(archive, "test"))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} cannot be read as Keras' imdb.npz: {in_brief(error)}. {_REMEDY}"
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
        shape, _, kind = read_header(file)
        if not kind.hasobject:
            raise DataError(f"its reviews are an array of {kind}; expected lists")
        rows = math.prod(shape)
        if rows > _MOST_REVIEWS:
            raise DataError(
                f"its {part} part has {rows:,} reviews; expected {_MOST_REVIEWS:,} at most"
            )
        lists = read_lists(file.read(), rows)
    labels = read_array(archive, f"y_{part}.npy").ravel()
    others = labels[~np.isin(labels, (0, 1))]
    if len(others):
        raise DataError(f"its y_{part}.npy has the label {others[0]}; expected 0 and 1")
    return Ragged.from_lists(lists, labels.tolist())


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
    folder = path.is_dir()
    name = ""
    try:
        for name, content in _folder_files(path) if folder else _archive_files(path):
            match = _REVIEW.fullmatch(name)
            if match:
                part, label, file = match.groups()
                yield part, label, file, content().decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{shown(name)} in {path} is not UTF-8: {error}. Unpack or download it again."
        ) from error
    # Whatever damaged or hostile headers make of tarfile.
    except Exception as error:
        what = "a folder of reviews" if folder else "an archive"
        raise DataError(
            f"{path} cannot be read as {what}: {in_brief(error)}. Expected aclImdb or "
            "aclImdb_v1.tar.gz; download it again or name another file."
        ) from error


def _folder_files(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    for file in path.glob("*/*/*.txt"):
        if file.is_file() and file.stat().st_size <= _LARGEST_REVIEW:
            yield file.relative_to(path).as_posix(), file.read_bytes


def _archive_files(path: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield names and contents as they come by; nothing is unpacked, whatever a name says."""
    most = max(TIGHTEST * regular_size(path), SMALL)
    with (
        _unpacked(path) as whole,
        tarfile.open(fileobj=whole, mode="r|", tarinfo=_Member) as archive,
    ):
        for member in archive:
            _check(archive.offset, most)
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and member.size <= _LARGEST_REVIEW:
                yield member.name, file.read
        # The checksum comes last.
        while whole.read(tarfile.RECORDSIZE):
            _check(whole.tell(), most)


def _unpacked(path: Path) -> IO[bytes]:
    with path.open("rb") as packed:
        begin = packed.read(max(map(len, _PACKED)))
    module = next((name for magic, name in _PACKED.items() if begin.startswith(magic)), "io")
    file: IO[bytes] = import_module(module).open(path, "rb")
    return file


def _check(size: int, most: int) -> None:
    if size > most:
        raise tarfile.ReadError(
            f"it would unpack to more than {TIGHTEST} times what it has. Do not trust it"
        )


class _Member(tarfile.TarInfo):
    """What an archive says of a member: believed only where it can be."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Refuse names and attributes of any length, which tarfile would read at once.

        And what is neither a member nor the end, which tarfile would take for the end.
        """
        try:
            member = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if buf == bytes(tarfile.BLOCKSIZE):
                raise
            raise tarfile.ReadError(f"{error} where a member or the end was expected") from error
        if member.size < 0 or (not member.isfile() and member.size > _LARGEST_REVIEW):
            raise tarfile.ReadError(f"a part of {member.size:,} bytes that is no file")
        return member


def read_word_index(path: Path) -> dict[str, int]:
    """Read Keras' ``imdb_word_index.json``: each word's frequency rank, from 1.

    Raises
    ------
    DataError
        When the file is not that.
    """
    try:
        index: dict[str, int] = conform(read_document(path), dict[str, int])
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} cannot be read: {in_brief(error)}. Expected Keras' {WORD_INDEX}; download "
            "it again."
        ) from error
    # A word with a line's end in it would be two in the copy that is kept.
    if not index or sorted(index.values()) != [*range(1, len(index) + 1)] or "\n" in "".join(index):
        raise DataError(
            f"{path} is not Keras' {WORD_INDEX}; expected every word with its rank, from 1. "
            "Download it again."
        )
    return index
