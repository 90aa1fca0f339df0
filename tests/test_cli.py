"""Commands print what they should, and one line where something is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from seqsent import __version__, registry
from seqsent.backend import BACKENDS, choose_backend
from seqsent.cli import SEED, app
from seqsent.registry import Plugin, Registry


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def refused(*arguments: str) -> str:
    """Return the one line that a refused command writes to standard error."""
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    return line.removeprefix("error: ")


def test_version() -> None:
    assert run("--version").stdout == f"seqsent {__version__}\n"


def test_no_command_shows_the_commands() -> None:
    shown = run().output
    for command in ("reproduce", "architectures", "plugins"):
        assert command in shown


def test_architectures_are_listed() -> None:
    shown = run("architectures").stdout
    for name in ("simplernn", "lstm", "gru", "stacked", "Elman, 1990", "seqsent:lstm"):
        assert name in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_the_options_of_one_are_listed() -> None:
    shown = " ".join(run("architectures", "stacked").stdout.split())
    for part in ("widths", "(8, 8)", "'simplernn' | 'lstm'", "Share of each"):
        assert part in shown


def test_listings_are_also_json() -> None:
    names = [record["name"] for record in json.loads(run("architectures", "--json").stdout)]
    assert names == sorted(names)
    assert "lstm" in names
    options = json.loads(run("architectures", "lstm", "--json").stdout)["options"]
    assert options[0] == {
        "name": "units",
        "type": "int",
        "default": 8,
        "doc": "Width of the hidden state and of the cell state.",
    }


def test_plugins_are_listed() -> None:
    assert "seqsent:gru" in run("plugins").stdout
    (gru,) = [p for p in json.loads(run("plugins", "--json").stdout) if p["name"] == "seqsent:gru"]
    assert (gru["status"], gru["provides"]) == ("active", ["gru"])


def test_a_failed_plugin_shows_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Plugin("x:y", "x", "1", "y", status="failed", reason="ImportError: [red] herring")
    monkeypatch.setattr(registry, "registry", lambda: Registry((failed,)))
    assert "ImportError: [red] herring" in run("plugins").stdout


def test_a_broken_plugin_warns_in_one_line_and_json_stays_json(tmp_path: Path) -> None:
    (tmp_path / "broken_plugin.py").write_text("raise RuntimeError('no\\nlicence')")
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[seqsent]\nbroken = broken_plugin\n")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-m", "seqsent.cli", "plugins", "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        check=True,
    )
    statuses = {plugin["name"]: plugin["status"] for plugin in json.loads(done.stdout)}
    assert statuses["broken:broken"] == "failed"
    assert statuses["seqsent:lstm"] == "active"
    (line,) = done.stderr.splitlines()
    assert line.startswith("warning: plugin broken:broken (version 1.0) was left out: RuntimeError")


def test_reproduce_leaves_a_report(tmp_path: Path) -> None:
    result = run(
        *["reproduce", "--data", "synthetic", "--experiments", "gru, simplernn-onehot"],
        *["--epochs", "2", "--seeds", "2", "--out", str(tmp_path / "out")],
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
    assert all(len(run["epochs"]) == 2 for run in metrics["runs"])


def test_unknown_names_are_one_line_with_the_closest(tmp_path: Path) -> None:
    out = ["--out", str(tmp_path)]
    assert "did you mean 'lstm'?" in refused("reproduce", "--experiments", "lsmt", *out)
    assert "did you mean 'jax'?" in refused("reproduce", "--backend", "jaxx", *out)
    assert "did you mean 'synthetic'?" in refused("reproduce", "--data", "sinthetic", *out)
    assert "did you mean 'gru'?" in refused("architectures", "grru")
    assert list(tmp_path.iterdir()) == []


def test_another_backend_than_the_running_one_is_refused() -> None:
    other = next(name for name in BACKENDS if name != choose_backend())
    assert other in refused("reproduce", "--backend", other)


def test_numbers_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    for option, value in [("--epochs", "0"), ("--seed", "-1"), ("--seeds", "two")]:
        result = run("reproduce", option, value, "--out", str(tmp_path / "out"))
        assert result.exit_code == 2
        assert option in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refusal = refused("reproduce", "--data", "synthetic", "--out", str(tmp_path / "file"))
    assert "cannot be written to" in refusal
    assert "--out" in refusal


def test_a_data_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "imdb.npz")
    assert path in refused("reproduce", "--data", path, "--out", str(tmp_path / "out"))
