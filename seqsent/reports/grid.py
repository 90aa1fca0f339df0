"""A table of names and figures, before and after it is drawn for a terminal."""

from __future__ import annotations

from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from seqsent.errors import printable


@dataclass(frozen=True)
class Grid:
    """A table that is not drawn yet; its first column has names, the others have figures."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def draw(grid: Grid) -> Table:
    """Draw a table in the style of the results' table."""
    table = Table(
        box=box.HORIZONTALS,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    first, *others = grid.headings
    table.add_column(Text(printable(first)), overflow="fold", vertical="bottom")
    for heading in others:
        table.add_column(Text(printable(heading)), justify="right", no_wrap=True, vertical="bottom")
    for name, *figures in grid.rows:
        table.add_row(Text(printable(name)), *figures)
    return table
