"""Networks of one plan: of several seeds, of one length or any, taught by others or not."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsent import Architecture, Plan, Recipe
from seqsent.datasets.synthetic import generate
from seqsent.layers import keras
from seqsent.pipeline import train

# Learned from in whole batches: what is left over would be compiled once more.
TEXTS, LABELS = generate(240)
PARTS: Any = (TEXTS[:192], np.array(LABELS[:192])), (TEXTS[192:], np.array(LABELS[192:]))
SMALL = Plan("gru", {"units": 3}, embedding=4, maxlen=16, recipe=Recipe("adam", 0.01, epochs=2))


def convolved(x: Any) -> Any:
    """x: (batch, time, features) -> (batch, 3)."""
    of_pairs = keras.layers.Conv1D(3, 2, bias_initializer="ones")(x)
    return keras.layers.GlobalMaxPooling1D()(of_pairs)


# It is asked to pass over padding, and cannot.
ODD = dataclasses.replace(
    SMALL, architecture=Architecture("convolved", convolved), options={}, mask_padding=True
)


def trained(plan: Plan, **options: Any) -> Any:
    return train(plan, PARTS[0], PARTS[1], ("bad", "good"), **options)


@pytest.mark.parametrize("plan", [SMALL, ODD], ids=lambda plan: plan.architecture_name)
def test_networks_of_several_seeds_answer_by_their_mean(plan: Plan) -> None:
    several, histories = trained(dataclasses.replace(plan, members=2))
    recipe = dataclasses.replace(plan.recipe, seed=plan.recipe.seed + 1)
    singles = [trained(one)[0] for one in (plan, dataclasses.replace(plan, recipe=recipe))]
    expected = np.mean([single.predict_proba(TEXTS) for single in singles], axis=0)
    np.testing.assert_allclose(several.predict_proba(TEXTS), expected, atol=1e-5)
    assert [len(history.epochs) for history in histories] == [2, 2]


def test_the_seed_after_the_last_is_the_first() -> None:
    recipe = dataclasses.replace(SMALL.recipe, seed=2**32 - 1, epochs=1)
    _, histories = trained(dataclasses.replace(SMALL, members=2, recipe=recipe))
    first = dataclasses.replace(recipe, seed=0)
    assert histories[1:] == trained(dataclasses.replace(SMALL, recipe=first))[1]


def test_epochs_are_counted_on_and_a_folder_has_a_state_for_each_network(tmp_path: Path) -> None:
    told: list[int] = []
    plan = dataclasses.replace(SMALL, members=2)
    trained(plan, directory=tmp_path, on_epoch=lambda number, _: told.append(number))
    assert told == [1, 2, 3, 4]
    assert len(list(tmp_path.glob("network-*/state.npz"))) == 2


def test_an_architecture_that_takes_padding_for_words_gets_rows_of_one_length() -> None:
    assert trained(ODD)[0].model.input_shape == (None, 16)
    masked = dataclasses.replace(SMALL, mask_padding=True)
    assert trained(masked)[0].model.input_shape == (None, None)


@pytest.mark.each_backend
def test_a_student_learns_what_the_teacher_says_of_unlabelled_texts(tmp_path: Path) -> None:
    told: list[str] = []
    plan = dataclasses.replace(SMALL, pretrain=1, student=True, ngrams=True, members=2)
    options: Any = {"unlabelled": TEXTS[:64], "directory": tmp_path}
    student, histories = trained(plan, on_stage=told.append, **options)
    assert told == [
        *("words to ids", "runs of words"),
        *("which word follows", "training"),
        *("what the teacher says", "a student", "a student"),
    ]
    assert len(histories) == plan.trainings == 3
    assert len(student.about["networks"]) == 2
    again, _ = trained(plan, **options)
    np.testing.assert_array_equal(again.predict_proba(TEXTS), student.predict_proba(TEXTS))
    teacher, _ = trained(dataclasses.replace(plan, student=False), **options)
    assert not np.array_equal(teacher.predict_proba(TEXTS), student.predict_proba(TEXTS))


@pytest.mark.each_backend
def test_a_teacher_beside_its_student_answers_too() -> None:
    plan = dataclasses.replace(SMALL, pretrain=1)
    both, teacher, student = (
        trained(dataclasses.replace(plan, student=kind), unlabelled=TEXTS[:64])[0]
        for kind in ("beside", False, True)
    )
    alone = [one.predict_proba(TEXTS) for one in (teacher, student)]
    np.testing.assert_allclose(both.predict_proba(TEXTS), np.mean(alone, axis=0), atol=1e-5)
    assert both.about["networks"] == [*teacher.about["networks"], *student.about["networks"]]


@pytest.mark.parametrize(("labels", "multi_label"), [(2, False), (3, False), (3, True)])
def test_a_student_becomes_like_its_teacher(labels: int, multi_label: bool) -> None:
    texts = [f"w{number % 6} w{number % 6}" for number in range(120)]
    classes = np.arange(120) % 6 % labels
    right = np.eye(labels, dtype=np.int32)[classes] if multi_label else classes
    recipe = Recipe("adam", 0.03, batch_size=16, epochs=20, patience=20)
    plan = dataclasses.replace(SMALL, recipe=recipe, student=True)
    part = texts[:60], right[:60]
    classifier, [teacher, student] = train(
        plan, part, part, ("x", "y", "z")[:labels], multi_label=multi_label, unlabelled=texts[60:]
    )
    assert (classifier.decide(classifier.predict_proba(texts)) == right).all()
    assert student.epochs[0].loss < teacher.epochs[0].loss
    assert student.best.accuracy == 1
