"""Records answer what reports ask of them, and JSON and CSV keep them whole."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from seqsent.results import (
    Baseline,
    Comparison,
    Data,
    Epoch,
    History,
    Published,
    Run,
    mean_and_spread,
)

HISTORY = History(
    (
        Epoch(0.7, 0.5, 0.69, 0.51),
        Epoch(0.6, 0.6, 0.64, 0.66),
        Epoch(0.5, 0.7, 0.64, 0.67),
        Epoch(0.4, 0.8, 0.7, 0.65),
    )
)
ONE_EPOCH = History((Epoch(0.1 + 0.2, 0.5, 0.69, 0.51),))


def run(experiment: str, seed: int, history: History = HISTORY) -> Run:
    return Run(experiment, seed, 8_809, history, 12.5, 0.44, 0.8, f"{experiment}-{seed}.keras")


COMPARISON = Comparison(
    data=Data("imdb", "3f" * 32, {"train": 3, "validation": 1, "test": 2}, 100, (5, 7, 30)),
    runs=(run("lstm", 1), run("lstm", 2, ONE_EPOCH), run("gru, wide", 1)),
    baselines=(Baseline("majority", 0.5, 0.5, 0.1),),
    environment={"backend": "jax"},
    published={"lstm": Published(HISTORY, 8_809, 201.0)},
)


def test_the_best_epoch_is_the_first_of_the_lowest_validation_loss() -> None:
    assert HISTORY.best_epoch == 2
    assert HISTORY.best.val_accuracy == 0.66
    assert ONE_EPOCH.best_epoch == 1


def test_a_column_is_one_figure_over_all_epochs() -> None:
    assert HISTORY.column("val_accuracy") == [0.51, 0.66, 0.67, 0.65]


def test_experiments_keep_their_order_and_runs() -> None:
    assert COMPARISON.experiments == ["lstm", "gru, wide"]
    assert [run.seed for run in COMPARISON.runs_of("lstm")] == [1, 2]


def test_json_keeps_every_figure(tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    COMPARISON.write_json(path)
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(COMPARISON.to_dict()))
    assert kept["data"]["lengths"] == {"mean": 14.0, "median": 7, "longest": 30}
    assert [record["best_epoch"] for record in kept["runs"]] == [2, 1, 2]
    for record, original in zip(kept["runs"], COMPARISON.runs, strict=True):
        epochs = tuple(Epoch(**epoch) for epoch in record.pop("epochs"))
        del record["best_epoch"]
        assert Run(**record, history=History(epochs)) == original
    epochs = tuple(Epoch(**epoch) for epoch in kept["published"]["lstm"].pop("epochs"))
    assert (
        Published(**kept["published"]["lstm"], history=History(epochs))
        == (COMPARISON.published["lstm"])
    )
    assert [Baseline(**record) for record in kept["baselines"]] == list(COMPARISON.baselines)


def test_csv_has_a_line_per_run_and_epoch(tmp_path: Path) -> None:
    path = tmp_path / "histories.csv"
    COMPARISON.write_csv(path)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = [
        {"experiment": run.experiment, "seed": run.seed, "epoch": number, **asdict(epoch)}
        for run in COMPARISON.runs
        for number, epoch in enumerate(run.history.epochs, start=1)
    ]
    assert rows == [{name: str(value) for name, value in row.items()} for row in expected]


@pytest.mark.parametrize(
    ("values", "expected"), [([0.8], (0.8, 0.0)), ([0.0, 2.0, 4.0], (2.0, 2.0))]
)
def test_mean_and_spread(values: list[float], expected: tuple[float, float]) -> None:
    assert mean_and_spread(values) == pytest.approx(expected)
