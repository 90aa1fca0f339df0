"""A result again: what a record asked for, and whether a repetition gave the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from seqsent.errors import DataError
from seqsent.results import Comparison
from seqsent.untrusted import conform, in_brief, read_document

FIGURES = ("loss", "accuracy", "val_loss", "val_accuracy")


class _Asked(TypedDict):
    data: str
    experiments: str
    epochs: int | None
    seed: int
    seeds: int


class _Data(TypedDict):
    fingerprint: str


class _Environment(TypedDict):
    backend: str


class _Epoch(TypedDict):
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


class _Run(TypedDict):
    experiment: str
    seed: int
    epochs: list[_Epoch]
    test_loss: float


class _Record(TypedDict):
    """What a repetition needs of a ``metrics.json``; there is more in it."""

    asked: _Asked
    data: _Data
    environment: _Environment
    runs: list[_Run]


@dataclass(frozen=True)
class Repetition:
    """How a run differs from the recorded one.

    Parameters
    ----------
    experiment : str
        The experiment's name.
    seed : int
        The seed of both.
    epochs : tuple of int
        How many the recorded run took, and how many this one.
    largest : float
        The largest difference between figures of the same epoch, or on the test texts.
    """

    experiment: str
    seed: int
    epochs: tuple[int, int]
    largest: float

    @property
    def equal(self) -> bool:
        """Whether every figure is the same, to the last bit."""
        return self.largest == 0 and self.epochs[0] == self.epochs[1]


def read_record(path: Path) -> dict[str, Any]:
    """Return what a ``metrics.json`` says.

    Raises
    ------
    DataError
        When it is missing, no record, or does not say what was asked for.
    """
    try:
        record: dict[str, Any] = conform(read_document(path), _Record)
    except (OSError, ValueError) as error:
        what = "cannot be read" if isinstance(error, OSError) else "is no record of a comparison"
        raise DataError(
            f"{path} {what}: {in_brief(error)}. Expected the metrics.json of `seqsent reproduce`."
        ) from error
    if not record["runs"]:
        raise DataError(f"{path} records no run; it cannot be repeated")
    return record


def check_data(record: Mapping[str, Any], fingerprint: str) -> None:
    """Refuse other data than the recorded.

    Raises
    ------
    DataError
        When the fingerprint of ids and labels is another.
    """
    recorded = record["data"]["fingerprint"]
    if recorded != fingerprint:
        raise DataError(
            f"the data have the fingerprint {fingerprint[:12]}…, the recorded ones "
            f"{recorded[:12]}…; expected the same texts. Name them with --data."
        )


def repetitions(record: Mapping[str, Any], comparison: Comparison) -> list[Repetition]:
    """Compare a repetition with its record, run by run.

    Raises
    ------
    DataError
        When a run is missing from the record.
    """
    runs = {(run["experiment"], run["seed"]): run for run in record["runs"]}
    found = []
    for run in comparison.runs:
        old = runs.get((run.experiment, run.seed))
        if old is None:
            raise DataError(f"the record has no run of {run.experiment} with seed {run.seed}")
        pairs = list(zip(old["epochs"], run.history.epochs, strict=False))
        differences = [
            abs(one[name] - getattr(other, name)) for one, other in pairs for name in FIGURES
        ]
        differences.append(abs(old["test_loss"] - run.test_loss))
        epochs = (len(old["epochs"]), len(run.history.epochs))
        found.append(Repetition(run.experiment, run.seed, epochs, max(differences)))
    return found


def changed_environment(record: Mapping[str, Any], comparison: Comparison) -> dict[str, str]:
    """Return what is not as it was when the record was made: versions, processor, threads."""
    old, new = record["environment"], comparison.environment
    return {
        name: f"{old.get(name, 'unknown')} → {new.get(name, 'unknown')}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    }
