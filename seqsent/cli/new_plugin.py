"""``seqsent new-plugin``: a project for an architecture of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from seqsent.cli.answers import Command, output
from seqsent.cli.app import app


@app.command(cls=Command)
def new_plugin(
    name: Annotated[str, typer.Argument(help="What the architecture will be called.")],
    folder: Annotated[
        Path, typer.Option(help="Where to put the folder seqsent-NAME.", file_okay=False)
    ] = Path(),
) -> None:
    """Write a project with an architecture in it, complete with tests that pass."""
    from seqsent import scaffold

    project = scaffold.new_plugin(name, folder)
    output.print(
        f"{project} holds a working plugin. Next:\n\n"
        f"  cd {project}\n"
        '  python -m pip install -e ".[test]" && python -m pytest\n\n'
        "README.md there says how to go on.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
