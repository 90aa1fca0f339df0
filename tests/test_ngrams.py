"""Runs of words, or of characters, beside a network."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqsent import ngrams as module
from seqsent.datasets.synthetic import generate
from seqsent.ngrams import BUCKETS, Kind, Ngrams, count_runs, kind_for

TEXTS, LABELS = (generate(600)[0], np.array(generate(600)[1]))
SEVERAL = np.stack([LABELS, 1 - LABELS, np.ones_like(LABELS)], axis=1)


@pytest.fixture(scope="module")
def fitted() -> Ngrams:
    return Ngrams.fit(TEXTS, LABELS, 2)


def answers(ngrams: Ngrams, texts: list[str], classes: int = 2) -> Any:
    undecided = np.full((len(texts), classes), 1 / classes, dtype=np.float32)
    return ngrams.combine(undecided, texts, multi_label=False)


def test_it_learns_what_runs_say(fitted: Ngrams) -> None:
    found = answers(fitted, TEXTS)
    assert found.shape == (600, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    assert np.mean(found.argmax(axis=1) == LABELS) > 0.8


def test_the_order_of_words_counts() -> None:
    texts = ["not good but bad", "not bad but good"] * 20
    ngrams = Ngrams.fit(texts, np.array([0, 1] * 20), 2)
    assert answers(ngrams, texts[:2]).argmax(axis=1).tolist() == [0, 1]


def test_marks_count_as_words_do() -> None:
    texts = ["a film !", "a film ?"] * 20
    ngrams = Ngrams.fit(texts, np.array([1, 0] * 20), 2)
    assert answers(ngrams, ["a day!", "a day?"]).argmax(axis=1).tolist() == [1, 0]


def test_what_one_text_alone_has_counts_for_nothing() -> None:
    ngrams = Ngrams.fit(["a fine film", "a dull film", "a film"], np.array([1, 0, 1]), 2)
    np.testing.assert_array_equal(
        ngrams.logits(["fine dull"]), np.broadcast_to(ngrams.bias, (1, 1))
    )


@given(st.integers(0, 100))
def test_long_texts_are_not_louder(fitted: Ngrams, more: int) -> None:
    text = " ".join([TEXTS[0], *(f"unheard{number}" for number in range(more))])
    runs = count_runs([TEXTS[0], text], "word").runs.getnnz(axis=1)
    said, softer = fitted.logits([TEXTS[0], text])[:, 0] - fitted.bias[0]
    assert softer == pytest.approx(said * np.sqrt(runs[0] / runs[1]), rel=1e-4)


def test_runs_of_characters_know_words_they_never_saw() -> None:
    texts = ["재미있었다", "재미있네", "지루했다", "지루하네"] * 5
    ngrams = Ngrams.fit(texts, np.array([1, 1, 0, 0] * 5), 2, kind="character")
    assert answers(ngrams, ["재미있어요", "지루해요"]).argmax(axis=1).tolist() == [1, 0]


def test_runs_of_both_kinds_are_kept_apart() -> None:
    ngrams = Ngrams.fit(["ab", "a b"] * 20, np.array([1, 0] * 20), 2, kind="both")
    places = [
        len(Ngrams.fit(["a b"] * 2, np.zeros(2), 2, kind=kind).places) for kind in get_args(Kind)
    ]
    words, characters, both = places
    assert both == words + characters - 1  # the place that is always there
    assert answers(ngrams, ["ab", "a b"]).argmax(axis=1).tolist() == [1, 0]


def test_runs_are_of_both_kinds_where_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kind_for(1000, "word") == kind_for(1000, "subword") == "both"
    monkeypatch.setattr(module, "MOST", 4_999)
    assert kind_for(1000, "word") == "word"
    assert kind_for(1000, "subword") == "character"


def test_every_class_has_an_output_of_its_own() -> None:
    classes = np.array([text.split()[1] == "saw" for text in TEXTS]).astype(int) + LABELS
    ngrams = Ngrams.fit(TEXTS, classes, 3)
    assert ngrams.weights.shape[1] == 3
    assert np.mean(answers(ngrams, TEXTS, 3).argmax(axis=1) == classes) > 0.6


def test_several_labels_and_one_that_always_holds() -> None:
    ngrams = Ngrams.fit(TEXTS, SEVERAL, 3)
    found = ngrams.combine(np.full((600, 3), 0.5, dtype=np.float32), TEXTS, multi_label=True)
    assert (found[:, 2] > 0.9).all()
    assert np.mean((found[:, 0] > 0.5) == LABELS) > 0.8


def test_a_text_of_weight_zero_is_not_learned_from() -> None:
    weight = np.array([1.0] * 40 + [0.0] * 40)
    texts = ["fine film", "dull film"] * 40
    labels = np.array([1, 0] * 20 + [0, 1] * 20)
    ngrams = Ngrams.fit(texts, labels, 2, sample_weight=weight)
    assert answers(ngrams, texts[:2]).argmax(axis=1).tolist() == [1, 0]


@pytest.mark.parametrize("label", [0, 1])
def test_where_one_class_alone_has_weight_it_is_the_answer(label: int) -> None:
    texts, labels = ["dull film", "fine day"] * 20, np.array([0, 1] * 20)
    ngrams = Ngrams.fit(texts, labels, 2, sample_weight=(labels == label).astype(np.float32))
    assert answers(ngrams, texts[:2]).argmax(axis=1).tolist() == [label, label]
    alone = Ngrams.fit(texts[label::2], labels[label::2], 2)
    np.testing.assert_array_equal(ngrams.places, alone.places)


def test_without_any_weight_there_is_no_answer() -> None:
    ngrams = Ngrams.fit(TEXTS, LABELS, 2, sample_weight=np.zeros(len(TEXTS)))
    assert (answers(ngrams, TEXTS) == 0.5).all()


def test_shares_follow_who_is_right(fitted: Ngrams) -> None:
    right = np.stack([1 - LABELS, LABELS], axis=1).clip(0.02, 0.98).astype(np.float32)
    wrong = np.full_like(right, 0.5) + np.random.default_rng(0).normal(0, 0.2, (600, 1)) * [-1, 1]
    network, *_ = fitted.beside(right, TEXTS, LABELS).shares
    assert network > 0.9
    network, *own = fitted.beside(wrong.clip(0.01, 0.99).astype(np.float32), TEXTS, LABELS).shares
    assert network < 0.2 < min(own) <= max(own) <= 1


@pytest.mark.parametrize("who", ["words", "runs"])
def test_single_words_count_apart_from_runs_of_them(who: str) -> None:
    words, runs = np.random.default_rng(0).integers(2, size=(2, 400))
    # Nobody else has what stands between them, so no run that counts joins the two.
    texts = [
        f"{('dull', 'fine')[word]} between{number} {('so what', 'what so')[run]}"
        for number, (word, run) in enumerate(zip(words, runs, strict=True))
    ]
    ngrams = Ngrams.fit(texts, np.where(np.arange(400) % 2, words, runs), 2)
    right = words if who == "words" else runs
    undecided = np.full((400, 2), 0.5, dtype=np.float32)
    _, *shares = ngrams.beside(undecided, texts, right).shares
    assert shares == pytest.approx([1, 0] if who == "words" else [0, 1], abs=0.1)


def test_which_runs_are_single_words() -> None:
    ngrams = Ngrams.fit(["A film!", "a film!"], np.array([0, 1]), 2, kind="both")
    assert ngrams.words.sum() == len(["a", "film", "!"])
    assert not Ngrams.fit(["a", "a"], np.array([0, 1]), 2, kind="character").words.any()


@pytest.mark.parametrize("kind", ["two classes", "three classes", "several labels"])
def test_shares_follow_who_is_right_where_it_counts(kind: str) -> None:
    number, places = 2 if kind == "two classes" else 3, np.arange(600)
    labels: Any = SEVERAL if kind == "several labels" else LABELS * (1 + places % (number - 1))
    is_label = labels if labels.ndim == 2 else np.eye(number)[labels]
    # The network is right of the first two hundred texts alone.
    chances = np.where(places[:, None] < 200, is_label, 1 - is_label) + 0.5
    chances = chances / 2 if labels.ndim == 2 else chances / chances.sum(axis=1, keepdims=True)
    ngrams, weight = Ngrams.fit(TEXTS, labels, number), (places < 200).astype(np.float32)
    shares = ngrams.beside(chances, TEXTS, labels, sample_weight=weight).shares
    few = ngrams.beside(chances[:200], TEXTS[:200], labels[:200]).shares
    assert shares == pytest.approx(few, abs=1e-3)
    assert shares[0] > 0.9
    assert ngrams.beside(chances, TEXTS, labels).shares[0] < 0.1


def test_a_file_gives_the_same_answers(fitted: Ngrams, tmp_path: Path) -> None:
    fitted.write(tmp_path / "ngrams.npz")
    again = Ngrams.read(tmp_path / "ngrams.npz", 1)
    assert (again.kind, again.shares) == (fitted.kind, fitted.shares)
    np.testing.assert_array_equal(again.logits(TEXTS), fitted.logits(TEXTS))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("buckets", np.array(2**22)),
        ("kind", np.frombuffer(b"syllable", dtype=np.uint8)),
        ("kind", np.array(1_500_000_000)),
        ("places", np.array(5, dtype=np.int32)),
        ("places", np.zeros(0, dtype=np.int32)),
        ("places", np.array([5, 3, 7], dtype=np.int32)),
        ("places", np.array([-1, 3, 7], dtype=np.int32)),
        ("places", np.array([1, 3, BUCKETS], dtype=np.int32)),
        ("weights", np.zeros((3, 2), dtype=np.float16)),
        ("weights", np.full((3, 1), np.nan, dtype=np.float16)),
        ("weights", np.full((3, 1), 1e6, dtype=np.float32)),
        ("bias", np.zeros(2, dtype=np.float32)),
        ("bias", np.full(1, 1e300)),
        ("words", np.zeros(2, dtype=np.bool_)),
        ("words", np.zeros(3, dtype=np.uint8)),
        ("shares", np.array([0.5, 1.0])),
        ("shares", np.array([np.inf, 1.0, 1.0])),
        ("shares", np.array([0.5, 0.5, 1e180])),
        ("shares", np.array([0.5, 0.5, -0.1])),
        ("more", np.zeros(1)),
    ],
    ids=str,
)
def test_a_file_that_is_none_is_refused(name: str, value: Any, tmp_path: Path) -> None:
    parts: dict[str, Any] = {
        "buckets": np.array(BUCKETS),
        "kind": np.frombuffer(b"word", dtype=np.uint8),
        "places": np.array([1, 3, 7], dtype=np.int32),
        "weights": np.zeros((3, 1), dtype=np.float16),
        "bias": np.zeros(1, dtype=np.float32),
        "words": np.array([True, False, False]),
        "shares": np.ones(3),
    }
    np.savez(tmp_path / "good.npz", **parts)
    assert Ngrams.read(tmp_path / "good.npz", 1).places.tolist() == [1, 3, 7]
    np.savez(tmp_path / "bad.npz", **{**parts, name: value})
    with pytest.raises(ValueError, match="its runs"):
        Ngrams.read(tmp_path / "bad.npz", 1)


def test_what_does_not_fit_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seqsent.ngrams.MOST", 1_000)
    monkeypatch.setattr("seqsent.datasets.rows.CHARACTERS", sum(map(len, TEXTS[:50])))
    first = Ngrams.fit(TEXTS, LABELS, 2)
    few = Ngrams.fit(TEXTS[:50], LABELS[:50], 2)
    np.testing.assert_array_equal(first.places, few.places)


def test_texts_without_a_run_are_learned_from_and_answered() -> None:
    ngrams = Ngrams.fit(["", " ", "\n"], np.array([1, 0, 1]), 2)
    assert answers(ngrams, ["a film", "", " "]).argmax(axis=1).tolist() == [1, 1, 1]


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_any_text_has_an_answer(texts: list[str]) -> None:
    ngrams = Ngrams.fit(["a b", "b a"], np.array([0, 1]), 2)
    assert np.isfinite(answers(ngrams, texts)).all()


def test_counts_of_some_texts_are_rows_of_those_of_all() -> None:
    counts = count_runs(TEXTS, "word")
    learned = Ngrams.from_counts(counts[:50], LABELS[:50], 2)
    alone = Ngrams.fit(TEXTS[:50], LABELS[:50], 2)
    np.testing.assert_array_equal(learned.places, alone.places)
    np.testing.assert_array_equal(learned.weights, alone.weights)


def test_counts_can_be_learned_from_again() -> None:
    counts = count_runs(TEXTS, "both")
    first, again = (Ngrams.from_counts(counts, LABELS, 2) for _ in range(2))
    np.testing.assert_array_equal(first.places, again.places)
    np.testing.assert_array_equal(first.weights, again.weights)
