"""Steps on TensorFlow: one graph that loops over many batches."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.python.eager.record import stop_recording

from seqsent.layers.loop import Columns, Steps

# Batches in an epoch from which XLA's two seconds of compiling are soon won back: without a
# compiler TensorFlow spends most of a step on starting one small operation after another.
WORTH_COMPILING = 32

logger = logging.getLogger(__name__)


def train_steps(model: keras.Model) -> Steps:
    """Return a function that learns from batches of rows."""
    return _Loop(model, model.train_step)


def evaluate_steps(model: keras.Model) -> Steps:
    """Return a function that only measures."""
    return _Loop(model, model.test_step)


def gradient(function: Callable[[Any], Any], place: Any) -> Any:
    """Return the gradient of a number that depends on a tensor."""
    # Out of sight of the tape of the step, for which XLA could not compile the slope of a slope.
    with stop_recording():
        return tf.gradients(function(place), place)[0]


class _Loop:
    """Repeats a step, in a graph that XLA has compiled where that is possible and worth it."""

    def __init__(self, model: keras.Model, step: Callable[[Columns], Any]) -> None:
        def loop(columns: Columns, batches: Any, count: Any) -> None:
            def on_batch(number: Any) -> Any:
                step(tuple(tf.gather(column, batches[number]) for column in columns))
                return number + 1

            tf.while_loop(lambda number: number < count, on_batch, [0])

        self._plain = tf.function(loop, autograph=False)
        self._compiled = tf.function(loop, autograph=False, jit_compile=True)
        for function in (self._plain, self._compiled):
            # Tracing once for whole batches and once for the last is meant.
            function._omit_frequent_tracing_warning = True
        self._compiles = all(layer.supports_jit for layer in model._flatten_layers())

    def __call__(
        self, columns: Columns, batches: NDArray[np.int32], count: int, in_epoch: int
    ) -> None:
        arguments = columns, tf.constant(batches, tf.int32), tf.constant(count, tf.int32)
        # What is left of an epoch is one batch of another shape.
        worth = in_epoch >= WORTH_COMPILING and len(batches) > 1
        if not (worth and self._run_compiled(arguments)):
            self._plain(*arguments)

    def _run_compiled(self, arguments: tuple[Any, ...]) -> bool:
        """Return whether XLA did the work; if not, nothing was done."""
        if not self._compiles:
            return False
        try:
            if not _draws(self._compiled.get_concrete_function(*arguments)):
                self._compiled(*arguments)
                return True
            reason: Any = "its random numbers would be others"
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
            reason = error
        logger.debug("steps go on without XLA: %s", reason)
        self._compiles = False
        return False


def _draws(function: Any) -> bool:
    """Return whether a traced function draws random numbers, for dropout say."""
    library = function.graph.as_graph_def().library.function
    return any("Random" in node.op for traced in library for node in traced.node_def)
