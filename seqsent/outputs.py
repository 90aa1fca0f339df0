"""Text files that appear when they are whole."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from seqsent.errors import OutputError


def check_place(path: Path) -> None:
    """Refuse, before any work is done for it, a place where no file can be.

    Raises
    ------
    OutputError
        When it is a folder, or in none.
    """
    with _refusing(path):
        _is_special(path)
        path.parent.stat()


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """Open a text file that takes its place when all of it is written.

    A link is followed. A device or a pipe is written to as it is, and stays what it is.

    Raises
    ------
    OutputError
        When it cannot be written; what was there is there still.
    """
    with _refusing(path):
        if _is_special(path):
            with _open(path) as file:
                yield file
            return
        place = Path(os.path.realpath(path))
        # In a folder of its own nobody else has put anything in the unfinished file's place.
        with TemporaryDirectory(dir=place.parent, prefix=".seqsent-") as folder:
            unfinished = Path(folder, "unfinished")
            with _open(unfinished) as file:
                yield file
            if place.exists():
                shutil.copymode(place, unfinished)
            unfinished.replace(place)


def _open(path: Path) -> IO[str]:
    # Half a character, as in a file's name of another encoding, is written as its number.
    return path.open("w", encoding="utf-8", errors="backslashreplace")


def _is_special(path: Path) -> bool:
    """Whether there is a device or a pipe."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError("it is a folder")
    return not stat.S_ISREG(mode)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. Name another file."
        ) from error
