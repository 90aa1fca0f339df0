"""The command line as a whole."""

from collections.abc import Callable

import pytest
from typer.testing import Result

from seqsent import __version__

Run = Callable[..., Result]


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"seqsent {__version__}\n"


def test_no_command_shows_the_commands(run: Run) -> None:
    shown = run().output
    for command in ("reproduce", "architectures", "plugins"):
        assert command in shown


def test_control_c_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("seqsent.registry.registry", interrupt)
    result = run("plugins")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "stopped: nothing more was written\n"


def ask_keras() -> None:
    from keras import ops

    ops.convert_to_numpy(ops.zeros((2**45,)))


@pytest.mark.parametrize("ask", [lambda: bytearray(2**60), ask_keras])
def test_memory_that_is_used_up_is_one_line(
    ask: Callable[[], object], refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqsent.registry.registry", ask)
    assert refused("plugins").startswith("the memory that this process may use is used up.")
