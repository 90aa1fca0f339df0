"""Steps on JAX: one compiled loop over many batches, each shared by the processor's threads.

XLA gives one thread a whole step: its products are too small to be divided, and its loops over
words wait for each other. So threads are devices to JAX here, and each takes its part of a batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from numpy.typing import NDArray

from seqsent.backend import threads
from seqsent.layers.loop import Columns, Steps, worth_sharing


def train_steps(model: keras.Model) -> Steps:
    """Return a function that learns from batches of rows."""
    return _loop(
        _mesh(model),
        model.train_step,
        lambda: (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        ),
    )


def evaluate_steps(model: keras.Model) -> Steps:
    """Return a function that only measures."""
    return _loop(
        _mesh(model),
        model.test_step,
        lambda: (
            model.trainable_variables,
            model.non_trainable_variables,
            model.metrics_variables,
        ),
    )


def gradient(function: Callable[[Any], Any], place: Any) -> Any:
    """Return the gradient of a number that depends on a tensor."""
    return jax.grad(function)(place)


def _mesh(model: keras.Model) -> Mesh | None:
    """Return the devices that share a batch, if any do."""
    devices = jax.devices()[: threads()] if jax.default_backend() == "cpu" else []
    return Mesh(devices, ("text",)) if len(devices) > 1 and worth_sharing(model) else None


def _loop(
    mesh: Mesh | None,
    step: Callable[..., Any],
    variables: Callable[[], tuple[list[Any], ...]],
) -> Steps:
    def shared(rows: jax.Array) -> jax.Array:
        """Give each device its part of a batch, if it can be divided."""
        if mesh is None or len(rows) % mesh.size:
            return rows
        return jax.lax.with_sharding_constraint(rows, NamedSharding(mesh, PartitionSpec("text")))

    # The state is not donated: an interruption would leave a model without weights.
    @jax.jit
    def loop(state: Any, columns: Columns, batches: Any, count: int) -> Any:
        def on_batch(number: Any, state: Any) -> Any:
            _, state = step(state, tuple(shared(column[batches[number]]) for column in columns))
            return state

        return jax.lax.fori_loop(0, count, on_batch, state)

    def steps(columns: Columns, batches: NDArray[np.int32], count: int, _: int) -> None:
        groups = variables()
        state = tuple([variable.value for variable in group] for group in groups)
        if mesh:
            state = jax.device_put(state, NamedSharding(mesh, PartitionSpec()))
        state = jax.block_until_ready(loop(state, columns, batches, count))
        if mesh:
            # What lies on several devices would have to meet with nothing that lies on one.
            state = jax.device_get(state)
        for group, values in zip(groups, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)

    return steps
