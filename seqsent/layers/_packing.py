"""Masked steps moved out of the way, so that the loop over time needs no mask.

A masked step leaves the state as it is. So the state after the n-th real step is the same
wherever the masked steps lie: with each row's real steps moved to its front, in order, the
loop runs without a mask, and every output is one that it has computed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import ops

Tensor = Any
Lookup = Callable[[Tensor, Tensor], Tensor]  # (table, indices) -> rows of the table.


class Packing:
    """Where each row's real steps are. Any mask will do: padding, holes, empty rows.

    Parameters
    ----------
    mask : tensor of bool, shape (batch, time)
        True at real steps.
    lookup : callable
        The backend's gather of rows.

    Attributes
    ----------
    mask : tensor of bool, shape (batch, time)
    tail : tensor of bool, shape (time, batch, 1)
        True where a packed row is over.
    """

    def __init__(self, mask: Tensor, lookup: Lookup) -> None:
        self.mask = ops.cast(mask, "bool")
        self._lookup = lookup
        real = ops.cast(self.mask, "int32")
        self._seen = ops.cumsum(real, axis=1)
        self._batch, time = ops.shape(mask)
        steps = ops.arange(time, dtype="int32")
        # Real steps first, each kind in its order; the keys differ, so any sort is stable.
        self._order = ops.argsort(steps + time * (1 - real), axis=1)
        self.tail = ops.expand_dims(ops.expand_dims(steps, 1) >= self._seen[:, -1], -1)

    def pack(self, sequences: Tensor) -> Tensor:
        """Move each row's real steps to its front; (batch, time, n) -> (time, batch, n)."""
        batch, time, features = ops.shape(sequences)
        rows = ops.arange(batch, dtype="int32") * time + ops.transpose(
            ops.cast(self._order, "int32")
        )
        return self._lookup(ops.reshape(sequences, (-1, features)), rows)

    def last(self, sequence: Tensor, first: Tensor) -> Tensor:
        """Return the state after each row's last real step.

        Parameters
        ----------
        sequence : tensor, shape (time, batch, units)
            The states after the packed steps.
        first : tensor, shape (batch, units)
            The state before the first step, which is the answer for an empty row.
        """
        return self._state_after(sequence, self._seen[:, -1], first)

    def unpack(self, sequence: Tensor, first: Tensor) -> Tensor:
        """Return the state after each original step; (time, batch, n) -> (batch, time, n)."""
        return self._state_after(sequence, self._seen, ops.expand_dims(first, 1))

    def _state_after(self, sequence: Tensor, seen: Tensor, first: Tensor) -> Tensor:
        """Return the state after ``seen`` real steps, given per row; ``first`` after none."""
        rows = ops.arange(self._batch, dtype="int32")
        rows = ops.reshape(rows, (-1, *[1] * (len(seen.shape) - 1)))
        rows = ops.maximum(seen - 1, 0) * self._batch + rows
        states = self._lookup(ops.reshape(sequence, (-1, sequence.shape[-1])), rows)
        return ops.where(ops.expand_dims(seen > 0, -1), states, first)
