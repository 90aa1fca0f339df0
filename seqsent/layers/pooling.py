"""From the states of a recurrent layer to one vector per text."""

from __future__ import annotations

from typing import Any, Literal

import keras
from keras import ops

from seqsent.layers.bidirectional import Bidirectional

Pooling = Literal["last", "mean", "max", "mean-max"]

# Below every state, in half precision too.
_LOWEST = -1e4


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
    pooling : {"last", "mean", "max", "mean-max"}
        Keep the last state, or the mean or maximum of all states over time, or both. Padding
        counts unless it is masked.

    Returns
    -------
    tensor, shape (batch, width)
        ``units`` wide, twice that when bidirectional, and again twice for ``"mean-max"``.

    References
    ----------
    Schuster & Paliwal, 1997, for reading in both directions.
    """
    states = (Bidirectional(layer) if bidirectional else layer)(x)
    return states if pooling == "last" else TimePooling(pooling)(states)


@keras.saving.register_keras_serializable(package="seqsent")
class TimePooling(keras.layers.Layer):
    """Keep the mean, the maximum or both of what varies over time; masked steps do not count.

    Parameters
    ----------
    pooling : {"mean", "max", "mean-max"}
        What is kept.
    **kwargs
        Passed on to `keras.layers.Layer`.

    Notes
    -----
    Takes floats of shape (batch, time, features) and gives (batch, features), or
    (batch, 2 * features) for both; zeros where no step is real.
    """

    def __init__(self, pooling: Pooling, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pooling = pooling
        self.supports_masking = True

    def call(self, states: Any, mask: Any = None) -> Any:
        """Pool states of shape (batch, time, features), given which steps are real."""
        kept = {"mean": _mean, "max": _max}
        parts = [kept[name](states, mask) for name in self.pooling.split("-")]
        return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)

    def compute_mask(self, states: Any, mask: Any = None) -> None:
        """Return None: there is no time any more."""

    def compute_output_shape(self, shape: tuple[Any, ...]) -> Any:
        """Return (batch, width)."""
        return (shape[0], shape[-1] * len(self.pooling.split("-")))

    def get_config(self) -> dict[str, Any]:
        """Return what is needed to make the layer again."""
        return {**super().get_config(), "pooling": self.pooling}


def _mean(states: Any, mask: Any) -> Any:
    if mask is None:
        return ops.mean(states, axis=1)
    real = ops.expand_dims(ops.cast(mask, states.dtype), -1)
    return ops.sum(states * real, axis=1) / ops.maximum(ops.sum(real, axis=1), 1)


def _max(states: Any, mask: Any) -> Any:
    if mask is None:
        return ops.max(states, axis=1)
    real = ops.expand_dims(ops.cast(mask, "bool"), -1)
    largest = ops.max(ops.where(real, states, _LOWEST), axis=1)
    return ops.where(ops.any(real, axis=1), largest, 0.0)
