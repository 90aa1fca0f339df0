"""Text files line by line, packed or not, in any encoding."""

from __future__ import annotations

import codecs
import gzip
import io
import math
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

from seqsent.errors import DataError
from seqsent.untrusted import SMALL, TIGHTEST, shown

# Characters of one text, which a reader must hold; longer ones are files whose quotes or line
# ends are lost, or that never end.
LONGEST = 2**26


def kind_of(path: Path) -> str:
    """Return the ending that says what a file is, packed or not."""
    return Path(path.name.removesuffix(".gz")).suffix.lower()


def codec_of(encoding: str) -> str:
    """Return the codec of text in an encoding; UTF-8's passes over a byte order mark."""
    try:
        "".encode(encoding)  # which, unlike a look-up, refuses codecs of other things than text
        known = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise DataError(
            f"encoding {shown(encoding)} arrived; expected one that Python knows, like utf-8, "
            "cp949 or latin-1"
        ) from error
    return "utf-8-sig" if known == "utf-8" else known


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open a text file, packed or not, and say what is wrong with it in one line."""
    codec = codec_of(encoding)
    try:
        opener: Any = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding=codec, newline="") as file:
            try:
                yield file
            except UnicodeDecodeError as error:
                raise _other_encoding(path, encoding, error, file.buffer.tell()) from error
    except UnicodeError as error:  # of a codec whose files begin with a mark
        raise DataError(
            f"{path.name} is not {encoding}: {error}. Name its encoding with --encoding "
            "(encoding= in Python)."
        ) from error
    except (EOFError, zlib.error) as error:
        raise DataError(
            f"{path.name} is cut off or damaged: {error}. Expected a whole gzip file; copy it "
            "again."
        ) from error
    except OSError as error:
        raise DataError(
            f"{path.name} cannot be read: {error.strerror or error}. Expected a readable file of "
            "the kind that its ending says."
        ) from error


def _other_encoding(path: Path, encoding: str, error: UnicodeDecodeError, end: int) -> DataError:
    """Name the byte: what the decoder was given ends where the file was read to."""
    offset = end - len(error.object) + error.start
    return DataError(
        f"{path.name} is not {encoding}: byte {error.object[error.start]:#04x} at offset {offset} "
        "cannot be read. Name its encoding with --encoding (encoding= in Python), like cp949, "
        "latin-1 or utf-16."
    )


def text_lines(path: Path, encoding: str) -> Generator[str, None, None]:
    """Yield the lines of a text file with their ends."""
    most = max(TIGHTEST * path.stat().st_size, SMALL) if path.suffix == ".gz" else math.inf
    with _opened(path, encoding) as file:
        for line in lines_of(file, path.name):
            most -= len(line)
            if most < 0:
                raise DataError(
                    f"{path.name} unpacks to more than {TIGHTEST} times what it has; expected "
                    "texts. Do not trust it, or unpack it first."
                )
            yield line


def lines_of(file: IO[str], name: str) -> Iterator[str]:
    """Yield the lines of an open text file with their ends, none of them without end."""
    for number, line in enumerate(iter(partial(file.readline, LONGEST), ""), start=1):
        if len(line) == LONGEST:
            raise DataError(
                f"line {number} of {name} has {LONGEST:,} characters or more; expected texts, one "
                "in a line"
            )
        if "\0" in line:
            raise DataError(
                f"line {number} of {name} has a NUL byte; expected text. Name its encoding with "
                "--encoding (encoding= in Python), like utf-16."
            )
        yield line


def no_rows(name: str) -> DataError:
    """Return the error for a file with a header only, or nothing at all."""
    return DataError(f"{name} has no rows; expected texts, with their labels to learn from")
