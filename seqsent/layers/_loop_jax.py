"""Steps on JAX: one compiled loop over many batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np
from numpy.typing import NDArray

from seqsent.layers.loop import Columns, Steps


def train_steps(model: keras.Model) -> Steps:
    """Return a function that learns from batches of rows."""
    return _loop(
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


def _loop(step: Callable[..., Any], variables: Callable[[], tuple[list[Any], ...]]) -> Steps:
    # The state is not donated: an interruption would leave a model without weights.
    @jax.jit
    def loop(state: Any, columns: Columns, batches: Any, count: int) -> Any:
        def on_batch(number: Any, state: Any) -> Any:
            _, state = step(state, tuple(column[batches[number]] for column in columns))
            return state

        return jax.lax.fori_loop(0, count, on_batch, state)

    def steps(columns: Columns, batches: NDArray[np.int32], count: int, _: int) -> None:
        groups = variables()
        state = tuple([variable.value for variable in group] for group in groups)
        state = jax.block_until_ready(loop(state, columns, batches, count))
        for group, values in zip(groups, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)

    return steps
