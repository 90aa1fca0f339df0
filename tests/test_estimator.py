"""The estimator keeps scikit-learn's contract, over raw texts."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import seqsent
from seqsent import DataError, OptionError, SentimentClassifier
from seqsent.datasets.stored import StoredTexts
from seqsent.datasets.synthetic import generate
from seqsent.pipeline import train

# A tenth is validated with, and the others are two whole batches: what is left over would be
# compiled once more.
TEXTS, NUMBERS = generate(142)
LABELS = np.array(["bad", "good"])[NUMBERS]
SMALL: dict[str, Any] = {
    "architecture": "lstm",
    "preset": "textbook",
    "options": {"units": 3},
    "embedding": 4,
    "maxlen": 16,
    "epochs": 2,
    "random_state": 0,
}


def small(**changes: Any) -> SentimentClassifier:
    return SentimentClassifier(**{**SMALL, **changes})


@pytest.fixture(scope="module")
def fitted() -> SentimentClassifier:
    return small().fit(TEXTS, LABELS)


def test_fit_predict_score(fitted: SentimentClassifier) -> None:
    assert fitted.classes_.tolist() == ["bad", "good"]
    probabilities = fitted.predict_proba(TEXTS[:7])
    assert probabilities.shape == (7, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    predicted = fitted.predict(TEXTS[:7])
    np.testing.assert_array_equal(predicted, fitted.classes_[probabilities.argmax(axis=1)])
    assert 0 <= fitted.score(TEXTS, LABELS) <= 1


def test_it_learns() -> None:
    texts = ["a fine film", "a dull film"] * 40
    model = small(epochs=15, learning_rate=0.02).fit(texts, ["pos", "neg"] * 40)
    assert model.score(texts, ["pos", "neg"] * 40) == 1


@pytest.mark.parametrize(
    "labels",
    [np.array(NUMBERS), np.array(NUMBERS, dtype=bool), np.array(NUMBERS) * 4.5 + 0.5],
    ids=["ints", "bools", "stars"],
)
def test_labels_come_back_as_they_were(labels: Any) -> None:
    predicted = small(epochs=1).fit(TEXTS, labels).predict(TEXTS)
    assert predicted.dtype == labels.dtype
    assert set(predicted) <= set(labels)


def test_texts_that_need_not_fit_into_memory_are_read_where_they_lie() -> None:
    stored = StoredTexts.of(TEXTS)
    with patch("seqsent.estimator.train", side_effect=train) as called:
        small(epochs=1).fit(stored, LABELS)
    assert [part.spool for part, _ in called.call_args.args[1:3]] == [stored.spool] * 2


def test_many_classes() -> None:
    labels = [text.split()[1] for text in TEXTS]
    model = small(epochs=1).fit(TEXTS, labels)
    assert model.predict_proba(TEXTS[:2]).shape == (2, len(set(labels)))


def test_clone_and_params() -> None:
    model = small(architecture="gru")
    again = clone(model)
    assert again is not model
    assert again.get_params() == model.get_params()
    assert again.set_params(architecture="lstm").architecture == "lstm"
    with pytest.raises(NotFittedError):
        again.predict(["a"])


def test_one_random_state_gives_one_result(fitted: SentimentClassifier) -> None:
    again = small().fit(TEXTS, LABELS)
    np.testing.assert_array_equal(again.predict_proba(TEXTS), fitted.predict_proba(TEXTS))


def test_in_a_pipeline() -> None:
    lower = FunctionTransformer(lambda texts: [text.lower() for text in texts])
    pipeline = make_pipeline(lower, small()).fit(TEXTS, LABELS)
    assert set(pipeline.predict(TEXTS[:5])) <= {"bad", "good"}


def test_in_cross_validation() -> None:
    assert len(cross_val_score(small(epochs=1), TEXTS, LABELS, cv=2)) == 2


def test_in_a_grid_search_over_architectures() -> None:
    grid = GridSearchCV(small(epochs=1), {"architecture": ["gru", "simplernn"]}, cv=2)
    grid.fit(TEXTS, LABELS)
    assert grid.best_params_["architecture"] in {"gru", "simplernn"}


@pytest.mark.parametrize("class_weight", ["balanced", {"good": 50.0}])
def test_class_weights_move_the_answers(class_weight: Any) -> None:
    texts, labels = ["a film"] * 60, ["bad"] * 40 + ["good"] * 20
    plain = small(epochs=6, learning_rate=0.05).fit(texts, labels)
    weighted = small(epochs=6, learning_rate=0.05, class_weight=class_weight).fit(texts, labels)
    assert weighted.predict_proba(["a film"])[0, 1] > plain.predict_proba(["a film"])[0, 1] + 0.05


def test_sample_weights_count() -> None:
    texts, labels = ["a film"] * 60, ["bad", "good"] * 30
    weights = np.where(np.array(labels) == "good", 9.0, 1.0)
    model = small(epochs=20, learning_rate=0.05).fit(texts, labels, sample_weight=weights)
    plain = small(epochs=20, learning_rate=0.05).fit(texts, labels)
    assert model.predict_proba(["a film"])[0, 1] > plain.predict_proba(["a film"])[0, 1] + 0.1


def test_decision_is_the_threshold() -> None:
    model = small(epochs=1, decision=0.01).fit(TEXTS, LABELS)
    assert set(model.predict(TEXTS)) == {"good"}


def test_saved_and_loaded(fitted: SentimentClassifier, tmp_path: Any) -> None:
    fitted.save(tmp_path / "model.seqsent")
    loaded = seqsent.load(tmp_path / "model.seqsent")
    assert loaded.predict(TEXTS[:9]) == fitted.predict(TEXTS[:9]).tolist()


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        ([], [], "no texts"),
        (["a"], [1, 2], r"1 texts but labels of shape \(2,\)"),
        (["a", "b"], [1, 1], "only 1 class arrived, 1"),
        (["a", "b"], [1, 2], "expected at least 4"),
        (["a", None] * 9, [1, 2] * 9, "expected words"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(texts: Any, labels: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        small().fit(texts, labels)


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(OptionError, match="unknown option 'unit'"):
        small(options={"unit": 3}).fit(TEXTS, LABELS)


def test_an_answer_can_be_unsure() -> None:
    texts, numbers = generate(569)
    labels = np.array(numbers)
    model = small(epochs=4, learning_rate=0.02, sure=0.5).fit(texts, labels)
    model.classifier_ = replace(model.classifier_, confidence=0.8)
    probabilities, answers = model.predict_proba(texts), model.predict(texts)
    unsure = probabilities.max(axis=1) < 0.8
    assert {type(answer) for answer in answers} <= {int, np.int64, str}
    np.testing.assert_array_equal(answers == "unsure", unsure)
    leaning = probabilities.argmax(axis=1)
    assert model.score(texts, labels) == pytest.approx(np.mean(leaning == labels))


def test_what_cannot_be_sure_enough_was_trained_all_the_same() -> None:
    rng = np.random.default_rng(0)
    model = small(sure=1.0, validation_size=0.4)
    with pytest.raises(DataError, match="ask for less"):
        model.fit(TEXTS, rng.permutation(LABELS))
    assert model.predict_proba(TEXTS[:1]).shape == (1, 2)


def test_several_labels_may_apply() -> None:
    labels = np.stack([NUMBERS, 1 - np.array(NUMBERS), np.arange(len(TEXTS)) % 2], axis=1)
    model = small().fit(TEXTS, labels)
    probabilities = model.predict_proba(TEXTS)
    assert probabilities.shape == (len(TEXTS), 3)
    np.testing.assert_array_equal(model.predict(TEXTS), probabilities >= 0.5)
    assert model.score(TEXTS, labels) == np.mean((model.predict(TEXTS) == labels).all(axis=1))
    assert small(class_weight="balanced", epochs=1).fit(TEXTS, labels).predict(TEXTS).any()


@pytest.mark.parametrize("weights", [np.zeros(len(TEXTS)), np.ones(3), np.ones((len(TEXTS), 2))])
def test_weights_that_are_none_are_refused(weights: Any) -> None:
    with pytest.raises(DataError, match="sample_weight of shape"):
        small().fit(TEXTS, LABELS, sample_weight=weights)


def test_weights_that_leave_nothing_to_validate_with_are_refused() -> None:
    weights = np.zeros(len(TEXTS))
    weights[0] = 1
    with pytest.raises(DataError, match="weights arrived that are 0 for each of the .* texts to"):
        small().fit(TEXTS, LABELS, sample_weight=weights)
