"""Lines are passed on as they arrive, in order, and none is lost."""

from collections.abc import Iterator
from queue import Queue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsent.streams import batches


@given(st.lists(st.text()), st.integers(1, 5))
def test_no_line_is_lost(lines: list[str], most: int) -> None:
    got = list(batches(lines, most))
    assert [line for batch in got for line in batch] == lines
    assert all(1 <= len(batch) <= most for batch in got)


def test_what_has_arrived_does_not_wait() -> None:
    """A producer that waits for each answer before it sends the next line."""
    answers: Queue[str] = Queue()

    def lines() -> Iterator[str]:
        for line in "abc":
            yield line
            assert answers.get(timeout=10) == line

    for batch in batches(lines(), 100):
        for line in batch:
            answers.put(line)


def test_an_error_comes_after_the_lines_before_it() -> None:
    def lines() -> Iterator[str]:
        yield "a"
        raise ValueError("broken")

    got = batches(lines(), 1)
    assert next(got) == ["a"]
    with pytest.raises(ValueError, match="broken"):
        next(got)
