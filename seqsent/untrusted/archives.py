"""Zip files from outside, npz files among them: nothing is unpacked, and no member is believed."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from seqsent.untrusted.files import regular_size, shown

# Weights hardly pack at all, and texts ten times; a bomb packs a thousand times. What is small
# may pack as it likes.
TIGHTEST, SMALL = 100, 2**24

_HEADERS: dict[tuple[int, int], Any] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip file, unless it has a member twice or would unpack to far more than it is.

    Raises
    ------
    OSError
        When it cannot be opened, or is no file.
    ValueError
        For these, and for whatever is wrong with a member that is read while it is open.
    """
    packed = regular_size(path)
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive, packed)
            yield archive
    except (OSError, ValueError):
        raise
    # Whatever damaged or hostile members make of zipfile, zlib, lzma and NumPy.
    except Exception as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _check(archive: zipfile.ZipFile, packed: int) -> None:
    members = archive.infolist()
    if len({member.filename for member in members}) < len(members):
        raise ValueError("it has a member twice")
    unpacked = sum(member.file_size for member in members)
    if unpacked > max(TIGHTEST * packed, SMALL):
        raise ValueError(
            f"it would unpack to {unpacked:,} bytes, more than {TIGHTEST} times what it has. Do "
            "not trust this file"
        )


def read_member(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    """Return what a member holds, if that is no more than so many bytes."""
    size = archive.getinfo(name).file_size
    if size > largest:
        raise ValueError(
            f"{name} would unpack to {size:,} bytes; expected {largest:,} at most. Do not trust "
            "this file"
        )
    return archive.read(name)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of an npz file by name.

    Raises
    ------
    OSError, ValueError
        When it cannot be read, or an array is not of numbers or says that it is of another size
        than it is.
    """
    with open_archive(path) as archive:
        return {name.removesuffix(".npy"): read_array(archive, name) for name in archive.namelist()}


def read_array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    """Return an array of numbers out of an npz file that is open."""
    with archive.open(name) as file:
        shape, by_column, dtype = read_header(file)
        left = archive.getinfo(name).file_size - file.tell()
        if dtype.kind not in "biuf":
            what = "objects" if dtype.hasobject else shown(str(dtype))
            raise ValueError(f"{name} has {what}; expected numbers")
        if math.prod(shape) * dtype.itemsize != left or min(shape, default=0) < 0:
            raise ValueError(f"{name} says it is of shape {shape}, and has {left:,} bytes")
        content = bytearray(file.read())
    return np.ndarray(shape, dtype, content, order="F" if by_column else "C")


def read_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return what an array says of itself: shape, whether by column, type."""
    version = np.lib.format.read_magic(file)
    if version not in _HEADERS:
        raise ValueError(f"an array is of version {version}; expected 1.0 or 2.0")
    shape, by_column, dtype = _HEADERS[version](file)
    return shape, by_column, dtype
