"""The baselines are fitted on the training texts and scored on the others."""

import numpy as np
import pytest

from seqsent import Examples, Splits
from seqsent import baselines as module
from seqsent.baselines import baselines, text_baselines
from seqsent.text import Vocabulary


def splits(rng: np.random.Generator, informative: bool) -> Splits:
    def part(size: int) -> Examples:
        labels = (np.arange(size) % 4 == 0).astype(np.int32)
        ids = rng.integers(4, 10, size=(size, 6), dtype=np.int32)
        if informative:
            ids[:, 2] = np.where(labels, 10, 11)
        return Examples(ids, labels)

    return Splits(
        train=part(200),
        validation=part(40),
        test=part(80),
        vocabulary=Vocabulary(tuple("abcdefgh")),
        vocab_size=12,
        label_names=("no", "yes"),
        lengths=np.full(200, 6),
        name="made up",
    )


@pytest.mark.parametrize("informative", [True, False])
def test_a_bag_of_words_finds_the_word_that_decides(informative: bool) -> None:
    majority, bag = baselines(splits(np.random.default_rng(0), informative))
    assert majority.name == "majority"
    assert (majority.val_accuracy, majority.test_accuracy) == (0.75, 0.75)
    assert bag.name == "bag of words (12)"
    if informative:
        assert (bag.val_accuracy, bag.test_accuracy) == (1.0, 1.0)
    else:
        assert bag.test_accuracy == pytest.approx(0.75, abs=0.1)


def test_the_texts_are_left_as_they_are() -> None:
    data = splits(np.random.default_rng(0), informative=True)
    before = [part.ids.copy() for part in (data.train, data.validation, data.test)]
    baselines(data)
    for part, ids in zip((data.train, data.validation, data.test), before, strict=True):
        np.testing.assert_array_equal(part.ids, ids)


@pytest.mark.parametrize("several", [False, True], ids=["one label", "several labels"])
def test_raw_texts_have_baselines_too(several: bool) -> None:
    texts = ["a fine film", "a dull film", "a fine day", "a dull day"] * 10
    labels = np.array([1, 0, 1, 0] * 10)
    if several:
        labels = np.stack([labels, np.array([1, 1, 0, 0] * 10)], axis=1)
    part = (texts, labels)
    majority, words = text_baselines(part, part, part)
    assert majority.test_accuracy == (0.25 if several else 0.5)
    assert (words.val_accuracy, words.test_accuracy) == (1.0, 1.0)
    assert words.p is None


def test_baselines_are_set_beside_a_model_that_answers_the_same_texts() -> None:
    part = (["a fine film", "a dull film"] * 20, np.array([1, 0] * 20))
    majority, words = text_baselines(part, part, part, right=np.ones(40, dtype=bool))
    assert words.p == 1  # right wherever the model is
    assert majority.p == pytest.approx(2 * 0.5**20)


def test_words_of_many_texts_are_weighed_on_the_first_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = ["a fine film", "a dull film"] * 20 + ["so so"]
    part = (texts, np.array([1, 0] * 20 + [2]))
    monkeypatch.setattr(module, "FITTED_ON", 10 * len(texts[0]))
    _, words = text_baselines(part, part, part)
    assert words.name == "TF-IDF + logistic regression (11 texts)"  # ten, and one of each class
    assert words.test_accuracy > 0.9
