"""Lists of whole numbers out of a NumPy array of objects, which NumPy writes as a pickle.

A pickle is a program for a stack machine that may call anything and count on any memory. Of this
machine there are here only the instructions that such an array needs; none of them calls, imports
or repeats anything, so that what comes out is no larger than what went in.
"""

from __future__ import annotations

import re
from typing import Any

# Whole numbers of one, two and four bytes; lists have runs of them.
_NUMBER = re.compile(rb"K.|M..|J.{4}", re.DOTALL)

_INSTRUCTION = re.compile(
    rb"""
      (?P<numbers> (?: K. | M.. | J.{4} )++ )
    | (?P<list>    \] )
    | (?P<mark>    \( )
    | (?P<items>   [ae] )                               # for the list below: one, or to the mark
    | (?P<aside>   q. | r.{4} | \x94 | \x95.{8} | \x80. ) # for the memo, which nothing asks
    | (?P<name>    h. | c[\w.]+\n\w+\n | [N)\x88\x89] )
    | (?P<text>    [\x8cCU]. | X.{4} )
    | (?P<tuple>   [\x85-\x87t] )
    | (?P<call>    [R\x93] )                            # of a name, which stays what it is
    | (?P<state>   b )
    """,
    re.DOTALL | re.VERBOSE,
)

# What pickle writes, and room to spare: some thirty instructions about the array; five for a list;
# and three for every further thousand numbers of it, which are two thousand bytes or more.
_PER_ARRAY, _PER_LIST, _BYTES_PER_PIECE = 100, 6, 256


class _Numbers(dict[bytes, int]):
    """What each number is that was met; the same few thousand come again and again."""

    def __missing__(self, written: bytes) -> int:
        number = int.from_bytes(written[1:], "little", signed=written[:1] == b"J")
        self[written] = number
        return number


def read_lists(program: bytes, rows: int) -> list[list[int]]:
    """Return the items of an array.

    Parameters
    ----------
    program : bytes
        The pickle of an array of objects, of any protocol from 2.
    rows : int
        How many items the array says it has.

    Returns
    -------
    list of list of int
        If what was written is that; otherwise the items are of other kinds.

    Raises
    ------
    ValueError
        When there is another instruction in it, or more of them than so many lists take, or it
        ends before its end.
    """
    most = _PER_ARRAY + _PER_LIST * rows + len(program) // _BYTES_PER_PIECE
    stack: list[Any] = []
    marks: list[int] = []
    numbers = _Numbers()
    state: Any = ()
    place = 0
    while program[place : place + 1] != b".":
        found = _INSTRUCTION.match(program, place)
        if found is None:
            raise ValueError(
                f"byte {place} of its reviews says {program[place : place + 1]!r}; expected lists "
                "of whole numbers and nothing else"
            )
        most -= 1
        if most < 0:
            raise ValueError(f"its reviews take more instructions than {rows:,} lists have")
        written, kind = found.group(), found.lastgroup
        place = found.end()
        if kind == "numbers":
            stack.extend(map(numbers.__getitem__, _NUMBER.findall(written)))
        elif kind == "list":
            stack.append([])
        elif kind == "mark":
            marks.append(len(stack))
        elif kind == "items":
            mark = len(stack) - 1 if written == b"a" else marks.pop()
            stack[mark - 1].extend(stack[mark:])
            del stack[mark:]
        elif kind == "name":
            stack.append(None)
        elif kind == "text":
            place += int.from_bytes(written[1:], "little")
            stack.append(None)
        elif kind == "tuple":
            mark = marks.pop() if written == b"t" else len(stack) - (written[0] - 0x84)
            stack[mark:] = [tuple(stack[mark:])]
        elif kind == "call":
            stack.pop()
        elif kind == "state":
            state = stack.pop()
    items: list[list[int]] = state[-1]
    return items
