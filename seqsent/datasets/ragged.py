"""Reviews of any length in flat arrays: what every route to IMDB ends in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Ragged:
    """Labelled sequences that lie end to end.

    Parameters
    ----------
    values : ndarray of int32, shape (sum of lengths,)
        All sequences, one after the other.
    lengths : ndarray of int32, shape (n,)
        How long each is.
    labels : ndarray of int32, shape (n,)
        Its class.
    """

    values: NDArray[np.int32]
    lengths: NDArray[np.int32]
    labels: NDArray[np.int32]

    @classmethod
    def from_lists(cls, lists: Sequence[Sequence[int]], labels: Iterable[int]) -> Ragged:
        """Join lists of ints; raises ``ValueError`` or ``TypeError`` if they hold other things."""
        lengths = np.fromiter(map(len, lists), dtype=np.int32, count=len(lists))
        values = np.fromiter(
            chain.from_iterable(lists), dtype=np.int32, count=int(lengths.sum(dtype=np.int64))
        )
        return cls(values, lengths, np.asarray(list(labels), dtype=np.int32))

    def __len__(self) -> int:
        """Return the number of sequences."""
        return len(self.lengths)

    def take(self, rows: NDArray[np.integer[Any]], last: int | None = None) -> Ragged:
        """Return some sequences in a new order, only their last values if asked."""
        ends = np.cumsum(self.lengths, dtype=np.int64)[rows]
        lengths = self.lengths[rows]
        if last is not None:
            lengths = np.minimum(lengths, last).astype(np.int32)
        # Counts down from each sequence's end to its beginning.
        offsets = np.repeat(np.cumsum(lengths, dtype=np.int64) - lengths, lengths)
        within = np.arange(len(offsets)) - offsets
        values = self.values[np.repeat(ends - lengths, lengths) + within]
        return Ragged(values, lengths, self.labels[rows])
