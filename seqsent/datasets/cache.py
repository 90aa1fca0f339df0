"""A compact copy of what took long to read, found again by the file it came from."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.untrusted import read_arrays

Arrays = Mapping[str, NDArray[Any]]

# Changes with the form of what is kept.
_FORMAT = 1


def cache_folder() -> Path:
    """Return where copies are kept: ``SEQSENT_CACHE``, or the user's cache folder."""
    named = os.environ.get("SEQSENT_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seqsent"


def cached(sources: tuple[Path, ...], read: Callable[[], Arrays]) -> Arrays:
    """Return arrays from the copy, or read them and keep a copy.

    Parameters
    ----------
    sources : tuple of Path
        The files that the arrays come from. When one changes, the copy no longer counts.
    read : callable
        Reads them the long way.

    Returns
    -------
    mapping of str to ndarray
        As ``read`` gives them. A copy that is damaged is made again; one that cannot be
        written is done without.
    """
    path = cache_folder() / f"{_key(sources)}.npz"
    try:
        return read_arrays(path)
    except (OSError, ValueError):
        pass  # there is none, or none that can be used
    arrays = read()
    _keep(path, arrays)
    return arrays


def _key(sources: tuple[Path, ...]) -> str:
    parts = [f"format {_FORMAT}"]
    for source in sources:
        state = source.stat()
        parts.append(f"{source.resolve()} {state.st_size} {state.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _keep(path: Path, arrays: Arrays) -> None:
    """Write the copy in one step, so that an interruption leaves none by halves."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npz", delete=False) as file:
            unfinished = Path(file.name)
            try:
                np.savez(file, **dict(arrays))  # type: ignore[arg-type]
                file.close()
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
    except OSError:
        pass  # a full disk or a read-only home costs time, not the result
