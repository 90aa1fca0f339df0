"""Which backend is chosen, each case in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from seqsent.backend import BACKENDS, choose_backend, installed_backends, threads
from seqsent.errors import BackendError, OptionError

PRELUDE = """
import importlib.util, sys
import seqsent.backend as b
def only(*names):
    b.find_spec = lambda name: object() if name in names else None
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + code],
        capture_output=True,
        text=True,
        env={**kept, **environment},
    )


def chosen(code: str, **environment: str) -> str:
    done = run(code + "\nprint(b.choose_backend())", **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def configure(folder: Path, text: str) -> str:
    (folder / "keras.json").write_text(text, encoding="utf-8")
    return str(folder)


def test_the_only_installed_backend_is_found(tmp_path: Path) -> None:
    for backend in BACKENDS:
        assert chosen(f"only({backend!r})", KERAS_HOME=str(tmp_path)) == backend


def test_jax_comes_first_where_tensorflow_is_absent(tmp_path: Path) -> None:
    assert chosen("only('torch', 'jax')", KERAS_HOME=str(tmp_path)) == "jax"


def test_the_environment_variable_is_obeyed(tmp_path: Path) -> None:
    code = "only('torch', 'jax')"
    assert chosen(code, KERAS_HOME=str(tmp_path), KERAS_BACKEND="torch") == "torch"


def test_keras_configuration_is_obeyed_if_installed(tmp_path: Path) -> None:
    home = configure(tmp_path, json.dumps({"backend": "torch"}))
    assert chosen("only('torch', 'jax')", KERAS_HOME=home) == "torch"
    assert chosen("only('tensorflow', 'jax')", KERAS_HOME=home) == "jax"


@pytest.mark.parametrize("text", ["", "[]", "{", '{"backend": 3}', "\x00"])
def test_a_broken_keras_configuration_is_passed_over(tmp_path: Path, text: str) -> None:
    assert chosen("only('jax')", KERAS_HOME=configure(tmp_path, text)) == "jax"


def test_no_backend_at_all_names_the_command(tmp_path: Path) -> None:
    done = run("only()\nb.choose_backend()", KERAS_HOME=str(tmp_path))
    assert "BackendError" in done.stderr
    assert 'python -m pip install "seqsent[jax]"' in done.stderr


def test_a_backend_that_is_not_installed_names_the_command() -> None:
    done = run("only('jax')\nb.choose_backend('torch')")
    assert 'python -m pip install "seqsent[torch]"' in done.stderr


def test_an_unknown_backend_names_the_closest() -> None:
    done = run("b.choose_backend('jaxx')")
    assert "did you mean 'jax'?" in done.stderr


def test_a_running_keras_keeps_its_backend() -> None:
    import keras

    running = keras.backend.backend()
    assert choose_backend() == choose_backend(running) == running
    other = next(name for name in BACKENDS if name != running)
    with pytest.raises(BackendError, match=f"already runs on '{running}'"):
        choose_backend(other)


def test_the_running_backend_is_installed() -> None:
    assert choose_backend() in installed_backends()


@pytest.mark.parametrize(("asked", "expected"), [(None, 2), ("1", 1), ("16", 16)])
def test_the_number_of_threads_is_fixed_and_can_be_set(
    asked: str | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEQSENT_THREADS", raising=False)
    if asked:
        monkeypatch.setenv("SEQSENT_THREADS", asked)
    assert threads() == expected


@pytest.mark.parametrize("asked", ["", "0", "-1", "two", "1.5"])
def test_a_number_of_threads_that_is_none_is_refused(
    asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQSENT_THREADS", asked)
    with pytest.raises(OptionError, match="SEQSENT_THREADS=.* expected a whole number from 1"):
        threads()
