"""Which column of a table holds the texts, and which the labels."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import Any

from seqsent.datasets.table import Table
from seqsent.errors import DataError, listed, unknown_name
from seqsent.untrusted import shown

# What people call the two columns, the likeliest first, without case, spaces and underscores.
_TEXT_NAMES = ["text", "texts", "review", "reviews", "reviewtext", "textreview", "document"]
_TEXT_NAMES += ["sentence", "sentences", "comment", "comments", "content", "contents", "body"]
_TEXT_NAMES += ["tweet", "message", "post", "리뷰", "텍스트", "문장", "내용", "댓글", "본문"]
_LABEL_NAMES = ["label", "labels", "sentiment", "sentiments", "polarity", "class", "category"]
_LABEL_NAMES += ["target", "emotion", "emotions", "rating", "ratings", "starrating", "stars"]
_LABEL_NAMES += ["star", "score", "y", "라벨", "레이블", "감성", "감정", "평점", "별점", "점수"]


def text_column(table: Table, named: str | None, beside: str | None = None) -> str:
    """Return the column with the texts: the named one, else the likeliest beside the labels."""
    column = _named(table, named) or _usual(table, _TEXT_NAMES) or _longest(table, beside)
    if column is None:
        raise _no_column(table, "text")
    values = table.samples([column])[column]
    if len(values) > 1 and all(map(_is_number, values)):
        raise DataError(
            f"column {shown(column)} of {table.name} holds numbers like {shown(values[0])}; "
            f"expected texts. Name another of {listed(table.columns)} with --text (text= in "
            "Python)."
        )
    return column


def label_column(table: Table, named: str | None, text: str) -> str:
    """Return the column with the labels: the named one, else the likeliest beside ``text``."""
    column = _named(table, named) or _usual(table, _LABEL_NAMES) or _fewest(table, text)
    if column is None:
        raise _no_column(table, "label")
    if column == text:
        raise DataError(
            f"column {shown(text)} of {table.name} was taken for texts and for labels; expected "
            f"two. Name both of {listed(table.columns)} with --text and --label."
        )
    return column


def _named(table: Table, name: str | None) -> str | None:
    if name is None:
        return None
    if name not in table.columns:
        raise DataError(f"{table.name}: {unknown_name('column', name, table.columns)}")
    if table.columns.count(name) > 1:
        raise DataError(
            f"{table.name} has several columns {shown(name)}; expected one. Rename them."
        )
    return name


def _usual(table: Table, usual: Sequence[str]) -> str | None:
    by_key = {_key(column): column for column in reversed(table.columns)}
    return _named(table, next((by_key[name] for name in usual if name in by_key), None))


def _longest(table: Table, label: str | None) -> str | None:
    """Return the column with the longest texts, none if no column but labels holds words."""
    others = (one for one in table.columns if one != label and _key(one) not in _LABEL_NAMES)
    lengths = {}
    for column, values in table.samples(others).items():
        words = values and all(isinstance(value, str) for value in values)
        if words and not all(map(_is_number, values)):
            lengths[column] = sum(map(len, values)) / len(values)
    return max(lengths, key=lengths.__getitem__, default=None)


def _fewest(table: Table, text: str) -> str | None:
    """Return the column with the fewest different values, of those with many that recur."""
    distinct = {}
    others = (column for column in table.columns if column != text)
    for column, values in table.samples(others).items():
        count = len(set(map(_hashable, values)))
        if 2 <= count <= max(len(values) / 2, 2):
            distinct[column] = count
    return min(distinct, key=distinct.__getitem__, default=None)


def _hashable(value: Any) -> Hashable:
    try:
        hash(value)
    except TypeError:
        return shown(value)
    return value  # type: ignore[no-any-return]


def _no_column(table: Table, what: str) -> DataError:
    return DataError(
        f"{table.name} has no {what} column by a known name or content; it has "
        f"{listed(table.columns)}. Name the one to use with --{what} ({what}= in Python)."
    )


def is_usual(column: str) -> bool:
    """Return whether people call a column of texts or labels so."""
    return _key(column) in (*_TEXT_NAMES, *_LABEL_NAMES)


def _key(column: str) -> str:
    return re.sub(r"[\s_-]+", "", column).casefold()


def _is_number(value: Any) -> bool:
    if not isinstance(value, str):
        return isinstance(value, int | float)
    try:
        float(value)
    except ValueError:
        return False
    return True
