"""The folder of a training that is not over: what it was asked for, and how far it is."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import typer

from seqsent.cli.app import one_line
from seqsent.errors import OptionError, OutputError, TrainingError
from seqsent.untrusted import conform, in_brief, read_document, shown

ARGUMENTS = "arguments.json"

_ENDING = ".unfinished"

# Each network of a plan, and what it learns from before or after, has a folder of its own.
_STAGE = re.compile(r"(language|network|student)-\d+")


def folder_for(out: Path) -> Path:
    """Return the folder beside the file to be written.

    Raises
    ------
    OutputError
        When that file is a folder.
    """
    if os.path.isdir(out):  # pathlib's would raise where it may not look
        raise OutputError(
            f"{out} is a folder; expected the name of a file to write, like model.seqsent. Move "
            "the folder, or name another place with --out."
        )
    return out.with_name(f"{out.name}{_ENDING}")


def begin(folder: Path, arguments: dict[str, Any]) -> None:
    """Write down what a training is asked for.

    Raises
    ------
    OutputError
        When an interrupted training is there already, or nothing can be written.
    OptionError
        When an argument could not be read again.
    """
    if _begun(folder):
        raise OutputError(
            f"{folder} holds a training that was interrupted. Go on with it: seqsent train "
            f"--resume {folder}; or delete the folder."
        )
    try:
        # Paths that hold from other folders, too; a data set's name is none, nor is "learn".
        named = {name: arguments[name] for name in ("data", "unlabelled", "vectors")}
        paths = {name: Path(path).absolute() for name, path in named.items() if _exists(path)}
        paths["out"] = arguments["out"].absolute()
        asked = {**arguments, **paths}
        for name, value in asked.items():
            _check_text(name, value)
        text = json.dumps(asked, indent=2, default=str)
        (folder / ARGUMENTS).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written to: {error.strerror or error}. Make room, or name "
            "another place with --out."
        ) from error


def arguments_of(folder: Path, expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an interrupted training was asked for.

    Parameters
    ----------
    folder : Path
        As `begin` made it. The file to be written is the one beside it, whatever it says.
    expected : mapping of str to type
        The names of the arguments, and what they are.

    Raises
    ------
    TrainingError
        When the folder holds none.
    """
    try:
        arguments = read_document(folder / ARGUMENTS)
        if not isinstance(arguments, dict) or arguments.keys() != expected.keys():
            raise ValueError(f"{ARGUMENTS} has not the arguments of this version")
        out = folder.absolute().with_name(folder.absolute().name.removesuffix(_ENDING))
        if out.name == folder.absolute().name:
            raise ValueError(f"its name does not end in {_ENDING}")
        typed = {name: conform(arguments[name], kind, name) for name, kind in expected.items()}
        # Whoever gave the folder away does not choose which file is replaced.
        return {**typed, "out": out}
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"{folder} holds no interrupted training: {in_brief(error)}. Expected a folder that "
            "`seqsent train` left, named like model.seqsent.unfinished."
        ) from error


@contextmanager
def kept(folder: Path, *, resumed: bool) -> Iterator[None]:
    """Say how to go on when the training is interrupted; remove its files when it is over.

    Parameters
    ----------
    folder : Path
        What else is in it stays.
    resumed : bool
        Whether the training was there before: then it stays there when it fails.

    Raises
    ------
    OutputError
        When a folder in it is a link, and what is written there would be somewhere else.
    """
    for stage in _stages(folder):
        if stage.is_symlink():
            raise OutputError(
                f"{stage} is a link; expected a folder of this training's own. Delete the link, or "
                "name another folder."
            )
    try:
        yield
    except KeyboardInterrupt:
        one_line("stopped", f"go on with: seqsent train --resume {folder}")
        raise typer.Exit(130) from None
    except BaseException:
        if not resumed and not _begun(folder):  # nothing to go on with
            _remove(folder)
        raise
    _remove(folder)


def _check_text(name: str, value: Any) -> None:
    """Refuse what the system could not decode, such as the name of a file in Latin-1."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise OptionError(
            f"{name}={shown(str(value))} arrived, which is not UTF-8 and could not be read again "
            "after an interruption. Rename the file or its folder."
        ) from error


def _exists(path: str | Path | None) -> bool:
    return path is not None and Path(path).exists()


def _begun(folder: Path) -> bool:
    """Return whether a network of a training has a state to go on from."""
    return any((stage / "state.npz").exists() for stage in _stages(folder))


def _stages(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*-*") if _STAGE.fullmatch(path.name)]


def _remove(folder: Path) -> None:
    """Remove what a training made, and the folder unless somebody else has files there."""
    from seqsent.checkpoint import clear

    for stage in _stages(folder):
        with suppress(OSError):
            clear(stage)
    with suppress(OSError):
        (folder / ARGUMENTS).unlink(missing_ok=True)
        clear(folder)
