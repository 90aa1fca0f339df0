"""Ids as one-hot rows: made one batch at a time, or not at all."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="seqsent")
class OneHot(keras.layers.Layer):
    """Turn ids into one-hot rows as a batch passes through.

    The textbook makes the rows for the whole data set beforehand, 2.4 GB for 20,000 texts
    of 100 words out of 300; here a batch of 64 takes 8 MB at most. The recurrent layers of
    `seqsent.layers` take the ids instead when they follow in a model: a row times a kernel is
    a row of the kernel, and nothing is made.

    Parameters
    ----------
    input_dim : int
        The number of ids, and so the width of a row.
    **kwargs
        Passed on to `keras.layers.Layer`.

    Notes
    -----
    Takes ids of shape (batch, time) and gives floats of shape (batch, time, input_dim).
    Padding becomes the row of id 0, as in the textbook; nothing is masked.
    """

    def __init__(self, input_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.input_dim = input_dim

    def call(self, ids: Any) -> Any:
        """Return rows of shape (batch, time, input_dim) for ids of shape (batch, time)."""
        return keras.ops.one_hot(ids, self.input_dim, dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> Any:
        """Return (batch, time, input_dim)."""
        return (*input_shape, self.input_dim)

    def get_config(self) -> dict[str, Any]:
        """Return what is needed to make the layer again."""
        return {**super().get_config(), "input_dim": self.input_dim}


def ids_behind(rows: Any) -> tuple[Any, int] | None:
    """Return the ids that a model under construction makes one-hot rows of, and their number.

    Parameters
    ----------
    rows : tensor, shape (batch, time, features)
        What a layer is called with; other than symbolic one-hot rows it gives None.

    Returns
    -------
    (tensor of shape (batch, time), int) or None
    """
    history = getattr(rows, "_keras_history", None)
    if history is None or not isinstance(history.operation, OneHot):
        return None
    (ids,) = history.operation._inbound_nodes[history.node_index].input_tensors
    whole = len(ids.shape) == 2 and keras.backend.is_int_dtype(ids.dtype)
    return (ids, history.operation.input_dim) if whole else None
