"""The recurrences on TensorFlow: its fused LSTM, and loops compiled by XLA.

``BlockLSTMV2`` runs a whole LSTM in one kernel, but XLA cannot compile it, and it has no
siblings. The others are loops with a backward pass written out, each compiled by XLA where
the length is fixed; where it is not, they run uncompiled rather than be compiled over and
over. All tensors are time-major.
"""

# mypy: disable-error-code="untyped-decorator"
# TensorFlow has no types.

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext

Tensor = Any
States = tuple[Tensor, ...]


def obstacle(layer: Any) -> str | None:
    """Say what keeps ``layer`` from running here, if anything does."""
    if getattr(layer, "use_cudnn", False) and tf.config.list_logical_devices("GPU"):
        return "Keras has cuDNN for it"
    return None


def lookup(table: Tensor, ids: Tensor) -> Tensor:
    """Return the rows of ``table`` that ``ids`` name; ids of any shape.

    The gradient is dense, as that of a product with one-hot rows, so that optimizers do the
    same with it.
    """
    return _lookup(tf.convert_to_tensor(table), ids)


@tf.custom_gradient
def _lookup(table: Tensor, ids: Tensor) -> Any:
    def gradient(d_rows: Tensor) -> Any:
        rows = tf.reshape(d_rows, (-1, table.shape[-1]))
        count = tf.shape(table)[0]
        return tf.math.unsorted_segment_sum(rows, tf.reshape(ids, [-1]), count), None

    return tf.gather(table, ids), gradient


def project(x: Tensor, kernel: Tensor | None, bias: Tensor) -> Tensor:
    """Return ``x @ kernel + bias``; without a kernel, ``x`` is such a product already."""
    # Unlike matmul's, tensordot's gradient is one product for all steps.
    return (x if kernel is None else tf.tensordot(x, kernel, 1)) + bias


def simple_rnn(
    x: Tensor, h0: Tensor, kernel: Tensor | None, recurrent_kernel: Tensor, bias: Tensor
) -> tuple[Tensor, Tensor]:
    """Run Elman's network; see ``seqsent.layers._jax.simple_rnn``."""
    recurrent_kernel = tf.convert_to_tensor(recurrent_kernel)
    sequence, h = _simple_rnn(project(x, kernel, bias), h0, recurrent_kernel)
    return sequence, h


@tf.custom_gradient
def _simple_rnn(x: Tensor, h0: Tensor, recurrent_kernel: Tensor) -> Any:
    sequence, h = _call(_simple_rnn_forward, x, h0, recurrent_kernel)

    def gradient(d_sequence: Tensor, d_h: Tensor) -> Any:
        return _call(_simple_rnn_backward, sequence, h0, recurrent_kernel, d_sequence, d_h)

    return (sequence, h), gradient


def _simple_rnn_forward(x: Tensor, h0: Tensor, recurrent_kernel: Tensor) -> Any:
    def step(state: States, now: States) -> tuple[States, States]:
        h = tf.tanh(now[0] + state[0] @ recurrent_kernel)
        return (h,), (h,)

    (h,), (sequence,) = _scan(step, (h0,), (x,))
    return sequence, h


def _simple_rnn_backward(
    sequence: Tensor, h0: Tensor, recurrent_kernel: Tensor, d_sequence: Tensor, d_h: Tensor
) -> Any:
    def step(state: States, now: States) -> tuple[States, States]:
        (d_h,), (h, d_output) = state, now
        d_x = (d_h + d_output) * (1 - h * h)
        return (tf.matmul(d_x, recurrent_kernel, transpose_b=True),), (d_x,)

    (d_h0,), (d_x,) = _scan(step, (d_h,), (sequence, d_sequence), reverse=True)
    return d_x, d_h0, _weight_gradient(_shift(h0, sequence), d_x)


