"""The folder of a training that is not over: what it was asked for, and how far it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from seqsent.cli.app import one_line
from seqsent.errors import OutputError, TrainingError

ARGUMENTS = "arguments.json"


def folder_for(out: Path) -> Path:
    """Return the folder beside the file to be written."""
    return out.with_name(f"{out.name}.unfinished")


def begin(folder: Path, arguments: dict[str, Any]) -> None:
    """Write down what a training is asked for.

    Raises
    ------
    OutputError
        When an interrupted training is there already, or nothing can be written.
    """
    if (folder / "state.npz").exists():
        raise OutputError(
            f"{folder} holds a training that was interrupted. Go on with it: seqsent train "
            f"--resume {folder}; or delete the folder."
        )
    try:
        # Paths that hold from other folders, too; a data set's name is none.
        data, out = arguments["data"], arguments["out"]
        paths = {"data": data.absolute() if data.exists() else data, "out": out.absolute()}
        text = json.dumps({**arguments, **paths}, indent=2, default=str)
        (folder / ARGUMENTS).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written to: {error.strerror or error}. Make room, or name "
            "another place with --out."
        ) from error


def arguments_of(folder: Path) -> dict[str, Any]:
    """Return what an interrupted training was asked for.

    Raises
    ------
    TrainingError
        When the folder holds none.
    """
    try:
        arguments = json.loads((folder / ARGUMENTS).read_text(encoding="utf-8"))
        return {**arguments, "data": Path(arguments["data"]), "out": Path(arguments["out"])}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise TrainingError(
            f"{folder} holds no interrupted training: {error}. Expected a folder that `seqsent "
            "train` left, named like model.seqsent.unfinished."
        ) from error


@contextmanager
def kept(folder: Path) -> Iterator[None]:
    """Say how to go on when the training is interrupted; remove the folder when it is over."""
    try:
        yield
    except KeyboardInterrupt:
        one_line("stopped", f"go on with: seqsent train --resume {folder}")
        raise typer.Exit(130) from None
    except BaseException:
        if not (folder / "state.npz").exists():  # nothing to go on with
            shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
