"""A network learns which word follows, and keeps what it learned."""

import dataclasses
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqsent import OptionError, Recipe, Splits, build_model, load_synthetic, set_seed
from seqsent.datasets import Examples
from seqsent.layers.language import NextWord
from seqsent.pretraining import pretrain

RECIPE = Recipe("adam", 0.02, batch_size=16, epochs=6, adversarial=0.5, virtual=0.5, average=0.9)
READERS: dict[str, tuple[str, dict[str, Any]]] = {
    "one direction": ("lstm", {"units": 4}),
    "both": ("gru", {"units": 4, "bidirectional": True, "pooling": "mean-max"}),
    "two layers": ("stacked", {"widths": (5, 4)}),
}
WORDS, TIME = 12, 8


@pytest.fixture(scope="module")
def counting() -> Splits:
    """Return texts that count on from some number: the word before says which comes next."""
    splits = load_synthetic(size=300, maxlen=TIME)

    def counted(part: Examples) -> Examples:
        first = np.arange(len(part))[:, np.newaxis]
        ids = 3 + (first + np.arange(TIME)) % (WORDS - 3)
        ids[::3, -2:] = 0
        return Examples(ids.astype(np.int32), part.labels)

    parts: Any = {name: counted(getattr(splits, name)) for name in ("train", "validation", "test")}
    return dataclasses.replace(splits, **parts, vocab_size=WORDS)


def model_of(kind: str, **options: Any) -> keras.Model:
    set_seed(0)
    name, own = READERS[kind]
    return build_model(name, vocab_size=WORDS, embedding=6, **own, **options)


@pytest.mark.parametrize(
    "kind",
    [
        "both",
        pytest.param("one direction", marks=pytest.mark.any_backend),
        pytest.param("two layers", marks=pytest.mark.any_backend),
    ],
)
@pytest.mark.parametrize("masked", [pytest.param(False, marks=pytest.mark.any_backend), True])
def test_what_follows_is_learned(kind: str, masked: bool, counting: Splits) -> None:
    model = model_of(kind, mask_padding=masked)
    before = {weight.path: keras.ops.convert_to_numpy(weight) for weight in model.weights}
    answered = model.output_shape, model(counting.test.ids[:4]).shape
    history = pretrain(model, counting, RECIPE)
    assert history.best.val_loss < 0.5 * np.log(WORDS)
    changed = {
        weight.path
        for weight in model.weights
        if not np.array_equal(keras.ops.convert_to_numpy(weight), before[weight.path])
    }
    assert any("embedding" in path for path in changed)
    assert any("kernel" in path for path in changed)
    assert not any("head" in path for path in changed)
    assert (model.output_shape, model(counting.test.ids[:4]).shape) == answered


def test_the_loss_is_that_of_all_words_where_all_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    embedding = keras.layers.Embedding(WORDS, 3)
    layer = NextWord(embedding)
    draw = np.random.default_rng(0)
    states = draw.normal(size=(2, 4, 5)).astype("float32")
    ids = np.array([[5, 3, 4, 0], [6, 6, 7, 8]], dtype="int32")
    found = keras.ops.convert_to_numpy(layer([states, ids]))
    # Many draws stand for all words, each as often as its logit is corrected for.
    matrix = keras.ops.convert_to_numpy(embedding.embeddings)
    questions = keras.ops.convert_to_numpy(layer.question(states))
    logits = (questions @ matrix.T).astype(np.float64)
    chances = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    expected = [
        -np.mean([chances[row, step, ids[row, step + 1]] for step in steps])
        for row, steps in ((0, (0, 1)), (1, (0, 1, 2)))
    ]
    np.testing.assert_allclose(found[:, 0], expected, atol=0.15)


@pytest.mark.any_backend
def test_unlabelled_texts_are_learned_from(counting: Splits) -> None:
    few = dataclasses.replace(counting, train=Examples(*(c[:16] for c in counting.train)))
    recipe = dataclasses.replace(RECIPE, epochs=3)
    alone, beside = (
        pretrain(model_of("one direction"), few, recipe, unlabelled=more).best.val_loss
        for more in (None, counting.train.ids)
    )
    assert beside < alone


def test_it_goes_on_after_an_interruption(counting: Splits, tmp_path: Path) -> None:
    recipe = dataclasses.replace(RECIPE, epochs=2)
    whole, resumed = model_of("both"), model_of("both")
    pretrain(whole, counting, recipe)
    short = dataclasses.replace(recipe, epochs=1)
    pretrain(model_of("both"), counting, short, directory=tmp_path)
    pretrain(resumed, counting, recipe, directory=tmp_path)
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_network_without_words_to_learn_from_is_refused(counting: Splits) -> None:
    model = build_model("gru", vocab_size=WORDS, embedding="onehot")
    with pytest.raises(OptionError, match="no recurrent layer over an embedding"):
        pretrain(model, counting, RECIPE)
