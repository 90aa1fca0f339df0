"""Models of Keras' own layers, and back, with the same answers."""

import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from seqsent import build_model, from_keras, layers, to_keras

IDS = np.random.default_rng(0).integers(0, 9, (4, 6)).astype("int32")


def answers(model: keras.Model, ids: NDArray[np.int32] = IDS) -> NDArray[np.float32]:
    result: NDArray[np.float32] = model.predict(ids, verbose=0)
    return result


@pytest.mark.parametrize("bidirectional", [False, True])
def test_there_and_back(bidirectional: bool, tmp_path: Path) -> None:
    model = build_model(
        "gru", vocab_size=9, maxlen=6, embedding="onehot", bidirectional=bidirectional
    )
    stock = to_keras(model)
    stock.save(tmp_path / "stock.keras")
    with zipfile.ZipFile(tmp_path / "stock.keras") as archive:
        assert "seqsent" not in json.dumps(json.loads(archive.read("config.json"))["config"])
    loaded = keras.models.load_model(tmp_path / "stock.keras")
    np.testing.assert_allclose(answers(loaded), answers(model), atol=1e-6)
    back = from_keras(loaded)
    assert [(type(layer), layer.name) for layer in back.layers] == [
        (type(layer), layer.name) for layer in model.layers
    ]
    np.testing.assert_allclose(answers(back), answers(model), atol=1e-6)


def test_one_word_stays_a_text() -> None:
    model = build_model("lstm", vocab_size=9, embedding="onehot")
    np.testing.assert_allclose(
        answers(to_keras(model), IDS[:, :1]), answers(model, IDS[:, :1]), atol=1e-6
    )


def test_masks_and_other_layers_stay() -> None:
    ids = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(9, 3, mask_zero=True)(ids)
    states = layers.Bidirectional(layers.GRU(2, return_sequences=True, dropout=0.5))(embedded)
    both = keras.ops.add(layers.LSTM(4)(states), 1)
    model = keras.Model(ids, both)
    stock = to_keras(model)
    assert not any("seqsent" in type(layer).__module__ for layer in stock.layers)
    np.testing.assert_allclose(answers(stock), answers(model), atol=1e-6)


def test_rows_that_another_layer_reads_are_kept() -> None:
    ids = keras.Input((6,), dtype="int32")
    model = keras.Model(ids, keras.layers.Conv1D(2, 3)(layers.OneHot(9)(ids)))
    np.testing.assert_allclose(answers(to_keras(model)), answers(model), atol=1e-6)
    assert isinstance(from_keras(to_keras(model)).layers[1], layers.OneHot)


def test_sequential_models_and_models_within_models() -> None:
    inner = keras.Sequential([keras.Input((6, 5)), keras.layers.GRU(2), keras.layers.Dense(3)])
    ids = keras.Input((6,), dtype="int32")
    model = keras.Model(ids, inner(keras.layers.Embedding(9, 5)(ids)))
    fused = from_keras(model)
    assert isinstance(fused.layers[-1].layers[1], layers.GRU)
    np.testing.assert_allclose(answers(fused), answers(model), atol=1e-6)
