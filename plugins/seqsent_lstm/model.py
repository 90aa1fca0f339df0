"""The encoder of ``lstm``."""

from typing import Any

from seqsent import layers


def encode(
    x: Any,
    *,
    units: int = 8,
    dropout: float = 0.0,
    recurrent_dropout: float = 0.0,
    bidirectional: bool = False,
    pooling: layers.Pooling = "last",
) -> Any:
    """Keep a cell state that gates protect from being rewritten at every word.

    Parameters
    ----------
    x : tensor, shape (batch, time, features)
        Embedded texts.
    units : int
        Width of the hidden state and of the cell state.
    dropout : float
        Share of the inputs dropped while training, from 0 to 1.
    recurrent_dropout : float
        Share of the hidden state dropped while training, from 0 to 1.
    bidirectional : bool
        Read the text from its end as well; doubles the width of the result.
    pooling : {"last", "mean", "max", "mean-max"}
        What is kept of the states over time; ``"mean-max"`` doubles the width, too.

    Returns
    -------
    tensor, shape (batch, width)
        ``units`` wide, doubled as said above.

    References
    ----------
    Hochreiter & Schmidhuber, 1997, "Long Short-Term Memory".
    """
    layer = layers.LSTM(
        units,
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        return_sequences=pooling != "last",
    )
    return layers.summarise(layer, x, bidirectional=bidirectional, pooling=pooling)
