"""Words left out at random while training."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from seqsent.text.vocabulary import UNKNOWN


@keras.saving.register_keras_serializable(package="seqsent")
class WordDropout(keras.layers.Layer):
    """Replace words by the unknown one, at random, while training [1]_.

    A network that may not rely on any single word learns to use the others, and what an
    unknown word means.

    Parameters
    ----------
    rate : float
        The share of words, from 0 to 1.
    seed : int, optional
        As in `keras.layers.Dropout`.
    **kwargs
        Passed on to `keras.layers.Layer`.

    Notes
    -----
    Takes and gives ids of shape (batch, time). Padding and the start stay.

    References
    ----------
    .. [1] Iyyer, M. et al. (2015). Deep unordered composition rivals syntactic methods for
       text classification. ACL, 1681-1691.
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, ids: Any, training: bool = False) -> Any:
        """Return ids of shape (batch, time) with some of them replaced."""
        if not training:
            return ids
        drawn = keras.random.uniform(ops.shape(ids), seed=self.seed_generator)
        dropped = ops.logical_and(drawn < self.rate, ids > UNKNOWN)
        return ops.where(dropped, ops.full_like(ids, UNKNOWN), ids)

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> Any:
        """Return the same shape."""
        return shape

    def get_config(self) -> dict[str, Any]:
        """Return what is needed to make the layer again."""
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
