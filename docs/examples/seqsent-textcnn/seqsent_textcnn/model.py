"""The encoder of ``textcnn``."""

from collections.abc import Sequence
from typing import Any

from seqsent.layers import keras


def encode(
    x: Any, *, filters: int = 32, windows: Sequence[int] = (3, 4, 5), dropout: float = 0.0
) -> Any:
    """Look for short runs of words anywhere in a text, and keep how well each was found.

    Parameters
    ----------
    x : tensor, shape (batch, time, features)
        Embedded texts.
    filters : int
        How many runs of each length are looked for.
    windows : sequence of int
        The lengths, in words.
    dropout : float
        Share of what was found that is dropped while training, from 0 to 1.

    Returns
    -------
    tensor, shape (batch, filters * len(windows))

    References
    ----------
    Kim, 2014, "Convolutional Neural Networks for Sentence Classification".
    """
    if not windows:
        raise ValueError("windows is empty; expected the length of at least one")
    found = [
        # Padded, so that a text shorter than a window has an answer, too.
        keras.layers.Conv1D(filters, window, padding="same", activation="relu")(x)
        for window in windows
    ]
    best = [keras.layers.GlobalMaxPooling1D()(one) for one in found]
    features = keras.layers.Concatenate()(best) if len(best) > 1 else best[0]
    return keras.layers.Dropout(dropout)(features)
