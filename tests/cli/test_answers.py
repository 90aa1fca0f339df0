"""Standard output holds answers and nothing else, whatever a plugin does."""

import json
import os
import shutil
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
    yield Architecture("lstm", "nowhere:encode")
"""

UNBUILT = """
from seqsent import Architecture, hookimpl

def encode(x):
    print("noise before the end")
    raise RuntimeError("no licence")

@hookimpl
def seqsent_architectures():
    yield Architecture("unbuilt", encode)
"""

PLUGINS = {
    "noisy": NOISY,
    "patching": PATCHING,
    "second": SECOND,
    "unbuilt": UNBUILT,
    "raising": "1 / 0",
    "junk": SECOND.replace('Architecture("lstm", "nowhere:encode")', '"lstm"'),
}

Run = Callable[..., subprocess.CompletedProcess[str]]
Ask = Callable[..., tuple[Any, str]]


@pytest.fixture
def process(tmp_path: Path) -> Run:
    """Run a command in a process where all those plugins are installed."""
    for name, source in PLUGINS.items():
        (tmp_path / f"{name}_plugin.py").write_text(source)
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Name: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[seqsent]\n{name} = {name}_plugin\n")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))

    def process(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "seqsent.cli", *arguments, "--json"],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
            cwd=tmp_path,
            check=False,
        )

    return process


@pytest.fixture
def ask(process: Run) -> Ask:
    """Run such a command; return its answer and what else it said."""

    def ask(*arguments: str) -> tuple[Any, str]:
        done = process(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout), done.stderr

    return ask


@pytest.fixture
def ask_without_keras(ask: Ask, tmp_path: Path) -> Ask:
    """Run one without the plugin that imports Keras, which takes seconds."""
    shutil.rmtree(tmp_path / "patching-1.0.dist-info")
    return ask


def test_listings_go_on_and_name_every_plugin_at_fault(ask: Ask) -> None:
    plugins, remarks = ask("plugins")
    assert {plugin["name"]: plugin["status"] for plugin in plugins}.items() >= {
        "noisy:noisy": "active",
        "junk:junk": "failed",
        "patching:patching": "failed",
        "raising:raising": "failed",
        "second:second": "active",
        "unbuilt:unbuilt": "active",
        "seqsent:lstm": "active",
    }.items()
    for remark in (
        "noise at import",
        "noise from a child",
        "noise in the hook",
        "plugin patching:patching replaced keras.Model",
        "raising:raising (version 1.0) was left out: ZeroDivisionError",
        "junk:junk (version 1.0) was left out: seqsent.errors.PluginError: seqsent_architectures "
        "yielded a str",
        "'lstm' is provided by second:second and seqsent:lstm",
    ):
        assert remark in remarks


def test_what_can_be_used_is_listed(ask_without_keras: Ask) -> None:
    listed, _ = ask_without_keras("architectures")
    assert [one["name"] for one in listed] == ["gru", "noisy", "simplernn", "stacked", "unbuilt"]


def test_options_of_any_type_are_json(ask_without_keras: Ask) -> None:
    described, _ = ask_without_keras("architectures", "noisy")
    (option,) = described["options"]
    assert option["default"].startswith("<object object")


def test_a_training_and_its_model_go_on(ask: Ask, reviews: str, tmp_path: Path) -> None:
    trained, remarks = ask("train", reviews, "--architecture", "noisy", "--epochs", "1")
    assert trained["results"][0]["name"] == "noisy"
    assert "noise from C" in remarks
    answer, remarks = ask("predict", str(tmp_path / "model.seqsent"), "a fine film")
    assert answer["label"] in ("bad", "good")
    assert "noise at import" in remarks


def test_a_network_that_cannot_be_built_is_one_line_with_its_plugin(
    process: Run, reviews: str
) -> None:
    done = process("train", reviews, "--architecture", "unbuilt")
    assert (done.returncode, done.stdout) == (2, "")
    assert "noise before the end" in done.stderr
    assert done.stderr.splitlines()[-1] == (
        "error: the encoder of architecture 'unbuilt' from plugin unbuilt:unbuilt failed: "
        "RuntimeError: no licence. Mend or update it."
    )
