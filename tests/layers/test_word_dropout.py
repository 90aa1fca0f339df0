"""Words are left out while training, and nothing else is."""

import keras
import numpy as np

from seqsent.layers import WordDropout

IDS = np.tile(np.array([1, 2, 3, 4, 9, 0], dtype=np.int32), (500, 1))


def test_answers_are_about_all_words() -> None:
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(WordDropout(0.5)(IDS)), IDS)


def test_about_the_asked_share_becomes_unknown_but_padding_and_start_stay() -> None:
    dropped = keras.ops.convert_to_numpy(WordDropout(0.3, seed=0)(IDS, training=True))
    np.testing.assert_array_equal(dropped[:, [0, 1, 5]], IDS[:, [0, 1, 5]])
    words = dropped[:, 2:5]
    assert set(np.unique(words)) == {2, 3, 4, 9}
    assert abs(np.mean(words == 2) - 0.3) < 0.05


def test_each_call_draws_anew_and_one_seed_draws_alike() -> None:
    layer, again = (WordDropout(0.5, seed=3) for _ in range(2))
    first, second, other = (
        keras.ops.convert_to_numpy(one(IDS, training=True)) for one in (layer, layer, again)
    )
    assert (first != second).any()
    np.testing.assert_array_equal(first, other)


def test_it_is_made_again_from_its_configuration() -> None:
    again = WordDropout.from_config(WordDropout(0.3, seed=7, name="some").get_config())
    assert (again.rate, again.seed, again.name) == (0.3, 7, "some")
