"""StoredTexts: a sequence of texts that need not fit into memory."""

from __future__ import annotations

import reprlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from seqsent.datasets.spool import Spool


@dataclass(frozen=True, eq=False, repr=False)
class StoredTexts(Sequence[str]):
    """Texts that are read when they are asked for; equal to any sequence of the same texts.

    Parameters
    ----------
    spool : Spool
        Where they lie.
    begins, ends : ndarray of int64, shape (texts,)
        The places of each text's bytes.
    """

    spool: Spool
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Iterable[str]) -> StoredTexts:
        """Store texts as they come."""
        spool, sizes = Spool(), array("q")
        for text in texts:
            content = text.encode("utf-8", "surrogatepass")
            spool.write(content)
            sizes.append(len(content))
        ends = np.cumsum(np.frombuffer(sizes, dtype=np.int64))
        return cls(spool, ends - sizes, ends)

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> StoredTexts: ...

    def __getitem__(self, place: int | slice) -> str | StoredTexts:
        """Return a text, or those of a slice, which stay where they are."""
        if isinstance(place, slice):
            return self.take(place)
        return self._text(int(self.begins[place]), int(self.ends[place]))

    def __iter__(self) -> Iterator[str]:
        """Yield the texts one by one."""
        return map(self._text, map(int, self.begins), map(int, self.ends))

    def _text(self, begin: int, end: int) -> str:
        return self.spool.read(begin, end).decode("utf-8", "surrogatepass")

    def take(self, rows: slice | NDArray[np.integer[Any]]) -> StoredTexts:
        """Return some of the texts, which stay where they are."""
        return StoredTexts(self.spool, self.begins[rows], self.ends[rows])

    def __eq__(self, other: object) -> bool:
        """Compare text by text."""
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(map(str.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]  # as a list has none

    def __repr__(self) -> str:
        """Show the first texts."""
        return f"StoredTexts({reprlib.repr(list(self[:7]))})"

    def __reduce__(self) -> tuple[Callable[[list[str]], StoredTexts], tuple[list[str]]]:
        """Take the texts along: another process would not find a file without a name."""
        return StoredTexts.of, (list(self),)
