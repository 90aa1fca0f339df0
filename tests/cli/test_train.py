"""Labelled texts become one file by command, with the honest comparison."""

import json
import signal
import subprocess
import sys
import time
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

QUICK = ["--preset", "textbook", "--epochs", "1", "--maxlen", "12", "--embedding", "4"]


@pytest.mark.each_backend
def test_a_file_and_a_comparison_are_what_is_left(run: Run, reviews: str, tmp_path: Path) -> None:
    out = tmp_path / "model.seqsent"
    result = run(
        *["train", reviews, "--architecture", "gru", "--option", "units=3", "--out", str(out)],
        *QUICK,
    )
    assert result.exit_code == 0, result.output
    for part in ("gru", "majority", "TF-IDF + logistic regression", "McNemar's p ="):
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


def test_without_a_choice_it_is_fast_and_says_so(run: Run, reviews: str, tmp_path: Path) -> None:
    out = str(tmp_path / "model.seqsent")
    short = ["--epochs", "1", "--maxlen", "12", "--set", "least_steps=1"]
    result = run("train", reviews, "--out", out, *short)
    assert "preset: fast" in result.stderr
    classifier = load(out)
    assert classifier.ngrams is not None
    assert classifier.about["plan"]["maxlen"] == 12
    answer = json.loads(run("predict", out, "--json", "a fine film").stdout)
    assert answer["label"] in classifier.label_names


def test_more_texts_without_labels_may_be_a_file_or_a_folder(
    run: Run, refused: Refused, reviews: str, tmp_path: Path
) -> None:
    out = ["--out", str(tmp_path / "model.seqsent"), *QUICK]
    folder = tmp_path / "more"
    folder.mkdir()
    assert "a .txt file for each" in refused("train", reviews, "--unlabelled", str(folder), *out)
    (folder / "one.txt").write_text("a film\nof two lines")
    assert "nothing in the plan learns" in refused(
        "train", reviews, "--unlabelled", str(folder), *out
    )
    learned = run("train", reviews, "--unlabelled", str(folder), *out, "--set", "pretrain=1")
    assert learned.exit_code == 0


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


def press_ctrl_c_at_once(progress: TrainingProgress, stage: str) -> None:
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
    command = ["train", data, "--preset", "textbook", "--epochs", "4", "--maxlen", "12"]
    command += ["--option", "dropout=0.2"]
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
    assert torn.about["networks"][0]["epochs"] == 4
    assert not Path(folder).exists()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_killed_command_goes_on(run: Run, refused: Refused, reviews: str, tmp_path: Path) -> None:
    arguments = ["train", reviews, "--preset", "textbook", "--epochs", "30", "--patience", "30"]
    arguments += ["--maxlen", "12", "--option", "dropout=0.2", "--embedding", "4"]
    torn, whole = str(tmp_path / "torn.seqsent"), str(tmp_path / "whole.seqsent")
    command = [sys.executable, "-m", "seqsent.cli", *arguments, "--out", torn]
    folder = Path(f"{torn}.unfinished")
    state = folder / "network-0" / "state.npz"
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        while not state.exists():
            assert process.poll() is None, process.stdout and process.stdout.read()
            time.sleep(0.001)
        process.send_signal(signal.SIGSTOP)  # it must not be over too soon
        owner = f"{folder} is in use by another training, process {process.pid}"
        assert owner in refused(*arguments, "--out", torn)
        assert owner in refused("train", "--resume", str(folder))
        process.kill()
    assert not Path(torn).exists()
    assert run("train", "--resume", str(folder)).exit_code == 0
    assert run(*arguments, "--out", whole).exit_code == 0
    for one, other in zip(*(load(path).model.get_weights() for path in (torn, whole)), strict=True):
        np.testing.assert_array_equal(one, other)
    one, other = (read_manifest(path).about for path in (torn, whole))
    assert one["networks"] == other["networks"]


def test_what_cannot_be_resumed_is_one_line(
    refused: Refused, interrupted: tuple[str, list[str]], tmp_path: Path
) -> None:
    folder, command = interrupted
    assert "epochs arrived beside --resume" in refused("train", "--resume", folder, "--epochs", "9")
    again = refused(*command, "--out", str(tmp_path / "model.seqsent"))
    assert f"Go on with it: seqsent train --resume {folder}" in again
    assert "holds no interrupted training" in refused("train", "--resume", str(tmp_path))


