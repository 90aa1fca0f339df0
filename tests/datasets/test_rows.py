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


@given(TEXTS, TEXTS, st.integers(1, 9), SIDES, st.booleans())
def test_rows_go_on_with_others(
    texts: list[str], more: list[str], maxlen: int, side: Any, narrow: bool
) -> None:
    encoder = TextEncoder.fit(texts + more, maxlen=maxlen, padding=side)
    rows = [Rows.encoded(encoder, some) for some in (texts, more)]
    joined, expected = rows[0].followed_by(rows[1]), Rows.encoded(encoder, texts + more)
    if narrow:
        joined, expected = joined.narrowed(), expected.narrowed()
    np.testing.assert_array_equal(joined[:], expected[:])


def test_many_rows_go_on_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 2)
    texts = ["a b", "b", "b b a", "a", "b a"]
    encoder = TextEncoder.fit(texts, maxlen=3)
    rows = Rows.encoded(encoder, texts)
    np.testing.assert_array_equal(rows.followed_by(rows)[:], np.tile(rows[:], (2, 1)))


@given(st.lists(st.integers(1, 8), min_size=6, max_size=6), st.permutations(range(6)))
def test_beside_each_row_come_others_about_as_wide(lengths: list[int], order: list[int]) -> None:
    encoder = TextEncoder.fit(["a"], maxlen=8)
    rows = Rows.encoded(encoder, ["a " * length for length in lengths])
    one, two = np.array(order[:2]), np.array(order[2:])
    beside = rows.beside(one, two)
    assert sorted(beside.flatten()) == sorted(two)
    needed = module.widths(rows.lengths, 8)
    short, long = np.argsort(needed[one], kind="stable")
    assert needed[beside[short]].max() <= needed[beside[long]].min()
