"""Labelled texts from files of many kinds, and texts alone as a stream."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

from seqsent.datasets.texts import Texts
from seqsent.errors import DataError, unknown_name

Row = Mapping[str, Any]

# What people call the two columns, the likeliest first.
TEXT_NAMES = ["text", "review", "document", "sentence", "comment", "content", "body", "리뷰"]
LABEL_NAMES = ["label", "labels", "sentiment", "class", "target", "category", "rating", "stars"]
LABEL_NAMES += ["score", "감성", "라벨"]

KINDS = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")

# A review of more characters than this is a file whose quotes do not match.
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


def load_texts(
    source: Any,
    *,
    text: str | None = None,
    label: str | None = None,
    label_separator: str | None = None,
    encoding: str = "utf-8",
) -> Texts:
    """Load labelled texts.

    Parameters
    ----------
    source : path, or table in memory
        A ``.csv``, ``.tsv``, ``.jsonl`` or ``.parquet`` file, the first three also with
        ``.gz``; a folder with one folder of ``.txt`` files per class; a pandas ``DataFrame``
        or a Hugging Face ``Dataset``.
    text, label : str, optional
        The columns; guessed by their names when left out, and named in the result.
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
        or without the columns; the message says what to do.
    """
    if not isinstance(source, str | os.PathLike):
        rows, name = _table_rows(source), type(source).__name__
    else:
        path = _existing(source)
        name = path.name
        if path.is_dir():
            return _folder(path, encoding)
        rows = _file_rows(path, encoding)
    first = next(rows, None)
    if first is None:
        raise DataError(f"{name} has no rows; expected texts with labels")
    text_column = _column(name, first, text, TEXT_NAMES, "text")
    label_column = _column(name, first, label, LABEL_NAMES, "label")
    texts, labels = [], []
    for row in chain([first], rows):
        texts.append(row[text_column])
        labels.append(row[label_column])
    columns = f"text from {text_column!r}, label from {label_column!r}"
    return Texts.from_labels(texts, labels, separator=label_separator, name=name, columns=columns)


def read_texts(
    source: str | os.PathLike[str], *, text: str | None = None, encoding: str = "utf-8"
) -> Iterator[str]:
    """Yield the texts of a file one by one, however large it is.

    Parameters
    ----------
    source : path
        As for `load_texts`; of any other file each line is a text.
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
        As `load_texts`.
    """
    path = _existing(source)
    if _kind(path) not in KINDS:
        yield from _lines(path, encoding)
        return
    column = None
    for number, row in enumerate(_file_rows(path, encoding), start=1):
        column = column or _column(path.name, row, text, TEXT_NAMES, "text")
        if not isinstance(row[column], str):
            raise DataError(
                f"row {number} of {path.name} has {row[column]!r} where a text was expected; name "
                "another column with --text"
            )
        yield row[column]


def _existing(source: str | os.PathLike[str]) -> Path:
    path = Path(source)
    if not path.exists():
        raise DataError(f"{path} does not exist; expected a file or folder with texts")
    return path


def _kind(path: Path) -> str:
    return Path(path.name.removesuffix(".gz")).suffix.lower()


def _file_rows(path: Path, encoding: str) -> Iterator[Row]:
    kind = _kind(path)
    if kind in (".csv", ".tsv"):
        return _csv_rows(path, encoding, "\t" if kind == ".tsv" else None)
    if kind in (".jsonl", ".ndjson"):
        return _json_rows(path, encoding)
    if kind == ".parquet":
        return _parquet_rows(path)
    raise DataError(
        f"{path.name} is of no known kind; expected {', '.join(KINDS)}, or a folder with one "
        "folder per class"
    )


def _column(name: str, row: Row, named: str | None, usual: Iterable[str], what: str) -> str:
    """Return the column that was named, or the one with the likeliest name."""
    columns = [str(column) for column in row]
    if named is not None:
        if named in columns:
            return named
        raise DataError(f"{name}: {unknown_name('column', named, columns)}")
    by_name = {column.strip().lower(): column for column in columns}
    for known in usual:
        if known in by_name:
            return by_name[known]
    raise DataError(
        f"{name} has no {what} column by a known name; it has {', '.join(columns)}. Name the one "
        f"to use with --{what} ({what}= in Python)."
    )


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[io.TextIOBase]:
    """Open a text file, zipped or not, and say what is wrong with it in one line."""
    codec = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    try:
        opener: Any = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding=codec, newline="") as file:
            yield file
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name} is not {encoding}: byte {error.object[error.start]:#04x} cannot be read. "
            "Name its encoding with --encoding (encoding= in Python), like cp949 or latin-1."
        ) from error
    except LookupError as error:
        raise DataError(
            f"encoding {encoding!r} arrived; expected a name that Python knows"
        ) from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be read: {error}. Copy it again.") from error


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with _opened(path, encoding) as file:
        for line in file:
            yield line.rstrip("\r\n")


def _csv_rows(path: Path, encoding: str, delimiter: str | None) -> Iterator[Row]:
    with _opened(path, encoding) as file:
        head = "".join(islice(file, 1))
        rest: Iterable[str] = chain(io.StringIO(head, newline=""), file)
        # Of the usual delimiters the one that the header has most of.
        delimiter = delimiter or max(",;\t|", key=head.count)
        rows = csv.reader(rest, delimiter=delimiter, strict=True)
        try:
            header = next(rows, [])
            for number, row in enumerate(rows, start=2):
                if not row:
                    continue
                if len(row) != len(header):
                    raise DataError(
                        f"row {number} of {path.name} has {len(row)} fields; expected "
                        f"{len(header)} as in its first row. Is a text with {delimiter!r} in it "
                        "without quotes?"
                    )
                yield dict(zip(header, row, strict=True))
        except csv.Error as error:
            raise DataError(
                f"{path.name} cannot be read as {delimiter!r}-separated: line {rows.line_num}: "
                f"{error}. Quotes within a text are written twice."
            ) from error


def _json_rows(path: Path, encoding: str) -> Iterator[Row]:
    for number, line in enumerate(_lines(path, encoding), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"line {number} of {path.name} is no JSON: {error}. Expected one object per line."
            ) from error
        if not isinstance(row, dict):
            raise DataError(
                f"line {number} of {path.name} is a {type(row).__name__}; expected an object with "
                "a text and a label"
            )
        yield _Named(row, f"line {number} of {path.name}")


class _Named(dict[str, Any]):
    """A row that says which it is when a column is missing in it."""

    def __init__(self, row: Row, place: str) -> None:
        super().__init__(row)
        self._place = place

    def __missing__(self, column: str) -> Any:
        raise DataError(f"{self._place} has no {column!r}; expected one in every row")


def _parquet_rows(path: Path) -> Iterator[Row]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise DataError(f"{path.name} needs pyarrow. Run: python -m pip install pyarrow") from error
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"{path.name} cannot be read as parquet: {reason}") from error


def _table_rows(table: Any) -> Iterator[Row]:
    """Yield the rows of a pandas DataFrame or a Hugging Face Dataset, importing neither."""
    if hasattr(table, "to_dict") and hasattr(table, "columns"):
        return iter(table.to_dict("records"))
    if hasattr(table, "column_names") and hasattr(table, "__getitem__"):
        return iter(table)
    raise DataError(
        f"a {type(table).__name__} arrived; expected a path, a pandas DataFrame or a Hugging Face "
        "Dataset"
    )


def _folder(path: Path, encoding: str) -> Texts:
    texts, labels = [], []
    for folder in sorted(child for child in path.iterdir() if child.is_dir()):
        for file in sorted(folder.glob("*.txt")):
            with _opened(file, encoding) as opened:
                texts.append(opened.read())
            labels.append(folder.name)
    if not texts:
        raise DataError(f"{path} holds no folders with .txt files; expected one folder per class")
    return Texts.from_labels(texts, labels, name=path.name, columns="label from the folder's name")
