"""fit: a recipe carried out, epoch by epoch."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent import layers
from seqsent.batches import Ids, batches_of, with_unlabelled
from seqsent.checkpoint import Checkpoint, identity_of, locked
from seqsent.datasets import Splits, check_ids
from seqsent.datasets.rows import Rows
from seqsent.errors import DataError, OptionError, OutputError, SeqsentError, TrainingError
from seqsent.layers import keras
from seqsent.models import check_ids_fit, takes_any_length
from seqsent.recipe import Recipe
from seqsent.results import Epoch, History

Weights = NDArray[np.floating[Any]]

# Nothing is learned from a batch of validation texts, so its size is only a matter of speed.
VALIDATION_BATCH = 512


def fit(
    model: keras.Model,
    splits: Splits,
    recipe: Recipe = Recipe(),
    *,
    unlabelled: Ids | None = None,
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
        As `build_model` gives it, or a language model around one; it is compiled here and holds
        the best weights at the end.
    splits : Splits
        Texts to train on and to validate with; the test texts are not touched.
    recipe : Recipe
        What training does.
    unlabelled : ndarray of int or Rows, shape (n, maxlen), optional
        The ids of texts without labels, for a recipe whose adversaries are virtual.
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
        When there are no texts to train on or to validate with, or they have ids that the model
        does not know, or weights that are none.
    TrainingError
        When a loss is no longer a number, or the directory holds another training.
    OutputError
        When the model or the state cannot be saved, or another training uses the directory.
    """
    if not (len(splits.train) and len(splits.validation)):
        raise DataError(
            f"{len(splits.train)} training and {len(splits.validation)} validation texts arrived; "
            "expected some of both"
        )
    check_ids_fit(model, splits.vocab_size)
    if unlabelled is not None:
        check_ids(unlabelled, splits.vocab_size, where="the unlabelled texts")
    check_weight(sample_weight, len(splits.train), "sample_weight")
    check_weight(validation_weight, len(splits.validation), "validation_weight")
    layers.set_seed(recipe.seed)
    labelled = len(splits.train)
    train: layers.Columns = (*splits.train, sample_weight)
    more: Any = () if unlabelled is None or not recipe.virtual else unlabelled
    if len(more):
        train = with_unlabelled(train, more, recipe.unlabelled_ratio)
    model.compile(
        optimizer=recipe.make_optimizer(labelled),
        loss=_loss(model, train[1]),
        # Unlabelled texts have no weight.
        **{"weighted_metrics" if len(more) else "metrics": [_accuracy(model, train[1])]},
    )
    progress = _Progress(model, recipe, labelled, Path(save_to) if save_to else None, on_epoch)
    columns = train, (*splits.validation, validation_weight)
    try:
        if directory is None:
            _train(progress, *columns)
        else:
            checkpoint = Checkpoint(Path(directory), _identity(model, columns, recipe))
            with locked(checkpoint.folder):
                progress.epochs, progress.best = checkpoint.restore(model)
                _train(progress, *columns, checkpoint)
    except Exception as error:
        # TensorFlow's update of an embedding fails on weights that are no numbers, PyTorch's loss
        # on answers that are none.
        if isinstance(error, SeqsentError) or _finite(model, splits.validation.ids[:1]):
            raise
        raise TrainingError(_diverged(len(progress.epochs) + 1)) from error
    model.set_weights(progress.best)
    return History(tuple(progress.epochs))


def check_weight(weight: Weights | None, count: int, name: str) -> None:
    """Raise ``DataError`` unless so many texts can count so much."""
    if weight is None:
        return
    if weight.shape != (count,):
        raise DataError(
            f"{name} of shape {weight.shape} arrived; expected one weight for each of {count} texts"
        )
    if not (np.isfinite(weight) & (weight >= 0)).all() or not weight.any():
        raise DataError(
            f"{name} from {weight.min():g} to {weight.max():g} arrived; expected finite numbers "
            "from 0, and not zeros only"
        )


