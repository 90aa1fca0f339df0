"""Texts of any length to one rectangular array."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.text.vocabulary import PADDING


def pad(
    ids: NDArray[np.integer[Any]], lengths: NDArray[np.integer[Any]], maxlen: int
) -> NDArray[np.int32]:
    """Put texts that lie end to end into rows, as the textbook's ``pad_sequences`` does.

    A text longer than ``maxlen`` loses its beginning; a shorter one gets padding in front.

    Parameters
    ----------
    ids : ndarray of int, shape (sum of lengths,)
        All texts, one after the other.
    lengths : ndarray of int, shape (texts,)
        How many ids each text has.
    maxlen : int
        The number of columns.

    Returns
    -------
    ndarray of int32, shape (texts, maxlen)

    Examples
    --------
    >>> pad(np.array([1, 5, 6, 1, 7]), np.array([3, 2]), maxlen=2).tolist()
    [[5, 6], [1, 7]]
    """
    ends = np.cumsum(lengths)
    # Column j of a row shows the id that lies maxlen - j before the end of its text.
    before_end = np.arange(maxlen, 0, -1)
    present = before_end <= lengths[:, None]
    rows = np.full(present.shape, PADDING, dtype=np.int32)
    rows[present] = ids[(ends[:, None] - before_end)[present]]
    return rows
