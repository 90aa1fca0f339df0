"""Whole epochs in one call: what Keras' own fit computes, without its cost per step."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

# Ids, labels and, where texts count differently, weights; one row per text each.
Columns = tuple[Any, ...]

# Takes the rows of every batch, shape (batches, batch size), and makes the steps from one
# batch to before another. All rows arrive every time, so that one compilation serves.
Steps = Callable[[Columns, NDArray[np.int32], int, int], None]

# Between two calls Python has its turn, and Ctrl-C its effect.
STEPS_PER_CALL = 64


class Loop:
    """Trains and evaluates a compiled model, an epoch at a time.

    Parameters
    ----------
    model : keras.Model
        A compiled model of one input and one output. Its weights, optimizer, seeds and
        metrics are where Keras keeps them before and after every call.

    Notes
    -----
    A step is Keras' own: on JAX and TensorFlow its ``train_step``, repeated by the backend
    itself; on PyTorch the same operations, with the metrics left to the end of the epoch.
    So results are those of ``train_on_batch`` over the same batches, up to rounding.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        backend = import_module(f"seqsent.layers._loop_{keras.backend.backend()}")
        self._train: Steps = backend.train_steps(model)
        self._evaluate: Steps = backend.evaluate_steps(model)

    def train_epoch(
        self, columns: Columns, order: NDArray[np.integer[Any]], batch_size: int
    ) -> dict[str, float]:
        """Take one step for every batch of texts.

        Parameters
        ----------
        columns : tuple of tensors
            As `to_device` gives them.
        order : ndarray of int, shape (n,)
            The rows to learn from, in their order.
        batch_size : int
            Rows per step; the last step takes what is left.

        Returns
        -------
        dict of float
            What Keras' own fit reports of an epoch: ``"loss"`` and the compiled metrics.
        """
        return self._run(self._train, columns, order, batch_size)

    def evaluate(self, columns: Columns, batch_size: int) -> dict[str, float]:
        """Return what Keras' own evaluate reports: ``"loss"`` and the compiled metrics.

        Parameters
        ----------
        columns : tuple of tensors
            As `to_device` gives them.
        batch_size : int
            Rows per step; the last step takes what is left.
        """
        return self._run(self._evaluate, columns, np.arange(len(columns[0])), batch_size)

    def _run(
        self, steps: Steps, columns: Columns, order: NDArray[np.integer[Any]], batch_size: int
    ) -> dict[str, float]:
        # Variables of metrics and optimizer are made as fit makes them: a loop could not.
        self._model._symbolic_build(data_batch=columns)
        self._model.reset_metrics()
        indices = order.astype(np.int32)
        whole = len(order) // batch_size * batch_size
        for rows in (indices[:whole].reshape(-1, batch_size), indices[np.newaxis, whole:]):
            for begin in range(0, len(rows) if rows.size else 0, STEPS_PER_CALL):
                steps(columns, rows, begin, min(begin + STEPS_PER_CALL, len(rows)))
        return {name: float(value) for name, value in self._model.get_metrics_result().items()}


def to_device(*columns: Any) -> Columns:
    """Return arrays as tensors where the model computes; a column of None is left out.

    Parameters
    ----------
    *columns : ndarray or None
        Ids, labels and weights, one row per text each. Floats become Keras' ``floatx``.
    """
    return tuple(
        keras.ops.convert_to_tensor(column, keras.backend.floatx() if _floats(column) else None)
        for column in columns
        if column is not None
    )


def _floats(column: Any) -> bool:
    return np.issubdtype(np.asarray(column).dtype, np.floating)
