"""Answers go to standard output, and nothing else does: programs read them."""

from __future__ import annotations

import json
import os
import sys
from contextlib import redirect_stdout, suppress
from typing import Any

from rich.console import Console
from typer.core import TyperCommand

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
    output.file.write(f"{text}\n")


def own_standard_output() -> None:
    """Keep standard output for this program's answers.

    Its file descriptor becomes that of standard error, for child processes and libraries in C.
    """
    with suppress(OSError):  # where there is none
        own = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        buffering = 1 if sys.stdout.isatty() else -1
        # What a terminal has no letters for is written as its number.
        sys.stdout = os.fdopen(own, "w", buffering, sys.stdout.encoding, "backslashreplace")