def lstm(
    x: Tensor,
    h0: Tensor,
    c0: Tensor,
    kernel: Tensor | None,
    recurrent_kernel: Tensor,
    bias: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Run long short-term memory; see ``seqsent.layers._jax.lstm``."""
    recurrent_kernel, bias = tf.convert_to_tensor(recurrent_kernel), tf.convert_to_tensor(bias)
    if _in_xla() or x.dtype not in (tf.float32, tf.float16):
        sequence, h, c = _lstm(project(x, kernel, bias), h0, c0, recurrent_kernel)
        return sequence, h, c
    if kernel is None:
        kernel = tf.eye(x.shape[-1], dtype=x.dtype)
    sequence, memory = _block_lstm(x, h0, c0, tf.concat([kernel, recurrent_kernel], 0), bias)
    return sequence, sequence[-1], memory[-1]


@tf.custom_gradient
def _block_lstm(x: Tensor, h0: Tensor, c0: Tensor, kernels: Tensor, bias: Tensor) -> Any:
    """Run TensorFlow's fused kernel; its registered gradient is for another gate order."""
    peephole = tf.zeros_like(h0[0])
    given = {
        "seq_len_max": tf.shape(x, out_type=tf.int64)[0],
        "x": x,
        "cs_prev": c0,
        "h_prev": h0,
        "w": kernels,
        "wci": peephole,
        "wcf": peephole,
        "wco": peephole,
        "b": bias,
        "use_peephole": False,
    }
    run = tf.raw_ops.BlockLSTMV2(**given, cell_clip=0)

    def gradient(d_sequence: Tensor, d_memory: Tensor) -> Any:
        d = tf.raw_ops.BlockLSTMGradV2(
            **given, **run._asdict(), cs_grad=d_memory, h_grad=d_sequence
        )
        return d.x_grad, d.h_prev_grad, d.cs_prev_grad, d.w_grad, d.b_grad

    return (run.h, run.cs), gradient


@tf.custom_gradient
def _lstm(x: Tensor, h0: Tensor, c0: Tensor, recurrent_kernel: Tensor) -> Any:
    sequence, memory, h, c = _call(_lstm_forward, x, h0, c0, recurrent_kernel)

    def gradient(*d_outputs: Tensor) -> Any:
        saved = (x, sequence, memory, h0, c0, recurrent_kernel)
        return _call(_lstm_backward, *saved, *d_outputs)

    return (sequence, h, c), gradient


def _lstm_forward(x: Tensor, h0: Tensor, c0: Tensor, recurrent_kernel: Tensor) -> Any:
    def step(state: States, now: States) -> tuple[States, States]:
        h, c = state
        products = tf.split(h @ recurrent_kernel, 4, axis=-1)
        i, f, g, o = _lstm_gates(*(x + s for x, s in zip(now, products, strict=True)))
        c = f * c + i * g
        h = o * tf.tanh(c)
        return (h, c), (h, c)

    # Split before the loop: XLA makes scalar code of gates cut out of a step.
    (h, c), (sequence, memory) = _scan(step, (h0, c0), tuple(tf.split(x, 4, axis=-1)))
    return sequence, memory, h, c


def _lstm_gates(i: Tensor, f: Tensor, g: Tensor, o: Tensor) -> States:
    return tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)


def _lstm_backward(
    x: Tensor,
    sequence: Tensor,
    memory: Tensor,
    h0: Tensor,
    c0: Tensor,
    recurrent_kernel: Tensor,
    d_sequence: Tensor,
    d_h: Tensor,
    d_c: Tensor,
) -> Any:
    before, c_before = _shift(h0, sequence), _shift(c0, memory)
    i, f, g, o = _lstm_gates(*tf.split(x + tf.matmul(before, recurrent_kernel), 4, axis=-1))
    tanh_c = tf.tanh(memory)
    slope_c = o * (1 - tanh_c * tanh_c)
    slopes = (g * i * (1 - i), c_before * f * (1 - f), i * (1 - g * g), tanh_c * o * (1 - o))

    def step(state: States, now: States) -> tuple[States, States]:
        d_h, d_c = state
        d_output, f, slope_c, slopes = now
        d_h = d_h + d_output
        d_c = d_c + d_h * slope_c
        d_z = tf.concat([d_c, d_c, d_c, d_h], axis=-1) * slopes
        return (tf.matmul(d_z, recurrent_kernel, transpose_b=True), d_c * f), (d_z,)

    steps = (d_sequence, f, slope_c, tf.concat(slopes, axis=-1))
    (d_h0, d_c0), (d_x,) = _scan(step, (d_h, d_c), steps, reverse=True)
    return d_x, d_h0, d_c0, _weight_gradient(before, d_x)


def gru(
    x: Tensor, h0: Tensor, kernel: Tensor | None, recurrent_kernel: Tensor, bias: Tensor
) -> tuple[Tensor, Tensor]:
    """Run the gated recurrent unit; see ``seqsent.layers._jax.gru``."""
    recurrent_kernel, bias = tf.convert_to_tensor(recurrent_kernel), tf.convert_to_tensor(bias)
    sequence, h = _gru(project(x, kernel, bias[0]), h0, recurrent_kernel, bias[1])
    return sequence, h


