"""The encoder of ``stacked``."""

from collections.abc import Sequence
from typing import Any, Literal

from seqsent import layers

CELLS = {"simplernn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}


def encode(
    x: Any,
    *,
    cell: Literal["simplernn", "lstm", "gru"] = "lstm",
    widths: Sequence[int] = (8, 8),
    dropout: float = 0.0,
    recurrent_dropout: float = 0.0,
) -> Any:
    """Let each layer read the states of the layer below, word by word.

    Parameters
    ----------
    x : tensor, shape (batch, time, features)
        Embedded texts.
    cell : {"simplernn", "lstm", "gru"}
        The kind of every layer.
    widths : sequence of int
        The width of each layer, the lowest first; at least one.
    dropout : float
        Share of each layer's inputs dropped while training, from 0 to 1.
    recurrent_dropout : float
        Share of each hidden state dropped while training, from 0 to 1.

    Returns
    -------
    tensor, shape (batch, widths[-1])

    References
    ----------
    Graves, Mohamed & Hinton, 2013, "Speech Recognition with Deep Recurrent Neural Networks".
    """
    if not widths:
        raise ValueError("widths is empty; expected the width of at least one layer")
    for depth, width in enumerate(widths, start=1):
        x = CELLS[cell](
            width,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            return_sequences=depth < len(widths),
        )(x)
    return x
