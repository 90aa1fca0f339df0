"""Rows: texts of ids that lie on disk and are padded when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from tempfile import TemporaryFile, gettempdir
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.errors import OutputError
from seqsent.text import TextEncoder
from seqsent.text.padding import Side, pad

# Texts that are encoded at a time.
CHUNK = 4_096

# How many widths narrow rows may have: each is compiled once.
WIDTHS = 4

_NONE = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Rows:
    """What an array of ids of shape (texts, maxlen) holds, without its padding.

    Parameters
    ----------
    values : ndarray of int32, shape (sum of lengths,)
        The ids of all texts, one after the other; may be a `numpy.memmap`.
    lengths : ndarray of int, shape (texts,)
        How many ids each text has, ``maxlen`` at most.
    maxlen : int
        The width of a row.
    padding : {"front", "back"}
        Where shorter texts get zeros.
    narrow : bool
        Whether rows are only as wide as the longest text among them needs, in steps of a
        fourth of ``maxlen``; for models to which padding makes no difference.
    """

    values: NDArray[np.int32]
    lengths: NDArray[np.integer[Any]]
    maxlen: int
    padding: Side = "front"
    narrow: bool = False

    ndim = 2
    dtype = np.dtype(np.int32)

    @classmethod
    def encoded(cls, encoder: TextEncoder, texts: Sequence[str]) -> Rows:
        """Return what ``encoder.encode(texts)`` does, a part of the texts at a time."""
        lengths = np.zeros(len(texts), dtype=np.int32)
        remaining = iter(texts)
        try:
            # Without a name; the system keeps in memory what there is room for.
            with TemporaryFile() as file:
                for begin in range(0, len(texts), CHUNK):
                    values, of_chunk = encoder.flat(list(islice(remaining, CHUNK)))
                    lengths[begin : begin + CHUNK] = of_chunk
                    file.write(values.tobytes())
                file.flush()
                size = (int(lengths.sum(dtype=np.int64)),)
                values = np.memmap(file, np.int32, "r", shape=size) if len(texts) else _NONE
        except OSError as error:
            raise OutputError(
                f"{gettempdir()} has no room for the encoded texts: {error.strerror or error}. "
                "Make room, or name another folder in TMPDIR."
            ) from error
        return cls(values, lengths, encoder.maxlen, encoder.padding)

    @property
    def shape(self) -> tuple[int, int]:
        """Texts and ids per text."""
        return len(self.lengths), self.maxlen

    @property
    def size(self) -> int:
        """The number of ids, padding included."""
        return len(self.lengths) * self.maxlen

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.lengths)

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        return np.cumsum(self.lengths, dtype=np.int64)

    def __getitem__(self, rows: Any) -> NDArray[np.int32]:
        """Return some rows, given by a slice or by their numbers, shape (texts, width)."""
        lengths, ends = self.lengths[rows], self._ends[rows]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        values = self.values[np.repeat(ends - lengths, lengths) + within]
        return pad(values, lengths, self._width(lengths), self.padding)

    def _width(self, lengths: NDArray[np.integer[Any]]) -> int:
        step = -(-self.maxlen // WIDTHS)
        longest = int(lengths.max(initial=1))
        return min(-(-longest // step) * step, self.maxlen) if self.narrow else self.maxlen

    def min(self) -> int:
        """Return the smallest id."""
        shortest = int(self.lengths.min())
        return min(int(self.values.min()), 0) if shortest < self.maxlen else int(self.values.min())

    def max(self) -> int:
        """Return the largest id."""
        return int(self.values.max())

    def narrowed(self) -> Rows:
        """Return the same rows, no wider than they need to be."""
        return replace(self, narrow=True)
