"""One vector per text, whichever way it is kept."""

import keras
import numpy as np
import pytest

from seqsent.layers import LSTM, Pooling, TimePooling, summarise

X = np.random.default_rng(0).normal(size=(2, 5, 3)).astype(np.float32)


@pytest.mark.parametrize("pooling", ["last", "mean", "max"])
def test_pooling_keeps_what_it_says(pooling: Pooling) -> None:
    layer = LSTM(4, return_sequences=pooling != "last")
    kept = keras.ops.convert_to_numpy(summarise(layer, X, pooling=pooling))
    states = keras.ops.convert_to_numpy(layer(X))
    expected = {"last": lambda s: s, "mean": lambda s: s.mean(1), "max": lambda s: s.max(1)}
    np.testing.assert_allclose(kept, expected[pooling](states), atol=1e-6)


def test_mean_and_maximum_lie_side_by_side() -> None:
    layer = LSTM(4, return_sequences=True)
    poolings: list[Pooling] = ["mean", "max", "mean-max"]
    mean, largest, both = (
        keras.ops.convert_to_numpy(summarise(layer, X, pooling=pooling)) for pooling in poolings
    )
    np.testing.assert_array_equal(both, np.concatenate([mean, largest], axis=1))


@pytest.mark.parametrize("pooling", ["mean", "max", "mean-max"])
def test_masked_steps_do_not_count(pooling: Pooling) -> None:
    pool, real = TimePooling(pooling), X[:, :3]
    padded = np.concatenate([real, 9 * np.ones_like(real)], axis=1)
    mask = np.arange(6) < 3
    kept, expected = pool(padded, mask=np.stack([mask, mask])), pool(real)
    to_numpy = keras.ops.convert_to_numpy
    np.testing.assert_allclose(to_numpy(kept), to_numpy(expected), rtol=1e-6)


@pytest.mark.parametrize("pooling", ["mean", "max", "mean-max"])
def test_a_text_of_padding_alone_has_nothing_to_keep(pooling: Pooling) -> None:
    mask = np.stack([np.zeros(5, dtype=bool), np.ones(5, dtype=bool)])
    pool = TimePooling(pooling)
    nothing, kept = keras.ops.convert_to_numpy(pool(-1 - np.abs(X), mask=mask))
    np.testing.assert_array_equal(nothing, np.zeros_like(nothing))
    assert (kept <= -1).all()


@pytest.mark.parametrize("pooling", ["mean", "max", "mean-max"])
def test_it_is_made_again_from_its_configuration(pooling: Pooling) -> None:
    pool = TimePooling(pooling)
    again = TimePooling.from_config(pool.get_config())
    assert again.pooling == pooling
    assert pool.compute_output_shape((2, 5, 3)) == tuple(pool(X).shape)


@pytest.mark.parametrize("pooling", ["last", "mean", "max"])
def test_both_directions_lie_side_by_side(pooling: Pooling) -> None:
    layer = LSTM(4, return_sequences=pooling != "last")
    assert summarise(layer, X, bidirectional=True, pooling=pooling).shape == (2, 8)
