"""Whole epochs in one call: what Keras' own fit computes, without its cost per step."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from seqsent.layers.adversarial import adversarial_loss

# Ids, labels and, where texts count differently, weights; one row per text each.
# Whatever gives an array for an array of row numbers will do, so the rows may lie on disk.
Columns = tuple[Any, ...]

# Takes columns on the device, the rows of every batch, shape (batches, batch size), how many of
# the batches to go through, and how many there are in the epoch. Columns and batches come in few
# shapes, so that few compilations serve.
Steps = Callable[[Columns, NDArray[np.int32], int, int], None]

# Weights, embeddings aside, up to which one thread takes a step alone. PyTorch's threads gain
# nothing on a quiet machine by sharing so little, and on a busy one lose most of the time.
FEW_WEIGHTS = 2**15

# Between two calls Python has its turn, and Ctrl-C its effect.
STEPS_PER_CALL = 64


class Loop:
    """Trains and evaluates a compiled model, an epoch at a time.

    Parameters
    ----------
    model : keras.Model
        A compiled model of one input and one output. Its weights, optimizer, seeds and
        metrics are where Keras keeps them before and after every call.
    adversarial, virtual : float
        Above 0, adversaries of this strength are learned from as well; see `seqsent.Recipe`.

    Notes
    -----
    A step is Keras' own: on JAX and TensorFlow its ``train_step``, repeated by the backend
    itself; on PyTorch the same operations, with the metrics left to the end of the epoch.
    So results are those of ``train_on_batch`` over the same batches, up to rounding.
    """

    def __init__(self, model: keras.Model, adversarial: float = 0.0, virtual: float = 0.0) -> None:
        self._model = model
        backend = import_module(f"seqsent.layers._loop_{keras.backend.backend()}")
        self._train: Steps = backend.train_steps(model)
        self._evaluate: Steps = backend.evaluate_steps(model)
        if adversarial or virtual:
            loss = adversarial_loss(model, adversarial, virtual, backend.gradient)
            self._train = _with_loss(model, loss, self._train)

    def train_epoch(
        self,
        columns: Columns,
        order: NDArray[np.integer[Any]],
        batch_size: int,
        steps_per_call: int = STEPS_PER_CALL,
    ) -> dict[str, float]:
        """Take one step for every batch of texts.

        Parameters
        ----------
        columns : tuple of ndarray
            Ids, labels and perhaps weights, one row per text each.
        order : ndarray of int, shape (n,)
            The rows to learn from, in their order.
        batch_size : int
            Rows per step; the last step takes what is left.
        steps_per_call : int
            For how many steps rows are taken out of the columns at a time.

        Returns
        -------
        dict of float
            What Keras' own fit reports of an epoch: ``"loss"`` and the compiled metrics.
        """
        return self._run(self._train, columns, order, batch_size, steps_per_call)

    def evaluate(
        self, columns: Columns, batch_size: int, steps_per_call: int = STEPS_PER_CALL
    ) -> dict[str, float]:
        """Return what Keras' own evaluate reports: ``"loss"`` and the compiled metrics.

        Parameters
        ----------
        columns : tuple of ndarray
            As above.
        batch_size : int
            Rows per step; the last step takes what is left.
        steps_per_call : int
            As above.
        """
        order = np.arange(len(columns[0]))
        return self._run(self._evaluate, columns, order, batch_size, steps_per_call)

    def _run(
        self,
        steps: Steps,
        columns: Columns,
        order: NDArray[np.integer[Any]],
        batch_size: int,
        most: int,
    ) -> dict[str, float]:
        # Variables of metrics and optimizer are made as fit makes them: a loop could not.
        self._model._symbolic_build(data_batch=_to_device(columns, np.arange(1)))
        self._model.reset_metrics()
        whole = len(order) // batch_size
        for begin in range(0, whole, most):
            count = min(most, whole - begin)
            rows = order[begin * batch_size : (begin + count) * batch_size]
            # A last call of fewer steps has the shapes of the others.
            rows = np.resize(rows, min(most, whole) * batch_size)
            batches = np.arange(len(rows), dtype=np.int32).reshape(-1, batch_size)
            steps(_to_device(columns, rows), batches, count, whole)
        if rest := len(order) - whole * batch_size:
            batches = np.arange(rest, dtype=np.int32)[np.newaxis]
            steps(_to_device(columns, order[-rest:]), batches, 1, whole)
        return {name: float(value) for name, value in self._model.get_metrics_result().items()}


def worth_sharing(model: keras.Model) -> bool:
    """Whether a model's products are large enough for several threads."""
    embeddings = sum(
        layer.count_params() for layer in model.layers if isinstance(layer, keras.layers.Embedding)
    )
    return bool(model.count_params() - embeddings > FEW_WEIGHTS)


def _with_loss(model: keras.Model, loss: Callable[..., Any], steps: Steps) -> Steps:
    """Return the same steps, in which a model has another loss than elsewhere."""

    def other_steps(*arguments: Any) -> None:
        model.compute_loss = loss
        try:
            steps(*arguments)
        finally:
            del model.compute_loss

    return other_steps


def _to_device(columns: Columns, rows: NDArray[np.integer[Any]]) -> Columns:
    """Return some rows as tensors where the model computes; floats become Keras' ``floatx``."""
    taken = [np.asarray(column[rows]) for column in columns]
    return tuple(
        keras.ops.convert_to_tensor(
            column, keras.backend.floatx() if np.issubdtype(column.dtype, np.floating) else None
        )
        for column in taken
    )
