"""A loss that also counts words moved to where they hurt most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

Gradient = Callable[[Callable[[Any], Any], Any], Any]  # of a function, at a place

# Keeps the direction of no gradient finite.
_NOTHING = 1e-12


def adversarial_loss(model: keras.Model, strength: float, gradient: Gradient) -> Callable[..., Any]:
    """Return what a model's ``compute_loss`` is to be while it learns from adversaries [1]_.

    Beside the texts themselves it counts the same texts with the vectors of their words moved by
    ``strength``, all words of a text together, in the direction in which the loss grows fastest.

    Parameters
    ----------
    model : keras.Model
        Compiled; with an embedding.
    strength : float
        The length of the move, beside vectors that have a deviation of about 0.3.
    gradient : callable
        The backend's.

    Raises
    ------
    ValueError
        When the model has no embedding.

    References
    ----------
    .. [1] Miyato, T., Dai, A. M. and Goodfellow, I. (2017). Adversarial training methods for
       semi-supervised text classification. ICLR.
    """
    embedding = next((one for one in model.layers if isinstance(one, keras.layers.Embedding)), None)
    if embedding is None:
        raise ValueError("the model has no embedding; expected one, whose vectors can be moved")
    plain, look_up = model.compute_loss, embedding.call

    def loss(
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        own = plain(x, y, y_pred, sample_weight, training)
        if not training:
            return own

        def after(move: Any, training: bool) -> Any:
            """Return the loss with vectors moved, by (batch, time, features)."""
            embedding.call = lambda ids: look_up(ids) + move
            try:
                answers = model(x, training=training)
            finally:
                del embedding.call
            return model._compile_loss(y, answers, sample_weight)

        nowhere = ops.zeros((*ops.shape(x), embedding.output_dim), dtype=embedding.compute_dtype)
        # Without dropout, whose random numbers would be used up by looking for the direction.
        slope = gradient(lambda move: after(move, training=False), nowhere)
        size = ops.sqrt(ops.sum(ops.square(slope), axis=(1, 2), keepdims=True))
        move = ops.stop_gradient(strength * slope / (size + _NOTHING))
        return own + after(move, training=True)

    return loss
