"""Recipe and fit: what training does, and doing it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent import layers
from seqsent.datasets import Splits
from seqsent.errors import OptionError, OutputError, SeqsentError, TrainingError, unknown_name
from seqsent.layers import keras
from seqsent.models import check_ids_fit
from seqsent.results import Epoch, History

OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")

Weights = NDArray[np.floating[Any]]

# Nothing is learned from a batch of validation texts, so its size is only a matter of speed.
VALIDATION_BATCH = 512


@dataclass(frozen=True)
class Recipe:
    """What training does; without arguments, what the textbook does.

    Parameters
    ----------
    optimizer : {"rmsprop", "adam", "adamw", "sgd"}
        The rule that turns gradients into steps.
    learning_rate : float
        The length of a step.
    batch_size : int
        Texts per step.
    epochs : int
        Passes over the training texts, at most.
    patience : int
        Training stops after this many epochs without a better validation loss.
    seed : int
        Seeds shuffling and dropout, and in `compare` the first weights too.

    Raises
    ------
    OptionError
        When a value cannot be used.
    """

    optimizer: str = "rmsprop"
    learning_rate: float = 1e-4
    batch_size: int = 64
    epochs: int = 100
    patience: int = 3
    seed: int = 42

    def __post_init__(self) -> None:
        """Refuse values that no training could use."""
        if self.optimizer not in OPTIMIZERS:
            raise OptionError(unknown_name("optimizer", str(self.optimizer), OPTIMIZERS))
        rate = self.learning_rate
        if not isinstance(rate, int | float) or not (math.isfinite(rate) and rate > 0):
            raise OptionError(f"learning_rate={rate!r} arrived; expected a number above 0")
        for field in fields(self)[2:]:
            value, least = getattr(self, field.name), 0 if field.name == "seed" else 1
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise OptionError(
                    f"{field.name}={value!r} arrived; expected a whole number from {least}"
                )


def fit(
    model: keras.Model,
    splits: Splits,
    recipe: Recipe = Recipe(),
    *,
    sample_weight: Weights | None = None,
    validation_weight: Weights | None = None,
    save_to: str | os.PathLike[str] | None = None,
    on_epoch: Callable[[int, Epoch], None] | None = None,
) -> History:
    """Train a model until its validation loss stops falling.

    Parameters
    ----------
    model : keras.Model
        As `build_model` gives it; it is compiled here and holds the best weights at the end.
    splits : Splits
        Texts to train on and to validate with; the test texts are not touched.
    recipe : Recipe
        What training does.
    sample_weight : ndarray of float, shape (n_train,), optional
        How much each training text counts.
    validation_weight : ndarray of float, shape (n_validation,), optional
        How much each validation text counts: weighted alike, it stops a training that
        learns what it was asked to at the right time.
    save_to : path, optional
        A ``.keras`` file that holds the best model so far, from the first epoch on. It is
        replaced in one step: an interruption leaves the last whole one.
    on_epoch : callable, optional
        Called after each epoch with its number, from 1, and its figures.

    Returns
    -------
    History
        Every epoch, and which was best.

    Raises
    ------
    DataError
        When the texts have ids that the model does not know.
    TrainingError
        When a loss is no longer a number.
    OutputError
        When the model cannot be saved.
    """
    check_ids_fit(model, splits.vocab_size)
    layers.set_seed(recipe.seed)
    model.compile(
        optimizer=keras.optimizers.get(
            {
                "class_name": recipe.optimizer,
                "config": {"learning_rate": recipe.learning_rate},
            }
        ),
        loss=_loss(model),
        metrics=["accuracy"],
    )
    record = _Record(on_epoch)
    callbacks = [
        record,
        keras.callbacks.EarlyStopping(patience=recipe.patience, restore_best_weights=True),
    ]
    if save_to is not None:
        callbacks.append(_SaveBest(Path(save_to)))
    try:
        _train(
            model,
            layers.to_device(*splits.train, sample_weight),
            layers.to_device(*splits.validation, validation_weight),
            recipe,
            keras.callbacks.CallbackList(callbacks, model=model, epochs=recipe.epochs),
        )
    except Exception as error:
        # TensorFlow's update of an embedding fails on weights that are no numbers.
        if isinstance(error, SeqsentError) or _finite(model):
            raise
        raise TrainingError(_diverged(len(record.epochs) + 1)) from error
    return History(tuple(record.epochs))


def batch_order(count: int, *, seed: int, epoch: int) -> NDArray[np.int64]:
    """Return the order in which an epoch goes through the training texts.

    Parameters
    ----------
    count : int
        The number of training texts.
    seed : int
        The recipe's seed.
    epoch : int
        The number of the epoch, from 0.

    Returns
    -------
    ndarray of int, shape (count,)
        The same on every backend, whatever else has drawn random numbers.
    """
    return np.random.default_rng([seed, epoch]).permutation(count)


def _train(
    model: keras.Model,
    train: layers.Columns,
    validation: layers.Columns,
    recipe: Recipe,
    callbacks: keras.callbacks.CallbackList,
) -> None:
    """Go from epoch to epoch as Keras' own fit does, telling the callbacks the same."""
    loop = layers.Loop(model)
    logs: dict[str, float] = {}
    model.stop_training = False
    callbacks.on_train_begin()
    for epoch in range(recipe.epochs):
        callbacks.on_epoch_begin(epoch)
        order = batch_order(len(train[0]), seed=recipe.seed, epoch=epoch)
        logs = loop.train_epoch(train, order, recipe.batch_size)
        measured = loop.evaluate(validation, VALIDATION_BATCH)
        logs |= {f"val_{name}": value for name, value in measured.items()}
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    callbacks.on_train_end(logs)


def _loss(model: keras.Model) -> str:
    """Return the cross-entropy that belongs to the model's head."""
    softmax = model.layers[-1].activation is keras.activations.softmax
    return "sparse_categorical_crossentropy" if softmax else "binary_crossentropy"


def _finite(model: keras.Model) -> bool:
    return all(np.isfinite(weight).all() for weight in model.get_weights())


def _diverged(epoch: int) -> str:
    return (
        f"the loss or the weights were no longer numbers in epoch {epoch}. Try a lower learning "
        "rate."
    )


class _Record(keras.callbacks.Callback):
    """Keeps the figures of every epoch, and ends a training that has lost its way."""

    def __init__(self, on_epoch: Callable[[int, Epoch], None] | None) -> None:
        super().__init__()
        self.epochs: list[Epoch] = []
        self._on_epoch = on_epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        figures = Epoch(**{field.name: float((logs or {})[field.name]) for field in fields(Epoch)})
        if not math.isfinite(figures.loss + figures.val_loss):
            raise TrainingError(_diverged(epoch + 1))
        self.epochs.append(figures)
        if self._on_epoch:
            self._on_epoch(epoch + 1, figures)


class _SaveBest(keras.callbacks.Callback):
    """Writes the model whenever its validation loss is the lowest so far."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._lowest = math.inf

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        loss = float((logs or {})["val_loss"])
        if loss >= self._lowest:
            return
        self._lowest = loss
        unfinished = self._path.with_suffix(".unfinished.keras")
        try:
            self.model.save(unfinished)
            unfinished.replace(self._path)
        except OSError as error:
            raise OutputError(
                f"the model could not be written to {self._path}: {error.strerror or error}. "
                "Name a folder that can be written to."
            ) from error
        finally:
            unfinished.unlink(missing_ok=True)
