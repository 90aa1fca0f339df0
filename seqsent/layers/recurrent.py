"""Keras' recurrent layers with the loop over time replaced by a fused one.

Everything but the loop is Keras' own: constructor, weights, states, dropout masks, casts.
The loop is replaced where the layer's settings allow it; elsewhere Keras' own runs.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

import keras
from keras import ops

from seqsent.layers._packing import Packing
from seqsent.layers.onehot import ids_behind

logger = logging.getLogger("seqsent.layers")

Tensor = Any  # A tensor of the running backend.

# A gate's input so far from zero that the gate is shut, or open, in every precision.
_SHUT, _OPEN = -1e4, 1e4


def _recurrences() -> Any:
    """Return the module that holds the running backend's recurrences."""
    return import_module(f"seqsent.layers._{keras.backend.backend()}")


class _Fused(keras.layers.RNN):
    """What the three layers share; to be put in front of one of Keras'."""

    def __init__(
        self, units: int, *args: Any, vocab_size: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(units, *args, **kwargs)
        self.vocab_size: int | None = None
        self._reported = False
        if vocab_size is not None:
            self.expect_ids(vocab_size)

    def expect_ids(self, vocab_size: int) -> None:
        """Take token ids below ``vocab_size`` from now on."""
        self.vocab_size = vocab_size
        self.input_spec = None  # Ids have two axes, rows three.
        # Keras' cuDNN path would take the ids for features.
        self.use_cudnn = False

    def __call__(self, sequences: Tensor, *args: Any, **kwargs: Any) -> Any:
        """Run ``call``; in a model, on the ids themselves instead of a `OneHot` layer's rows."""
        return super().__call__(take_ids(sequences, self), *args, **kwargs)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Create the weights; for token ids, those of one-hot input."""
        if self.vocab_size is not None:
            sequences_shape = (*sequences_shape[:2], self.vocab_size)
        super().build(sequences_shape)

    def get_config(self) -> dict[str, Any]:
        """Return Keras' configuration, and ``vocab_size`` where there is one."""
        extra = {} if self.vocab_size is None else {"vocab_size": self.vocab_size}
        return {**super().get_config(), **extra}

    def call(
        self,
        sequences: Tensor,
        initial_state: Any = None,
        mask: Tensor | None = None,
        training: bool = False,
    ) -> Any:
        """Run over a batch of sequences.

        Parameters
        ----------
        sequences : tensor, shape (batch, time, features); of ids, shape (batch, time)
            The input.
        initial_state : list of tensor, shape (batch, units), optional
            The state before the first step; zeros when left out.
        mask : tensor of bool, shape (batch, time), optional
            False where a step is passed over: the state stays, the output repeats.
        training : bool
            Whether dropout applies.

        Returns
        -------
        tensor, shape (batch, units); with ``return_sequences`` (batch, time, units)
            With ``return_state``, a tuple of it and the states.
        """
        if self.vocab_size is not None and len(sequences.shape) == 2:
            _check_ids(sequences, self.vocab_size)
            sequences = ops.expand_dims(sequences, -1)  # Keras' code expects three axes.
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def _maybe_config_dropout_masks(self, cell: Any, step: Tensor, state: Any) -> None:
        """Make Keras' dropout masks; for token ids, those of one-hot input."""
        if self._are_ids(step):
            step = ops.ones((ops.shape(step)[0], self.vocab_size), dtype=self.compute_dtype)
        super()._maybe_config_dropout_masks(cell, step, state)

    def inner_loop(
        self, sequences: Tensor, initial_state: Any, mask: Any, training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Run the fused loop if there is one, else Keras' own; called by Keras' ``call``."""
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        obstacle = self._obstacle(mask, training) or _recurrences().obstacle(self)
        if obstacle is None:
            states = list(initial_state)
            if self.stateful:
                # Assigned to before the gradients are worked out, which PyTorch does not forgive.
                states = [ops.copy(state) for state in states]
            return self._fused_loop(sequences, states, mask, training)
        if not self._reported:
            logger.debug("%s runs Keras' own loop: %s", self.name, obstacle)
            self._reported = True
        if self._are_ids(sequences):
            ids = ops.squeeze(sequences, -1)
            sequences = ops.one_hot(ids, self.vocab_size, dtype=self.compute_dtype)
        loop: tuple[Tensor, Tensor, list[Tensor]]
        loop = super().inner_loop(sequences, initial_state, mask, training=training)
        return loop

    def _are_ids(self, sequences: Tensor) -> bool:
        """Whether sequences, (batch, time, n), are token ids, n = 1, or floats."""
        dtype = keras.backend.standardize_dtype(sequences.dtype)
        return self.vocab_size is not None and keras.backend.is_int_dtype(dtype)

    def _obstacle(self, mask: Tensor | None, training: bool) -> str | None:
        """Say what keeps the loop from being fused, if anything does."""
        cell = self.cell
        sigmoid = keras.activations.sigmoid
        if cell.activation is not keras.activations.tanh:
            return "its activation is not tanh"
        if getattr(cell, "recurrent_activation", sigmoid) is not sigmoid:
            return "its recurrent activation is not sigmoid"
        if not getattr(cell, "reset_after", True):
            return "its reset gate acts before the product"
        if getattr(self, "use_cudnn", None) is True:
            return "cuDNN was asked for"
        if training and cell.recurrent_dropout:
            return "it has recurrent dropout"
        if training and cell.dropout and getattr(cell, "dropout_mask_count", None):
            return "each gate has a dropout mask of its own"
        if training and cell.dropout == 1:
            return "it drops all of its input"
        if mask is not None and (self.unroll or len(mask.shape) != 2):
            return "its mask is unrolled, or has more than two axes"
        return None

    def _fused_loop(
        self, sequences: Tensor, initial_state: list[Tensor], mask: Tensor | None, training: bool
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Run the backend's recurrence; returns what Keras' loop returns."""
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
            mask = None if mask is None else ops.flip(mask, axis=1)
        if mask is not None:
            return self._masked_loop(sequences, initial_state, mask, training)
        x, kernel = self._features(ops.transpose(sequences, (1, 0, 2)), training)
        sequence, *states = self._recurrence(x, initial_state, kernel)
        outputs = ops.transpose(sequence, (1, 0, 2)) if self.return_sequences else states[0]
        return states[0], outputs, states

    def _masked_loop(
        self, sequences: Tensor, initial_state: list[Tensor], mask: Tensor, training: bool
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        packing = Packing(mask, _recurrences().lookup)
        x, kernel = self._features(packing.pack(sequences), training)
        if len(initial_state) == 2 and (self.return_state or self.stateful):
            x, kernel = self._keep_memory(x, kernel, packing.tail), None
        sequence, _, *memory = self._recurrence(x, initial_state, kernel)
        h0 = initial_state[0]
        states = [packing.last(sequence, h0), *memory]
        # Before the first real step Keras puts out zeros, but the state on JAX.
        before = h0 if keras.backend.backend() == "jax" else ops.zeros_like(h0)
        if self.return_sequences or self.zero_output_for_mask:
            outputs = packing.unpack(sequence, before)
            if self.zero_output_for_mask:
                outputs = ops.where(ops.expand_dims(packing.mask, -1), outputs, 0)
            return outputs[:, -1], outputs, states
        last = packing.last(sequence, before)
        return last, last, states

    def _features(self, sequences: Tensor, training: bool) -> tuple[Tensor, Tensor | None]:
        """Return what the recurrence is fed, and the kernel to multiply it with, if any.

        For token ids that is the product itself: one-hot rows times a kernel are its rows.
        """
        kernel = ops.convert_to_tensor(self.cell.kernel)
        dropped = self.cell.get_dropout_mask(None) if training and self.cell.dropout else None
        if not self._are_ids(sequences):
            x = ops.cast(sequences, self.compute_dtype)
            return x if dropped is None else x * dropped, kernel
        lookup = _recurrences().lookup
        ids = ops.squeeze(sequences, -1)
        x = lookup(kernel, ids)
        if dropped is not None:
            rows = ops.arange(ops.shape(ids)[1], dtype=ids.dtype) * self.vocab_size
            x = x * lookup(ops.reshape(dropped, (-1, 1)), rows + ids)
        return x, None

    def _keep_memory(self, x: Tensor, kernel: Tensor | None, tail: Tensor) -> Tensor:
        """Project the input; shut the input gate and open the forget gate in the tail."""
        # Keras' own product is of float32 on PyTorch, whatever it is given.
        x = _recurrences().project(x, kernel, ops.zeros((4 * self.units,), dtype=x.dtype))
        shut, open_, any_ = (
            ops.full((n * self.units,), value, dtype=x.dtype)
            for n, value in ((1, _SHUT), (1, _OPEN), (2, 0.0))
        )
        return ops.where(tail, ops.concatenate([shut, open_, any_]), x)

    def _recurrence(self, x: Tensor, states: list[Tensor], kernel: Tensor | None) -> Any:
        """Run the backend's function for this layer, named by ``_function``."""
        cell = self.cell
        weights = [kernel, ops.convert_to_tensor(cell.recurrent_kernel)]
        if cell.use_bias:
            bias = ops.convert_to_tensor(cell.bias)
        else:
            bias = ops.zeros(self._bias_shape, dtype=self.compute_dtype)
        return getattr(_recurrences(), self._function)(x, *states, *weights, bias)


def take_ids(sequences: Tensor, *layers: Any) -> Tensor:
    """Return what ``layers`` are to be called with instead of ``sequences``.

    That is the ids, shape (batch, time), where ``sequences`` are the symbolic one-hot rows of
    a model under construction and the layers can take ids: they are told to, if not built yet.
    """
    ids, vocab_size = ids_behind(sequences) or (None, None)
    if vocab_size is None or not all(isinstance(layer, _Fused) for layer in layers):
        return sequences
    for layer in layers:
        if not layer.built and layer.vocab_size is None:
            layer.expect_ids(vocab_size)
    return ids if all(layer.vocab_size == vocab_size for layer in layers) else sequences


def _check_ids(sequences: Tensor, vocab_size: int) -> None:
    dtype = keras.backend.standardize_dtype(sequences.dtype)
    if not keras.backend.is_int_dtype(dtype):
        raise ValueError(
            f"input of type {dtype} arrived; a layer with vocab_size={vocab_size} expects token "
            'ids. Give them an integer type: keras.Input((time,), dtype="int32").'
        )


@keras.saving.register_keras_serializable("seqsent")
class SimpleRNN(_Fused, keras.layers.SimpleRNN):
    """Elman's network [1]_: ``h = tanh(x W + h U + b)``.

    Parameters
    ----------
    units : int
        The size of the state.
    vocab_size : int, optional
        With it the layer takes token ids, whole numbers of shape (batch, time), and gives what
        it would for their one-hot rows, (batch, time, vocab_size), without making them.
    *args, **kwargs
        As for ``keras.layers.SimpleRNN``.

    References
    ----------
    .. [1] Elman, J. L. (1990). Finding structure in time. Cognitive Science, 14(2), 179-211.
    """

    _function = "simple_rnn"

    @property
    def _bias_shape(self) -> tuple[int, ...]:
        return (self.units,)


@keras.saving.register_keras_serializable("seqsent")
class LSTM(_Fused, keras.layers.LSTM):
    """Long short-term memory [1]_.

    Parameters
    ----------
    units : int
        The size of the state.
    vocab_size : int, optional
        With it the layer takes token ids, whole numbers of shape (batch, time), and gives what
        it would for their one-hot rows, (batch, time, vocab_size), without making them.
    *args, **kwargs
        As for ``keras.layers.LSTM``.

    References
    ----------
    .. [1] Hochreiter, S. and Schmidhuber, J. (1997). Long short-term memory. Neural
       Computation, 9(8), 1735-1780.
    """

    _function = "lstm"

    @property
    def _bias_shape(self) -> tuple[int, ...]:
        return (4 * self.units,)


@keras.saving.register_keras_serializable("seqsent")
class GRU(_Fused, keras.layers.GRU):
    """Gated recurrent unit [1]_, by default with the reset gate after the product.

    Parameters
    ----------
    units : int
        The size of the state.
    vocab_size : int, optional
        With it the layer takes token ids, whole numbers of shape (batch, time), and gives what
        it would for their one-hot rows, (batch, time, vocab_size), without making them.
    *args, **kwargs
        As for ``keras.layers.GRU``.

    References
    ----------
    .. [1] Cho, K. et al. (2014). Learning phrase representations using RNN encoder-decoder
       for statistical machine translation. EMNLP, 1724-1734.
    """

    _function = "gru"

    @property
    def _bias_shape(self) -> tuple[int, ...]:
        return (2, 3 * self.units)
