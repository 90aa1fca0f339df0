"""The recurrences on JAX: scans whose steps XLA turns into as few passes as possible.

What counts on a CPU is the code that XLA makes of a step. Gates cut out of the sum of a
product and a slice of the sequence come out scalar; cut out of a product alone, vectorised.
So LSTM and GRU multiply input and state together, ``[x, h] @ [W; U]``, although that keeps
the input's product in the loop: inference takes 0.75 and 0.26 of the time. The plain network
has no gates to cut; its input's product is done for all steps at once. Going back, everything
but the chain from step to step is done for all steps at once: the gates' slopes, and the
gradients of weights and input. All arrays are time-major.
"""

# mypy: disable-error-code="no-any-return"
# JAX is typed where it is installed, and Any elsewhere.

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax
from jax.nn import sigmoid


def obstacle(layer: Any) -> str | None:
    """Say what keeps ``layer`` from running here, if anything does."""
    if jax.default_backend() == "gpu" and getattr(layer, "use_cudnn", False):
        return "Keras has cuDNN for it"
    return None


def lookup(table: Array, ids: Array) -> Array:
    """Return the rows of ``table`` that ``ids`` name; ids of any shape."""
    return jnp.take(table, ids, axis=0)


def project(x: Array, kernel: Array | None, bias: Array) -> Array:
    """Return ``x @ kernel + bias``; without a kernel, ``x`` is such a product already."""
    return (x if kernel is None else x @ kernel) + bias


def simple_rnn(
    x: Array, h0: Array, kernel: Array | None, recurrent_kernel: Array, bias: Array
) -> tuple[Array, Array]:
    """Run Elman's network [1]_ over a sequence.

    Parameters
    ----------
    x : Array, shape (time, batch, features)
        The inputs, or with no ``kernel`` their projections, (time, batch, units).
    h0 : Array, shape (batch, units)
        The state before the first step.
    kernel : Array, shape (features, units), optional
        Input weights.
    recurrent_kernel : Array, shape (units, units)
        State weights.
    bias : Array, shape (units,)
        Added before the activation.

    Returns
    -------
    sequence : Array, shape (time, batch, units)
        The state after each step.
    h : Array, shape (batch, units)
        The state after the last step.

    References
    ----------
    .. [1] Elman, J. L. (1990). Finding structure in time. Cognitive Science, 14(2).
    """
    return _simple_rnn(project(x, kernel, bias), h0, recurrent_kernel)


@jax.custom_vjp
def _simple_rnn(x: Array, h0: Array, recurrent_kernel: Array) -> tuple[Array, Array]:
    def step(h: Array, x: Array) -> tuple[Array, Array]:
        h = jnp.tanh(x + h @ recurrent_kernel)
        return h, h

    h, sequence = lax.scan(step, h0, x)
    return sequence, h


def _simple_rnn_forward(x: Array, h0: Array, recurrent_kernel: Array) -> Any:
    sequence, h = _simple_rnn(x, h0, recurrent_kernel)
    return (sequence, h), (sequence, h0, recurrent_kernel)


def _simple_rnn_backward(saved: Any, gradients: Any) -> Any:
    sequence, h0, recurrent_kernel = saved
    d_sequence, d_h = gradients

    def step(d_h: Array, now: Any) -> tuple[Array, Array]:
        h, d_output = now
        d_x = (d_h + d_output) * (1 - h * h)
        return d_x @ recurrent_kernel.T, d_x

    d_h0, d_x = lax.scan(step, d_h, (sequence, d_sequence), reverse=True)
    return d_x, d_h0, _weight_gradient(_shift(h0, sequence), d_x)


_simple_rnn.defvjp(_simple_rnn_forward, _simple_rnn_backward)


def _shift(first: Array, sequence: Array) -> Array:
    """Return the state before each step, given the one after it; (time, batch, units)."""
    return jnp.concatenate([first[None], sequence[:-1]])


def _weight_gradient(inputs: Array, gradients: Array) -> Array:
    """Sum the outer products of all steps and samples; (features, units)."""
    # Two axes and not one: devices that have some of the samples each could not share that.
    return jnp.tensordot(inputs, gradients, ((0, 1), (0, 1)))


def _bias_gradient(gradients: Array) -> Array:
    """Sum over all steps and samples; as a product, because XLA's sum takes longer."""
    return jnp.tensordot(jnp.ones(gradients.shape[:2], gradients.dtype), gradients, 2)


