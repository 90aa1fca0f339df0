"""Labelled texts from files of many kinds, and texts alone as a stream."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqsent.datasets.columns import label_column, text_column
from seqsent.datasets.lines import kind_of, text_lines
from seqsent.datasets.table import Table
from seqsent.datasets.tables import KINDS, open_table, table_in_memory
from seqsent.datasets.texts import Texts, expected_text
from seqsent.errors import DataError
from seqsent.untrusted import shown

# Where each line is a text: files like standard input have no ending.
_LINES = (".txt", "")


def load_texts(
    source: Any,
    *,
    text: str | None = None,
    label: str | None = None,
    label_separator: str | None = None,
    encoding: str = "utf-8",
) -> Texts:
    """Load labelled texts.

    Files are read row by row, and only two columns of them are kept, on disk if they are large.

    Parameters
    ----------
    source : path, or table in memory
        A ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson`` or ``.parquet`` file, all but the last
        also with ``.gz``; a folder with one folder of ``.txt`` files per class; a pandas
        ``DataFrame`` or a Hugging Face ``Dataset``.
    text, label : str, optional
        The columns; guessed by names and contents when left out, and named in the result.
        Those of a csv file without a header are ``"0"``, ``"1"``, and so on.
    label_separator : str, optional
        What separates several labels of one text.
    encoding : str
        Of text files; a byte order mark is passed over.

    Returns
    -------
    Texts

    Raises
    ------
    DataError
        When the source is missing, of an unknown kind, damaged, empty, of another encoding,
        or without texts or labels; the message says what to do.
    """
    if not isinstance(source, str | os.PathLike):
        return _labelled(table_in_memory(source), text, label, label_separator)
    path = _existing(source)
    if path.is_dir():
        return _folder(path, encoding)
    return _labelled(open_table(path, encoding, (text, label)), text, label, label_separator)


def read_texts(
    source: str | os.PathLike[str], *, text: str | None = None, encoding: str = "utf-8"
) -> Iterator[str]:
    """Yield the texts of a file one by one, however large it is.

    Parameters
    ----------
    source : path
        A file as for `load_texts`; of a ``.txt`` file each line is a text, and of a folder each
        ``.txt`` file.
    text : str, optional
        The column.
    encoding : str
        Of text files.

    Yields
    ------
    str

    Raises
    ------
    DataError
        As `load_texts`; what is wrong further down, when it is read.
    """
    path = _existing(source)
    if path.is_dir():
        files = _text_files(path)
        if not files:
            raise DataError(
                f"{path} is a folder; expected a file with texts, or a .txt file for each in it"
            )
        return ("".join(text_lines(file, encoding)) for file in files)
    if kind_of(path) not in _LINES:
        table = open_table(path, encoding, (text,))
        return _column(table, text_column(table, text))
    if path.is_file() and not path.stat().st_size:
        raise DataError(f"{path.name} is empty; expected one text per line")
    return (line.rstrip("\r\n") for line in text_lines(path, encoding))


def _existing(source: str | os.PathLike[str]) -> Path:
    try:
        path = Path(source)
    except TypeError as error:
        raise DataError(
            f"a {type(source).__name__} arrived; expected the path of a file or folder"
        ) from error
    try:
        path.stat()
    except FileNotFoundError as error:
        raise DataError(
            f"{path} does not exist; expected a file ({', '.join(KINDS)}) or a folder with texts"
        ) from error
    except (OSError, ValueError) as error:  # a text in the place of a path is one, too
        reason = getattr(error, "strerror", None) or error
        raise DataError(
            f"{str(path)!r:.60} cannot be opened: {reason}. Expected the path of a file or folder."
        ) from error
    return path


def _labelled(table: Table, text: str | None, label: str | None, separator: str | None) -> Texts:
    text = text_column(table, text, beside=label)
    label = label_column(table, label, text)
    rows = ((_printable(text), label) for text, label in table.rows([text, label]))
    columns = f"text from {shown(text)}, label from {shown(label)}"
    return Texts.from_pairs(rows, separator=separator, name=table.name, columns=columns)


def _column(table: Table, column: str) -> Iterator[str]:
    for number, [value] in enumerate(table.rows([column]), start=1):
        if not isinstance(value, str):
            raise expected_text(value, number, table.name)
        yield _printable(value)


def _printable(value: Any) -> Any:
    r"""Replace halves of characters, which JSON can hold (``\ud83d``) and no file can."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _folder(path: Path, encoding: str) -> Texts:
    with _readable(path):
        folders = sorted(child for child in path.iterdir() if child.is_dir())
    files = [file for folder in folders for file in _text_files(folder)]
    if not files:
        deeper = next((file.parent.parent for file in path.glob("*/*/*.txt")), None)
        hint = f" Did you mean {deeper}?" if deeper else ""
        raise DataError(
            f"{path} has no folders with .txt files in them; expected one folder per class.{hint}"
        )
    rows = (("".join(text_lines(file, encoding)), file.parent.name) for file in files)
    columns = "text from the .txt files, label from the names of their folders"
    return Texts.from_pairs(rows, name=path.name, columns=columns)


def _text_files(folder: Path) -> list[Path]:
    with _readable(folder):
        return sorted(
            file for file in folder.iterdir() if file.suffix.lower() == ".txt" and file.is_file()
        )


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DataError(
            f"{folder} cannot be read: {error.strerror or error}. Expected a folder that you may "
            "read and enter."
        ) from error
