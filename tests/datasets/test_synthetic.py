"""Made-up reviews: quick, the same for one seed, and decided by order."""

import numpy as np
import pytest

from seqsent import DataError, Recipe, build_model, fit, load_synthetic, set_seed
from seqsent.baselines import baselines
from seqsent.datasets.synthetic import CEILING, NOISE, generate


def test_one_seed_makes_one_data_set() -> None:
    assert generate(50, seed=3) == generate(50, seed=3) != generate(50, seed=4)
    assert load_synthetic(size=50).fingerprint == load_synthetic(size=50).fingerprint


def test_labels_are_balanced_and_lengths_have_a_long_tail() -> None:
    splits = load_synthetic()
    assert np.mean(splits.train.labels) == pytest.approx(0.5, abs=0.03)
    assert np.median(splits.lengths) < np.mean(splits.lengths) < np.max(splits.lengths) / 5


def test_the_vocabulary_is_that_of_the_training_reviews() -> None:
    splits = load_synthetic(size=20, num_words=500)
    trained_on = set(splits.train.ids.ravel()) - {0, 1}
    assert trained_on == set(range(4, len(splits.vocabulary)))
    assert splits.vocab_size == 500


def test_reviews_decode() -> None:
    splits = load_synthetic(size=50, maxlen=500)
    assert all(splits.vocabulary.decode(ids).startswith("<start> ") for ids in splits.train.ids)


def test_splits_that_would_be_empty_are_refused() -> None:
    with pytest.raises(DataError, match="leave a split empty"):
        load_synthetic(size=4)
    with pytest.raises(DataError, match="leave a split empty"):
        load_synthetic(validation_size=0.0)


def test_an_lstm_beats_a_bag_of_words_and_stays_below_the_ceiling() -> None:
    splits = load_synthetic(size=6_000, maxlen=40)
    set_seed(1)
    model = build_model("lstm", vocab_size=splits.vocab_size, maxlen=splits.maxlen)
    fit(model, splits, Recipe(learning_rate=0.01, epochs=4))
    _, accuracy = model.evaluate(*splits.test, batch_size=512, verbose=0)
    _, bag_of_words = baselines(splits)
    assert accuracy > bag_of_words.test_accuracy + 0.05
    luck = 3 * np.sqrt(NOISE * CEILING / len(splits.test))
    assert accuracy < CEILING + luck
