"""Answers go to standard output, and nothing else does: programs read them."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stdout, suppress
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperCommand

from seqsent.cli.app import one_line

# What a shell shows of a program that ended because nobody read on: 128 and the signal's number.
NO_READER = 128 + 13

output = Console()


class Command(TyperCommand):
    """A command during which whatever else prints, a plugin or a framework, does so elsewhere."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        output.file = sys.stdout
        with redirect_stdout(sys.stderr):
            return super().invoke(ctx)


def print_json(record: Any) -> None:
    """Write a record as JSON."""
    # What a plugin has among its defaults may be of any type.
    text = json.dumps(record, indent=2, ensure_ascii=False, default=repr)
    typer.echo(text, file=output.file)


class StandardOutput(io.FileIO):
    """A file descriptor that ends the command when it cannot be written to."""

    def write(self, content: Any) -> int:
        """Write; quietly end the command where nobody reads on, and with one line elsewhere."""
        try:
            return super().write(content)
        except OSError as error:
            # Python would complain once more when it closes standard output.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(error, BrokenPipeError):
                raise typer.Exit(NO_READER) from None
            one_line(
                "error",
                f"standard output cannot be written: {error.strerror}. Send it to another place.",
            )
            raise typer.Exit(2) from None


def open_missing_streams() -> None:
    """Put nothing in the place of closed standard streams, or the next file would be there.

    Standard input stays unknown to Python, so that a command which needs it can say so.
    """
    if sys.stdin is None:
        os.open(os.devnull, os.O_RDONLY)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))


def own_standard_output() -> None:
    """Keep standard output for this program's answers.

    Its file descriptor becomes that of standard error, for child processes and libraries in C.
    """
    with suppress(OSError):  # where there is none
        own = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(StandardOutput(own, "w")),
            encoding=sys.stdout.encoding,
            errors="backslashreplace",  # what a terminal has no letters for
            line_buffering=sys.stdout.isatty(),
        )
