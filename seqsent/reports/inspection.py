"""What labelled texts are like, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from seqsent.errors import printable

if TYPE_CHECKING:
    from seqsent.datasets.inspection import Inspection

_BAR = 36  # columns of the longest bar


def inspection_table(inspection: Inspection) -> Group:
    """Return an inspection for a terminal of 80 columns or more.

    Parameters
    ----------
    inspection : Inspection
        Of all texts.

    Returns
    -------
    rich.console.Group
        Classes and lengths as bars, shares of words, and each finding with what to do.
    """
    return Group(
        _heading("Texts per class"),
        _bars(inspection.classes, inspection.texts),
        _heading(
            f"Words per text: {inspection.median_length:,.0f} in the middle, "
            f"{inspection.mean_length:,.0f} on average, {inspection.max_length:,} at most"
        ),
        _bars(inspection.histogram, inspection.texts),
        _heading("Words and copies"),
        _shares(inspection),
        _heading("Findings" if inspection.findings else "Nothing found that training would mind"),
        *(Text(printable(f"- {finding}")) for finding in inspection.findings),
    )


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _bars(counts: Mapping[str, int], whole: int) -> Table:
    table = _plain()
    longest = max(counts.values())
    for name, count in counts.items():
        bar = "█" * round(_BAR * count / longest) or ("▏" if count else "")
        table.add_row(Text(printable(name)), f"{count:,}", f"{count / whole:.1%}", bar)
    return table


def _shares(inspection: Inspection) -> Table:
    table = _plain()
    for name, figure in {
        f"words outside a vocabulary of {inspection.vocab_size:,} ids": (
            f"{inspection.outside_vocabulary:.1%}"
        ),
        "words that no training text has": f"{inspection.never_seen:.1%}",
        f"words lost by cutting texts to {inspection.maxlen:,}": f"{inspection.truncated:.1%}",
        "texts that are copies of an earlier one": f"{inspection.duplicates:,}",
        "copies across training, validation and test": f"{inspection.leaked:,}",
        "copies with another label": f"{inspection.conflicting:,}",
        "texts without a word": f"{inspection.empty:,}",
    }.items():
        table.add_row(Text(name), figure)
    return table


def _plain() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", max_width=56)
    table.add_column(justify="right")
    table.add_column(justify="right")
    return table
