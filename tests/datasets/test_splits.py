"""Every data set ends in the same types, and wrong data does not get that far."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from seqsent import DataError, Examples, Splits, load_synthetic
from seqsent.datasets import check_ids, load_named


@pytest.fixture(scope="module")
def splits() -> Splits:
    return load_synthetic(num_words=90, maxlen=12, size=200)


def test_examples_unpack(splits: Splits) -> None:
    ids, labels = splits.train
    assert ids.shape == (len(splits.train), 12)
    assert labels.shape == (len(splits.train),)


@pytest.mark.parametrize(
    ("ids", "labels", "message"),
    [
        (np.zeros(3, np.int32), np.zeros(3), r"ids of shape \(3,\)"),
        (np.zeros((3, 2)), np.zeros(3), "type float64"),
        (np.zeros((3, 2), np.int32), np.zeros(4), "3 texts but 4 labels"),
    ],
)
def test_examples_that_do_not_match_are_refused(ids: Any, labels: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        Examples(ids, labels)


@pytest.mark.parametrize("bad", [-1, 90])
@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_an_id_outside_the_vocabulary_is_named(splits: Splits, part: str, bad: int) -> None:
    examples = getattr(splits, part)
    ids = examples.ids.copy()
    ids[1, 1] = bad
    changed: dict[str, Any] = {part: Examples(ids, examples.labels)}
    with pytest.raises(DataError, match=f"id {bad} in the {part} texts is outside"):
        replace(splits, **changed)


def test_no_ids_are_all_inside() -> None:
    check_ids(np.zeros((0, 5), np.int32), 1)


def test_a_smaller_vocabulary_is_what_loading_it_gives(splits: Splits) -> None:
    limited, loaded = splits.limit_vocabulary(50), load_synthetic(num_words=50, maxlen=12, size=200)
    assert limited.fingerprint == loaded.fingerprint != splits.fingerprint
    assert limited.vocabulary == loaded.vocabulary
    assert limited.vocab_size == 50
    assert splits.limit_vocabulary(90) is splits


def test_a_larger_vocabulary_cannot_be_had_afterwards(splits: Splits) -> None:
    with pytest.raises(DataError, match="loaded with 90"):
        splits.limit_vocabulary(91)


def test_the_fingerprint_sees_every_part(splits: Splits) -> None:
    labels = splits.test.labels.copy()
    labels[0] = 1 - labels[0]
    changed = replace(splits, test=Examples(splits.test.ids, labels))
    assert changed.fingerprint != splits.fingerprint


def test_a_data_set_is_found_by_name() -> None:
    assert load_named("synthetic", num_words=50, maxlen=10).name == "synthetic"
    with pytest.raises(DataError, match="did you mean 'imdb'"):
        load_named("imbd", num_words=50, maxlen=10)
