"""Raw texts in, labels and probabilities out, in batches of few shapes."""

from typing import Any

import numpy as np
import pytest

from seqsent import DataError, TextClassifier, TextEncoder, build_model, set_seed
from seqsent.classifier import BATCH


def classifier_of(labels: int = 2, multi_label: bool = False) -> TextClassifier:
    set_seed(0)
    encoder = TextEncoder.fit(["a b c d e"], maxlen=4, vocab_size=None)
    model = build_model(
        "gru",
        vocab_size=encoder.vocab_size,
        maxlen=4,
        num_classes=labels,
        multi_label=multi_label,
        units=2,
    )
    return TextClassifier(model, encoder, tuple("xyz"[:labels]), multi_label)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, BATCH, BATCH + 1, 2 * BATCH + 5])
def test_the_batch_a_text_is_in_does_not_matter(count: int) -> None:
    classifier = classifier_of()
    texts = [" ".join("abcde"[i % 5] for i in range(row % 6)) for row in range(count)]
    together = classifier.predict_proba(texts)
    assert together.shape == (count, 2)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-6)
    if count:
        alone = classifier.predict_proba(texts[-1:])
        np.testing.assert_allclose(together[-1:], alone, atol=1e-6)


@pytest.mark.parametrize(
    ("labels", "multi_label", "kind"), [(2, False, str), (3, False, str), (3, True, tuple)]
)
def test_answers_are_names(labels: int, multi_label: bool, kind: type) -> None:
    classifier = classifier_of(labels, multi_label)
    answers: Any = classifier.predict(["a b", ""])
    assert [type(answer) for answer in answers] == [kind, kind]
    assert {name for answer in answers for name in answer} <= set(classifier.label_names)


def test_the_threshold_decides() -> None:
    classifier = classifier_of()
    assert set(classifier.with_threshold(0.001).predict(["a"] * 3)) == {"y"}
    assert set(classifier.with_threshold(0.999).predict(["a"] * 3)) == {"x"}
    with pytest.raises(DataError, match="threshold=1"):
        classifier.with_threshold(1)


def test_a_stream_is_read_in_chunks() -> None:
    taken: list[str] = []

    def texts() -> Any:
        for word in "abcdeabcde":
            taken.append(word)
            yield word

    classifier = classifier_of()
    answers = classifier.stream(texts(), chunk=4)
    text, probabilities = next(answers)
    assert (text, len(taken)) == ("a", 4)
    np.testing.assert_allclose(probabilities, classifier.predict_proba(["a"])[0], atol=1e-6)
    assert [text for text, _ in answers] == list("bcdeabcde")


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(DataError, match="arrived as text 1"):
        classifier_of().predict(["a", None])  # type: ignore[list-item]
