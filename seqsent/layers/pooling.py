"""From the states of a recurrent layer to one vector per text."""

from __future__ import annotations

from typing import Any, Literal

import keras

from seqsent.layers.bidirectional import Bidirectional

Pooling = Literal["last", "mean", "max"]


def summarise(
    layer: keras.layers.RNN, x: Any, *, bidirectional: bool = False, pooling: Pooling = "last"
) -> Any:
    """Run a recurrent layer over texts and keep one vector for each.

    Parameters
    ----------
    layer : keras.layers.RNN
        A recurrent layer of ``units`` units; it must return sequences unless ``pooling`` is
        ``"last"``.
    x : tensor, shape (batch, time, features)
        Embedded texts.
    bidirectional : bool
        Read the texts in both directions and put the two vectors side by side.
    pooling : {"last", "mean", "max"}
        Keep the last state, or the mean or maximum of all states over time, padding
        included.

    Returns
    -------
    tensor, shape (batch, units), or (batch, 2 * units) when bidirectional

    References
    ----------
    Schuster & Paliwal, 1997, for reading in both directions.
    """
    states = (Bidirectional(layer) if bidirectional else layer)(x)
    if pooling == "mean":
        return keras.layers.GlobalAveragePooling1D()(states)
    if pooling == "max":
        return keras.layers.GlobalMaxPooling1D()(states)
    return states