@tf.custom_gradient
def _gru(x: Tensor, h0: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> Any:
    sequence, h = _call(_gru_forward, x, h0, recurrent_kernel, bias)

    def gradient(*d_outputs: Tensor) -> Any:
        return _call(_gru_backward, x, sequence, h0, recurrent_kernel, bias, *d_outputs)

    return (sequence, h), gradient


def _gru_gates(x: States, s: Tensor) -> States:
    x_z, x_r, x_g = x
    s_z, s_r, s_g = tf.split(s, 3, axis=-1)
    z, r = tf.sigmoid(x_z + s_z), tf.sigmoid(x_r + s_r)
    return z, r, tf.tanh(x_g + r * s_g), s_g


def _gru_forward(x: Tensor, h0: Tensor, recurrent_kernel: Tensor, bias: Tensor) -> Any:
    def step(state: States, now: States) -> tuple[States, States]:
        (h,) = state
        z, _, g, _ = _gru_gates(now, h @ recurrent_kernel + bias)
        h = z * h + (1 - z) * g
        return (h,), (h,)

    # Split before the loop: XLA makes scalar code of gates cut out of a step.
    (h,), (sequence,) = _scan(step, (h0,), tuple(tf.split(x, 3, axis=-1)))
    return sequence, h


def _gru_backward(
    x: Tensor,
    sequence: Tensor,
    h0: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor,
    d_sequence: Tensor,
    d_h: Tensor,
) -> Any:
    before = _shift(h0, sequence)
    z, r, g, s_g = _gru_gates(tf.split(x, 3, axis=-1), tf.matmul(before, recurrent_kernel) + bias)
    slope_g = (1 - z) * (1 - g * g)
    slope_z = (before - g) * z * (1 - z)
    slope_s = slope_g * r
    slopes = tf.concat([slope_z, slope_s * s_g * (1 - r), slope_s], axis=-1)

    def step(state: States, now: States) -> tuple[States, States]:
        (d_h,), (d_output, z, slopes) = state, now
        d_h = d_h + d_output
        d_s = tf.concat([d_h, d_h, d_h], axis=-1) * slopes
        return (d_h * z + tf.matmul(d_s, recurrent_kernel, transpose_b=True),), (d_s, d_h)

    (d_h0,), (d_s, d_h) = _scan(step, (d_h,), (d_sequence, z, slopes), reverse=True)
    # Both products feed the gates z and r; only the candidate sees the state's through r.
    d_x = tf.concat([d_s[..., : -h0.shape[-1]], d_h * slope_g], axis=-1)
    return d_x, d_h0, _weight_gradient(before, d_s), tf.reduce_sum(d_s, (0, 1))


def _scan(
    step: Callable[[States, States], tuple[States, States]],
    state: States,
    sequences: States,
    *,
    reverse: bool = False,
) -> tuple[States, States]:
    """Do what ``jax.lax.scan`` does.

    Parameters
    ----------
    step : callable
        From the state, and one step of each sequence, to the next state and the outputs.
    state : tuple of tensor
        The state before the first step.
    sequences : tuple of tensor, shape (time, ...)
        What is read.
    reverse : bool
        Whether to begin at the end.

    Returns
    -------
    state : tuple of tensor
        The state after the last step.
    outputs : tuple of tensor, shape (time, ...)
        Each output of all steps, in the order of the sequences.
    """
    time = sequences[0].shape[0] or tf.shape(sequences[0])[0]
    inputs = [_array(sequence.dtype, time).unstack(sequence) for sequence in sequences]
    _, like = step(state, tuple(sequence[0] for sequence in sequences))
    arrays = tuple(_array(output.dtype, time, output.shape) for output in like)

    def body(count: Tensor, state: States, arrays: Any) -> Any:
        now = time - 1 - count if reverse else count
        state, outputs = step(state, tuple(array.read(now) for array in inputs))
        written = zip(arrays, outputs, strict=True)
        return count + 1, state, tuple(array.write(now, output) for array, output in written)

    _, state, arrays = tf.while_loop(
        lambda count, *_: count < time,
        body,
        (0, state, arrays),
        maximum_iterations=time,
    )
    return state, tuple(
        tf.ensure_shape(array.stack(), (sequences[0].shape[0], *output.shape))
        for array, output in zip(arrays, like, strict=True)
    )


def _array(dtype: Any, size: Tensor, shape: Any = None) -> Any:
    return tf.TensorArray(dtype, size=size, element_shape=shape)


def _shift(first: Tensor, sequence: Tensor) -> Tensor:
    """Return the state before each step, given the one after it; (time, batch, units)."""
    return tf.concat([first[None], sequence[:-1]], axis=0)


def _weight_gradient(inputs: Tensor, gradients: Tensor) -> Tensor:
    """Sum the outer products of all steps and samples; (features, units)."""
    inputs = tf.reshape(inputs, (-1, inputs.shape[-1]))
    gradients = tf.reshape(gradients, (-1, gradients.shape[-1]))
    return tf.matmul(inputs, gradients, transpose_a=True)


def _in_xla() -> bool:
    """Whether what is being traced is for XLA to compile."""
    return not tf.executing_eagerly() and GraphOrParentsInXlaContext(
        tf.compat.v1.get_default_graph()
    )


_PLAIN: dict[Any, Any] = {}
_COMPILED: dict[Any, Any] = {}


def _call(function: Callable[..., Any], sequence: Tensor, *others: Tensor) -> Any:
    """Call a function of tensors, compiled where that is worth it."""
    if _in_xla():
        return function(sequence, *others)
    fixed = not tf.executing_eagerly() and sequence.shape[0] is not None
    functions = _COMPILED if fixed else _PLAIN
    if function not in functions:
        # Traced anew for every shape: a trace for several would forget the number of units.
        functions[function] = tf.function(function, jit_compile=fixed, autograph=False)
    return functions[function](sequence, *others)
