"""Standard output holds answers and nothing else, whatever a plugin does."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# Prints wherever it is asked anything, and in every way there is.
NOISY = """
import os
from seqsent import Architecture, hookimpl

print("noise at import")
os.system("echo noise from a child")

def encode(x, *, widths: object = object()):
    print("noise while building", flush=True)
    os.write(1, b"noise from C\\n")
    from seqsent.layers import keras
    return keras.layers.GlobalMaxPooling1D()(x)

@hookimpl
def seqsent_architectures():
    print("noise in the hook")
    yield Architecture("noisy", encode, summary="[bold]loud[/]")
"""

PATCHING = """
import keras

class Model(keras.Model):
    def predict_on_batch(self, x):
        raise RuntimeError("mine now")

keras.Model = Model
"""

SECOND = """
from seqsent import Architecture, hookimpl

@hookimpl
def seqsent_architectures():
    yield Architecture("gru", "nowhere:encode")
"""

PLUGINS = {"noisy": NOISY, "patching": PATCHING, "second": SECOND, "raising": "1 / 0"}

Ask = Callable[..., tuple[Any, str]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Run a command in a process where all those plugins are installed."""
    for name, source in PLUGINS.items():
        (tmp_path / f"{name}_plugin.py").write_text(source)
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[seqsent]\n{name} = {name}_plugin\n")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))

    def ask(*arguments: str) -> tuple[Any, str]:
        done = subprocess.run(
            [sys.executable, "-m", "seqsent.cli", *arguments, "--json"],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
            cwd=tmp_path,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr

    return ask


def test_listings_go_on_and_name_every_plugin_at_fault(ask: Ask) -> None:
    plugins, remarks = ask("plugins")
    assert {plugin["name"]: plugin["status"] for plugin in plugins}.items() >= {
        "noisy:noisy": "active",
        "patching:patching": "failed",
        "raising:raising": "failed",
        "second:second": "active",
        "seqsent:lstm": "active",
    }.items()
    for remark in (
        "noise at import",
        "noise from a child",
        "noise in the hook",
        "plugin patching:patching replaced keras.Model",
        "raising:raising (version 1.0) was left out: ZeroDivisionError",
        "'gru' is provided by second:second and seqsent:gru",
    ):
        assert remark in remarks


def test_options_of_any_type_are_json(ask: Ask) -> None:
    described, _ = ask("architectures", "noisy")
    (option,) = described["options"]
    assert option["default"].startswith("<object object")


def test_a_training_goes_on(ask: Ask, reviews: str, tmp_path: Path) -> None:
    trained, remarks = ask("train", reviews, "--architecture", "noisy", "--epochs", "1")
    assert trained["results"][0]["name"] == "noisy"
    assert "noise from C" in remarks
    assert (tmp_path / "model.seqsent").is_file()
