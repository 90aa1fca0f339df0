"""Recipe and fit: what training does, and doing it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent import layers
from seqsent.checkpoint import Checkpoint, identity_of, locked
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
        for one in fields(self)[2:]:
            value, least = getattr(self, one.name), 0 if one.name == "seed" else 1
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise OptionError(
                    f"{one.name}={value!r} arrived; expected a whole number from {least}"
                )


def fit(
    model: keras.Model,
    splits: Splits,
    recipe: Recipe = Recipe(),
    *,
    sample_weight: Weights | None = None,
    validation_weight: Weights | None = None,
    save_to: str | os.PathLike[str] | None = None,
    directory: str | os.PathLike[str] | None = None,
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
    directory : path, optional
        A folder that keeps the state of the training after every epoch. A training that was
        interrupted, at whatever moment, goes on from there and ends with the same weights as
        if it had not been; one that is over returns what it returned.
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
        When a loss is no longer a number, or the directory holds another training.
    OutputError
        When the model or the state cannot be saved, or another training uses the directory.
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
    progress = _Progress(model, recipe, Path(save_to) if save_to else None, on_epoch)
    columns = (*splits.train, sample_weight), (*splits.validation, validation_weight)
    try:
        if directory is None:
            _train(progress, *columns)
        else:
            checkpoint = Checkpoint(Path(directory), _identity(model, columns, recipe))
            with locked(checkpoint.folder):
                progress.epochs, progress.best = checkpoint.restore(model)
                _train(progress, *columns, checkpoint)
    except Exception as error:
        # TensorFlow's update of an embedding fails on weights that are no numbers.
        if isinstance(error, SeqsentError) or _finite(model):
            raise
        raise TrainingError(_diverged(len(progress.epochs) + 1)) from error
    model.set_weights(progress.best)
    return History(tuple(progress.epochs))


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


@dataclass
class _Progress:
    """How far a training has come, and whether to go on."""

    model: keras.Model
    recipe: Recipe
    save_to: Path | None
    on_epoch: Callable[[int, Epoch], None] | None
    epochs: list[Epoch] = field(default_factory=list)
    best: list[Weights] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether epochs or patience are used up."""
        count = len(self.epochs)
        waited = count - History(tuple(self.epochs)).best_epoch if self.epochs else 0
        return count >= self.recipe.epochs or waited >= self.recipe.patience

    def add(self, figures: Epoch) -> None:
        """Take the figures of one more epoch, and keep its weights if they are the best."""
        if not math.isfinite(figures.loss + figures.val_loss):
            raise TrainingError(_diverged(len(self.epochs) + 1))
        self.epochs.append(figures)
        if History(tuple(self.epochs)).best_epoch == len(self.epochs):
            self.best = self.model.get_weights()
            if self.save_to:
                _save(self.model, self.save_to)
        if self.on_epoch:
            self.on_epoch(len(self.epochs), figures)


def _train(
    progress: _Progress,
    train: tuple[Any, ...],
    validation: tuple[Any, ...],
    checkpoint: Checkpoint | None = None,
) -> None:
    """Go from epoch to epoch until it is over."""
    model, recipe = progress.model, progress.recipe
    loop = layers.Loop(model)
    train, validation = (tuple(c for c in part if c is not None) for part in (train, validation))
    while not progress.over:
        order = batch_order(len(train[0]), seed=recipe.seed, epoch=len(progress.epochs))
        logs = loop.train_epoch(train, order, recipe.batch_size)
        measured = loop.evaluate(validation, VALIDATION_BATCH)
        logs |= {f"val_{name}": value for name, value in measured.items()}
        progress.add(Epoch(**{one.name: float(logs[one.name]) for one in fields(Epoch)}))
        if checkpoint:
            checkpoint.save(model, progress.epochs, progress.best)


def _identity(
    model: keras.Model, columns: tuple[tuple[Any, ...], ...], recipe: Recipe
) -> dict[str, str]:
    """Return what decides every step; more epochs, or more patience, only add some."""
    data = {
        f"{part}-{number}": column
        for part, part_columns in zip(("train", "validation"), columns, strict=True)
        for number, column in enumerate(part_columns)
        if column is not None
    }
    steps = {
        name: value for name, value in asdict(recipe).items() if name not in ("epochs", "patience")
    }
    return identity_of(model, data, steps)


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


def _save(model: keras.Model, path: Path) -> None:
    """Write a model in one step."""
    unfinished = path.with_suffix(".unfinished.keras")
    try:
        try:
            model.save(unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            f"the model could not be written to {path}: {error.strerror or error}. Name a folder "
            "that can be written to."
        ) from error
