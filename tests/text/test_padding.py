"""Rows are those of the textbook's pad_sequences."""

import keras
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqsent.text import pad


@given(st.lists(st.lists(st.integers(1, 1_000), max_size=12), min_size=1), st.integers(1, 15))
def test_rows_equal_keras_pad_sequences(texts: list[list[int]], maxlen: int) -> None:
    lengths = np.array([len(text) for text in texts])
    flat = np.array([id for text in texts for id in text], dtype=np.int32)
    rows = pad(flat, lengths, maxlen)
    assert rows.dtype == np.int32
    np.testing.assert_array_equal(rows, keras.utils.pad_sequences(texts, maxlen=maxlen))
