"""Rows with named columns, out of each kind of file and out of memory."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from seqsent.datasets.delimited import open_delimited
from seqsent.datasets.lines import kind_of, no_rows, text_lines
from seqsent.datasets.parquet import open_parquet
from seqsent.datasets.table import SAMPLE, Table
from seqsent.errors import DataError
from seqsent.untrusted import read_json_line

KINDS = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")

# Each is looked at to find texts and labels.
_WIDEST = 1_000


def open_table(path: Path, encoding: str, named: Sequence[str | None] = ()) -> Table:
    """Open a file with columns; ``named`` ones tell whether a csv file has a header."""
    kind = kind_of(path)
    if kind in KINDS and not path.is_file():  # a pipe could be read but once
        raise DataError(f"{path.name} is no file; expected one that can be read more than once")
    if kind in (".csv", ".tsv"):
        return _with_rows(open_delimited(path, encoding, named))
    if kind in (".jsonl", ".ndjson"):
        return _json_table(path, encoding)
    if kind == ".parquet":
        return _with_rows(open_parquet(path))
    raise DataError(
        f"{path.name} is of no known kind; expected {', '.join(KINDS)}, or a folder with one "
        "folder of .txt files per class. Save it as one of these."
    )


def table_in_memory(source: Any) -> Table:
    """Wrap a pandas DataFrame or a Hugging Face Dataset, without importing either."""
    kind = type(source).__name__
    columns = getattr(source, "column_names", None)
    if columns is None:
        columns = getattr(source, "columns", None)
    if isinstance(columns, Mapping):
        parts = " or ".join(f"data[{part!r}]" for part in columns)
        raise DataError(f"a {kind} of several tables arrived; expected one. Take {parts}.")
    if columns is None or not hasattr(source, "__getitem__"):
        raise DataError(
            f"a {kind} arrived; expected a path, a pandas DataFrame or a Hugging Face Dataset"
        )
    by_name = {str(column): column for column in columns}

    def rows(wanted: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        return zip(*(_values(source, by_name[name]) for name in wanted), strict=True)

    return Table(f"the {kind}", [str(column) for column in columns], rows, by_column=True)


def _values(source: Any, column: Any) -> Iterator[Any]:
    """Yield a column's values; those of a Hugging Face ClassLabel by their names."""
    features = getattr(source, "features", None)
    names = getattr(features[column], "names", None) if isinstance(features, Mapping) else None
    if names is None:
        return iter(source[column])
    # -1 stands for no label.
    return (names[value] if value is not None and value >= 0 else None for value in source[column])


def _json_table(path: Path, encoding: str) -> Table:
    with closing(_json_rows(path, encoding)) as all_rows:
        sample = list(islice(all_rows, SAMPLE))
    columns = list(dict.fromkeys(key for row in sample for key in row))

    def rows(wanted: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        with closing(_json_rows(path, encoding)) as all_rows:
            for row in all_rows:
                yield tuple(row.get(name) for name in wanted)

    return _with_rows(Table(path.name, columns, rows))


def _json_rows(path: Path, encoding: str) -> Generator[dict[str, Any], None, None]:
    with closing(text_lines(path, encoding)) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _json_row(line, f"line {number} of {path.name}")


def _json_row(line: str, place: str) -> dict[str, Any]:
    try:
        row = read_json_line(line)
    except ValueError as error:
        column = f" at character {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        reason = getattr(error, "msg", error)
        raise DataError(
            f"{place} is no JSON: {reason}{column}. Expected one object per line."
        ) from error
    if not isinstance(row, dict):
        raise DataError(
            f"{place} is a {type(row).__name__}; expected an object with a text and a label"
        )
    return row


def _with_rows(table: Table) -> Table:
    """Return the table, unless it has a header only, nothing at all, or no end of columns."""
    if len(table.columns) > _WIDEST:
        raise DataError(
            f"{table.name} has {len(table.columns):,} columns; expected {_WIDEST:,} at most, one "
            "of them with texts"
        )
    if next(table.rows(table.columns[:1]), None) is None:
        raise no_rows(table.name)
    return table
