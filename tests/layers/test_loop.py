"""A loop gives what Keras' own steps give over the same batches, to rounding."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from seqsent import build_model, set_seed
from seqsent.layers import Loop

VOCABULARY, TIME, BATCH = 20, 7, 8
TEXTS = 5 * BATCH + 3  # the last batch is smaller than the others
WHOLE = 5 * BATCH  # where that does not matter: a smaller one is compiled once more

HEADS: dict[str, dict[str, Any]] = {
    "binary": {},
    "softmax": {"num_classes": 3},
    "multi-label": {"num_classes": 3, "multi_label": True},
}


def compiled(
    head: str = "binary", optimizer: str = "rmsprop", run_eagerly: bool = False, **options: Any
) -> keras.Model:
    set_seed(3)
    model = build_model(
        "lstm", vocab_size=VOCABULARY, maxlen=TIME, units=4, **HEADS[head], **options
    )
    loss = "sparse_categorical_crossentropy" if head == "softmax" else "binary_crossentropy"
    optimizer = keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": 0.01}})
    model.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=run_eagerly)
    return model


def arrays(head: str = "binary", texts: int = TEXTS) -> tuple[NDArray[Any], NDArray[Any]]:
    draw = np.random.default_rng(5)
    ids = draw.integers(0, VOCABULARY, (texts, TIME)).astype(np.int32)
    labels = {
        "binary": ids[:, 0] % 2,
        "softmax": ids[:, 0] % 3,
        "multi-label": ids[:, :3] % 2,
    }[head]
    return ids, labels.astype(np.int64)


def plain_epoch(
    model: keras.Model, columns: tuple[NDArray[Any], ...], order: NDArray[Any]
) -> dict[str, float]:
    totals = {"loss": 0.0, "accuracy": 0.0}
    for begin in range(0, len(order), BATCH):
        rows = order[begin : begin + BATCH]
        figures = model.train_on_batch(*(column[rows] for column in columns), return_dict=True)
        for name in totals:
            totals[name] += float(figures[name]) * len(rows)
    return {name: total / len(order) for name, total in totals.items()}


def assert_same_training(
    columns: tuple[NDArray[Any], ...], steps_per_call: int = 64, **options: Any
) -> None:
    orders = [np.random.default_rng(epoch).permutation(len(columns[0])) for epoch in range(2)]
    # A graph of TensorFlow's takes longer to build than these few steps do without one.
    eagerly = keras.backend.backend() == "tensorflow"
    expected = compiled(run_eagerly=eagerly, **options)
    plain = [plain_epoch(expected, columns, order) for order in orders]
    model = compiled(**options)
    loop = Loop(model)
    for order, figures in zip(orders, plain, strict=True):
        mine = loop.train_epoch(columns, order, BATCH, steps_per_call)
        assert mine == pytest.approx(figures, rel=1e-5)
    for mine, theirs in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("head", HEADS)
def test_training_is_that_of_the_plain_loop(head: str, weighted: bool) -> None:
    columns = arrays(head)
    weight = np.random.default_rng(1).uniform(0, 2, TEXTS)
    assert_same_training((*columns, weight) if weighted else columns, head=head)


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "sgd"])
def test_optimizers_step_as_they_do_in_keras(optimizer: str) -> None:
    assert_same_training(arrays(texts=WHOLE), optimizer=optimizer)


def test_dropout_drops_the_same() -> None:
    assert_same_training(arrays(texts=WHOLE), dropout=0.4, recurrent_dropout=0.3)


def test_fewer_texts_than_a_batch_are_one_batch() -> None:
    assert_same_training(arrays(texts=BATCH - 3))


def test_many_batches_are_several_calls() -> None:
    assert_same_training(arrays(), steps_per_call=2)


@pytest.fixture
def xla(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have XLA compile however few batches there are."""
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow has two ways to go")
    monkeypatch.setattr(import_module("seqsent.layers._loop_tensorflow"), "WORTH_COMPILING", 1)


@pytest.mark.usefixtures("xla")
def test_training_is_that_of_the_plain_loop_under_xla(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "seqsent"):
        assert_same_training(arrays())
    assert "without XLA" not in caplog.text


@pytest.mark.usefixtures("xla")
def test_xla_gives_no_other_dropout(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "seqsent"):
        assert_same_training(arrays(texts=WHOLE), dropout=0.4, recurrent_dropout=0.3)
    assert "random numbers" in caplog.text


