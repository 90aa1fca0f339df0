"""Labels of any kind, numbered."""

from __future__ import annotations

import math
from array import array
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.errors import DataError
from seqsent.untrusted import shown

# Different labels of which several may apply: each is a number for every text.
_MOST = 1_000


class Labels:
    """Labels as they arrive, row by row; of those that recur only the first is kept.

    Parameters
    ----------
    name : str
        What messages call the data.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._places: dict[tuple[type, str], int] = {}
        self._different: list[Any] = []
        self._first_rows: list[int] = []
        self._rows = array("i")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def add(self, label: Any) -> None:
        """Take the label of one more row, or the list of those that apply to it."""
        if isinstance(label, np.ndarray) and label.ndim == 0:
            label = label[()]
        if isinstance(label, list | tuple | set | frozenset | np.ndarray):
            label = list(label)
        try:
            key = type(label), repr(label)
        except ValueError as error:  # of a number of thousands of digits
            raise _no_label(label, len(self) + 1, self._name) from error
        place = self._places.setdefault(key, len(self._different))
        self._rows.append(place)
        if place == len(self._different):
            self._different.append(label)
            self._first_rows.append(len(self._rows))

    def numbered(self, separator: str | None) -> tuple[NDArray[np.int32], tuple[str, ...], bool]:
        """Return the labels as numbers, their names, and whether several may apply to one row.

        Parameters
        ----------
        separator : str, optional
            What separates several labels that arrive as one word.

        Raises
        ------
        DataError
            When a row has no label, or something else, or there are too many of several.
        """
        rows, labels = np.frombuffer(self._rows, dtype=np.int32), self._different
        self._check(rows)
        if separator:
            labels = [_parts(label, separator) for label in labels]
        several = all(isinstance(label, list) for label in labels)
        named = [
            [_label_name(one, row, self._name) for one in (label if several else [label])]
            for row, label in zip(self._first_rows, labels, strict=True)
        ]
        names = tuple(sorted(set().union(*named), key=_order))
        if several and len(names) > _MOST:
            raise DataError(
                f"{self._name} has {len(names):,} different labels, of which several may apply to "
                f"a text; expected {_MOST:,} at most. Leave rare ones out or join them; where "
                "only one applies, give a word in place of a list, or no separator."
            )
        numbers = _indicators(named, names) if several else _indices(named, names)
        return numbers[rows], names, several

    def _check(self, rows: NDArray[np.int32]) -> None:
        absent = [
            place
            for place, label in enumerate(self._different)
            if is_missing(label) or (isinstance(label, str) and not label)
        ]
        if absent:
            raise DataError(
                f"{np.isin(rows, absent).sum()} of {len(rows)} rows of {self._name} have no label, "
                f"the first is row {self._first_rows[absent[0]]}; leave such rows out, or name "
                "another label column with --label (label= in Python)"
            )


def is_missing(value: Any) -> bool:
    """Return whether a value is None, NaN, or one that answers no comparison, as pandas' NA."""
    if isinstance(value, np.ndarray):
        return False
    try:
        return value is None or bool(value != value)
    except ValueError:  # of a table, which compares cell by cell
        return False
    except (TypeError, ArithmeticError):
        return True


def _parts(label: Any, separator: str) -> list[Any]:
    if not isinstance(label, str):
        return label if isinstance(label, list) else [label]
    return [part for part in label.split(separator) if part.strip()]


def _label_name(label: Any, row: int, name: str) -> str:
    """Return the name of a label; a whole number has the same one however it is stored."""
    if isinstance(label, np.generic):
        label = label.item()
    if isinstance(label, float) and label.is_integer():
        label = int(label)
    if isinstance(label, str | Number) and str(label).strip().lower() not in ("", "nan"):
        return _whole(str(label).strip(), row, name)
    raise _no_label(label, row, name)


def _no_label(label: Any, row: int, name: str) -> DataError:
    return DataError(
        f"row {row} of {name} has {shown(label)} where a label was expected; expected a word or a "
        "number, or a list of them in every row"
    )


def _whole(label: str, row: int, name: str) -> str:
    """Return a label that a file can hold; two that it cannot may become no one label."""
    try:
        label.encode()
    except UnicodeEncodeError:
        raise DataError(
            f"row {row} of {name} has the label {shown(label)}, which is no UTF-8: half a "
            "character, or the name of a folder in another encoding. Rename it."
        ) from None
    return label


def _order(name: str) -> tuple[int, float, str]:
    """Sort numbers by value and words after them."""
    try:
        number = float(name)
    except ValueError:
        number = math.nan
    return (0, number, name) if math.isfinite(number) else (1, 0.0, name)


def _indices(rows: list[list[str]], names: tuple[str, ...]) -> NDArray[np.int32]:
    index = {label: number for number, label in enumerate(names)}
    return np.fromiter((index[label] for [label] in rows), dtype=np.int32, count=len(rows))


def _indicators(rows: list[list[str]], names: tuple[str, ...]) -> NDArray[np.int32]:
    index = {label: number for number, label in enumerate(names)}
    table = np.zeros((len(rows), len(names)), dtype=np.int32)
    for row, present in zip(table, rows, strict=True):
        row[[index[label] for label in present]] = 1
    return table