def lstm(
    x: Array,
    h0: Array,
    c0: Array,
    kernel: Array | None,
    recurrent_kernel: Array,
    bias: Array,
) -> tuple[Array, Array, Array]:
    """Run long short-term memory [1]_ over a sequence; gates in the order i, f, c, o.

    Parameters
    ----------
    x : Array, shape (time, batch, features)
        The inputs, or with no ``kernel`` their projections, (time, batch, 4 * units).
    h0, c0 : Array, shape (batch, units)
        Output and memory before the first step.
    kernel : Array, shape (features, 4 * units), optional
        Input weights.
    recurrent_kernel : Array, shape (units, 4 * units)
        State weights.
    bias : Array, shape (4 * units,)
        Added to the gates.

    Returns
    -------
    sequence : Array, shape (time, batch, units)
        The output of each step.
    h, c : Array, shape (batch, units)
        Output and memory after the last step.

    References
    ----------
    .. [1] Hochreiter, S. and Schmidhuber, J. (1997). Long short-term memory. Neural
       Computation, 9(8).
    """
    return _lstm(x, h0, c0, kernel, recurrent_kernel, bias)


@jax.custom_vjp
def _lstm(
    x: Array, h0: Array, c0: Array, kernel: Array | None, recurrent_kernel: Array, bias: Array
) -> tuple[Array, Array, Array]:
    return _lstm_forward(x, h0, c0, kernel, recurrent_kernel, bias)[0]


def _lstm_forward(
    x: Array, h0: Array, c0: Array, kernel: Array | None, recurrent_kernel: Array, bias: Array
) -> Any:
    weights = jnp.concatenate([_input_weights(x, kernel), recurrent_kernel])

    def step(state: tuple[Array, Array], x: Array) -> Any:
        h, c = state
        i, f, g, o = jnp.split(jnp.concatenate([x, h], axis=-1) @ weights + bias, 4, axis=-1)
        i, f, g, o = sigmoid(i), sigmoid(f), jnp.tanh(g), sigmoid(o)
        c = f * c + i * g
        h = o * jnp.tanh(c)
        return (h, c), (h, c, (i, f, g, o))

    # Gates are kept, because working them out anew takes longer.
    (h, c), (sequence, memory, gates) = lax.scan(step, (h0, c0), x)
    saved = (x, h0, c0, kernel, recurrent_kernel, sequence, memory, gates)
    return (sequence, h, c), saved


def _lstm_backward(saved: Any, gradients: Any) -> Any:
    x, h0, c0, kernel, recurrent_kernel, sequence, memory, (i, f, g, o) = saved
    d_sequence, d_h, d_c = gradients
    before, c_before = _shift(h0, sequence), _shift(c0, memory)
    tanh_c = jnp.tanh(memory)
    # What no later step changes is worked out for all steps at once.
    slope_c = o * (1 - tanh_c * tanh_c)
    slopes = (g * i * (1 - i), c_before * f * (1 - f), i * (1 - g * g), tanh_c * o * (1 - o))

    def step(state: tuple[Array, Array], now: Any) -> Any:
        d_h, d_c = state
        d_output, f, slope_c, (slope_i, slope_f, slope_g, slope_o) = now
        d_h = d_h + d_output
        d_c = d_c + d_h * slope_c
        parts = [d_c * slope_i, d_c * slope_f, d_c * slope_g, d_h * slope_o]
        d_z = jnp.concatenate(parts, axis=-1)
        return (d_z @ recurrent_kernel.T, d_c * f), d_z

    steps = (d_sequence, f, slope_c, slopes)
    (d_h0, d_c0), d_z = lax.scan(step, (d_h, d_c), steps, reverse=True)
    d_x, d_kernel = _input_gradients(x, kernel, d_z)
    return d_x, d_h0, d_c0, d_kernel, _weight_gradient(before, d_z), _bias_gradient(d_z)


_lstm.defvjp(_lstm_forward, _lstm_backward)


