"""A recipe is checked, a training keeps its best, and one seed gives one result."""

import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqsent import (
    Architecture,
    DataError,
    OutputError,
    Recipe,
    Splits,
    TrainingError,
    build_model,
    fit,
    load_synthetic,
    set_seed,
)
from seqsent.datasets import Examples
from seqsent.recipe import batch_order
from seqsent.results import Epoch, History

QUICK = Recipe(learning_rate=0.01, epochs=4, patience=1)


@pytest.fixture(scope="module")
def splits() -> Splits:
    return load_synthetic(size=300, maxlen=12)


def model_for(splits: Splits, **options: Any) -> keras.Model:
    set_seed(0)
    return build_model(
        "gru", vocab_size=splits.vocab_size, maxlen=splits.maxlen, units=3, **options
    )


def losses(model: keras.Model, splits: Splits) -> float:
    loss, _ = model.evaluate(*splits.validation, verbose=0)
    return float(loss)


def test_keras_own_fit_over_the_same_order_gives_the_same(splits: Splits) -> None:
    recipe = dataclasses.replace(QUICK, epochs=1)
    model, other = model_for(splits), model_for(splits)
    [epoch] = fit(model, splits, recipe).epochs
    order = batch_order(len(splits.train), seed=recipe.seed, epoch=0)
    other.compile(
        keras.optimizers.RMSprop(recipe.learning_rate), "binary_crossentropy", metrics=["accuracy"]
    )
    ids, labels = (column[order] for column in splits.train)
    logs = other.fit(
        ids, labels, 64, verbose=0, shuffle=False, validation_data=tuple(splits.validation)
    ).history
    for name, [value] in logs.items():
        assert getattr(epoch, name) == pytest.approx(value, rel=1e-5)
    for mine, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-6)


def test_gradients_are_clipped(splits: Splits) -> None:
    recipe = Recipe("sgd", 1.0, epochs=1)
    steps = []
    for clip in (None, 1e-6):
        model = model_for(splits)
        before = model.get_weights()
        fit(model, splits, dataclasses.replace(recipe, clip=clip))
        pairs = zip(before, model.get_weights(), strict=True)
        steps.append(sum(float(np.abs(a - b).sum()) for a, b in pairs))
    assert steps[1] < 1e-3 < steps[0]


def test_averaged_weights_are_those_validated_and_kept(splits: Splits) -> None:
    recipe = Recipe("adam", 0.01, epochs=2, average=0.9)
    model, plain = model_for(splits), model_for(splits)
    history = fit(model, splits, recipe)
    assert losses(model, splits) == pytest.approx(history.best.val_loss, rel=1e-5)
    fit(plain, splits, dataclasses.replace(recipe, average=0.0))
    assert any(
        (a != b).any() for a, b in zip(model.get_weights(), plain.get_weights(), strict=True)
    )


def test_the_best_weights_are_restored_and_saved(splits: Splits, tmp_path: Path) -> None:
    # So large a step that the first epochs are not the last word.
    recipe = dataclasses.replace(QUICK, learning_rate=0.2, epochs=6, patience=2)
    seen: list[tuple[int, Epoch]] = []
    model = model_for(splits)
    path = tmp_path / "best.keras"
    history = fit(model, splits, recipe, save_to=path, on_epoch=lambda n, e: seen.append((n, e)))
    assert seen == list(enumerate(history.epochs, start=1))
    assert history.best.val_loss == min(history.column("val_loss"))
    assert losses(model, splits) == pytest.approx(history.best.val_loss, abs=1e-5)
    saved = keras.models.load_model(path)
    assert losses(saved, splits) == pytest.approx(history.best.val_loss, abs=1e-5)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.any_backend
def test_training_stops_when_patience_is_out(splits: Splits) -> None:
    recipe = dataclasses.replace(QUICK, learning_rate=1.0, epochs=50, patience=2)
    history = fit(model_for(splits), splits, recipe)
    assert len(history.epochs) == history.best_epoch + 2 < 50


def test_loss_falls(splits: Splits) -> None:
    history = fit(model_for(splits), splits, QUICK)
    assert history.epochs[-1].loss < history.epochs[0].loss


@pytest.mark.parametrize("head", [{"num_classes": 3}, {"num_classes": 3, "multi_label": True}])
def test_every_head_trains(splits: Splits, head: dict[str, Any]) -> None:
    def relabel(part: Any) -> Any:
        labels = part.ids[:, -1] % 3
        if head.get("multi_label"):
            labels = np.eye(3, dtype=np.int32)[labels]
        return dataclasses.replace(part, labels=labels)

    relabelled = dataclasses.replace(
        splits, **{part: relabel(getattr(splits, part)) for part in ("train", "validation")}
    )
    history = fit(model_for(splits, **head), relabelled, QUICK)
    assert isinstance(history, History)
    assert history.epochs[-1].loss < history.epochs[0].loss