@dataclass
class _Progress:
    """How far a training has come, and whether to go on."""

    model: keras.Model
    recipe: Recipe
    labelled: int
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
    try:
        loop = layers.Loop(model, recipe.adversarial, recipe.virtual)
    except ValueError as error:
        raise OptionError(
            f"adversarial={recipe.adversarial} and virtual={recipe.virtual} arrived, and {error}"
        ) from error
    train, validation = (_columns(model, part) for part in (train, validation))
    while not progress.over:
        batches = batches_of(train[0], progress.labelled, recipe, len(progress.epochs))
        logs = loop.train_epoch(train, *batches)
        with _averaged(model):
            measured = loop.evaluate(validation, VALIDATION_BATCH)
            logs |= {f"val_{name}": value for name, value in measured.items()}
            progress.add(Epoch(**{one.name: float(logs[one.name]) for one in fields(Epoch)}))
        if checkpoint:
            checkpoint.save(model, progress.epochs, progress.best)


def _columns(model: keras.Model, part: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return ids, labels and weights, if any; ids no wider than they need to be, if they can."""
    ids, *others = (column for column in part if column is not None)
    narrow = isinstance(ids, Rows) and takes_any_length(model)
    return (ids.narrowed() if narrow else ids, *others)


@contextmanager
def _averaged(model: keras.Model) -> Iterator[None]:
    """Let a model have the mean of its weights over the last steps, where one is kept."""
    if not model.optimizer.use_ema:
        yield
        return
    last = model.get_weights()
    model.optimizer.finalize_variable_values(model.trainable_variables)
    try:
        yield
    finally:
        model.set_weights(last)


def _identity(
    model: keras.Model, columns: tuple[tuple[Any, ...], ...], recipe: Recipe
) -> dict[str, str]:
    """Return what decides every step; more epochs, or more patience, mostly only add some."""
    data = {
        f"{part}-{number}": column
        for part, part_columns in zip(("train", "validation"), columns, strict=True)
        for number, column in enumerate(part_columns)
        if column is not None
    }
    ends = ("patience",) if recipe.schedule == "cosine" else ("epochs", "patience")
    steps = {name: value for name, value in asdict(recipe).items() if name not in ends}
    return identity_of(model, data, steps)


def _loss(model: keras.Model, labels: NDArray[Any]) -> Any:
    """Return the loss that belongs to the model's head; a language model answers with its own."""
    if not isinstance(model.layers[-1], keras.layers.Dense):
        return _own
    if not _exclusive(model):
        return "binary_crossentropy"
    return f"{'sparse_' if labels.ndim == 1 else ''}categorical_crossentropy"


def _accuracy(model: keras.Model, labels: NDArray[Any]) -> Any:
    """Return the share of right answers; where labels are probabilities, of the likelier ones.

    Where several labels apply each counts for itself, of which Keras' own would take the largest.
    """
    of_one = model.output_shape[-1] == 1 and not np.issubdtype(labels.dtype, np.floating)
    if _exclusive(model) or of_one:
        return "accuracy"
    return keras.metrics.MeanMetricWrapper(_alike, "accuracy")


def _exclusive(model: keras.Model) -> bool:
    """Whether a model says of one of several classes that it is the right one."""
    return getattr(model.layers[-1], "activation", None) is keras.activations.softmax


@keras.saving.register_keras_serializable("seqsent")
def _alike(labels: Any, answers: Any) -> Any:
    ops = keras.ops
    likelier = ops.greater(ops.reshape(labels, ops.shape(answers)), 0.5)
    return ops.mean(ops.cast(ops.equal(likelier, answers > 0.5), answers.dtype), axis=-1)


def _own(_: Any, losses: Any) -> Any:
    return losses[:, 0]


def _finite(model: keras.Model, ids: Ids) -> bool:
    """Whether weights and answers are numbers."""
    weights = all(np.isfinite(weight).all() for weight in model.get_weights())
    return weights and bool(np.isfinite(model.predict_on_batch(ids)).all())


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