@pytest.mark.parametrize("vectors", ["none", "absent.vec"], ids=["over", "failed"])
def test_files_of_others_in_the_folder_stay(
    run: Run, reviews: str, tmp_path: Path, vectors: str
) -> None:
    folder = tmp_path / "model.seqsent.unfinished"
    for place in (folder, folder / "network-0", folder / "network-notes"):
        place.mkdir()
        (place / "notes.txt").write_text("mine")
    out = ["--out", str(tmp_path / "model.seqsent")]
    result = run("train", reviews, *out, *QUICK, "--vectors", vectors)
    assert result.exit_code == (0 if vectors == "none" else 2)
    left = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert left == {"notes.txt", "network-0/notes.txt", "network-notes/notes.txt"}


def test_a_second_try_is_left_when_going_on_fails(
    run: Run,
    refused: Refused,
    reviews: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors, folder = tmp_path / "words.vec", tmp_path / "model.seqsent.unfinished"
    vectors.write_text("the 1 2 3 4\n")
    command = ["train", reviews, *QUICK, "--vectors", str(vectors)]
    with monkeypatch.context() as patch:
        patch.setattr(TrainingProgress, "stage_begun", press_ctrl_c_at_once)
        assert run(*command, "--out", str(tmp_path / "model.seqsent")).exit_code == 130
    vectors.rename(tmp_path / "elsewhere.vec")
    before = (folder / "arguments.json").read_bytes()
    assert "words.vec" in refused("train", "--resume", str(folder))
    assert (folder / "arguments.json").read_bytes() == before
    (tmp_path / "elsewhere.vec").rename(vectors)
    result = run("train", "--resume", str(folder))
    assert result.exit_code == 0, result.output
    assert not folder.exists()


def test_a_network_s_folder_that_is_a_link_is_refused(
    refused: Refused, interrupted: tuple[str, list[str]], tmp_path: Path
) -> None:
    folder, other = interrupted[0], tmp_path / "other"
    Path(folder, "network-0").rename(other)
    Path(folder, "network-0").symlink_to(other)
    before = {file.name: file.read_bytes() for file in other.iterdir()}
    line = refused("train", "--resume", folder)
    assert line.startswith(f"{folder}/network-0 is a link")
    assert {file.name: file.read_bytes() for file in other.iterdir()} == before


@pytest.mark.parametrize("name", ["folder", ".", "/"])
def test_a_folder_is_not_written_as_a_file(
    refused: Refused,
    reviews: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    assert refused("train", reviews, "--out", name, *QUICK).startswith(f"{name} is a folder")
    assert {file.name for file in tmp_path.iterdir()} == {"folder", "reviews.csv"}


def test_a_folder_in_the_place_of_the_file_is_told_of_before_going_on(
    run: Run, refused: Refused, interrupted: tuple[str, list[str]], tmp_path: Path
) -> None:
    folder, _ = interrupted
    state = Path(folder, "network-0", "state.npz")
    before = state.read_bytes()
    (tmp_path / "model.seqsent").mkdir()
    assert "model.seqsent is a folder" in refused("train", "--resume", folder)
    assert state.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="this system has names in Unicode only")
def test_a_name_that_could_not_be_read_again_is_refused_at_once(
    refused: Refused, reviews: str, tmp_path: Path
) -> None:
    data = Path(reviews).rename(tmp_path / "caf\udce9.csv")
    line = refused("train", str(data), "--out", str(tmp_path / "model.seqsent"), *QUICK)
    assert line.startswith("data='")
    assert "caf\\udce9.csv' arrived, which is not UTF-8" in line
    assert list(tmp_path.iterdir()) == [data]


def test_any_piece_of_the_plan_can_be_set(run: Run, reviews: str, tmp_path: Path) -> None:
    out = str(tmp_path / "model.seqsent")
    quick = ["--preset", "textbook", "--embedding", "4", "--option", "units=3", "--epochs", "1"]
    pieces = ["--set", "word_dropout=0.25", "--set", "clip=2", "--set", "schedule=cosine"]
    assert run("train", reviews, "--out", out, *quick, *pieces).exit_code == 0
    about = load(out).about
    assert about["plan"]["word_dropout"] == 0.25
    assert (about["recipe"]["clip"], about["recipe"]["schedule"]) == (2, "cosine")


@pytest.mark.parametrize(
    ("piece", "message"),
    [
        ("clap=2", "unknown piece 'clap'; did you mean 'clip'?"),
        ("seed=3", "--set seed arrived; expected --seed"),
        ("options=3", "--set options arrived; expected --option"),
        ("vocab_size=3", "--set vocab_size arrived; expected --vocab-size"),
        ("virtual=x", "virtual='x' arrived; expected a number from 0"),
        ("clip=None", "--set clip=None arrived; expected a value"),
        ("mask_padding=no", "mask_padding='no' arrived; expected True or False"),
    ],
)
def test_a_piece_that_cannot_be_set_is_refused(
    piece: str, message: str, refused: Callable[..., str], reviews: str
) -> None:
    assert refused("train", reviews, "--set", piece).startswith(message)
