"""Texts of any length to one rectangular array."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from seqsent.text.vocabulary import PADDING

Side = Literal["front", "back"]


def pad(
    ids: NDArray[np.integer[Any]],
    lengths: NDArray[np.integer[Any]],
    maxlen: int,
    side: Side = "front",
) -> NDArray[np.int32]:
    """Put texts that lie end to end into rows, as the textbook's ``pad_sequences`` does.

    A text longer than ``maxlen`` loses its beginning; a shorter one gets padding.

    Parameters
    ----------
    ids : ndarray of int, shape (sum of lengths,)
        All texts, one after the other.
    lengths : ndarray of int, shape (texts,)
        How many ids each text has.
    maxlen : int
        The number of columns.
    side : {"front", "back"}
        Where the padding goes.

    Returns
    -------
    ndarray of int32, shape (texts, maxlen)

    Examples
    --------
    >>> pad(np.array([1, 5, 6, 1, 7]), np.array([3, 2]), maxlen=2).tolist()
    [[5, 6], [1, 7]]
    """
    ends = np.cumsum(lengths)[:, None]
    # How far before the end of its text the id lies that a column shows.
    before_end = np.arange(maxlen, 0, -1)[None, :]
    if side == "back":
        before_end = before_end - np.maximum(maxlen - lengths, 0)[:, None]
    present = (before_end <= lengths[:, None]) & (before_end > 0)
    rows = np.full(present.shape, PADDING, dtype=np.int32)
    rows[present] = ids[(ends - before_end)[present]]
    return rows
