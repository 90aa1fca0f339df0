"""Rows: texts of ids that need not fit into memory, padded when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.datasets.spool import Spool
from seqsent.text import TextEncoder
from seqsent.text.encoder import checked
from seqsent.text.padding import Side, pad

# Rows that are looked at, and characters of texts that are encoded, at a time.
CHUNK = 4_096
CHARACTERS = 2**20

_BYTES = 4  # of an id

# How many widths narrow rows may have: each is compiled once.
WIDTHS = 4


@dataclass(frozen=True, eq=False)
class Rows:
    """What an array of ids of shape (texts, maxlen) holds, without its padding.

    Parameters
    ----------
    spool : Spool
        The ids of all texts, one after the other, four bytes each.
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

    spool: Spool
    lengths: NDArray[np.integer[Any]]
    maxlen: int
    padding: Side = "front"
    narrow: bool = False

    ndim = 2
    dtype = np.dtype(np.int32)

    @classmethod
    def encoded(cls, encoder: TextEncoder, texts: Iterable[str]) -> Rows:
        """Return what ``encoder.encode(texts)`` does, a part of the texts at a time."""
        spool, lengths = Spool(), []
        for part in parts(checked(texts)):
            values, of_part = encoder.flat(part)
            spool.write(values.tobytes())
            lengths.append(of_part)
        joined = np.concatenate([np.zeros(0, dtype=np.int32), *lengths])
        return cls(spool, joined, encoder.maxlen, encoder.padding)

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
        begins = _BYTES * (ends - lengths)
        content = b"".join(map(self.spool.read, begins.tolist(), (_BYTES * ends).tolist()))
        values = np.frombuffer(content, dtype=np.int32)
        return pad(values, lengths, self._width(lengths), self.padding)

    def _width(self, lengths: NDArray[np.integer[Any]]) -> int:
        if not self.narrow:
            return self.maxlen
        return int(widths(lengths, self.maxlen).max(initial=1))

    def together(self, order: NDArray[np.integer[Any]], count: int) -> NDArray[np.integer[Any]]:
        """Return an order in which so many rows at a time are about equally long.

        Parameters
        ----------
        order : ndarray of int, shape (n,)
            Rows in any order; one may come several times.
        count : int
            Rows that are asked for together.

        Returns
        -------
        ndarray of int, shape (n,)
            The same rows. Those that come together are drawn from all of their width, and
            come when the first of them would have; fewer of the widest, left over, come last.
        """
        places = np.argsort(widths(self.lengths[order], self.maxlen), kind="stable")
        whole = len(order) // count * count
        groups = places[:whole].reshape(-1, count)
        in_turn = groups[np.argsort(groups[:, 0])]
        return np.asarray(order[np.concatenate([in_turn.flatten(), places[whole:]])])

    def beside(
        self, order: NDArray[np.integer[Any]], others: NDArray[np.integer[Any]]
    ) -> NDArray[np.integer[Any]]:
        """Return for each row equally many others that are about as wide.

        Parameters
        ----------
        order : ndarray of int, shape (n,)
            Rows.
        others : ndarray of int, shape (n * k,)
            More of them.

        Returns
        -------
        ndarray of int, shape (n, k)
        """
        places, more = (
            np.argsort(widths(self.lengths[rows], self.maxlen), kind="stable")
            for rows in (order, others)
        )
        beside = np.empty((len(order), len(others) // len(order)), dtype=others.dtype)
        beside[places] = others[more].reshape(beside.shape)
        return beside

    def followed_by(self, others: Rows) -> Rows:
        """Return rows that go on with others, which are padded alike."""
        spool = Spool()
        for rows in (self, others):
            ends = _BYTES * rows._ends[CHUNK - 1 :: CHUNK]
            places = [0, *ends.tolist(), _BYTES * int(rows.lengths.sum())]
            for begin, end in pairwise(places):
                spool.write(rows.spool.read(begin, end))
        return replace(self, spool=spool, lengths=np.concatenate([self.lengths, others.lengths]))

    def min(self) -> int:
        """Return the smallest id."""
        return min(int(part.min()) for part in self._parts())

    def max(self) -> int:
        """Return the largest id."""
        return max(int(part.max()) for part in self._parts())

    def _parts(self) -> Iterator[NDArray[np.int32]]:
        return (self[begin : begin + CHUNK] for begin in range(0, len(self), CHUNK))

    def narrowed(self) -> Rows:
        """Return the same rows, no wider than they need to be."""
        return replace(self, narrow=True)


def widths(lengths: NDArray[np.integer[Any]], maxlen: int) -> NDArray[np.integer[Any]]:
    """Return for each length the width it needs, one of few: fourths of ``maxlen``."""
    step = -(-maxlen // WIDTHS)
    return np.asarray(np.minimum(-(-lengths // step) * step, maxlen))


def parts(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield texts together, as many as have so many characters, or one that has more."""
    part: list[str] = []
    characters = 0
    for text in texts:
        part.append(text)
        characters += len(text)
        if characters >= CHARACTERS:
            yield part
            part, characters = [], 0
    if part:
        yield part
