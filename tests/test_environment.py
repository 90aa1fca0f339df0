"""A figure's surroundings are recorded."""

from importlib.metadata import version
from pathlib import Path

import keras
import pytest

from seqsent.environment import environment

NAMED_ALIKE = """processor\t: 0
cpu family\t: 25
model\t\t: {model}
model name\t: AMD EPYC
stepping\t: 1

processor\t: 1
cpu family\t: 25
model\t\t: {model}
model name\t: AMD EPYC
stepping\t: 1
"""


def test_the_running_versions_are_named() -> None:
    found = environment()
    backend = keras.backend.backend()
    assert found["backend"] == backend
    assert found[backend] == version(backend)
    assert found["keras"] == keras.__version__
    assert int(found["processors"]) >= 1
    assert all(found.values())


def _processor(monkeypatch: pytest.MonkeyPatch, description: str) -> str:
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: description)
    return environment()["processor"]


def test_processors_of_one_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [_processor(monkeypatch, NAMED_ALIKE.format(model=model)) for model in (1, 17)]
    assert found == ["AMD EPYC, family 25, model 1", "AMD EPYC, family 25, model 17"]


@pytest.mark.parametrize("description", ["", "processor\t: 0\nBogoMIPS\t: 50.00\n\n"])
def test_a_processor_without_a_name_is_recorded(
    monkeypatch: pytest.MonkeyPatch, description: str
) -> None:
    assert _processor(monkeypatch, description)