def gru(
    x: Array, h0: Array, kernel: Array | None, recurrent_kernel: Array, bias: Array
) -> tuple[Array, Array]:
    """Run the gated recurrent unit [1]_ over a sequence; gates in the order z, r, h.

    The reset gate acts after the product with the recurrent kernel, as in cuDNN.

    Parameters
    ----------
    x : Array, shape (time, batch, features)
        The inputs, or with no ``kernel`` their projections, (time, batch, 3 * units).
    h0 : Array, shape (batch, units)
        The state before the first step.
    kernel : Array, shape (features, 3 * units), optional
        Input weights.
    recurrent_kernel : Array, shape (units, 3 * units)
        State weights.
    bias : Array, shape (2, 3 * units)
        One row for the input's product, one for the state's.

    Returns
    -------
    sequence : Array, shape (time, batch, units)
        The state after each step.
    h : Array, shape (batch, units)
        The state after the last step.

    References
    ----------
    .. [1] Cho, K. et al. (2014). Learning phrase representations using RNN encoder-decoder
       for statistical machine translation. EMNLP.
    """
    return _gru(x, h0, kernel, recurrent_kernel, bias)


@jax.custom_vjp
def _gru(
    x: Array, h0: Array, kernel: Array | None, recurrent_kernel: Array, bias: Array
) -> tuple[Array, Array]:
    return _gru_forward(x, h0, kernel, recurrent_kernel, bias)[0]


def _gru_forward(
    x: Array, h0: Array, kernel: Array | None, recurrent_kernel: Array, bias: Array
) -> Any:
    weights, sums = _gru_weights(_input_weights(x, kernel), recurrent_kernel, bias)

    def step(h: Array, x: Array) -> Any:
        z, r, x_g, h_g = jnp.split(jnp.concatenate([x, h], axis=-1) @ weights + sums, 4, axis=-1)
        z, r = sigmoid(z), sigmoid(r)
        g = jnp.tanh(x_g + r * h_g)
        h = z * h + (1 - z) * g
        return h, (h, (z, r, g, h_g))

    # Kept as an LSTM's gates are, the state's part of the candidate among them.
    h, (sequence, gates) = lax.scan(step, h0, x)
    return (sequence, h), (x, h0, kernel, recurrent_kernel, sequence, gates)


def _gru_backward(saved: Any, gradients: Any) -> Any:
    x, h0, kernel, recurrent_kernel, sequence, (z, r, g, h_g) = saved
    d_sequence, d_h = gradients
    before = _shift(h0, sequence)
    # What no later step changes is worked out for all steps at once.
    slope_g = (1 - z) * (1 - g * g)
    slope_h = slope_g * r
    slopes = ((before - g) * z * (1 - z), slope_h * h_g * (1 - r), slope_h)

    def step(d_h: Array, now: Any) -> Any:
        d_output, z, (slope_z, slope_r, slope_h) = now
        d_h = d_h + d_output
        d_gates = jnp.concatenate([d_h * slope_z, d_h * slope_r, d_h * slope_h], axis=-1)
        return d_h * z + d_gates @ recurrent_kernel.T, (d_gates, d_h)

    d_h0, (d_gates, d_h) = lax.scan(step, d_h, (d_sequence, z, slopes), reverse=True)
    # Both products feed the gates z and r; only the candidate sees the state's through r.
    d_z = jnp.concatenate([d_gates[..., : 2 * h0.shape[-1]], d_h * slope_g], axis=-1)
    d_x, d_kernel = _input_gradients(x, kernel, d_z)
    d_bias = jnp.stack([_bias_gradient(d_z), _bias_gradient(d_gates)])
    return d_x, d_h0, d_kernel, _weight_gradient(before, d_gates), d_bias


_gru.defvjp(_gru_forward, _gru_backward)


def _gru_weights(kernel: Array, recurrent_kernel: Array, bias: Array) -> tuple[Array, Array]:
    """Arrange the weights for one product; its columns are z, r, the candidate's two parts."""
    units = len(recurrent_kernel)
    (w, w_g), (u, u_g), (b, b_g) = (
        (both[..., : 2 * units], both[..., 2 * units :])
        for both in (kernel, recurrent_kernel, bias)
    )
    weights = jnp.block([[w, w_g, jnp.zeros_like(w_g)], [u, jnp.zeros_like(u_g), u_g]])
    return weights, jnp.concatenate([b.sum(0), *b_g])


def _input_weights(x: Array, kernel: Array | None) -> Array:
    """Return the kernel; for products done already, the one that leaves them as they are."""
    return jnp.eye(x.shape[-1], dtype=x.dtype) if kernel is None else kernel


def _input_gradients(
    x: Array, kernel: Array | None, gradients: Array
) -> tuple[Array, Array | None]:
    """Return the gradients of the input and its kernel, given those of their product."""
    if kernel is None:
        return gradients, None
    return gradients @ kernel.T, _weight_gradient(x, gradients)
