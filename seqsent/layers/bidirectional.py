"""Both directions of a recurrent layer."""

from __future__ import annotations

from typing import Any

import keras

from seqsent.layers.recurrent import take_ids


@keras.saving.register_keras_serializable("seqsent")
class Bidirectional(keras.layers.Bidirectional):
    """Read sequences in both directions [1]_.

    As `keras.layers.Bidirectional`, and one-hot rows that follow from a `OneHot` layer of the
    same model are never made.

    References
    ----------
    .. [1] Schuster, M. and Paliwal, K. K. (1997). Bidirectional recurrent neural networks.
       IEEE Transactions on Signal Processing, 45(11), 2673-2681.
    """

    def __call__(self, sequences: Any, *args: Any, **kwargs: Any) -> Any:
        """Run over sequences of shape (batch, time, features), or ids of shape (batch, time)."""
        sequences = take_ids(sequences, self.forward_layer, self.backward_layer)
        if self.vocab_size is not None:
            self.input_spec = None  # Ids have two axes; both layers look at what arrives.
        return super().__call__(sequences, *args, **kwargs)

    @property
    def vocab_size(self) -> int | None:
        """The number of ids that both layers know, None if they take features."""
        return getattr(self.forward_layer, "vocab_size", None)
