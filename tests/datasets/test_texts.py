"""Labels of any kind are numbered, and texts are split fairly."""

from typing import Any

import pytest

from seqsent import DataError, Texts


@pytest.mark.parametrize(
    ("labels", "names", "numbers"),
    [
        (["pos", "neg", "pos"], ("neg", "pos"), [1, 0, 1]),
        ([10, 9, 1], ("1", "9", "10"), [2, 1, 0]),
        (["10", "9", "1"], ("1", "9", "10"), [2, 1, 0]),
        ([4.5, 0.5, 0.5], ("0.5", "4.5"), [1, 0, 0]),
        ([True, False, True], ("False", "True"), [1, 0, 1]),
        (["b", "2", "1"], ("1", "2", "b"), [2, 1, 0]),
    ],
)
def test_labels_are_numbered_in_their_order(
    labels: list[Any], names: tuple[str, ...], numbers: list[int]
) -> None:
    texts = Texts.from_labels(["a", "", "c"], labels)
    assert (texts.label_names, texts.labels.tolist()) == (names, numbers)
    assert not texts.multi_label


@pytest.mark.parametrize(
    ("labels", "separator"), [([["x", "y"], [], ["z"]], None), (["x|y", "y", "z | x"], "|")]
)
def test_several_labels_become_columns(labels: list[Any], separator: str | None) -> None:
    texts = Texts.from_labels(["a", "b", "c"], labels, separator=separator)
    assert texts.label_names == ("x", "y", "z")
    assert texts.multi_label
    assert texts.labels[0].tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        ([], [], "no texts"),
        (["a"], ["x", "y"], "1 texts but 2 labels"),
        (["a", "b"], ["x", "x"], "one label only, 'x'"),
        (["a", None], ["x", "y"], "row 2 has None where a text"),
        (["a", float("nan")], ["x", "y"], "row 2 has nan where a text"),
        ([3, "b"], ["x", "y"], "row 1 has 3 where a text"),
        (["a", "b"], ["x", None], "row 2 has no label"),
        (["a", "b"], [float("nan"), "x"], "row 1 has no label"),
        (["a", "b"], ["", "x"], "row 1 has no label"),
    ],
)
def test_rows_that_are_not_whole_are_named(texts: Any, labels: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Texts.from_labels(texts, labels)


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
    assert sum(map(len, lone.split())) == 40


def test_too_few_texts_are_named() -> None:
    with pytest.raises(DataError, match="expected at least 6"):
        Texts.from_labels(["a", "b"], ["x", "y"]).split()


def test_the_fingerprint_sees_texts_and_labels() -> None:
    one = Texts.from_labels(["a", "b"], ["x", "y"]).fingerprint
    assert one != Texts.from_labels(["a", "c"], ["x", "y"]).fingerprint
    assert one != Texts.from_labels(["a", "b"], ["y", "x"]).fingerprint
