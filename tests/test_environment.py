"""A figure's surroundings are recorded."""

from importlib.metadata import version

import keras

from seqsent.environment import environment


def test_the_running_versions_are_named() -> None:
    found = environment()
    backend = keras.backend.backend()
    assert found["backend"] == backend
    assert found[backend] == version(backend)
    assert found["keras"] == keras.__version__
    assert int(found["processors"]) >= 1
    assert all(found.values())
