"""A plan is carried out: from labelled texts to one classifier."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seqsent import DataError, OptionError, Plan, Recipe, load
from seqsent.artifact import save
from seqsent.classifier import TextClassifier
from seqsent.datasets.synthetic import generate
from seqsent.pipeline import train
from seqsent.presets import changed, get_preset

# Learned from in whole batches: what is left over would be compiled once more.
TEXTS, LABELS = generate(240)
PARTS: Any = (TEXTS[:192], np.array(LABELS[:192])), (TEXTS[192:], np.array(LABELS[192:]))
SMALL = Plan(
    "gru",
    {"units": 3},
    embedding=4,
    maxlen=16,
    recipe=Recipe("adam", 0.01, epochs=2),
)


def trained(plan: Plan, **options: Any) -> Any:
    return train(plan, PARTS[0], PARTS[1], ("bad", "good"), **options)


@pytest.fixture(scope="module")
def fast() -> TextClassifier:
    """Return what the preset leaves in small, the mean of two networks."""
    plan = changed(get_preset("fast").plan, epochs=1, least_steps=1, maxlen=16, members=2)
    return trained(plan)[0]  # type: ignore[no-any-return]


@pytest.mark.each_backend
def test_what_was_saved_answers_the_same(fast: TextClassifier, tmp_path: Path) -> None:
    save(fast, tmp_path / "model.seqsent")
    again = load(tmp_path / "model.seqsent")
    np.testing.assert_array_equal(again.predict_proba(TEXTS), fast.predict_proba(TEXTS))
    assert fast.ngrams is not None
    assert again.about["shares"] == list(fast.ngrams.shares)


@pytest.mark.each_backend
def test_a_text_has_one_answer_whatever_stands_beside_it(fast: TextClassifier) -> None:
    together = fast.predict_proba(TEXTS)
    alone = np.concatenate([fast.predict_proba([text]) for text in TEXTS[:5]])
    np.testing.assert_allclose(together[:5], alone, atol=1e-6)


def test_every_word_is_explained_by_both_sides() -> None:
    classifier, _ = trained(dataclasses.replace(SMALL, ngrams=True))
    text = " ".join(TEXTS[0].split()[:10]) + ", or is it? Fine!"
    explanation = classifier.explain(text, "good")
    assert explanation.probability == pytest.approx(
        classifier.predict_proba([text])[0, 1], abs=1e-6
    )
    for place, word in ((0, text.split()[0]), (-1, "Fine")):
        left = classifier.predict_proba([text.replace(word, "", 1)])[0, 1]
        assert explanation.without[place] == pytest.approx(explanation.probability - left, abs=1e-6)


@pytest.mark.parametrize("multi_label", [False, True])
def test_how_good_its_answers_to_the_validation_texts_are_is_kept(multi_label: bool) -> None:
    labels = [np.eye(2, dtype=int)[part[1]] if multi_label else part[1] for part in PARTS]
    texts, validation = ((part[0], each) for part, each in zip(PARTS, labels, strict=True))
    classifier, _ = train(SMALL, texts, validation, ("bad", "good"), multi_label=multi_label)
    chances = classifier.predict_proba(validation[0])
    wrong = np.eye(2)[PARTS[1][1]] != (chances >= 0.5)
    of_the_right = np.where(np.eye(2)[PARTS[1][1]] > 0, chances, 1 - chances)
    assert classifier.about["validation"] == {
        "accuracy": pytest.approx(1 - wrong.any(axis=1).mean()),
        "log_loss": pytest.approx(-np.log(of_the_right).mean(), rel=1e-4),
    }


def test_vectors_of_a_file_are_where_training_begins(tmp_path: Path) -> None:
    (tmp_path / "some.vec").write_text("film 1 2 3 4\nfine 4 3 2 1\n")
    still = dataclasses.replace(SMALL.recipe, learning_rate=1e-12, epochs=1)
    plan = dataclasses.replace(SMALL, vectors=str(tmp_path / "some.vec"), recipe=still)
    texts = ["a fine film", "a dull film"] * 20
    labels = np.array([1, 0] * 20)
    classifier, _ = train(plan, (texts, labels), (texts, labels), ("bad", "good"))
    [matrix] = classifier.model.get_layer("embedding").get_weights()
    fine, film = (
        matrix[classifier.encoder.vocabulary.pieces.index(word)] for word in ("fine", "film")
    )
    np.testing.assert_allclose(fine, film[::-1], rtol=1e-5)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_saved_classifier_does_not_say_where_vectors_lay(kind: Any, tmp_path: Path) -> None:
    (tmp_path / "some.vec").write_text(f"{TEXTS[0].split()[0]} 1 2 3 4\n")
    recipe = dataclasses.replace(SMALL.recipe, epochs=1)
    plan = dataclasses.replace(SMALL, vectors=kind(tmp_path / "some.vec"), recipe=recipe)
    classifier, _ = trained(plan)
    save(classifier, tmp_path / "model.seqsent")
    assert load(tmp_path / "model.seqsent").about["plan"]["vectors"] == "some.vec"


def test_subwords_are_taken_where_many_words_are_unknown() -> None:
    plan = dataclasses.replace(SMALL, level="auto")
    assert trained(plan)[0].encoder.level == "word"
    unlike = [text.replace(" ", "s ") for text in PARTS[1][0]]
    classifier, _ = train(plan, PARTS[0], (unlike, PARTS[1][1]), ("bad", "good"))
    assert classifier.encoder.level == "subword"


def test_unlabelled_texts_serve_vectors_language_and_adversaries(tmp_path: Path) -> None:
    recipe = dataclasses.replace(SMALL.recipe, virtual=0.5, epochs=1)
    plan = dataclasses.replace(SMALL, pretrain=1, recipe=recipe, members=2)
    told: list[str] = []
    with_more, _ = trained(plan, unlabelled=TEXTS[:64], directory=tmp_path, on_stage=told.append)
    without, _ = trained(dataclasses.replace(plan, members=1))
    assert told == ["words to ids", *["which word follows", "training"] * 2]
    assert with_more.about["data"]["unlabelled"] == 64
    assert with_more.about["plan"]["pretrain"] == 1
    assert {one.name for one in tmp_path.iterdir() if one.is_dir()} == {
        f"{stage}-{number}" for stage in ("language", "network") for number in range(2)
    }
    assert not np.array_equal(with_more.predict_proba(TEXTS), without.predict_proba(TEXTS))


def test_unlabelled_texts_that_nothing_learns_from_are_refused() -> None:
    with pytest.raises(OptionError, match="64 unlabelled texts arrived, and nothing"):
        trained(SMALL, unlabelled=TEXTS[:64])


@pytest.mark.parametrize("name", ["sample_weight", "validation_weight"])
def test_weights_that_are_none_are_refused_before_anything_is_learned(name: str) -> None:
    told: list[str] = []
    with pytest.raises(DataError, match=f"{name} of shape"):
        trained(SMALL, **{name: np.ones(3)}, on_stage=told.append)
    assert told == []


def test_runs_of_words_are_weighted_where_only_training_texts_are() -> None:
    plan = dataclasses.replace(SMALL, ngrams=True)
    weight = np.where(PARTS[0][1] == 1, 9.0, 1.0)
    weighted, alike, plain = (
        trained(plan, **weights)[0].ngrams
        for weights in (
            {"sample_weight": weight},
            {"sample_weight": weight, "validation_weight": np.ones(48)},
            {},
        )
    )
    np.testing.assert_array_equal(weighted.weights, alike.weights)
    assert not np.array_equal(weighted.weights, plain.weights)


def test_shares_are_weighted_as_validation_texts_are() -> None:
    plan = dataclasses.replace(SMALL, ngrams=True, recipe=Recipe("adam", 0.01, epochs=1))
    weight = np.where(np.arange(48) < 8, 100.0, 0.01)
    weighted, plain = (
        trained(plan, validation_weight=one)[0].about["shares"] for one in (weight, None)
    )
    assert weighted != plain


def test_every_stage_is_announced() -> None:
    told: list[str] = []
    trained(dataclasses.replace(SMALL, ngrams=True), on_stage=told.append)
    assert told == ["words to ids", "runs of words", "training"]


@pytest.mark.parametrize(
    "unlabelled", [(), pytest.param(TEXTS[:64], marks=pytest.mark.each_backend)]
)
def test_the_accurate_preset_in_small(unlabelled: Any) -> None:
    plan = changed(
        get_preset("accurate").plan_for(unlabelled=bool(unlabelled)),
        options={"units": 3},
        embedding=4,
        maxlen=16,
        epochs=1,
        least_steps=1,
        pretrain=1,
    )
    classifier, histories = trained(plan, unlabelled=unlabelled)
    assert [len(history.epochs) for history in histories] == [1] * plan.trainings
    found = classifier.predict_proba(PARTS[1][0])[:, 1] > 0.5
    assert np.mean(found == PARTS[1][1]) > 0.8


def test_a_student_without_unlabelled_texts_is_refused() -> None:
    with pytest.raises(OptionError, match="student=True arrived without unlabelled texts"):
        trained(dataclasses.replace(SMALL, student=True))
