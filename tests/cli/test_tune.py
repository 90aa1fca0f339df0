"""A search is made by command, and ends with the command that trains with what it found."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from seqsent import TrainingError, load

Run = Callable[..., Result]
FIXED = ["--preset", "textbook", "--set", "epochs=1", "--set", "maxlen=12", "--option", "units=3"]


def test_the_command_that_is_printed_trains_so(run: Run, reviews: str, tmp_path: Path) -> None:
    folder, out = str(tmp_path / "tuning"), str(tmp_path / "model.seqsent")
    search = ["--search", "clip=1,2", "--search", "dropout=0.1..0.2", "--search", "embedding=4"]
    arguments = ["tune", reviews, *FIXED, *search, "--directory", folder, "--trials", "2"]
    shown = run(*arguments)
    assert shown.exit_code == 0, shown.output
    again = run(*arguments, "--json")
    found = json.loads(again.stdout)
    assert len(found["trials"]) == 2
    assert f"The best: {found['command']}" in shown.stdout
    program, *command = shlex.split(found["command"])
    assert program == "seqsent"
    assert run(*command, "--out", out).exit_code == 0
    about, best = load(out).about, found["trials"][0]["pieces"]
    assert about["recipe"]["clip"] == best["clip"]
    assert about["options"] == {"units": 3, "dropout": pytest.approx(best["dropout"])}


def test_unlabelled_texts_are_learned_from(run: Run, reviews: str, tmp_path: Path) -> None:
    more = tmp_path / "more.txt"
    more.write_text("a film of no kind\n" * 9, encoding="utf-8")
    arguments = ["tune", reviews, *FIXED, "--search", "clip=1,2", "--trials", "1", "--json"]
    arguments += ["--unlabelled", str(more), "--directory", str(tmp_path / "tuning")]
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert "nothing in the plan learns from" in refused.stderr
    found = run(*arguments, "--set", "pretrain=1")
    assert found.exit_code == 0, found.output
    assert f"--unlabelled {more}" in json.loads(found.stdout)["command"]


def test_a_search_without_a_trial_that_came_to_an_end_names_none(
    refused: Callable[..., str], reviews: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverging(*_: Any, **__: Any) -> None:
        raise TrainingError("the loss was no longer a number")

    monkeypatch.setattr("seqsent.tuning.train", diverging)
    search = ["--search", "clip=1,2", "--trials", "2", "--directory", str(tmp_path / "tuning")]
    assert refused("tune", reviews, *FIXED, *search).startswith("each of 2 trials failed")


def test_a_folder_with_something_else_is_refused(
    refused: Callable[..., str], reviews: str, tmp_path: Path
) -> None:
    (tmp_path / "journal.log").write_text("[]\n", encoding="utf-8")
    said = refused("tune", reviews, *FIXED, "--search", "clip=1,2", "--directory", str(tmp_path))
    assert said.startswith(f"{tmp_path} holds no search that can go on: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--search", "units=4..2"], "search 'units=4..2' arrived"),
        (["--search", "unit=2,3"], "gru: unknown option 'unit'"),
        (["--set", "seed=2"], "--set seed arrived; expected --seed"),
        (["--preset", "fsat"], "unknown preset 'fsat'"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    arguments: list[str],
    message: str,
    refused: Callable[..., str],
    reviews: str,
    tmp_path: Path,
) -> None:
    folder = str(tmp_path / "tuning")
    assert refused("tune", reviews, "--directory", folder, *arguments).startswith(message)
