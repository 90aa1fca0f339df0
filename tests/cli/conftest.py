"""Commands, run in this process."""

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from seqsent.cli import app


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run a command."""
    return lambda *arguments, input=None: CliRunner().invoke(app, list(arguments), input=input)


@pytest.fixture
def refused(run: Callable[..., Result]) -> Callable[..., str]:
    """Run a command that is refused; return its one line on standard error."""

    def refused(*arguments: str) -> str:
        result = run(*arguments)
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        (line,) = result.stderr.splitlines()
        assert line.startswith("error: ")
        return line.removeprefix("error: ")

    return refused
