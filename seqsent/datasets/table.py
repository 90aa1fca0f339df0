"""Rows with named columns, wherever they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from seqsent.datasets.labels import is_missing

SAMPLE = 200  # rows that tell what the columns are


@dataclass(frozen=True)
class Table:
    """Rows with named columns, read as often as wanted and never all at once.

    ``rows``, given some of the names, yields the values of these columns, row by row. Where they
    lie ``by_column``, several are read no faster together than one by one.
    """

    name: str
    columns: list[str]
    rows: Callable[[Sequence[str]], Iterator[tuple[Any, ...]]]
    by_column: bool = False

    def samples(self, columns: Iterable[str]) -> dict[str, list[Any]]:
        """Return the first values of columns, the missing ones left out, in one pass of a file."""
        names = list(dict.fromkeys(columns))
        together = [[name] for name in names] if self.by_column else [names]
        found: dict[str, list[Any]] = {name: [] for name in names}
        for some in filter(None, together):
            for row in islice(self.rows(some), SAMPLE):
                for name, value in zip(some, row, strict=True):
                    if not is_missing(value):
                        found[name].append(value)
        return found
