"""Recipe: what training does, and in which order it goes through texts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from seqsent.errors import OptionError, unknown_name
from seqsent.layers import keras

OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")

# What backends and NumPy take for a seed.
SEEDS = 2**32

Schedule = Literal["constant", "cosine"]


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
        Seeds shuffling and dropout, and in `compare` the first weights too; below 2**32.
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
    virtual : float
        The same without labels, from unlabelled texts too: what the network says of a text is
        to stay when vectors are moved to where it changes most [4]_.
    unlabelled_ratio : int
        Unlabelled texts that come beside each labelled one, where there are any.
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
    virtual: float = 0.0
    unlabelled_ratio: int = 2
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
        for name in ("adversarial", "virtual"):
            push = getattr(self, name)
            if not isinstance(push, int | float) or not (math.isfinite(push) and push >= 0):
                raise OptionError(f"{name}={push!r} arrived; expected a number from 0")
        if not isinstance(self.average, int | float) or not 0 <= self.average < 1:
            raise OptionError(f"average={self.average!r} arrived; expected a share below 1")
        for name in ("batch_size", "epochs", "patience", "unlabelled_ratio", "least_steps"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise OptionError(f"{name}={value!r} arrived; expected a whole number from 1")
        seed: Any = self.seed
        if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < SEEDS:
            raise OptionError(
                f"seed={seed!r} arrived; expected a whole number from 0 to {SEEDS - 1}"
            )

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

    def unlabelled_order(self, count: int, asked: int, epoch: int) -> NDArray[np.int64]:
        """Return which of so many unlabelled texts an epoch, from 0, goes through.

        As many as asked for; no text comes again before every other has come.
        """
        begin = epoch * asked
        passes = range(begin // count, (begin + asked - 1) // count + 1)
        orders = [np.random.default_rng([self.seed, 1, one]).permutation(count) for one in passes]
        skipped = begin - passes[0] * count
        return np.concatenate(orders)[skipped : skipped + asked]

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
