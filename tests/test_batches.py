"""Texts come together as a recipe says, and unlabelled ones beside them."""

from typing import Any

import numpy as np
import pytest

from seqsent import Recipe, TextEncoder
from seqsent.batches import batches_of, with_unlabelled
from seqsent.datasets.rows import Rows

RECIPE = Recipe(batch_size=4, unlabelled_ratio=3)
LABELLED, MORE = 10, 17


def ids(kind: str) -> tuple[Any, Any]:
    texts = ["a " * (1 + 7 * number % 12) for number in range(LABELLED + MORE)]
    encoder = TextEncoder.fit(texts, maxlen=12)
    rows = [Rows.encoded(encoder, part) for part in (texts[:LABELLED], texts[LABELLED:])]
    return (rows[0], rows[1]) if kind == "rows" else (rows[0][:], rows[1][:])


@pytest.mark.parametrize("kind", ["rows", "arrays"])
@pytest.mark.parametrize("weights", [None, np.linspace(0, 1, LABELLED)])
@pytest.mark.parametrize("several", [False, True])
def test_only_labelled_texts_have_weight(kind: str, weights: Any, several: bool) -> None:
    known, more = ids(kind)
    labels = np.eye(3)[np.arange(LABELLED) % 3] if several else np.arange(LABELLED) % 2
    joined, answers, weight = with_unlabelled((known, labels, weights), more, 3)
    np.testing.assert_array_equal(joined[:], np.concatenate([known[:], more[:]]))
    np.testing.assert_array_equal(answers[:LABELLED], labels)
    assert len(answers) == len(weight) == LABELLED + MORE
    assert not weight[LABELLED:].any()
    # One labelled text and three others: their mean is that of the labelled one.
    np.testing.assert_allclose(weight[:LABELLED] / 4, 1 if weights is None else weights)


@pytest.mark.parametrize("kind", ["rows", "narrow rows", "arrays"])
def test_every_labelled_text_comes_once_and_others_beside_it(kind: str) -> None:
    known, more = ids("arrays" if kind == "arrays" else "rows")
    joined, _, _ = with_unlabelled((known, np.zeros(LABELLED), None), more, 3)
    if kind == "narrow rows":
        joined = joined.narrowed()
    seen: list[int] = []
    for epoch in range(2):
        order, batch_size, _ = batches_of(joined, LABELLED, RECIPE, epoch)
        assert batch_size == 16
        rows = order.reshape(-1, 4)
        assert sorted(rows[:, 0]) == list(range(LABELLED))
        assert (rows[:, 1:] >= LABELLED).all()
        seen.extend(rows[:, 1:].flatten())
    counts = np.bincount(np.array(seen) - LABELLED, minlength=MORE)
    assert counts.max() - counts.min() <= 1


def test_without_others_it_is_the_recipes_order() -> None:
    known, _ = ids("rows")
    order, batch_size, _ = batches_of(known, LABELLED, RECIPE, 1)
    assert (order.tolist(), batch_size) == (RECIPE.order(LABELLED, 1).tolist(), 4)
    narrow, _, _ = batches_of(known.narrowed(), LABELLED, RECIPE, 1)
    assert sorted(narrow) == list(range(LABELLED))
