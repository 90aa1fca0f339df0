"""Labelled texts become one file by command, with the honest comparison."""

import json
from collections.abc import Callable
from pathlib import Path

from typer.testing import Result

from seqsent.artifact import read_manifest

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
    assert not (tmp_path / "model.seqsent").exists()
