"""What is noteworthy about texts is counted, and said with what to do."""

import json
from typing import Any

import pytest

from seqsent import DataError, Texts
from seqsent.datasets.inspection import inspect
from seqsent.datasets.synthetic import generate


def parts(*rows: tuple[list[str], list[Any]]) -> tuple[Texts, tuple[Texts, Texts, Texts]]:
    """Return texts and a given division of them into three."""
    words = [text for texts, _ in rows for text in texts]
    whole = Texts.from_labels(words, [label for _, labels in rows for label in labels])
    ends = [sum(len(texts) for texts, _ in rows[:end]) for end in range(4)]
    one, two, three = (whole.take(range(*ends[place : place + 2])) for place in range(3))
    return whole, (one, two, three)


@pytest.fixture
def found() -> Any:
    whole, splits = parts(
        (["a b c", "A b. C!", "a b", "", "d e"], [0, 1, 0, 1, 1]),
        (["a b c", "x y"], [0, 1]),
        (["x y", "a"], [1, 0]),
    )
    return inspect(whole, vocab_size=6, maxlen=2, splits=splits)


def test_everything_is_counted(found: Any) -> None:
    assert (found.texts, found.classes) == (9, {"0": 4, "1": 5})
    assert (found.median_length, found.length_95, found.max_length) == (2, 3, 3)
    assert found.mean_length == pytest.approx(18 / 9)
    assert found.histogram["0"] == 1
    assert found.histogram["1–5"] == 8
    assert sum(found.histogram.values()) == 9
    # Two words have ids, a and b; of the eight held-out words, c and x y x y have none.
    assert found.outside_vocabulary == pytest.approx(5 / 8)
    assert found.never_seen == pytest.approx(4 / 8)
    assert found.truncated == pytest.approx(3 / 18, abs=1e-4)
    assert (found.empty, found.duplicates, found.leaked, found.conflicting) == (1, 3, 2, 3)


def test_each_finding_is_one_line_with_what_to_do(found: Any) -> None:
    told = "\n".join(found.findings)
    assert len(told.splitlines()) == len(found.findings) == 6
    for part in (
        "2 of 2 classes have fewer than 20 texts",
        "50.0% of the words of validation and test texts are in no training text",
        "--level subword",
        "16.7% of all words are lost",
        "Raise --maxlen to 3",
        "Texts without a word: 1.",
        "same words as one with another label: 3.",
        "of an earlier part: 2.",
    ):
        assert part in told


def test_a_program_can_read_it(found: Any) -> None:
    record = json.loads(json.dumps(found.to_dict()))
    assert record["findings"] == list(found.findings)
    assert record["classes"] == found.classes


def test_the_commonest_class_and_a_small_vocabulary_are_told() -> None:
    rows = [f"{row % 7} {row % 5} {row}" for row in range(400)]
    found = inspect(
        Texts.from_labels(rows, ["x"] * 360 + ["y"] * 40), vocab_size=10, maxlen=9
    ).findings
    assert any("90% of the texts are 'x'" in finding for finding in found)
    rows = [f"{row % 40} {row % 50}" for row in range(2_000)]
    (finding, *_) = inspect(
        Texts.from_labels(rows, [0, 1] * 1_000), vocab_size=10, maxlen=9
    ).findings
    assert "with every word of the training texts it would be 0.0%. Raise --vocab-size" in finding


def test_copies_among_the_texts_to_learn_from_are_told() -> None:
    texts = [f"text {row}" for row in range(100)]
    whole, splits = parts(
        (["same", "same", *texts[:60]], [0, 0, *[0, 1] * 30]),
        (texts[60:80], [0, 1] * 10),
        (texts[80:], [0, 1] * 10),
    )
    found = inspect(whole, vocab_size=999, maxlen=9, splits=splits)
    assert (found.duplicates, found.leaked) == (1, 0)
    assert any("Texts with the same words as an earlier one: 1." in line for line in found.findings)


def test_nothing_is_said_where_all_is_well() -> None:
    texts, labels = generate(600)
    unique = dict(zip(texts, labels, strict=True))
    found = inspect(Texts.from_labels(unique, unique.values()), vocab_size=500, maxlen=100)
    assert found.leaked == found.duplicates == 0
    assert found.findings == ()


def test_several_labels_are_counted_each() -> None:
    texts = Texts.from_labels([f"a {row}" for row in range(40)], [["x", "y"], ["x"]] * 20)
    found = inspect(texts, vocab_size=99, maxlen=9)
    assert found.classes == {"x": 40, "y": 20}
    assert found.conflicting == 0


def test_texts_without_a_word_at_all_are_no_division_by_zero() -> None:
    found = inspect(Texts.from_labels(["", "!"] * 20, [0, 1] * 20), vocab_size=9, maxlen=9)
    assert (found.empty, found.truncated, found.outside_vocabulary) == (40, 0, 0)


def test_too_few_texts_to_split_are_named() -> None:
    with pytest.raises(DataError, match="too few"):
        inspect(Texts.from_labels(["a", "b"], [0, 1]), vocab_size=9, maxlen=9)
