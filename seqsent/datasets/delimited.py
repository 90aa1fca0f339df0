"""Files of rows with delimiters between the fields: csv and tsv in all their dialects."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from seqsent.datasets.columns import is_usual
from seqsent.datasets.lines import LONGEST, kind_of, no_rows, text_lines
from seqsent.datasets.table import SAMPLE, Table
from seqsent.errors import DataError


@dataclass(frozen=True)
class _Dialect:
    delimiter: str
    quoted: bool = True

    def reader(self, lines: Iterable[str]) -> Any:
        if self.quoted:
            return csv.reader(lines, delimiter=self.delimiter, strict=True)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)


def open_delimited(path: Path, encoding: str, named: Sequence[str | None]) -> Table:
    """Open a csv or tsv file.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str
        Of the file.
    named : sequence of str or None
        Columns that were asked for; they tell whether the file has a header.
    """
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST))
    dialect = _tsv_dialect(path, encoding) if kind_of(path) == ".tsv" else _sniffed(path, encoding)
    with closing(_rows(path, encoding, dialect)) as all_rows:
        sample = list(islice(all_rows, SAMPLE))
    if not sample:
        raise no_rows(path.name)
    header = _has_header(sample, named)
    columns = sample[0] if header else list(map(str, range(len(sample[0]))))

    def rows(wanted: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        places = [columns.index(name) for name in wanted]
        with closing(_rows(path, encoding, dialect)) as all_rows:
            for row in islice(all_rows, int(header), None):
                yield tuple(row[place] for place in places)

    return Table(path.name, columns, rows)


def _tsv_dialect(path: Path, encoding: str) -> _Dialect:
    """Take quotes for what they are in csv, or, if any does not fit, for characters."""
    quoted = _Dialect("\t")
    try:
        for _ in _rows(path, encoding, quoted):
            pass
    except DataError:
        return _Dialect("\t", quoted=False)
    return quoted


def _sniffed(path: Path, encoding: str) -> _Dialect:
    """Take the delimiter that gives the header known names and all rows its width."""
    with closing(text_lines(path, encoding)) as file:
        head = list(islice(file, SAMPLE))
    return max(map(_Dialect, ",;\t|"), key=partial(_fit, head=head))


def _fit(dialect: _Dialect, head: list[str]) -> tuple[bool, float, int]:
    rows: list[list[str]] = []
    # The head may end within quotes, and what is wrong with them is said when rows are read.
    with suppress(csv.Error):
        rows.extend(filter(None, dialect.reader(head)))
    if not rows or len(rows[0]) < 2:
        return False, 0.0, 0
    width = len(rows[0])
    alike = sum(len(row) == width for row in rows) / len(rows)
    return any(map(is_usual, rows[0])), alike, width


def _rows(path: Path, encoding: str, dialect: _Dialect) -> Generator[list[str], None, None]:
    """Yield the rows, all of the first one's width."""
    width, start, number = 0, 1, 0
    with closing(text_lines(path, encoding)) as lines:
        reader = dialect.reader(lines)
        try:
            for row in reader:
                if row:
                    width = width or len(row)
                    if len(row) != width:
                        raise DataError(
                            f"row {number} (line {start}) of {path.name} has {len(row)} fields; "
                            f"expected {width} as in the first line. Put a text with "
                            f"{dialect.delimiter!r} in it into quotes."
                        )
                    yield row
                    number += 1
                start = reader.line_num + 1
        except csv.Error as error:
            raise DataError(
                f"row {number} (line {start}) of {path.name} cannot be read: {error}. Expected "
                f"fields with {dialect.delimiter!r} between them; a quote within quotes is "
                "written twice."
            ) from error


def _has_header(sample: list[list[str]], named: Sequence[str | None]) -> bool:
    """Tell names from values: these are numbers or sentences, or come again further down."""
    first, *others = sample
    if any(map(is_usual, first)) or any(name in first for name in named):
        return True
    if any(name is not None and name.isdecimal() for name in named):
        return False
    repeated = any(cell in {row[place] for row in others} for place, cell in enumerate(first))
    return not (repeated or any(_is_value(cell) for cell in first))


def _is_value(cell: str) -> bool:
    return cell.strip().lstrip("-").replace(".", "", 1).isdecimal() or len(cell.split()) > 3
