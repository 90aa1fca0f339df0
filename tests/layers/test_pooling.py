"""One vector per text, whichever way it is kept."""

import keras
import numpy as np
import pytest

from seqsent.layers import LSTM, Pooling, summarise

X = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)


@pytest.mark.parametrize("pooling", ["last", "mean", "max"])
def test_pooling_keeps_what_it_says(pooling: Pooling) -> None:
    layer = LSTM(4, return_sequences=pooling != "last")
    kept = keras.ops.convert_to_numpy(summarise(layer, X, pooling=pooling))
    states = keras.ops.convert_to_numpy(layer(X))
    expected = {"last": lambda s: s, "mean": lambda s: s.mean(1), "max": lambda s: s.max(1)}
    np.testing.assert_allclose(kept, expected[pooling](states), atol=1e-6)


@pytest.mark.parametrize("pooling", ["last", "mean", "max"])
def test_both_directions_lie_side_by_side(pooling: Pooling) -> None:
    layer = LSTM(4, return_sequences=pooling != "last")
    assert summarise(layer, X, bidirectional=True, pooling=pooling).shape == (2, 8)
