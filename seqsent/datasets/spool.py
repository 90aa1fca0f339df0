"""Spool: bytes written once and read by place, in memory while they are few."""

from __future__ import annotations

import os
import weakref
from tempfile import TemporaryFile, gettempdir
from threading import Lock
from typing import IO

from seqsent.errors import OutputError

# Bytes from which they go to a file.
IN_MEMORY = 2**22


class Spool:
    """Bytes that are written one after the other and then read by place.

    Notes
    -----
    The file has no name, and the system keeps in memory what there is room for. A memory map
    would be as fast, but its pages count as the process's own.
    """

    def __init__(self) -> None:
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._lock = Lock()

    def write(self, content: bytes) -> None:
        """Add bytes to the end.

        Raises
        ------
        OutputError
            When there is no room for them.
        """
        if self._file is None and len(self._memory) + len(content) <= IN_MEMORY:
            self._memory += content
            return
        try:
            if self._file is None:
                self._file = TemporaryFile()  # noqa: SIM115  # read as long as this is there
                weakref.finalize(self, self._file.close)
                self._file.write(self._memory)
                self._memory.clear()
            self._file.write(content)
        except OSError as error:
            raise self._no_room(error) from error

    def read(self, begin: int, end: int) -> bytes:
        """Return the bytes between two places; any number of threads may."""
        if self._file is None:
            return bytes(self._memory[begin:end])
        try:
            self._file.flush()
        except OSError as error:
            raise self._no_room(error) from error
        if hasattr(os, "pread"):  # which forked processes may, too
            return os.pread(self._file.fileno(), end - begin, begin)
        with self._lock:
            self._file.seek(begin)
            return self._file.read(end - begin)

    def _no_room(self, error: OSError) -> OutputError:
        return OutputError(
            f"{gettempdir()} has no room for what is kept of the texts: {error.strerror or error}. "
            "Make room, or name another folder in TMPDIR."
        )
