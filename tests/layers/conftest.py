"""What a layer computes, and the gradients of it, on whichever backend is running."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops
from numpy.typing import NDArray

Array = NDArray[Any]


@pytest.fixture
def assert_same() -> Callable[..., None]:
    """Return a check that two layers answer alike; see `_assert_same`."""
    return _assert_same


def _assert_same(
    layer: Any,
    reference: Any,
    inputs: Array,
    rows: Array | None = None,
    tolerance: float = 1e-5,
    **arguments: Any,
) -> None:
    """Give both the same weights and compare outputs and gradients.

    Outputs may differ by ``tolerance``, gradients by ten times that share of the largest.
    ``rows`` is what the reference takes, where it cannot take ``inputs``.
    """
    rows = inputs if rows is None else rows
    _same_weights(layer, inputs.shape, reference, rows.shape)
    actual, expected = _compute(layer, inputs, arguments), _compute(reference, rows, arguments)
    for output, other in zip(actual.outputs, expected.outputs, strict=True):
        assert output.shape == other.shape
        np.testing.assert_allclose(output, other, atol=tolerance, rtol=0)
    # Float inputs come last, and ids have no gradient.
    for gradient, other in zip(actual.gradients, expected.gradients, strict=rows is inputs):
        assert gradient.shape == other.shape
        allowed = 10 * tolerance * np.abs(other).max() + tolerance / 100
        np.testing.assert_allclose(gradient, other, atol=allowed, rtol=0)


def _same_weights(
    layer: Any, shape: tuple[int, ...], reference: Any, rows: tuple[int, ...]
) -> None:
    random = np.random.default_rng(0)
    layer.build(shape)
    reference.build(rows)
    for ours, theirs in zip(layer.trainable_weights, reference.trainable_weights, strict=True):
        assert ours.path.split("/")[1:] == theirs.path.split("/")[1:]
        value = random.normal(scale=0.5, size=theirs.shape)
        ours.assign(value)
        theirs.assign(value)


@dataclass
class _Computed:
    """The outputs of a layer, and the gradients of a weighted sum of them.

    The gradients are those of its weights, then of float inputs.
    """

    outputs: list[Array]
    gradients: list[Array]


def _compute(layer: Any, inputs: Array, arguments: dict[str, Any]) -> _Computed:
    backend = {"jax": _jax, "tensorflow": _tensorflow, "torch": _torch}[keras.backend.backend()]
    given = {name: _tensors(value) for name, value in arguments.items()}
    outputs, gradients = backend(layer, ops.convert_to_tensor(inputs), given)
    return _Computed(_arrays(outputs), _arrays(gradients))


def _tensors(value: Any) -> Any:
    if isinstance(value, list):
        return [_tensors(item) for item in value]
    return ops.convert_to_tensor(value) if isinstance(value, np.ndarray) else value


def _arrays(tensors: list[Any]) -> list[Array]:
    """Return NumPy arrays; it has no bfloat16."""
    return [
        ops.convert_to_numpy(tensor if "64" in str(tensor.dtype) else ops.cast(tensor, "float32"))
        for tensor in tensors
    ]


def _weighted_sum(layer: Any, inputs: Any, given: dict[str, Any]) -> tuple[Any, list[Any]]:
    """Return a sum in which every output counts differently, and the outputs."""
    outputs = layer(inputs, **given)
    outputs = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
    dtype = "float64" if layer.compute_dtype == "float64" else "float32"
    total: Any = 0.0
    for output in outputs:
        weights = np.random.default_rng(1).normal(size=tuple(output.shape)).astype(dtype)
        total = total + ops.sum(ops.multiply(ops.cast(output, dtype), weights))
    return total, outputs


def _is_float(tensor: Any) -> bool:
    return bool(keras.backend.is_float_dtype(keras.backend.standardize_dtype(tensor.dtype)))


def _jax(layer: Any, inputs: Any, given: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    import jax

    variables = layer.trainable_variables

    def run(weights: list[Any], inputs: Any) -> tuple[Any, list[Any]]:
        mapping = list(zip(variables, weights, strict=True))
        with keras.StatelessScope(mapping):
            return _weighted_sum(layer, inputs, given)

    places = (0, 1) if _is_float(inputs) else (0,)
    values = [variable.value for variable in variables]
    # Compiling takes nearly all of the time, and these run once.
    quick = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
    gradient = jax.jit(jax.value_and_grad(run, places, has_aux=True), compiler_options=quick)
    (_, outputs), gradients = gradient(values, inputs)
    return outputs, [*gradients[0], *gradients[1:]]


def _tensorflow(layer: Any, inputs: Any, given: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    import tensorflow as tf

    sources = [variable.value for variable in layer.trainable_variables]
    sources += [inputs] if _is_float(inputs) else []

    def run() -> tuple[list[Any], list[Any]]:
        with tf.GradientTape() as tape:
            tape.watch(sources)
            total, outputs = _weighted_sum(layer, inputs, given)
        return outputs, tape.gradient(
            total, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )

    # In a graph our layers take other ways than without one, as they do in training; Keras' own
    # do not, and a graph of them takes longer to build than they do to run.
    ours = type(layer).__module__.startswith("seqsent.")
    return tf.function(run, autograph=False)() if ours else run()  # type: ignore[no-any-return, unused-ignore]


def _torch(layer: Any, inputs: Any, given: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    import torch

    sources = [variable.value for variable in layer.trainable_variables]
    if _is_float(inputs):
        sources.append(inputs.requires_grad_())
    total, outputs = _weighted_sum(layer, inputs, given)
    return [output.detach() for output in outputs], list(
        torch.autograd.grad(total, sources, allow_unused=True, materialize_grads=True)
    )
