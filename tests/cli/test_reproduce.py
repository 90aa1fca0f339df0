"""The textbook's suite by command, and one line where something is wrong."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from typer.testing import Result

from seqsent.backend import BACKENDS, choose_backend
from seqsent.cli.reproduce import SEED
from seqsent.datasets import load_synthetic
from seqsent.repetition import read_record

Run = Callable[..., Result]
Refused = Callable[..., str]


def test_reproduce_leaves_a_report(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqsent.datasets.load_synthetic", partial(load_synthetic, size=1_000))
    monkeypatch.setattr("sys.argv", ["/bin/seqsent", "reproduce", "--experiments", "a b"])
    result = run(
        *["reproduce", "--data", "synthetic", "--experiments", "gru, simplernn-onehot"],
        *["--epochs", "1", "--seeds", "2", "--out", str(tmp_path / "out")],
    )
    assert result.exit_code == 0, result.output
    assert max(map(len, result.stdout.splitlines())) <= 80 + len(str(tmp_path))
    for part in ("simplernn-onehot", "gru", "8,633", "majority", "bag of words"):
        assert part in result.stdout
    written = {str(path.relative_to(tmp_path / "out")) for path in tmp_path.rglob("*.*")}
    assert written >= {
        "report.html",
        "metrics.json",
        "histories.csv",
        f"models/gru-seed{SEED}.keras",
        f"models/gru-seed{SEED + 1}.keras",
        f"models/simplernn-onehot-seed{SEED}.keras",
    }
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert [run["seed"] for run in metrics["runs"]] == [SEED, SEED + 1] * 2
    assert all(len(run["epochs"]) == 1 for run in metrics["runs"])
    assert metrics["command"] == "seqsent reproduce --experiments 'a b'"
    assert set(metrics["environment"]) >= {"backend", "keras", "numpy", "python", "threads"}
    assert len(metrics["data"]["fingerprint"]) == 64


@pytest.fixture
def record(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return what a run of one network left."""
    # As many as TensorFlow compiles an epoch of.
    monkeypatch.setattr("seqsent.datasets.load_synthetic", partial(load_synthetic, size=3_400))
    run(
        *["reproduce", "--data", "synthetic", "--experiments", "gru", "--epochs", "2"],
        *["--seed", "3", "--out", str(tmp_path / "first")],
    )
    return tmp_path / "first" / "metrics.json"


@pytest.mark.each_backend
def test_a_recorded_run_is_repeated_and_compared(tmp_path: Path, run: Run, record: Path) -> None:
    result = run("reproduce", "--check", str(record), "--out", str(tmp_path / "again"))
    assert result.exit_code == 0, result.output
    assert result.stdout.split()[-6:] == ["gru", "3", "2,", "2", "0.0e+00", "yes"]


def test_what_differs_from_a_record_is_said(
    tmp_path: Path, run: Run, refused: Refused, record: Path
) -> None:
    again = ["--out", str(tmp_path / "again")]
    changed = json.loads(record.read_text())
    changed["runs"][0]["epochs"][1]["loss"] += 1e-7
    changed["environment"]["keras"] = "3.0"
    record.write_text(json.dumps(changed))
    result = run("reproduce", "--check", str(record), *again)
    assert result.exit_code == 1
    assert "no" in result.stdout.split()
    assert "keras: 3.0 → " in result.stdout

    changed["data"]["fingerprint"] = "0" * 64
    record.write_text(json.dumps(changed))
    assert "expected the same texts" in refused("reproduce", "--check", str(record), *again)
    kept = ["--out", str(record.parent)]
    assert "name another --out" in refused("reproduce", "--check", str(record), *kept)


@pytest.mark.parametrize("processor", ["zen3", "zen4"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_record_of_each_backend_is_in_the_repository(backend: str, processor: str) -> None:
    records = Path(__file__).parents[2] / "benchmarks" / "records"
    record = read_record(records / processor / f"{backend}.json")
    assert record["environment"]["backend"] == backend
    assert len(record["runs"]) == 6


def test_what_is_no_record_is_refused(tmp_path: Path, refused: Refused) -> None:
    path = tmp_path / "metrics.json"
    assert "cannot be read: No such file" in refused("reproduce", "--check", str(path))
    for content, reason in [("[", "is no record"), ("{}", "is no record"), ("[1]", "is no record")]:
        path.write_text(content)
        assert reason in refused("reproduce", "--check", str(path))


def test_unknown_names_are_one_line_with_the_closest(tmp_path: Path, refused: Refused) -> None:
    out = ["--out", str(tmp_path)]
    assert "did you mean 'lstm'?" in refused("reproduce", "--experiments", "lsmt", *out)
    assert "did you mean 'jax'?" in refused("reproduce", "--backend", "jaxx", *out)
    assert "did you mean 'synthetic'?" in refused("reproduce", "--data", "sinthetic", *out)
    assert "did you mean 'gru'?" in refused("architectures", "grru")
    assert list(tmp_path.iterdir()) == []


def test_another_backend_than_the_running_one_is_refused(refused: Refused) -> None:
    other = next(name for name in BACKENDS if name != choose_backend())
    assert other in refused("reproduce", "--backend", other)


def test_numbers_that_cannot_be_used_are_refused(tmp_path: Path, run: Run) -> None:
    for option, value in [("--epochs", "0"), ("--seed", "-1"), ("--seeds", "two")]:
        result = run("reproduce", option, value, "--out", str(tmp_path / "out"))
        assert result.exit_code == 2
        assert option in result.stderr
    assert not (tmp_path / "out").exists()


def test_seeds_of_which_one_is_too_large_are_refused_before_the_first_training(
    tmp_path: Path, refused: Refused
) -> None:
    arguments = ["--data", "synthetic", "--experiments", "gru", "--epochs", "1", "--seeds", "2"]
    arguments += ["--seed", f"{2**32 - 1}", "--out", str(tmp_path / "out")]
    assert f"seed={2**32} arrived" in refused("reproduce", *arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, refused: Refused) -> None:
    (tmp_path / "file").touch()
    refusal = refused("reproduce", "--data", "synthetic", "--out", str(tmp_path / "file"))
    assert "cannot be written to" in refusal
    assert "--out" in refusal


def test_a_data_file_that_is_missing_is_refused(tmp_path: Path, refused: Refused) -> None:
    path = str(tmp_path / "imdb.npz")
    assert path in refused("reproduce", "--data", path, "--out", str(tmp_path / "out"))