@pytest.mark.parametrize("kind", ["int32", "float32"])
def test_the_accuracy_of_several_labels_is_that_of_each(splits: Splits, kind: str) -> None:
    # Answers are 0.6, 0.7 and 0.2 whatever the text, and stay so.
    model = model_for(splits, num_classes=3, multi_label=True)
    *encoder, kernel, _ = model.get_weights()
    odds = np.log([0.6 / 0.4, 0.7 / 0.3, 0.2 / 0.8])
    model.set_weights([*encoder, np.zeros_like(kernel), odds])

    def with_labels(part: Examples, *rows: list[int]) -> Examples:
        labels = np.resize(np.array(rows, dtype=kind), (len(part), 3))
        return dataclasses.replace(part, labels=labels)

    answered = dataclasses.replace(
        splits,
        train=with_labels(splits.train, [1, 1, 0], [0, 0, 1]),
        validation=with_labels(splits.validation, [1, 0, 0]),
    )
    [epoch] = fit(model, answered, Recipe("sgd", 1e-9, epochs=1)).epochs
    assert epoch.accuracy == pytest.approx(1 / 2)
    assert epoch.val_accuracy == pytest.approx(2 / 3)


@pytest.mark.parametrize("part", ["train", "validation"])
def test_a_part_without_texts_is_refused(splits: Splits, part: str) -> None:
    nothing: Any = {part: Examples(splits.test.ids[:0], splits.test.labels[:0])}
    with pytest.raises(DataError, match=f"\\b0 {part}.* texts arrived; expected some of both"):
        fit(model_for(splits), dataclasses.replace(splits, **nothing), QUICK)


def test_ids_that_the_model_does_not_know_are_refused(splits: Splits) -> None:
    model = build_model("gru", vocab_size=splits.vocab_size - 1)
    with pytest.raises(DataError, match="limit_vocabulary"):
        fit(model, splits, QUICK)


def test_unlabelled_ids_that_the_model_does_not_know_are_refused(splits: Splits) -> None:
    recipe = dataclasses.replace(QUICK, virtual=0.5)
    unknown = np.full_like(splits.test.ids, splits.vocab_size)
    with pytest.raises(DataError, match=f"id {splits.vocab_size} in the unlabelled texts"):
        fit(model_for(splits), splits, recipe, unlabelled=unknown)


@pytest.mark.parametrize("name", ["sample_weight", "validation_weight"])
@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (lambda count: np.ones(count - 1), r" of shape \(\d+,\) arrived; expected one weight for"),
        (lambda count: np.ones((count, 1)), r" of shape \(\d+, 1\) arrived"),
        (lambda count: np.arange(count) - 1.0, r" from -1 to \d+ arrived"),
        (lambda count: np.full(count, np.nan), " from nan to nan arrived"),
        (lambda count: np.full(count, np.inf), " from inf to inf arrived"),
        (np.zeros, " from 0 to 0 arrived; expected finite numbers from 0, and not zeros only"),
    ],
)
def test_weights_that_are_none_are_refused(
    splits: Splits, name: str, weight: Callable[[int], Any], message: str
) -> None:
    part = splits.train if name == "sample_weight" else splits.validation
    weights = {name: weight(len(part))}
    with pytest.raises(DataError, match=name + message):
        fit(model_for(splits), splits, QUICK, **weights)


def test_a_loss_that_is_no_number_ends_training(splits: Splits) -> None:
    model = model_for(splits)
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    with pytest.raises(
        TrainingError, match=r"no longer numbers in epoch 1\. Try a lower learning rate"
    ):
        fit(model, splits, QUICK)


def test_answers_that_are_no_numbers_end_training(splits: Splits) -> None:
    unsound = Architecture("unsound", lambda words: keras.ops.mean(words, axis=1) * np.nan)
    model = build_model(unsound, vocab_size=splits.vocab_size, maxlen=splits.maxlen)
    with pytest.raises(TrainingError, match="no longer numbers in epoch 1"):
        fit(model, splits, QUICK)


def test_a_folder_that_is_not_there_is_named(splits: Splits, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="absent"):
        fit(model_for(splits), splits, QUICK, save_to=tmp_path / "absent" / "best.keras")


