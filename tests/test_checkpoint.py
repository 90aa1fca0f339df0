"""A training that was cut off, at whatever moment, ends as if it had not been."""

import dataclasses
import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqsent import (
    OutputError,
    Recipe,
    Splits,
    TrainingError,
    build_model,
    fit,
    load_synthetic,
    set_seed,
)

RECIPE = Recipe(learning_rate=0.01, epochs=4, patience=4)

# Each costs the start of a process; the session `kills` asks for more.
KILLS = int(os.environ.get("SEQSENT_TEST_KILLS", "2"))

TRAINING = """
    import hashlib, sys
    from seqsent import Recipe, build_model, fit, load_synthetic, set_seed

    splits = load_synthetic(size=2_000, maxlen=20)
    set_seed(0)
    model = build_model(
        "stacked", vocab_size=splits.vocab_size, maxlen=20, widths=(4, 4), dropout=0.3
    )
    recipe = Recipe(learning_rate=0.01, epochs=12, patience=12)
    print("begun", flush=True)
    fit(model, splits, recipe, directory=sys.argv[1])
    digest = hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights()))
    print(digest.hexdigest())
"""


@pytest.fixture(scope="module")
def splits() -> Splits:
    return load_synthetic(size=300, maxlen=12)


def model_for(splits: Splits, units: int = 3) -> keras.Model:
    set_seed(0)
    return build_model(
        "gru", vocab_size=splits.vocab_size, maxlen=splits.maxlen, units=units, dropout=0.2
    )


def digest(model: keras.Model) -> str:
    return hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest()


def begin(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(TRAINING), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def end(process: subprocess.Popen[str]) -> str:
    told, _ = process.communicate()
    assert process.returncode == 0
    return told


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_training_killed_at_random_ends_bit_for_bit_as_one_that_was_not(tmp_path: Path) -> None:
    whole = end(begin(tmp_path / "whole"))
    moments, killed = random.Random(os.getpid()), 0
    while killed < KILLS:
        process = begin(tmp_path / "torn")
        try:
            process.communicate(timeout=moments.uniform(0.0, 1.5))
            break  # it was over before its turn came
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed += 1
    assert end(begin(tmp_path / "torn")) == whole
    assert killed > 0


def test_an_interruption_between_any_two_epochs_changes_nothing(
    splits: Splits, tmp_path: Path
) -> None:
    whole = model_for(splits)
    history = fit(whole, splits, RECIPE)
    for count in range(1, RECIPE.epochs):
        model = model_for(splits)
        fit(model, splits, dataclasses.replace(RECIPE, epochs=count), directory=tmp_path)
        resumed = model_for(splits)
        keras.utils.set_random_seed(count)  # which must not matter
        assert fit(resumed, splits, RECIPE, directory=tmp_path) == history
        assert digest(resumed) == digest(whole)
        (tmp_path / "state.npz").unlink()


def test_a_training_that_is_over_is_not_repeated(splits: Splits, tmp_path: Path) -> None:
    model, again = model_for(splits), model_for(splits)
    history = fit(model, splits, RECIPE, directory=tmp_path)
    told: list[int] = []
    repeated = fit(
        again, splits, RECIPE, directory=tmp_path, on_epoch=lambda number, _: told.append(number)
    )
    assert (repeated, told) == (history, [])
    assert digest(again) == digest(model)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"recipe": dataclasses.replace(RECIPE, learning_rate=0.02)}, "recipe: .*0.01.*0.02"),
        ({"units": 4}, "network"),
        ({"size": 310}, "data"),
    ],
)
def test_another_training_is_refused(
    splits: Splits, tmp_path: Path, change: dict[str, Any], what: str
) -> None:
    fit(model_for(splits), splits, dataclasses.replace(RECIPE, epochs=1), directory=tmp_path)
    before = (tmp_path / "state.npz").read_bytes()
    other = load_synthetic(size=change.get("size", 300), maxlen=12)
    model = model_for(other, units=change.get("units", 3))
    with pytest.raises(TrainingError, match=f"holds a training with another {what}"):
        fit(model, other, change.get("recipe", RECIPE), directory=tmp_path)
    assert (tmp_path / "state.npz").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x04N."], ids=["empty", "cut", "pickle"])
def test_a_state_that_is_none_is_refused(splits: Splits, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.npz").write_bytes(content)
    with pytest.raises(TrainingError, match="cannot be read"):
        fit(model_for(splits), splits, RECIPE, directory=tmp_path)


def test_a_state_that_was_cut_anywhere_is_refused(splits: Splits, tmp_path: Path) -> None:
    fit(model_for(splits), splits, dataclasses.replace(RECIPE, epochs=1), directory=tmp_path)
    whole = (tmp_path / "state.npz").read_bytes()
    for share in np.linspace(0.05, 0.99, 8):
        (tmp_path / "state.npz").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(TrainingError, match="cannot be read"):
            fit(model_for(splits), splits, RECIPE, directory=tmp_path)


def test_a_second_training_in_one_folder_is_refused_naming_the_first(
    splits: Splits, tmp_path: Path
) -> None:
    first = begin(tmp_path)
    try:
        for _ in range(200):
            if (tmp_path / "owner").exists():
                break
            time.sleep(0.05)
        with pytest.raises(OutputError, match=f"in use by another training, process {first.pid}"):
            fit(model_for(splits), splits, RECIPE, directory=tmp_path)
    finally:
        first.kill()
        first.communicate()


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let the system refuse to write more than so many bytes into a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_one_line_and_the_last_state_stays(splits: Splits, tmp_path: Path) -> None:
    whole = model_for(splits)
    fit(whole, splits, RECIPE)
    fit(model_for(splits), splits, dataclasses.replace(RECIPE, epochs=2), directory=tmp_path)
    before = (tmp_path / "state.npz").read_bytes()
    with files_of_at_most(1_000), pytest.raises(OutputError, match="File too large.*Make room"):
        fit(model_for(splits), splits, RECIPE, directory=tmp_path)
    assert (tmp_path / "state.npz").read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} <= {"state.npz", "lock"}
    resumed = model_for(splits)
    fit(resumed, splits, RECIPE, directory=tmp_path)
    assert digest(resumed) == digest(whole)


def test_a_folder_that_vanishes_is_one_line(splits: Splits, tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def vanish(number: int, _: object) -> None:
        if number == 2:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()

    with pytest.raises(OutputError, match="run cannot be written to: No such file"):
        fit(model_for(splits), splits, RECIPE, directory=folder, on_epoch=vanish)


def test_a_place_that_is_no_folder_is_one_line(splits: Splits, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written to"):
        fit(model_for(splits), splits, RECIPE, directory=tmp_path / "file")
