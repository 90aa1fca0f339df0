"""textcnn conforms, and finds a run of words wherever it is."""

import numpy as np
import pytest

from seqsent import OptionError, build_model, set_seed
from seqsent.testing import parametrize_with_checks


@parametrize_with_checks(["textcnn"])
def test_it_conforms(check):
    check()


def test_a_run_of_words_counts_wherever_it_is():
    set_seed(0)
    model = build_model("textcnn", vocab_size=20, maxlen=12, windows=(3,))
    ids = np.ones((2, 12), dtype="int32")
    ids[0, 3:6] = ids[1, 7:10] = [5, 9, 4]
    here, there = model.predict_on_batch(ids)
    assert here == pytest.approx(there, abs=1e-6)


def test_windows_are_needed():
    with pytest.raises(OptionError, match="at least one"):
        build_model("textcnn", vocab_size=20, maxlen=12, windows=())
