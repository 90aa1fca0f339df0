"""Losses that also count words moved to where they hurt most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

Gradient = Callable[[Callable[[Any], Any], Any], Any]  # of a function, at a place

# Keeps the direction of no gradient finite.
_NOTHING = 1e-12


def adversarial_loss(
    model: keras.Model, adversarial: float, virtual: float, gradient: Gradient
) -> Callable[..., Any]:
    """Return what a model's ``compute_loss`` is to be while it learns from adversaries [1]_.

    Beside the texts themselves it counts the same texts with the vectors of their words moved,
    all words of a text together, in the direction in which a loss grows fastest: the loss of
    the right answer, or virtually, of the answer that the model gives now. The second needs no
    labels.

    Parameters
    ----------
    model : keras.Model
        Compiled; with an embedding.
    adversarial, virtual : float
        The length of each move, beside vectors that have a deviation of about 0.3; with zero
        there is no such move.
    gradient : callable
        The backend's.

    Raises
    ------
    ValueError
        When the model has no embedding.

    Notes
    -----
    The virtual direction is that in which the likeliest answer becomes less likely. For two
    classes it is, but for its sign, the one that power iteration finds [2]_, without its random
    start.

    References
    ----------
    .. [1] Miyato, T., Dai, A. M. and Goodfellow, I. (2017). Adversarial training methods for
       semi-supervised text classification. ICLR.
    .. [2] Miyato, T. et al. (2019). Virtual adversarial training: a regularization method for
       supervised and semi-supervised learning. IEEE Transactions on Pattern Analysis and
       Machine Intelligence, 41(8), 1979-1993.
    """
    embedding = next((one for one in model.layers if isinstance(one, keras.layers.Embedding)), None)
    if embedding is None:
        raise ValueError("the model has no embedding; expected one, whose vectors can be moved")
    plain, look_up = model.compute_loss, embedding.call
    exclusive = model.layers[-1].activation is keras.activations.softmax

    def loss(
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        total = plain(x, y, y_pred, sample_weight, training)
        if not training:
            return total

        def after(move: Any, training: bool) -> Any:
            """Return the answers with vectors moved, by (batch, time, features)."""
            embedding.call = lambda ids: look_up(ids) + move
            try:
                return model(x, training=training)
            finally:
                del embedding.call

        def worst(strength: float, cost: Callable[[Any], Any]) -> Any:
            """Return the answers after the move that makes their cost grow fastest."""
            nowhere = ops.zeros((*ops.shape(x), embedding.output_dim), embedding.compute_dtype)
            # Without dropout, whose random numbers would be used up by looking for the direction.
            slope = gradient(lambda move: cost(after(move, training=False)), nowhere)
            size = ops.sqrt(ops.sum(ops.square(slope), axis=(1, 2), keepdims=True))
            return after(ops.stop_gradient(strength * slope / (size + _NOTHING)), training=True)

        if adversarial:

            def error(answers: Any) -> Any:
                return model._compile_loss(y, answers, sample_weight)

            total = total + error(worst(adversarial, error))
        if virtual:
            belief = ops.stop_gradient(y_pred)
            answer = _decided(belief, exclusive)
            moved = worst(virtual, lambda answers: _cross_entropy(answer, answers, exclusive))
            total = total + _cross_entropy(belief, moved, exclusive)
        return total

    return loss


def _decided(belief: Any, exclusive: bool) -> Any:
    """Return the likeliest answers as zeros and ones, shape (batch, outputs)."""
    if exclusive:
        return ops.one_hot(ops.argmax(belief, axis=-1), belief.shape[-1], dtype=belief.dtype)
    return ops.cast(belief > 0.5, belief.dtype)


def _cross_entropy(right: Any, answers: Any, exclusive: bool) -> Any:
    """Return the mean over a batch, of shares that need not be zeros and ones."""
    losses = keras.losses
    kind = losses.categorical_crossentropy if exclusive else losses.binary_crossentropy
    return ops.mean(kind(right, answers))
