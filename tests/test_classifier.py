"""Raw texts in, labels and probabilities out, in batches of few shapes."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from threading import Barrier
from typing import Any

import numpy as np
import pytest

from seqsent import DataError, TextClassifier, TextEncoder, Texts, build_model, set_seed
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


@pytest.mark.parametrize("mask_padding", [False, True])
def test_the_texts_beside_it_do_not_matter_where_the_network_takes_any_length(
    mask_padding: bool,
) -> None:
    encoder = TextEncoder.fit(["a b c d e"], maxlen=40, vocab_size=None, padding="back")
    set_seed(0)
    model = build_model("simplernn", vocab_size=encoder.vocab_size, mask_padding=mask_padding)
    classifier = TextClassifier(model, encoder, ("x", "y"))
    together = classifier.predict_proba(["a b", "c d e " * 10])
    np.testing.assert_allclose(together[:1], classifier.predict_proba(["a b"]), atol=1e-6)


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


def measured(seed: int = 0) -> tuple[TextClassifier, np.ndarray, np.ndarray]:
    """Return a classifier that knows how often it is right, with what it was measured on."""
    rng = np.random.default_rng(seed)
    shares = rng.random(500).astype(np.float32)
    probabilities = np.stack([1 - shares, shares], axis=1)
    labels = (rng.random(500) < shares).astype(int)
    return classifier_of().measured(probabilities, labels), probabilities, labels


def test_answers_that_are_given_are_as_sure_as_asked_for() -> None:
    classifier, probabilities, labels = measured()
    sure = classifier.with_sure(0.9)
    given = sure.is_sure(probabilities)
    assert (sure.decide(probabilities) == labels)[given].mean() >= 0.9
    answers = sure.answers(probabilities)
    assert [answer == "unsure" for answer in answers] == (~given).tolist()
    assert 0 < given.sum() < 500
    assert "unsure" not in classifier.answers(probabilities)


@pytest.mark.parametrize("share", [0, -1, 1.5])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(DataError, match="sure="):
        measured()[0].with_sure(share)


def test_what_cannot_be_reached_or_is_not_known_is_said() -> None:
    classifier, probabilities, _ = measured()
    wrong = classifier.measured(probabilities, np.full(500, 2))
    with pytest.raises(DataError, match="only 0.0000 were right; ask for less"):
        wrong.with_sure(0.9)
    with pytest.raises(DataError, match="never measured"):
        classifier.with_threshold(0.4).with_sure(0.9)


def texts_of(labels: list[Any]) -> Texts:
    return Texts.from_labels(["a b", "c", "d e", ""], labels, name="reviews.csv")


def test_labels_are_matched_by_name() -> None:
    classifier = classifier_of(3)
    probabilities = classifier.predict_proba(["a b", "c", "d e", ""])
    expected = [classifier.label_names[row.argmax()] for row in probabilities]
    if len(set(expected)) == 1:  # texts of one class are none to evaluate with
        expected[0] = next(name for name in "xyz" if name != expected[0])
    found = classifier.evaluate(texts_of(expected))
    answered = classifier.predict(["a b", "c", "d e", ""])
    assert found.accuracy == np.mean([a == b for a, b in zip(answered, expected, strict=True)])
    assert [scores.support for scores in found.classes] == [expected.count(n) for n in "xyz"]


def test_one_label_each_may_be_compared_with_several() -> None:
    found = classifier_of(3, multi_label=True).evaluate(texts_of(["x", "z", "x", "z"]))
    assert [scores.support for scores in found.classes] == [2, 0, 2]


def test_labels_that_are_unknown_or_too_many_are_refused() -> None:
    with pytest.raises(DataError, match="does not know: 'good'; expected some of 'x', 'y'"):
        classifier_of().evaluate(texts_of(["x", "good", "x", "y"]))
    with pytest.raises(DataError, match="several labels per text"):
        classifier_of().evaluate(texts_of([["x"], ["x", "y"], [], ["y"]]))


def test_eight_threads_get_the_answers_of_one() -> None:
    counts = [1, 3, 4, 30, 30, 31, 32, BATCH + 3]
    questions = [list(islice(cycle(["a b", "c", "", "d e a", "b"]), n, 2 * n)) for n in counts]
    one = classifier_of()
    alone = [one.predict_proba(texts) for texts in questions]
    classifier, together = classifier_of(), Barrier(8)

    def ask(texts: list[str]) -> list[Any]:
        together.wait()  # the first calls, in which backends compile, are at the same time, too
        return [classifier.predict_proba(texts) for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        for answers, expected in zip(pool.map(ask, questions), alone, strict=True):
            for answer in answers:
                np.testing.assert_array_equal(answer, expected)
