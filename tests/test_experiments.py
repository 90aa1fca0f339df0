"""compare trains, saves, loads again and scores; the figures are those of the files."""

from dataclasses import replace
from pathlib import Path

import keras
import pytest

from seqsent import (
    Experiment,
    OptionError,
    Recipe,
    Splits,
    UnknownArchitectureError,
    compare,
    load_synthetic,
)
from seqsent.results import Epoch, Run, Watcher
from seqsent.textbook import published_results

RECIPE = Recipe(learning_rate=0.01, epochs=2)
EXPERIMENTS = [
    Experiment("small", "gru", {"units": 3}, vocab_size=40, recipe=RECIPE),
    Experiment("onehot", "simplernn", embedding="onehot", recipe=RECIPE),
]


class Listener(Watcher):
    def __init__(self) -> None:
        self.heard: list[tuple[object, ...]] = []

    def run_started(self, experiment: str, seed: int, epochs: int) -> None:
        self.heard.append((experiment, seed, epochs))

    def epoch_ended(self, number: int, epoch: Epoch) -> None:
        self.heard.append((number, epoch))

    def run_ended(self, run: Run) -> None:
        self.heard.append((run,))


@pytest.fixture(scope="module")
def splits() -> Splits:
    return load_synthetic(num_words=60, maxlen=12, size=300)


def test_every_run_is_scored_from_its_saved_file(splits: Splits, tmp_path: Path) -> None:
    listener = Listener()
    comparison = compare(EXPERIMENTS, splits, seeds=[1, 2], directory=tmp_path, watcher=listener)
    assert [(run.experiment, run.seed) for run in comparison.runs] == [
        ("small", 1),
        ("small", 2),
        ("onehot", 1),
        ("onehot", 2),
    ]
    for run in comparison.runs:
        (experiment,) = [known for known in EXPERIMENTS if known.name == run.experiment]
        saved = keras.models.load_model(tmp_path / run.model)
        assert saved.count_params() == run.parameters
        _, accuracy = saved.evaluate(*experiment.limit(splits).test, verbose=0)
        assert accuracy == pytest.approx(run.test_accuracy, abs=1e-6)
    (run,) = comparison.runs_of("small")[:1]
    assert listener.heard[:4] == [
        ("small", 1, 2),
        (1, run.history.epochs[0]),
        (2, run.history.epochs[1]),
        (run,),
    ]


def test_baselines_see_the_same_ids_and_what_was_published_stays(splits: Splits) -> None:
    known = replace(EXPERIMENTS[1], name="simplernn-onehot")
    comparison = compare([EXPERIMENTS[0], known], splits, published=published_results())
    names = [baseline.name for baseline in comparison.baselines]
    assert names == ["majority", "bag of words (40)", "bag of words (60)"]
    majority, small, _ = comparison.baselines
    assert majority.test_accuracy <= small.test_accuracy
    assert {run.model for run in comparison.runs} == {""}
    assert comparison.data.fingerprint == splits.fingerprint
    assert comparison.environment["backend"] == keras.backend.backend()
    assert list(comparison.published) == ["simplernn-onehot"]


@pytest.mark.parametrize("names", [[], ["a", "a"]])
def test_experiments_need_names_of_their_own(splits: Splits, names: list[str]) -> None:
    with pytest.raises(OptionError, match="each name once"):
        compare([Experiment(name, "gru") for name in names], splits)


def test_a_wrong_experiment_is_found_before_the_first_trains(splits: Splits) -> None:
    listener = Listener()
    with pytest.raises(UnknownArchitectureError, match="grru"):
        compare([*EXPERIMENTS, Experiment("wrong", "grru")], splits, watcher=listener)
    assert listener.heard == []
