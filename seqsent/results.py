"""What an experiment leaves behind: plain records that reports draw and JSON keeps."""

from __future__ import annotations

import csv
import json
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Epoch:
    """Losses and accuracies after one pass over the training texts."""

    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True)
class History:
    """The epochs of one training, in order.

    Parameters
    ----------
    epochs : tuple of Epoch
        At least one.
    """

    epochs: tuple[Epoch, ...]

    @property
    def best_epoch(self) -> int:
        """The number of the epoch with the lowest validation loss, counted from 1."""
        losses = [epoch.val_loss for epoch in self.epochs]
        return losses.index(min(losses)) + 1

    @property
    def best(self) -> Epoch:
        """The epoch with the lowest validation loss."""
        return self.epochs[self.best_epoch - 1]

    def column(self, name: str) -> list[float]:
        """Return one figure over all epochs, ``"val_loss"`` for instance."""
        return [getattr(epoch, name) for epoch in self.epochs]


@dataclass(frozen=True)
class Published:
    """What the textbook printed for an experiment.

    Parameters
    ----------
    history : History
        Every published epoch.
    parameters : int
        The number of weights.
    seconds : float
        The duration of the whole training.
    test_accuracy : float, optional
        On the 25,000 test reviews, where it was printed.
    """

    history: History
    parameters: int
    seconds: float
    test_accuracy: float | None = None


@dataclass(frozen=True)
class Run:
    """One experiment, trained once with one seed.

    Parameters
    ----------
    experiment : str
        The experiment's name.
    seed : int
        The seed of weights, shuffling and dropout.
    parameters : int
        The number of weights.
    history : History
        Every epoch.
    seconds : float
        The duration of the training.
    test_loss, test_accuracy : float
        From the saved file, loaded again.
    model : str
        The name of the saved file; empty when it was not kept.
    """

    experiment: str
    seed: int
    parameters: int
    history: History
    seconds: float
    test_loss: float
    test_accuracy: float
    model: str


@dataclass(frozen=True)
class Baseline:
    """What the same ids give without a network.

    Parameters
    ----------
    name : str
        The method, with its vocabulary.
    val_accuracy, test_accuracy : float
        Shares of right answers.
    seconds : float
        The duration of fitting and answering.
    p : float, optional
        The chance of answers to the test texts that differ so much from those of the model
        beside it, if both were equally often right; see `seqsent.evaluation.mcnemar`.
    """

    name: str
    val_accuracy: float
    test_accuracy: float
    seconds: float
    p: float | None = None


@dataclass(frozen=True)
class Data:
    """The data that all runs of a comparison saw.

    Parameters
    ----------
    name : str
        The data set.
    fingerprint : str
        SHA-256 of ids and labels.
    sizes : mapping of str to int
        Texts in each split.
    maxlen : int
        Ids per text.
    lengths : tuple of int
        The length of each training text before padding and truncation.
    """

    name: str
    fingerprint: str
    sizes: Mapping[str, int]
    maxlen: int
    lengths: tuple[int, ...]


@dataclass(frozen=True)
class Comparison:
    """Experiments trained on the same data, with baselines and where it happened.

    Parameters
    ----------
    data : Data
        What they were trained on.
    runs : tuple of Run
        One per experiment and seed, experiments in order.
    baselines : tuple of Baseline
        Methods without a network, on the same ids.
    environment : mapping of str to str
        Versions, backend and machine.
    published : mapping of str to Published
        What the textbook printed, by experiment; empty for other data.
    asked : mapping of str to object
        The arguments of the command that repeats it; empty where there was no command.
    command : str
        The command as it was typed; empty where there was none.
    """

    data: Data
    runs: tuple[Run, ...]
    baselines: tuple[Baseline, ...]
    environment: Mapping[str, str]
    published: Mapping[str, Published] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""

    @property
    def experiments(self) -> list[str]:
        """The names of the experiments, each once, in order."""
        return list(dict.fromkeys(run.experiment for run in self.runs))

    def runs_of(self, experiment: str) -> list[Run]:
        """Return the runs of one experiment, one per seed."""
        return [run for run in self.runs if run.experiment == experiment]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values that JSON can hold; lengths as a summary."""
        record = asdict(self)
        record["data"]["lengths"] = _summary(self.data.lengths)
        for run, written in zip(self.runs, record["runs"], strict=True):
            written["best_epoch"] = run.history.best_epoch
            written["epochs"] = written.pop("history")["epochs"]
        for published in record["published"].values():
            published["epochs"] = published.pop("history")["epochs"]
        return record

    def write_json(self, path: Path) -> None:
        """Write ``metrics.json``."""
        path.write_text(json.dumps(self.to_dict(), indent=2) + "\n", encoding="utf-8")

    def write_csv(self, path: Path) -> None:
        """Write ``histories.csv``: one line per run and epoch."""
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(
                ["experiment", "seed", "epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
            )
            for run in self.runs:
                for number, epoch in enumerate(run.history.epochs, start=1):
                    writer.writerow([run.experiment, run.seed, number, *asdict(epoch).values()])


@dataclass(frozen=True)
class Explanation:
    """What each word of a text did for its label.

    Parameters
    ----------
    words : tuple of str
        The text, as the model reads it.
    label : str
        The answer.
    probability : float
        The label's.
    without : tuple of float
        By how much the probability falls when the word is left out: positive where the word
        spoke for the label, negative where it spoke against it.
    after : tuple of float, optional
        The label's probability after each word, for a model that reads from left to right.
    """

    words: tuple[str, ...]
    label: str
    probability: float
    without: tuple[float, ...]
    after: tuple[float, ...] | None = None


def _summary(lengths: tuple[int, ...]) -> dict[str, float]:
    return {
        "mean": statistics.fmean(lengths),
        "median": statistics.median(lengths),
        "longest": max(lengths),
    }


def mean_and_spread(values: list[float]) -> tuple[float, float]:
    """Return the mean and the standard deviation, 0 for a single value."""
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0


class Watcher:
    """Is told how a comparison goes on; this one listens to nothing."""

    def run_started(self, experiment: str, seed: int, epochs: int) -> None:
        """Hear that a training begins, of at most so many epochs."""

    def stage_begun(self, name: str) -> None:
        """Hear what comes next, in a few words."""

    def epoch_ended(self, number: int, epoch: Epoch) -> None:
        """Hear the figures of an epoch, counted from 1."""

    def run_ended(self, run: Run) -> None:
        """Hear the result of a training."""
