"""What foreign code does beside what it was asked for is noticed and said."""

import sys
import warnings
from collections.abc import Iterator
from queue import Empty, Queue
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from seqsent import PluginError, PluginWarning, build_model
from seqsent.guard import KerasContents, in_one_line, named_when_slow
from seqsent.layers import keras


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    contents = KerasContents.now()
    yield
    with warnings.catch_warnings(action="ignore"):
        contents.put_back("a test", "tests")


class MuteError(Exception):
    """Cannot say what is wrong."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (KeyError("x"), "KeyError: 'x'"),
        (ValueError("two\nlines"), "ValueError: two lines"),
        (SystemExit(3), "SystemExit: 3"),
        (MuteError(), "tests.test_guard.MuteError: <exception str() failed>"),
    ],
    ids=repr,
)
def test_any_error_is_one_line(error: BaseException, line: str) -> None:
    assert in_one_line(error).endswith(line.removeprefix("tests.test_guard."))
    assert "\n" not in in_one_line(error)


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> Queue[str]:
    """Return where warnings arrive, from whichever thread."""
    messages: Queue[str] = Queue()
    monkeypatch.setattr(
        warnings, "warn", lambda message, kind: messages.put(f"{kind.__name__}: {message}")
    )
    return messages


def test_a_plugin_that_is_waited_for_is_named(warned: Queue[str]) -> None:
    with named_when_slow("x:slow", seconds=0.01):
        message = warned.get(timeout=10)
    assert message == (
        "PluginWarning: plugin x:slow has taken 0.01 seconds to load and is not done. If it "
        "hangs, stop and switch it off: SEQSENT_DISABLE_PLUGINS=x:slow"
    )


def test_a_quick_plugin_is_not(warned: Queue[str]) -> None:
    with named_when_slow("x:quick", seconds=0.05):
        pass
    with pytest.raises(Empty):
        warned.get(timeout=0.2)


def break_a_layer() -> None:
    keras.layers.Dense = None


def break_a_method() -> None:
    keras.Model.predict_on_batch = lambda self, x: x


def break_a_setting() -> None:
    keras.config.set_floatx("float16")


def lose_a_function() -> None:
    del keras.ops.matmul


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (break_a_layer, "keras.layers.Dense"),
        (break_a_method, "Model.predict_on_batch"),
        (break_a_setting, "keras.src.backend.config._FLOATX"),
        (lose_a_function, "keras.ops.matmul"),
    ],
    ids=["a layer", "a method", "a setting", "a function"],
)
def test_what_is_replaced_in_keras_is_put_back(damage: Any, named: str) -> None:
    contents = KerasContents.now()
    damage()
    with pytest.warns(PluginWarning, match=f"plugin x:y replaced {named}; it was put back"):
        contents.put_back("plugin x:y", "y")
    contents.put_back("plugin x:z", "z")  # has nothing to say
    assert keras.config.floatx() == "float32"
    answers = build_model("gru", vocab_size=9, maxlen=3).predict_on_batch(np.ones((1, 3), "int32"))
    assert answers.shape == (1, 1)


def test_many_changes_are_counted() -> None:
    contents = KerasContents.now()
    for name in ("Dense", "GRU", "LSTM", "Dropout"):
        setattr(keras.layers, name, None)
    with pytest.warns(PluginWarning, match="Dense, .*Dropout, .*GRU and 1 more; it was put back"):
        contents.put_back("x", "y")


def test_what_replaces_parts_of_a_keras_it_brought_is_refused() -> None:
    """Nothing is known of before; what is not Keras' own is known by where it comes from."""
    before_keras = KerasContents({})
    before_keras.put_back("plugin x:y", "stranger.model")

    class Dense(keras.layers.Dense):  # type: ignore[misc]
        __module__ = "stranger.layers"

    keras.layers.Dense = Dense
    with pytest.raises(PluginError, match="plugin x:y replaced keras.layers.Dense, which nothing"):
        before_keras.put_back("plugin x:y", "stranger.model")


def test_without_keras_there_is_nothing_to_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    # As an import that failed half-way leaves it.
    monkeypatch.setitem(sys.modules, "keras", ModuleType("keras"))
    assert KerasContents.now() == KerasContents({})
