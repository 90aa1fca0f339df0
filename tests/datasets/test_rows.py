"""Rows are the array that `encode` gives, whatever is asked of them."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsent import OutputError, TextEncoder
from seqsent.datasets import rows as module
from seqsent.datasets import spool
from seqsent.datasets.rows import Rows

TEXTS = st.lists(st.text("ab ", max_size=30), min_size=1, max_size=12)
SIDES = st.sampled_from(["front", "back"])


@given(TEXTS, st.integers(1, 9), SIDES, st.data())
def test_rows_are_those_of_encode(texts: list[str], maxlen: int, side: Any, data: Any) -> None:
    encoder = TextEncoder.fit(texts, maxlen=maxlen, padding=side)
    expected, rows = encoder.encode(texts), Rows.encoded(encoder, texts)
    assert (rows.shape, rows.size, rows.dtype) == (expected.shape, expected.size, expected.dtype)
    assert (rows.min(), rows.max()) == (expected.min(), expected.max())
    some = data.draw(st.lists(st.integers(0, len(texts) - 1)))
    for asked in (np.array(some, dtype=np.int64), slice(0, 3), slice(None)):
        np.testing.assert_array_equal(rows[asked], expected[asked])


@given(TEXTS, st.integers(1, 9), SIDES)
def test_narrow_rows_lack_nothing_but_padding(texts: list[str], maxlen: int, side: Any) -> None:
    encoder = TextEncoder.fit(texts, maxlen=maxlen, padding=side)
    expected, rows = encoder.encode(texts), Rows.encoded(encoder, texts).narrowed()
    narrow = rows[:]
    kept, cut = (maxlen - narrow.shape[1], 0) if side == "front" else (0, narrow.shape[1])
    np.testing.assert_array_equal(
        narrow, expected[:, kept:] if side == "front" else expected[:, :cut]
    )
    assert np.count_nonzero(narrow) == np.count_nonzero(expected)
    widths = {rows[[row]].shape[1] for row in range(len(texts))}
    assert len(widths) <= module.WIDTHS


def test_no_texts_are_no_rows() -> None:
    encoder = TextEncoder.fit(["a"], maxlen=4)
    assert Rows.encoded(encoder, [])[:].shape == (0, 4)


def test_texts_are_encoded_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["a b", "", "b", "a a a", "b a"]
    encoder = TextEncoder.fit(texts, maxlen=3)
    monkeypatch.setattr(module, "CHARACTERS", 2)
    np.testing.assert_array_equal(Rows.encoded(encoder, texts)[:], encoder.encode(texts))


def test_a_folder_for_passing_files_that_is_gone_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    monkeypatch.setattr(spool, "IN_MEMORY", 0)
    encoder = TextEncoder.fit(["a"], maxlen=4)
    with pytest.raises(OutputError, match=r"gone has no room for .* Make room, or name another"):
        Rows.encoded(encoder, ["a"])


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40), st.integers(1, 8), st.randoms())
def test_rows_that_come_together_are_about_equally_long(
    lengths: list[int], count: int, random: Any
) -> None:
    encoder = TextEncoder.fit(["a"], maxlen=9, padding="back")
    rows = Rows.encoded(encoder, ["a " * (length - 1) for length in lengths]).narrowed()
    order = list(range(len(lengths)))
    random.shuffle(order)
    together = rows.together(np.array(order), count)
    assert sorted(together) == sorted(order)
    groups = [together[begin : begin + count] for begin in range(0, len(order), count)]
    several = [group for group in groups if len(set(module.widths(rows.lengths[group], 9))) > 1]
    assert len(several) < module.WIDTHS
