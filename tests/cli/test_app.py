"""The command line as a whole."""

from collections.abc import Callable

from typer.testing import Result

from seqsent import __version__

Run = Callable[..., Result]


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"seqsent {__version__}\n"


def test_no_command_shows_the_commands(run: Run) -> None:
    shown = run().output
    for command in ("reproduce", "architectures", "plugins"):
        assert command in shown
