"""What is installed is listed, for people and for programs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from seqsent import registry
from seqsent.registry import Plugin, Registry

Run = Callable[..., Result]


def test_architectures_are_listed(run: Run) -> None:
    shown = run("architectures").stdout
    for name in ("simplernn", "lstm", "gru", "stacked", "Elman, 1990", "seqsent:lstm"):
        assert name in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_the_options_of_one_are_listed(run: Run) -> None:
    shown = " ".join(run("architectures", "stacked").stdout.split())
    for part in ("widths", "(8, 8)", "'simplernn' | 'lstm'", "Share of each"):
        assert part in shown


def test_listings_are_also_json(run: Run) -> None:
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


def test_data_sets_are_listed(run: Run) -> None:
    assert "Reviews made in code" in " ".join(run("datasets").stdout.split())
    (synthetic,) = json.loads(run("datasets", "--json").stdout)
    assert (synthetic["name"], synthetic["plugin"]) == ("synthetic", "seqsent:synthetic")


def test_plugins_are_listed(run: Run) -> None:
    shown = run("plugins").stdout
    for part in ("plugin", "distribution", "version", "gru", "active"):
        assert part in shown
    assert max(map(len, shown.splitlines())) <= 80
    (gru,) = [p for p in json.loads(run("plugins", "--json").stdout) if p["name"] == "seqsent:gru"]
    assert (gru["status"], gru["architectures"]) == ("active", ["gru"])


def test_a_failed_plugin_shows_its_reason(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    failed = Plugin(
        "x:y", "x", "1", "y", "failed", reason="[red] herring", traceback="Traceback\n  line 7"
    )
    monkeypatch.setattr(registry, "registry", lambda: Registry((failed,)))
    short, whole = run("plugins").stdout, run("plugins", "--verbose").stdout
    assert "x:y: [red] herring" in short
    assert "line 7" not in short
    assert "--verbose" in short
    assert "Traceback\n  line 7" in whole


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