@pytest.mark.usefixtures("xla")
def test_what_xla_cannot_compile_trains_without_it(caplog: pytest.LogCaptureFixture) -> None:
    import tensorflow as tf

    ids = keras.Input((TIME,), dtype="int32")
    words = keras.layers.Lambda(lambda ids: tf.strings.length(tf.strings.as_string(ids)))(ids)
    head = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Model(ids, head(keras.ops.cast(words, "float32")))
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    with caplog.at_level("DEBUG", "seqsent"):
        Loop(model).train_epoch(arrays(), np.arange(TEXTS), BATCH)
    assert "without XLA" in caplog.text
    assert int(model.optimizer.iterations) == 6


def test_half_precision_trains(request: pytest.FixtureRequest) -> None:
    request.addfinalizer(lambda: keras.config.set_dtype_policy("float32"))
    keras.config.set_dtype_policy("mixed_float16")
    model, columns = compiled(), arrays()
    loop = Loop(model)
    losses = [loop.train_epoch(columns, np.arange(WHOLE), BATCH)["loss"] for _ in range(5)]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("head", HEADS)
def test_evaluation_is_keras_own(head: str, weighted: bool) -> None:
    columns: tuple[NDArray[Any], ...] = arrays(head)
    if weighted:
        columns = (*columns, np.random.default_rng(1).uniform(0, 2, TEXTS))
    model = compiled(head, dropout=0.5)
    figures = Loop(model).evaluate(columns, BATCH)
    ids, labels, *weight = columns
    expected = model.evaluate(
        ids, labels, BATCH, 0, sample_weight=weight[0] if weight else None, return_dict=True
    )
    assert figures == pytest.approx(expected, rel=1e-5)


def test_an_epoch_without_order_learns_nothing() -> None:
    model = compiled()
    before = model.get_weights()
    Loop(model).train_epoch(arrays(), np.arange(0), BATCH)
    assert all(np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True))


def test_the_optimizer_goes_on_where_it_was() -> None:
    model = compiled()
    for _ in range(2):
        Loop(model).train_epoch(arrays(), np.arange(TEXTS), BATCH)
    assert int(model.optimizer.iterations) == 2 * 6


def test_losses_of_layers_count() -> None:
    def regularised() -> keras.Model:
        set_seed(3)
        ids = keras.Input((TIME,), dtype="int32")
        embedded = keras.layers.Embedding(VOCABULARY, 3, embeddings_regularizer="l2")(ids)
        pooled = keras.layers.GlobalAveragePooling1D()(embedded)
        head = keras.layers.Dense(1, activation="sigmoid", activity_regularizer="l1")
        model = keras.Model(ids, head(pooled))
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        return model

    model, order = regularised(), np.arange(TEXTS)
    figures = Loop(model).train_epoch(arrays(), order, BATCH)
    assert figures == pytest.approx(plain_epoch(regularised(), arrays(), order), rel=1e-5)


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="PyTorch shares a step's work out")
@pytest.mark.parametrize(("units", "expected"), [(4, 1), (128, 2)])
def test_small_products_are_computed_in_one_thread_others_in_two(
    units: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setenv("SEQSENT_THREADS", "2")

    used = []

    class Spy(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            used.append(torch.get_num_threads())
            return x

    inputs = keras.Input((TIME,), dtype="int32")
    x = keras.layers.Embedding(VOCABULARY, 4)(inputs)
    x = Spy()(keras.layers.LSTM(units)(x))
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(x))
    model.compile("sgd", "binary_crossentropy")
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        Loop(model).train_epoch(arrays(), np.arange(TEXTS), BATCH)
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    assert set(used[-5:]) == {expected}


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="the others call a compiled step")
def test_only_models_of_simple_layers_in_a_row_are_called_without_keras() -> None:
    from seqsent.layers import _loop_torch

    ids = keras.ops.convert_to_tensor(arrays()[0])
    for model in (compiled(), compiled("softmax", dropout=0.3)):
        chain = _loop_torch._chain(model)
        assert chain is not None
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(chain(ids, training=False)),
            keras.ops.convert_to_numpy(model(ids, training=False)),
        )
    inputs = keras.Input((TIME,), dtype="int32")
    masked = keras.layers.Embedding(VOCABULARY, 4, mask_zero=True)(inputs)
    embedded = keras.layers.Embedding(VOCABULARY, 4)(inputs)
    regularised = keras.layers.Dense(1, activity_regularizer="l2")(keras.layers.Flatten()(embedded))
    twice = keras.layers.Add()([embedded, embedded])
    for output in (masked, regularised, twice):
        assert _loop_torch._chain(keras.Model(inputs, output)) is None


