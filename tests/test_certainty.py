"""The confidence that is asked for holds on the answers it was measured on."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from seqsent.certainty import Certainty


@given(seed=st.integers(0, 999), texts=st.integers(1, 400), share=st.floats(0.5, 1))
def test_answers_that_confident_are_right_that_often(seed: int, texts: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    confidence = np.round(rng.uniform(0.5, 1, texts), 2)  # with many ties
    right = rng.random(texts) < confidence
    certainty = Certainty.measure(confidence, right)
    needed = certainty.needed(share)
    if needed is None:
        assert max(certainty.right) < share
        return
    given = confidence >= needed
    assert right[given].mean() >= share
    assert given.sum() >= min(30, texts)


def test_asking_for_less_gives_more_answers() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 5_000)
    certainty = Certainty.measure(confidence, rng.random(5_000) < confidence)
    found = [certainty.needed(share) for share in (0.75, 0.8, 0.85, 0.9)]
    reached = [confidence for confidence in found if confidence is not None]
    assert len(reached) == 4
    assert reached == sorted(reached)
    assert len(certainty.confidence) <= 200
