"""Explanations are the classifier's own answers to texts without a word, and to beginnings."""

from typing import Any

import numpy as np
import pytest

from seqsent import (
    DataError,
    SentimentClassifier,
    TextClassifier,
    TextEncoder,
    build_model,
    list_architectures,
    set_seed,
)

TEXT = "a b c zzz d"


def classifier_of(
    architecture: str = "lstm", labels: int = 2, *, multi_label: bool = False, **options: Any
) -> TextClassifier:
    set_seed(1)
    encoder = TextEncoder.fit(["a b c d e"], maxlen=8, vocab_size=None)
    model = build_model(
        architecture,
        vocab_size=encoder.vocab_size,
        maxlen=8,
        num_classes=labels,
        multi_label=multi_label,
        **options,
    )
    return TextClassifier(model, encoder, tuple("xyz"[:labels]), multi_label)


@pytest.mark.parametrize(
    ("architecture", "options"),
    [(name, {}) for name in list_architectures()] + [("gru", {"bidirectional": True})],
)
def test_figures_are_answers_to_other_texts(architecture: str, options: dict[str, Any]) -> None:
    classifier = classifier_of(architecture, **options)
    found = classifier.explain(TEXT)
    words = TEXT.split()
    assert found.words == tuple(words)
    index = classifier.label_names.index(found.label)
    assert found.label == classifier.predict([TEXT])[0]

    def shares(texts: list[str]) -> np.ndarray:
        return classifier.predict_proba(texts)[:, index]

    np.testing.assert_allclose(found.probability, shares([TEXT])[0], atol=1e-6)
    without = [" ".join(words[:place] + words[place + 1 :]) for place in range(len(words))]
    np.testing.assert_allclose(found.without, found.probability - shares(without), atol=1e-6)
    if options:
        assert found.after is None
    else:
        assert found.after is not None
        beginnings = [" ".join(words[: place + 1]) for place in range(len(words))]
        np.testing.assert_allclose(found.after, shares(beginnings), atol=1e-6)


def test_only_what_is_read_is_explained() -> None:
    found = classifier_of().explain(" ".join("abcde" * 1_000))
    assert len(found.words) == 8


@pytest.mark.parametrize("ngrams", [False, True])
def test_the_label_is_the_answers_where_the_network_reads_a_part(ngrams: bool) -> None:
    texts = ["a fine film", "a dull film"] * 30
    model = SentimentClassifier(
        preset="textbook", maxlen=6, ngrams=ngrams, learning_rate=0.02, random_state=0
    ).fit(texts, ["pos", "neg"] * 30)
    text = "fine " * 30 + "dull " * 6
    found = model.explain(text)
    assert found.label == model.predict([text])[0]
    expected = model.predict_proba([text])[0, list(model.classes_).index(found.label)]
    assert found.probability == pytest.approx(expected, abs=1e-6)


def test_an_empty_text_has_an_answer_and_no_words() -> None:
    found = classifier_of().explain("!?")
    assert (found.words, found.without, found.after) == ((), (), ())
    assert 0 < found.probability < 1


@pytest.mark.parametrize("multi_label", [False, True])
def test_a_label_can_be_asked_for(multi_label: bool) -> None:
    classifier = classifier_of(labels=3, multi_label=multi_label)
    for index, label in enumerate("xyz"):
        found = classifier.explain(TEXT, label)
        expected = classifier.predict_proba([TEXT])[0, index]
        assert found.label == label
        assert found.probability == pytest.approx(expected, abs=1e-6)
    assert classifier.explain(TEXT).label == "xyz"[classifier.predict_proba([TEXT])[0].argmax()]
    with pytest.raises(DataError, match="label"):
        classifier.explain(TEXT, "w")


def test_the_word_that_decides_stands_out() -> None:
    texts = [
        f"{first} {word} {last}" for first in "abcd" for last in "efgh" for word in ("fine", "dull")
    ]
    model = SentimentClassifier(learning_rate=0.02, random_state=0, maxlen=8, least_steps=60)
    model.fit(texts * 4, ["pos", "neg"] * (2 * len(texts)))
    found = model.explain("a fine e")
    assert (found.label, int(np.argmax(found.without))) == ("pos", 1)