def test_an_adversary_adds_the_loss_of_words_moved_up_its_slope() -> None:
    strength, columns = 0.5, arrays()
    model = compiled()
    _, embedding, encoder, head = model.layers
    words = keras.ops.convert_to_numpy(embedding(columns[0]))

    def losses(words: NDArray[Any]) -> NDArray[np.float64]:
        answers = keras.ops.convert_to_numpy(head(encoder(words))).astype(np.float64)
        chances = answers.reshape(-1, TEXTS)
        return np.asarray(-np.log(np.where(columns[1], chances, 1 - chances)))

    # Each text's slope by differences, all of them at once; its loss there is larger than
    # anywhere near.
    size = words[0].size
    steps = 1e-2 * np.eye(size, dtype=words.dtype).reshape(size, 1, *words.shape[1:])
    sides = [losses((words + step).reshape(-1, *words.shape[1:])) for step in (steps, -steps)]
    slope = ((sides[0] - sides[1]) / 2e-2).T.reshape(words.shape)
    move = strength * slope / np.sqrt((slope**2).sum(axis=(1, 2), keepdims=True))
    expected = losses(words).mean() + losses(words + move).mean()
    model.optimizer.learning_rate = 0.0
    loop = Loop(model, adversarial=strength)
    found = loop.train_epoch(columns, np.arange(TEXTS), TEXTS)["loss"]
    assert found == pytest.approx(expected, rel=2e-3)
    assert found > 2 * losses(words).mean()
    assert loop.evaluate(columns, TEXTS)["loss"] == pytest.approx(losses(words).mean(), rel=1e-4)
    assert "compute_loss" not in vars(model)


def test_a_masked_network_with_dropout_learns_from_adversaries() -> None:
    set_seed(0)
    shares: dict[str, Any] = {"word_dropout": 0.1, "embedding_dropout": 0.1}
    model = build_model(
        "gru",
        vocab_size=VOCABULARY,
        bidirectional=True,
        pooling="mean-max",
        mask_padding=True,
        units=3,
        **shares,
    )
    model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    loop, columns = Loop(model, adversarial=0.1), arrays()
    losses = [loop.train_epoch(columns, np.arange(WHOLE), BATCH)["loss"] for _ in range(12)]
    assert losses[-1] < losses[0]


def test_an_adversary_needs_an_embedding() -> None:
    model = build_model("gru", vocab_size=VOCABULARY, embedding="onehot")
    model.compile("sgd", "binary_crossentropy")
    with pytest.raises(ValueError, match="no embedding"):
        Loop(model, adversarial=1.0)


def test_a_virtual_adversary_asks_for_the_answer_given_and_for_no_label() -> None:
    model, columns = compiled(), arrays()
    model.optimizer.learning_rate = 0.0
    answers = keras.ops.convert_to_numpy(model(columns[0])).ravel().astype(np.float64)
    plain = Loop(model)
    loops = {kind: Loop(model, **{kind: 0.5}) for kind in ("adversarial", "virtual")}
    found = {}
    for labels in (answers > 0.5, answers <= 0.5):
        columns = (columns[0], labels.astype(columns[1].dtype))
        without = plain.train_epoch(columns, np.arange(TEXTS), TEXTS)["loss"]
        for kind, loop in loops.items():
            added = loop.train_epoch(columns, np.arange(TEXTS), TEXTS)["loss"] - without
            found[kind, bool(labels[0] == (answers[0] > 0.5))] = added
    # The move is that of an adversary who takes the answers for the labels; what is asked for
    # is not that they become sure.
    assert found["virtual", True] == pytest.approx(found["virtual", False], rel=1e-4)
    assert found["virtual", True] > -np.mean(
        answers * np.log(answers) + (1 - answers) * np.log(1 - answers)
    )
    assert found["adversarial", False] > found["adversarial", True]


@pytest.mark.parametrize("classes", [{"num_classes": 3}, {"num_classes": 3, "multi_label": True}])
def test_virtual_adversaries_of_any_head(classes: dict[str, Any]) -> None:
    set_seed(0)
    model = build_model("gru", vocab_size=VOCABULARY, units=3, **classes)
    multi = "multi_label" in classes
    loss = "binary_crossentropy" if multi else "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.Adam(0.05), loss, metrics=["accuracy"])
    ids, labels = arrays()[0], np.arange(TEXTS) % 3
    columns = (ids, np.eye(3, dtype="float32")[labels] if multi else labels)
    loop = Loop(model, virtual=0.1)
    losses = [loop.train_epoch(columns, np.arange(WHOLE), BATCH)["loss"] for _ in range(12)]
    assert losses[-1] < losses[0]
