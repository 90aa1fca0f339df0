"""Recipe and fit: what training does, and doing it."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from seqsent import layers
from seqsent.checkpoint import Checkpoint, identity_of, locked
from seqsent.datasets import Splits
from seqsent.datasets.rows import Rows
from seqsent.errors import OptionError, OutputError, SeqsentError, TrainingError, unknown_name
from seqsent.layers import keras
from seqsent.models import check_ids_fit, takes_any_length
from seqsent.results import Epoch, History

OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")

Schedule = Literal["constant", "cosine"]

Weights = NDArray[np.floating[Any]]

# Nothing is learned from a batch of validation texts, so its size is only a matter of speed.
VALIDATION_BATCH = 512

# Texts about equally long that come together: few, so that an epoch stays well mixed.
TOGETHER = 512


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
    schedule : {"constant", "cosine"}
        The length of a step over time: always the same, or for half an epoch from nothing up to
        ``learning_rate`` and then down to a hundredth of it along a cosine, which all
        ``epochs`` of a training are to reach [1]_.
    clip : float, optional
        The largest norm of all gradients together; larger ones are scaled down [2]_.
    average : float
        With 0.99, say, weights averaged over the last hundred steps or so are what is
        validated and kept: each step lets the mean keep that share of itself [3]_.
    adversarial : float
        Above 0, texts whose words' vectors are moved by so much, to where the loss grows fastest,
        are learned from as well [4]_. A step takes three times as long. Needs an embedding.
    least_steps : int
        Fewer texts are gone through several times in an epoch, until it has so many steps.

    Raises
    ------
    OptionError
        When a value cannot be used.

    References
    ----------
    .. [1] Loshchilov, I. and Hutter, F. (2017). SGDR: stochastic gradient descent with warm
       restarts. ICLR.
    .. [2] Pascanu, R., Mikolov, T. and Bengio, Y. (2013). On the difficulty of training
       recurrent neural networks. ICML, 1310-1318.
    .. [3] Polyak, B. T. and Juditsky, A. B. (1992). Acceleration of stochastic approximation
       by averaging. SIAM Journal on Control and Optimization, 30(4), 838-855.
    .. [4] Miyato, T., Dai, A. M. and Goodfellow, I. (2017). Adversarial training methods for
       semi-supervised text classification. ICLR.
    """

    optimizer: str = "rmsprop"
    learning_rate: float = 1e-4
    batch_size: int = 64
    epochs: int = 100
    patience: int = 3
    seed: int = 42
    schedule: Schedule = "constant"
    clip: float | None = None
    average: float = 0.0
    adversarial: float = 0.0
    least_steps: int = 1

    def __post_init__(self) -> None:
        """Refuse values that no training could use."""
        if self.optimizer not in OPTIMIZERS:
            raise OptionError(unknown_name("optimizer", str(self.optimizer), OPTIMIZERS))
        if self.schedule not in get_args(Schedule):
            raise OptionError(unknown_name("schedule", str(self.schedule), get_args(Schedule)))
        for name in ("learning_rate", "clip"):
            value = getattr(self, name)
            if name == "clip" and value is None:
                continue
            if not isinstance(value, int | float) or not (math.isfinite(value) and value > 0):
                raise OptionError(f"{name}={value!r} arrived; expected a number above 0")
        push = self.adversarial
        if not isinstance(push, int | float) or not (math.isfinite(push) and push >= 0):
            raise OptionError(f"adversarial={push!r} arrived; expected a number from 0")
        if not isinstance(self.average, int | float) or not 0 <= self.average < 1:
            raise OptionError(f"average={self.average!r} arrived; expected a share below 1")
        for name in ("batch_size", "epochs", "patience", "least_steps", "seed"):
            value, least = getattr(self, name), 0 if name == "seed" else 1
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise OptionError(f"{name}={value!r} arrived; expected a whole number from {least}")

    def passes(self, count: int) -> int:
        """Return how often an epoch goes through so many texts."""
        return math.ceil(self.least_steps / math.ceil(count / self.batch_size))

    def order(self, count: int, epoch: int) -> NDArray[np.int64]:
        """Return the order in which an epoch, from 0, goes through so many texts."""
        passes = self.passes(count)
        numbers = range(epoch * passes, (epoch + 1) * passes)
        return np.concatenate(
            [batch_order(count, seed=self.seed, epoch=number) for number in numbers]
        )

    def make_optimizer(self, count: int) -> keras.optimizers.Optimizer:
        """Return the optimizer for so many texts."""
        rate: Any = self.learning_rate
        if self.schedule == "cosine":
            steps_per_epoch = math.ceil(count * self.passes(count) / self.batch_size)
            rising = max(steps_per_epoch // 2, 1)
            falling = max(steps_per_epoch * self.epochs - rising, 1)
            decay = keras.optimizers.schedules.CosineDecay(
                0.0, falling, alpha=0.01, warmup_target=rate, warmup_steps=rising
            )
            rate = keras.optimizers.schedules.serialize(decay)
        config = {"learning_rate": rate, "global_clipnorm": self.clip}
        if self.average:
            config |= {"use_ema": True, "ema_momentum": self.average}
        return keras.optimizers.get({"class_name": self.optimizer, "config": config})


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
        optimizer=recipe.make_optimizer(len(splits.train)),
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
    """Return the order of one pass through the training texts.

    Parameters
    ----------
    count : int
        The number of training texts.
    seed : int
        The recipe's seed.
    epoch : int
        The number of the pass, from 0.

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
    try:
        loop = layers.Loop(model, recipe.adversarial)
    except ValueError as error:
        raise OptionError(f"adversarial={recipe.adversarial} arrived, and {error}") from error
    train, validation = (_columns(model, part) for part in (train, validation))
    while not progress.over:
        order = recipe.order(len(train[0]), len(progress.epochs))
        logs = loop.train_epoch(train, *_grouped(train[0], order, recipe.batch_size))
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


def _grouped(
    ids: NDArray[np.int32] | Rows, order: NDArray[np.int64], batch_size: int
) -> tuple[NDArray[np.integer[Any]], int, int]:
    """Return order, batch size and steps per call; equally long texts together where it helps."""
    if not (isinstance(ids, Rows) and ids.narrow):
        return order, batch_size, layers.STEPS_PER_CALL
    steps = max(TOGETHER // batch_size, 1)
    return ids.together(order, steps * batch_size), batch_size, steps


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
