"""Rows with named columns, wherever they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from seqsent.datasets.labels import is_missing

SAMPLE = 200  # rows that tell what the columns are


@dataclass(frozen=True)
class Table:
    """Rows with named columns, read as often as wanted and never all at once.

    ``rows``, given some of the names, yields the values of these columns, row by row.
    """

    name: str
    columns: list[str]
    rows: Callable[[Sequence[str]], Iterator[tuple[Any, ...]]]

    def sample(self, column: str) -> list[Any]:
        """Return the first values of a column, the missing ones left out."""
        values = (value for [value] in islice(self.rows([column]), SAMPLE))
        return [value for value in values if not is_missing(value)]
