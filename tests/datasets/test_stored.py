"""Stored texts are the sequence that they were made of."""

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils import _safe_indexing

from seqsent.datasets import spool
from seqsent.datasets.stored import StoredTexts

# Halves of characters too: Python's texts may have them.
TEXTS = st.lists(st.text(st.characters(), max_size=9), max_size=9)


@given(TEXTS, st.integers(0, 30), st.data())
def test_it_is_the_same_sequence(texts: list[str], in_memory: int, data: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "IN_MEMORY", in_memory)
        stored = StoredTexts.of(iter(texts))
    assert stored == texts
    assert texts == stored
    assert list(stored) == texts
    assert len(stored) == len(texts)
    some = data.draw(st.slices(len(texts)))
    assert stored[some] == texts[some]
    if texts:
        place = data.draw(st.integers(-len(texts), len(texts) - 1))
        assert stored[place] == texts[place]
        rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=20))
        assert stored.take(np.array(rows, dtype=np.intp)) == [texts[row] for row in rows]


def test_it_is_no_other_sequence() -> None:
    stored = StoredTexts.of(["a", "b"])
    for other in (["a"], ["a", "c"], ["b", "a"], "ab", None):
        assert stored != other
    with pytest.raises(IndexError):
        stored[2]


def test_copies_go_anywhere() -> None:
    stored = StoredTexts.of(["a", "좋은 영화", "b"])[1:]
    assert copy.deepcopy(stored) == pickle.loads(pickle.dumps(stored)) == ["좋은 영화", "b"]


def test_people_see_its_beginning() -> None:
    assert repr(StoredTexts.of(["a", "b"])) == "StoredTexts(['a', 'b'])"
    assert len(repr(StoredTexts.of(["a" * 999] * 999))) < 300


def test_scikit_learn_takes_rows_of_it() -> None:
    stored = StoredTexts.of(["a", "b", "c"])
    assert list(_safe_indexing(stored, np.array([2, 0]))) == ["c", "a"]
