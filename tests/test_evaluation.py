"""Figures of probabilities equal scikit-learn's, and absent ones are None, never NaN."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from sklearn import metrics

from seqsent import DataError, OutputError
from seqsent.evaluation import Evaluation, evaluate_probabilities, mcnemar

Array = NDArray[Any]


def drawn(num_classes: int, multi_label: bool, seed: int, texts: int = 60) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    probabilities = rng.random((texts, num_classes))
    if multi_label:
        return rng.integers(0, 2, (texts, num_classes)), probabilities
    return rng.integers(0, num_classes, texts), probabilities / probabilities.sum(1, keepdims=True)


def names(count: int) -> list[str]:
    return [f"class {number}" for number in range(count)]


@given(num_classes=st.integers(2, 5), seed=st.integers(0, 999))
def test_figures_of_classes_are_scikit_learns(num_classes: int, seed: int) -> None:
    labels, probabilities = drawn(num_classes, False, seed)
    found = evaluate_probabilities(labels, probabilities, names(num_classes))
    answers = probabilities.argmax(1)
    assert found.accuracy == pytest.approx(metrics.accuracy_score(labels, answers))
    assert found.f1 == pytest.approx(metrics.f1_score(labels, answers, average="macro"))
    assert found.log_loss == pytest.approx(metrics.log_loss(labels, probabilities))
    assert found.confusion is not None
    assert np.array_equal(found.confusion, metrics.confusion_matrix(labels, answers))
    scores = probabilities[:, 1] if num_classes == 2 else probabilities
    area = metrics.roc_auc_score(labels, scores, multi_class="ovr")
    assert found.roc_auc == pytest.approx(area)


@given(num_labels=st.integers(2, 4), seed=st.integers(0, 999))
def test_figures_of_several_labels_are_scikit_learns(num_labels: int, seed: int) -> None:
    labels, probabilities = drawn(num_labels, True, seed)
    found = evaluate_probabilities(labels, probabilities, names(num_labels), multi_label=True)
    answers = probabilities >= 0.5
    assert found.accuracy == pytest.approx(metrics.accuracy_score(labels, answers))
    assert found.f1 == pytest.approx(metrics.f1_score(labels, answers, average="macro"))
    assert found.roc_auc == pytest.approx(metrics.roc_auc_score(labels, probabilities))
    assert (found.confusion, found.roc_curve) == (None, None)


@pytest.mark.parametrize("kind", ["uint8", "int8", "float32", "bool"])
def test_labels_may_be_of_any_type_that_holds_them(kind: str) -> None:
    labels = [0, 1, 1] if kind == "bool" else [13, 15, 19]
    sure = np.eye(20)[labels]
    confusion = evaluate_probabilities(np.array(labels, kind), sure, names(20)).confusion
    np.testing.assert_array_equal(confusion, np.diag(np.bincount(labels, minlength=20)))


def test_the_threshold_decides() -> None:
    labels, shares = [0, 1, 1], np.array([0.2, 0.4, 0.8])
    probabilities = np.stack([1 - shares, shares], axis=1)
    assert evaluate_probabilities(labels, probabilities, names(2)).accuracy == pytest.approx(2 / 3)
    lower = evaluate_probabilities(labels, probabilities, names(2), threshold=0.3)
    assert (lower.accuracy, lower.threshold) == (1.0, 0.3)


def test_confidence_is_set_beside_what_was_right() -> None:
    shares = np.array([0.9] * 10 + [0.6] * 5)
    right = np.array([1] * 9 + [0] + [1] * 2 + [0] * 3)
    found = evaluate_probabilities(right, np.stack([1 - shares, shares], 1), names(2))
    low, high = found.calibration.bins
    assert [low.count, low.confidence, low.right] == pytest.approx([5, 0.6, 0.4])
    assert [high.count, high.confidence, high.right] == pytest.approx([10, 0.9, 0.9])
    assert found.calibration.expected_error == pytest.approx(5 * 0.2 / 15)


def test_a_long_curve_keeps_its_area() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 5_000)
    shares = np.clip(labels * 0.2 + rng.random(5_000) * 0.8, 0, 1)
    found = evaluate_probabilities(labels, np.stack([1 - shares, shares], 1), names(2))
    assert found.roc_curve is not None
    across, up = found.roc_curve.false_positive_rate, found.roc_curve.true_positive_rate
    assert len(across) <= 201
    assert metrics.auc(across, up) == pytest.approx(found.roc_auc, abs=2e-3)


def test_what_an_absent_class_leaves_undefined_is_none() -> None:
    found = evaluate_probabilities([0, 0], [[0.7, 0.3], [0.9, 0.1]], names(2))
    assert (found.roc_auc, found.roc_curve) == (None, None)
    assert (found.classes[1].recall, found.classes[1].precision, found.classes[1].f1) == (None,) * 3
    assert "NaN" not in json.dumps(found.to_dict())


def test_certain_and_wrong_is_costly_but_finite() -> None:
    found = evaluate_probabilities([1], np.array([[1.0, 0.0]], np.float32), names(2))
    assert 10 < found.log_loss < 100


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        ([], np.zeros((0, 2)), "no labels arrived"),
        ([0], np.zeros((2, 2)), "1 labels and 2 rows"),
        ([0], np.zeros((1, 3)), r"shape \(1, 3\) arrived; expected \(1, 2\)"),
        ([[0, 1]], [[0.5, 0.5]], "class indices of shape"),
        ([2], [[0.5, 0.5]], "whole numbers from 0 to 1"),
        ([0], [[0.5, float("nan")]], "NaN"),
        ([0], [[0.9, 0.9]], "multi_label=True"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    labels: ArrayLike, probabilities: ArrayLike, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        evaluate_probabilities(labels, probabilities, names(2))


def test_json_is_written_whole(tmp_path: Path) -> None:
    found = evaluate_probabilities([0, 1], [[0.7, 0.3], [0.2, 0.8]], ["나쁨", "좋음"], name="리뷰")
    found.write_json(tmp_path / "evaluation.json")
    record = json.loads((tmp_path / "evaluation.json").read_text(encoding="utf-8"))
    assert record == json.loads(json.dumps(found.to_dict()))
    assert record["label_names"] == ["나쁨", "좋음"]
    with pytest.raises(OutputError, match="cannot be written"):
        found.write_json(tmp_path / "absent" / "evaluation.json")


def test_it_is_a_value() -> None:
    one, other = (evaluate_probabilities([0, 1], [[1, 0], [0, 1]], names(2)) for _ in range(2))
    assert isinstance(one, Evaluation)
    assert one == other


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_mcnemar_counts_the_ways_in_which_errors_could_fall(pairs: list[tuple[bool, bool]]) -> None:
    one, other = (np.array(side) for side in zip(*pairs, strict=True))
    differ = int((one != other).sum())
    unequal = abs(2 * int((one & ~other).sum()) - differ)
    ways = [abs(2 * number.bit_count() - differ) >= unequal for number in range(2**differ)]
    assert mcnemar(one, other) == pytest.approx(np.mean(ways))
    assert mcnemar(one, other) == mcnemar(other, one)
