"""Both directions, several layers, masks, and one-hot rows that are never made."""

from pathlib import Path

import keras
import numpy as np

from seqsent.layers import GRU, LSTM, Bidirectional, OneHot

IDS = np.random.default_rng(0).integers(0, 9, (5, 7)).astype("int32") * [[1], [1], [1], [1], [0]]


def test_a_saved_stack_answers_the_same(tmp_path: Path) -> None:
    """The embedding's mask goes through both; the last row is empty."""
    ids = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(9, 3, mask_zero=True)(ids)
    states = Bidirectional(GRU(2, return_sequences=True))(embedded)
    model = keras.Model(ids, LSTM(3)(states))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert [type(layer) for layer in loaded.layers] == [type(layer) for layer in model.layers]
    np.testing.assert_allclose(
        loaded.predict(IDS, verbose=0), model.predict(IDS, verbose=0), atol=1e-6
    )


def test_layers_take_ids_instead_of_rows() -> None:
    ids = keras.Input((7,), dtype="int32")
    rows = OneHot(9)(ids)
    alone, both = LSTM(2), Bidirectional(LSTM(2))
    model = keras.Model(ids, [alone(rows), both(rows)])
    assert (alone.vocab_size, both.vocab_size) == (9, 9)
    assert not any(isinstance(layer, OneHot) for layer in model.layers)


def test_a_layer_built_for_rows_keeps_taking_them() -> None:
    layer = LSTM(2)
    layer.build((None, 7, 9))
    ids = keras.Input((7,), dtype="int32")
    model = keras.Model(ids, layer(OneHot(9)(ids)))
    assert layer.vocab_size is None
    assert isinstance(model.layers[1], OneHot)
