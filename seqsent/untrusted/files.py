"""What is a file, and how what is wrong with one is said."""

from __future__ import annotations

import math
import reprlib
import stat
from pathlib import Path
from typing import Any

from seqsent.errors import printable

# More of a message is no longer read.
_LONGEST = 240


class _Brief(reprlib.Repr):
    """For values in messages, lists of a thousand levels and texts of megabytes among them."""

    def repr_int(self, x: int, level: int) -> str:
        try:
            return super().repr_int(x, level)
        except ValueError:  # Python writes no more than some thousands of digits
            return f"a number of {x.bit_length():,} bits"


_brief = _Brief()
_brief.maxlevel, _brief.maxstring, _brief.maxother = 3, 60, 60
shown = _brief.repr


def regular_size(path: Path) -> int:
    """Return the size of a file.

    Raises
    ------
    OSError
        When it is not there, or a folder, a pipe or a device, which may never end.
    """
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError("it is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise OSError("it is a pipe or a device, no file")
    return status.st_size


def in_brief(error: BaseException) -> str:
    r"""Return what an error says: in one line, not too long, with nothing that is not text.

    Examples
    --------
    >>> in_brief(ValueError("a name\n with \x1b[2J"))
    'a name with \\x1b[2J'
    """
    text = getattr(error, "strerror", None) or " ".join(str(error).split())
    if not text or isinstance(error, LookupError):
        text = f"{type(error).__name__} {text}".strip()
    return printable(text[:_LONGEST]) + ("…" if len(text) > _LONGEST else "")


def kind_of_value(value: Any) -> str:
    """Return what JSON calls a value, with an article."""
    if isinstance(value, float) and not math.isfinite(value):
        return "no finite number"
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value"}
    return names.get(type(value), "nothing" if value is None else "a number")
