"""Labelled texts become one file by command, with the honest comparison."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from seqsent import load
from seqsent.artifact import read_manifest
from seqsent.reports.progress import TrainingProgress
from seqsent.results import Epoch

Run = Callable[..., Result]
Refused = Callable[..., str]

QUICK = ["--epochs", "1", "--maxlen", "12", "--embedding", "4"]


def test_a_file_and_a_comparison_are_what_is_left(run: Run, reviews: str, tmp_path: Path) -> None:
    out = tmp_path / "model.seqsent"
    result = run(
        *["train", reviews, "--architecture", "gru", "--option", "units=3", "--out", str(out)],
        *QUICK,
    )
    assert result.exit_code == 0, result.output
    for part in ("gru", "majority", "TF-IDF + logistic regression"):
        assert part in result.stdout
    assert "text from 'review', label from 'sentiment'" in result.stderr
    manifest = read_manifest(out)
    assert manifest.about["options"] == {"units": 3}
    assert set(manifest.about["accuracy"]) == {"gru", "majority", "TF-IDF + logistic regression"}
    assert "| majority | 0." in run("inspect", str(out), "--card").stdout
    assert run("predict", str(out), "a film").stdout.split("\t")[0] in ("bad", "good")


def test_a_balanced_training_has_its_own_threshold(run: Run, reviews: str, tmp_path: Path) -> None:
    out = str(tmp_path / "model.seqsent")
    run("train", reviews, "--out", out, "--balanced", "--threshold", "0.3", *QUICK)
    manifest = read_manifest(out)
    assert manifest.threshold == 0.3
    assert manifest.certainty is not None


def test_json_is_for_programs(run: Run, reviews: str, tmp_path: Path) -> None:
    out = str(tmp_path / "model.seqsent")
    record = json.loads(run("train", reviews, "--out", out, "--json", *QUICK).stdout)
    assert record["model"] == out
    assert record["results"][0]["name"] == "lstm"


def test_what_cannot_be_trained_is_one_line(refused: Refused, reviews: str, tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "model.seqsent")]
    assert "does not exist" in refused("train", str(tmp_path / "absent.csv"), *out)
    assert "NAME=VALUE" in refused("train", reviews, "--option", "units", *out)
    assert "optimizer" in refused("train", reviews, "--optimizer", "amad", *out)
    assert "unknown architecture" in refused("train", reviews, "--architecture", "lsmt", *out)
    assert [file.name for file in tmp_path.iterdir()] == ["reviews.csv"]
    assert "no data arrived" in refused("train", *out)


def test_nothing_but_the_file_is_left(run: Run, reviews: str, tmp_path: Path) -> None:
    run("train", reviews, "--out", str(tmp_path / "model.seqsent"), *QUICK)
    assert {file.name for file in tmp_path.iterdir() if file.is_file()} == {
        "model.seqsent",
        "reviews.csv",
    }
    assert not (tmp_path / "model.seqsent.unfinished").exists()


def press_ctrl_c(progress: TrainingProgress, number: int, figures: Epoch) -> None:
    if number == 3:
        raise KeyboardInterrupt


@pytest.fixture(params=[False, True], ids=["file", "data set"])
def interrupted(
    request: pytest.FixtureRequest,
    run: Run,
    reviews: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[str, list[str]]:
    """Return the folder that an interrupted training leaves, and the command that began it."""
    data = "synthetic" if request.param else reviews
    command = ["train", data, "--epochs", "4", "--maxlen", "12", "--option", "dropout=0.2"]
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "epoch_ended", press_ctrl_c)
        result = run(*command, "--out", str(tmp_path / "model.seqsent"))
    folder = str(tmp_path / "model.seqsent.unfinished")
    assert result.exit_code == 130
    assert f"stopped: go on with: seqsent train --resume {folder}" in result.stderr
    return folder, command


def test_an_interrupted_training_goes_on(
    run: Run, interrupted: tuple[str, list[str]], tmp_path: Path
) -> None:
    folder, command = interrupted
    result = run("train", "--resume", folder)
    assert result.exit_code == 0, result.output
    run(*command, "--out", str(tmp_path / "whole.seqsent"))
    torn, whole = (load(tmp_path / f"{name}.seqsent") for name in ("model", "whole"))
    for one, other in zip(torn.model.get_weights(), whole.model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert torn.about["epochs"] == 4
    assert not Path(folder).exists()


def test_what_cannot_be_resumed_is_one_line(
    refused: Refused, interrupted: tuple[str, list[str]], tmp_path: Path
) -> None:
    folder, command = interrupted
    assert "epochs arrived beside --resume" in refused("train", "--resume", folder, "--epochs", "9")
    again = refused(*command, "--out", str(tmp_path / "model.seqsent"))
    assert f"Go on with it: seqsent train --resume {folder}" in again
    assert "holds no interrupted training" in refused("train", "--resume", str(tmp_path))
