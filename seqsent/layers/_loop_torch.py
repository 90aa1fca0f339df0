"""Steps on PyTorch: a plain loop that never waits for the device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import torch
from numpy.typing import NDArray

from seqsent.backend import threads
from seqsent.layers._torch import lookup
from seqsent.layers.loop import Columns, Steps, worth_sharing
from seqsent.layers.recurrent import GRU, LSTM, SimpleRNN

# Layers whose call does all of their work.
SIMPLE = {keras.layers.Embedding, keras.layers.Dense, SimpleRNN, LSTM, GRU}


def train_steps(model: keras.Model) -> Steps:
    """Return a function that learns from batches of rows."""

    def steps(columns: Columns, batches: NDArray[np.int32], count: int, _: int) -> None:
        model.train()
        weights = model.trainable_variables
        values = [weight.value for weight in weights]
        optimizer = model.optimizer

        def learn(loss: Any) -> None:
            gradients = torch.autograd.grad(optimizer.scale_loss(loss), values, allow_unused=True)
            optimizer.apply(gradients, weights)

        with _threads_worth_it(model):
            _loop(model, columns, batches[:count], learn)
        model.eval()

    return steps


def evaluate_steps(model: keras.Model) -> Steps:
    """Return a function that only measures."""

    def steps(columns: Columns, batches: NDArray[np.int32], count: int, _: int) -> None:
        model.eval()
        with torch.no_grad(), _threads_worth_it(model):
            _loop(model, columns, batches[:count])

    return steps


def gradient(function: Callable[[Any], Any], place: Any) -> Any:
    """Return the gradient of a number that depends on a tensor."""
    place = place.detach().requires_grad_()
    return torch.autograd.grad(function(place), place)[0]


@contextmanager
def _threads_worth_it(model: keras.Model) -> Iterator[None]:
    """Compute in one thread if the model's products are small, and always in equally many."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads() if worth_sharing(model) else 1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _loop(
    model: keras.Model,
    columns: Columns,
    batches: NDArray[np.int32],
    learn: Callable[[Any], None] | None = None,
) -> None:
    """Compute the loss of every batch, learn from it, and the metrics at the end."""
    order = torch.from_numpy(batches).to(columns[0].device)
    losses, predictions, compute_loss = [], [], None
    forward = _chain(model) or model
    for rows in order:
        ids, *known = (column[rows] for column in columns)
        predicted = forward(ids, training=learn is not None)
        compute_loss = compute_loss or _loss(model)
        loss = compute_loss(ids, predicted, *known)
        if learn:
            learn(loss)
        losses.append(loss.detach())
        predictions.append(predicted.detach())
    known = [column[order.flatten()] for column in columns[1:]]
    mean_loss = next(metric for metric in model.metrics if metric.name == "loss")
    mean_loss.update_state(torch.stack(losses), np.full(len(losses), order.shape[1]))
    model.compute_metrics(None, known[0], torch.cat(predictions), *known[1:] or [None])


def _chain(model: keras.Model) -> Callable[..., Any] | None:
    """Return what computes a model of simple layers in a row; None for other models.

    Keras' ``__call__`` finds out every time what a layer is called with, 0.3 ms for each of them:
    a fifth of a training step of the textbook's LSTM.
    """
    layers, tensor = model.layers[1:], model.inputs[0]
    for layer in layers:
        [node, *others] = layer._inbound_nodes
        simple = type(layer) in SIMPLE and not getattr(layer, "mask_zero", False)
        plain = layer.compute_dtype == layer.variable_dtype and not layer.activity_regularizer
        if others or len(node.input_tensors) != 1 or node.input_tensors[0] is not tensor:
            return None
        if not (simple and plain):
            return None
        [tensor] = node.outputs
    if len(model.inputs) != 1 or model.outputs[0] is not tensor:
        return None

    calls = [_call(layer) for layer in layers]

    def forward(x: Any, training: bool) -> Any:
        for call in calls:
            x = call(x, training=training)
        return x

    return forward


def _call(layer: keras.layers.Layer) -> Callable[..., Any]:
    """Return what computes a simple layer, given its input and whether it trains."""
    if isinstance(layer, keras.layers.Embedding):
        return lambda ids, training: lookup(layer.embeddings.value, ids)
    if not layer._call_has_training_arg:
        return lambda x, training: layer.call(x)
    call: Callable[..., Any] = layer.call
    return call


def _loss(model: keras.Model) -> Callable[..., Any]:
    """Return the loss of ids, predictions, labels and perhaps weights of a model that has run.

    Keras' compute_loss takes 0.2 ms per batch to find out each time what it has to do.
    """
    function, floats = keras.losses.get(model.loss), getattr(torch, keras.backend.floatx())
    replaced = "compute_loss" in vars(model)
    if isinstance(function, keras.losses.Loss) or model.losses or replaced:
        return lambda ids, predicted, *known: model.compute_loss(
            ids, known[0], predicted, *known[1:] or [None], training=torch.is_grad_enabled()
        )

    def loss(ids: Any, predicted: Any, labels: Any, weights: Any = None) -> Any:
        if predicted.shape[-1] == 1 and labels.ndim == 1:
            labels = labels[:, None]
        per_text = function(labels, predicted.to(floats))
        return (per_text if weights is None else per_text * weights).mean()

    return loss