TRAINING = """
import hashlib, json, os, sys
if sys.argv[1:]:
    os.sched_setaffinity(0, [int(processor) for processor in sys.argv[1:]])
import seqsent
splits = seqsent.load_synthetic(size=300, maxlen=12)
seqsent.set_seed(7)
# Wide enough to be shared between threads.
model = seqsent.build_model("lstm", vocab_size=splits.vocab_size, units=96, embedding=64,
                            **json.loads(os.environ["OPTIONS"]))
recipe = seqsent.Recipe(learning_rate=0.01, epochs=3, seed=7)
history = seqsent.fit(model, splits, recipe)
print(history.epochs)
print(hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest())
"""


def trained(*processors: int, options: dict[str, Any], **variables: str) -> list[str]:
    """Train in a process of its own; return its figures and a digest of the weights."""
    done = subprocess.run(
        [sys.executable, "-c", TRAINING, *map(str, processors)],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "SEQSENT_THREADS": "2",
            "OPTIONS": json.dumps({"dropout": 0.3, **options}),
            **variables,
        },
        check=True,
    )
    *figures, digest = done.stdout.splitlines()[-2:]
    assert len(digest) == hashlib.sha256().digest_size * 2
    return [*figures, digest]


def test_one_seed_gives_bit_identical_weights_on_any_number_of_processors_and_threads() -> None:
    processors = sorted(os.sched_getaffinity(0))
    train = partial(trained, options={"recurrent_dropout": 0.2})
    one = train(processors[0], OMP_NUM_THREADS="1", TF_NUM_INTRAOP_THREADS="1")
    assert one == train(*processors, OMP_NUM_THREADS="2", TF_NUM_INTRAOP_THREADS="2")


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="JAX' threads share each batch")
def test_threads_that_share_batches_learn_what_one_learns() -> None:
    # An average over masked words, too: nothing that a text has depends on the others.
    options = {"bidirectional": True, "pooling": "mean-max", "mask_padding": True}
    figures = [
        [float(figure) for figure in re.findall(r"=([\d.]+)", trained(options=options, **asked)[0])]
        for asked in ({"SEQSENT_THREADS": "1"}, {"SEQSENT_THREADS": "2"})
    ]
    assert figures[0] == pytest.approx(figures[1], rel=1e-3)
    assert len(figures[0]) == 12


def test_another_seed_gives_other_weights(splits: Splits) -> None:
    def train(seed: int) -> list[Any]:
        set_seed(seed)
        model = build_model("gru", vocab_size=splits.vocab_size)
        fit(model, splits, dataclasses.replace(QUICK, epochs=1, seed=seed))
        return list(model.get_weights())

    assert not np.array_equal(train(1)[0], train(2)[0])


def test_unlabelled_texts_are_learned_from_where_adversaries_are_virtual(splits: Splits) -> None:
    more = splits.test.ids
    plain, virtual = QUICK, dataclasses.replace(QUICK, virtual=0.5)
    found = {
        name: fit(model_for(splits), splits, recipe, unlabelled=some).epochs
        for name, recipe, some in (
            ("plain", plain, None),
            ("plain beside others", plain, more),
            ("virtual", virtual, None),
            ("virtual beside others", virtual, more),
            ("virtual beside none", virtual, more[:0]),
        )
    }
    assert found["plain"] == found["plain beside others"]
    assert found["virtual"] == found["virtual beside none"]
    assert found["virtual"] != found["virtual beside others"]
    for name in ("virtual", "virtual beside others"):
        assert found[name][-1].val_loss < found[name][0].val_loss
        assert found[name][-1].accuracy > 0.5
        assert found[name][0].loss > found["plain"][0].loss


@pytest.mark.any_backend
def test_weights_count_beside_unlabelled_texts(splits: Splits) -> None:
    recipe = dataclasses.replace(QUICK, virtual=0.5, epochs=1)
    only_ones = splits.train.labels.astype("float32")
    model = model_for(splits)
    fit(model, splits, recipe, unlabelled=splits.test.ids, sample_weight=only_ones)
    assert (model.predict(splits.test.ids, verbose=0) > 0.5).all()


def test_a_training_with_unlabelled_texts_goes_on(splits: Splits, tmp_path: Path) -> None:
    recipe = dataclasses.replace(QUICK, virtual=0.5, epochs=3)
    more = splits.test.ids
    whole = model_for(splits)
    fit(whole, splits, recipe, unlabelled=more)
    short = dataclasses.replace(recipe, epochs=1)
    fit(model_for(splits), splits, short, unlabelled=more, directory=tmp_path)
    resumed = model_for(splits)
    fit(resumed, splits, recipe, unlabelled=more, directory=tmp_path)
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(TrainingError, match="another data"):
        fit(model_for(splits), splits, recipe, unlabelled=more[:-1], directory=tmp_path)
