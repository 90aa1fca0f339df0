"""Labels of any kind are numbered, and texts are split fairly."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from seqsent import DataError, Texts


@pytest.mark.parametrize(
    ("labels", "names", "numbers"),
    [
        (["pos", "neg", "pos"], ("neg", "pos"), [1, 0, 1]),
        ([" pos", "neg", "pos "], ("neg", "pos"), [1, 0, 1]),
        ([10, 9, 1], ("1", "9", "10"), [2, 1, 0]),
        (["10", "9", "1"], ("1", "9", "10"), [2, 1, 0]),
        ([4.5, 0.5, 0.5], ("0.5", "4.5"), [1, 0, 0]),
        ([5.0, 1, 5], ("1", "5"), [1, 0, 1]),
        ([True, False, True], ("False", "True"), [1, 0, 1]),
        (["b", "2", "1"], ("1", "2", "b"), [2, 1, 0]),
        (["infinity", "-1", "1"], ("-1", "1", "infinity"), [2, 0, 1]),
        (["부정", "긍정", "부정"], ("긍정", "부정"), [1, 0, 1]),
        ([np.array(3), np.array(-1), np.int64(3)], ("-1", "3"), [1, 0, 1]),
        (np.array([3, -1, 3]), ("-1", "3"), [1, 0, 1]),
        (np.array(["y", "n", "y"]), ("n", "y"), [1, 0, 1]),
        (pd.Series([2.0, 1.0, 2.0]), ("1", "2"), [1, 0, 1]),
        (pd.Series(["b", "a", "b"], dtype="category"), ("a", "b"), [1, 0, 1]),
    ],
)
def test_labels_are_numbered_in_their_order(
    labels: Any, names: tuple[str, ...], numbers: list[int]
) -> None:
    texts = Texts.from_labels(["a", "", "c"], labels)
    assert (texts.label_names, texts.labels.tolist()) == (names, numbers)
    assert texts.labels.dtype == np.int32
    assert not texts.multi_label


@pytest.mark.parametrize(
    ("labels", "separator"),
    [
        ([["x", "y"], [], ["z"]], None),
        ([{"x", "y"}, set(), ("z",)], None),
        (["x|y", "", "z "], "|"),
        ([np.array(["x", "y"]), np.array([], dtype=str), np.array(["z"])], None),
    ],
)
def test_several_labels_become_columns(labels: list[Any], separator: str | None) -> None:
    if separator:
        labels[1] = separator  # nothing on either side
    texts = Texts.from_labels(["a", "b", "c"], labels, separator=separator)
    assert texts.label_names == ("x", "y", "z")
    assert texts.multi_label
    assert texts.labels.tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize("separator", [None, "|"])
def test_labels_of_which_several_apply_are_a_thousand_at_most(separator: str | None) -> None:
    labels: list[Any] = [f"{row}|a" if separator else [str(row), "a"] for row in range(1_000)]
    texts = ["a"] * 1_000
    assert Texts.from_labels(texts[1:], labels[1:], separator=separator).labels.shape == (
        999,
        1_000,
    )
    with pytest.raises(DataError, match="1,001 different labels, .* expected 1,000 at most. Leave"):
        Texts.from_labels(texts, labels, separator=separator)
    assert len(Texts.from_labels(texts, range(1_000)).label_names) == 1_000


def test_zeros_and_ones_name_labels_by_column() -> None:
    texts = Texts.from_labels(["a", "b"], np.array([[1, 0, 1], [0, 0, 1]]))
    assert (texts.label_names, texts.labels.tolist()) == (("0", "2"), [[1, 1], [0, 1]])


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        ([], [], "no texts"),
        (["a"], ["x", "y"], "1 texts but 2 labels"),
        (["a", "b"], ["x", "x"], "one label only, 'x'"),
        (["a", "b"], [["x"], ["x"]], "one label only, 'x'"),
        (["a", "b"], [[], []], "one label only, none"),
        (["a", None], ["x", "y"], "row 2 of texts has None where a text"),
        (["a", float("nan")], ["x", "y"], "row 2 of texts has nan where a text"),
        ([3, "b"], ["x", "y"], "row 1 of texts has 3 where a text"),
        (["a", None, 3], ["x", "y", "x"], "2 of 3 rows have no text: row 2 of texts has None"),
        ([b"a", "b"], ["x", "y"], "row 1 of texts has b'a' where a text"),
        (["a", "b"], ["x", None], "1 of 2 rows of texts have no label, the first is row 2"),
        (["a", "b"], [float("nan"), "x"], "no label, the first is row 1"),
        (["a", "b"], [pd.NA, pd.NaT], "2 of 2 rows of texts have no label, the first is row 1"),
        (["a", "b"], ["", "x"], "no label, the first is row 1"),
        (["a", "b"], ["x", Decimal("sNaN")], "no label, the first is row 2"),
        (["a", "b"], ["x", 10**5_000], "row 2 of texts has a number of 16,610 bits where a label"),
        ([10**5_000, "b"], ["x", "y"], "row 1 of texts has a number of 16,610 bits where a text"),
        (["a", "b"], ["x", " "], "row 2 of texts has ' ' where a label"),
        (["a", "b"], ["NaN", "x"], "row 1 of texts has 'NaN' where a label"),
        (["a", "b"], ["x", {"y": 1}], "row 2 of texts has {'y': 1} where a label"),
        (["a", "b"], ["x", ["y"]], r"row 2 of texts has \['y'\] where a label"),
        (["a", "b"], [["x"], [None, "y"]], "row 2 of texts has None where a label"),
    ],
)
def test_rows_that_are_not_whole_are_named(texts: Any, labels: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Texts.from_labels(texts, labels)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Texts(["a"], np.zeros(2, np.int32), ("x", "y")), "labels of shape"),
        (lambda: Texts(["a"], np.zeros(1, np.int32), ("x", "y"), True), r"expected \(1, 2\)"),
        (lambda: Texts(["a"], np.zeros(1, np.int32), ("x",)), "one label only, 'x'"),
    ],
)
def test_what_does_not_fit_together_is_refused(build: Callable[[], Texts], message: str) -> None:
    with pytest.raises(DataError, match=message):
        build()


def test_some_texts_can_be_taken() -> None:
    texts = Texts.from_labels(["a", "b", "c"], ["x", "y", "x"], name="three")
    taken = texts.take([2, 1])
    assert (taken.texts, taken.labels.tolist(), taken.name) == (["c", "b"], [0, 1], "three")
    assert len(texts.take([])) == 0


def test_a_split_keeps_every_text_and_the_shares_of_labels() -> None:
    labels = [0] * 150 + [1] * 50
    texts = Texts.from_labels([f"text {row}" for row in range(200)], labels)
    parts = texts.split(validation_size=0.2, test_size=0.1, seed=3)
    assert [len(part) for part in parts] == [140, 40, 20]
    assert sorted(text for part in parts for text in part.texts) == sorted(texts.texts)
    assert [int(part.labels.sum()) for part in parts] == [35, 10, 5]
    assert parts[0].fingerprint == texts.split(0.2, 0.1, seed=3)[0].fingerprint
    assert parts[0].fingerprint != texts.split(0.2, 0.1, seed=4)[0].fingerprint
    for text, label in zip(parts[2].texts, parts[2].labels, strict=True):
        assert label == int(int(text.split()[1]) >= 150)


def test_several_labels_and_lone_classes_split_too() -> None:
    several = Texts.from_labels(["a"] * 40, [["x", "y"], ["x"]] * 20)
    assert [len(part) for part in several.split()] == [32, 4, 4]
    lone = Texts.from_labels(["a"] * 40, ["x"] * 39 + ["y"])
    for seed in range(5):
        parts = lone.split(seed=seed)
        assert [len(part) for part in parts] == [32, 4, 4]
        assert parts[0].labels.sum() == 1


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=60), st.integers(0, 99))
def test_any_labels_split_or_are_said_to_be_too_few(labels: list[str], seed: int) -> None:
    counts = sorted(map(labels.count, set(labels)))
    assume(len(counts) > 1)
    texts = Texts.from_labels([str(row) for row in range(len(labels))], labels)
    if counts[-1] < 3:
        with pytest.raises(DataError, match="too few"):
            texts.split(seed=seed)
        return
    parts = texts.split(seed=seed)
    assert sorted(int(text) for part in parts for text in part.texts) == [*range(len(labels))]
    assert min(map(len, parts)) > 0
    assert len(parts[0]) >= len(labels) / 2 or len(labels) < 5
    assert len(set(parts[0].labels.tolist())) > 1


def test_too_few_texts_are_named() -> None:
    with pytest.raises(DataError, match="2 texts of 2 classes, too few"):
        Texts.from_labels(["a", "b"], ["x", "y"]).split()


@pytest.mark.parametrize("sizes", [(0.0, 0.1), (0.1, 0.0), (0.5, 0.5), (-0.1, 0.1)])
def test_shares_that_leave_nothing_are_refused(sizes: tuple[float, float]) -> None:
    texts = Texts.from_labels(["a"] * 50, ["x", "y"] * 25)
    with pytest.raises(DataError, match="expected shares above 0"):
        texts.split(*sizes)


def test_the_fingerprint_sees_texts_labels_and_where_one_ends() -> None:
    labelled = [
        (["a", "b"], ["x", "y"]),
        (["a", "b"], ["y", "x"]),
        (["a", "b"], ["x", "z"]),
        (["ab", ""], ["x", "y"]),
        (["a", "\ud83d"], ["x", "y"]),
    ]
    prints = [Texts.from_labels(*both).fingerprint for both in labelled]
    assert len(set(prints)) == len(labelled)
    assert prints[0] == Texts.from_labels(*labelled[0]).fingerprint
