"""Layers that encoders are made of; the same on every backend, and fused on each.

Whoever needs Keras imports it from here, where its backend has been chosen.
"""

from seqsent.backend import choose_backend, fix_threads

choose_backend()
fix_threads()

import keras  # noqa: E402

from seqsent.layers.bidirectional import Bidirectional  # noqa: E402
from seqsent.layers.determinism import (  # noqa: E402
    random_state,
    restore_random_state,
    set_seed,
)
from seqsent.layers.loop import STEPS_PER_CALL, Columns, Loop  # noqa: E402
from seqsent.layers.onehot import OneHot  # noqa: E402
from seqsent.layers.pooling import Pooling, TimePooling, summarise  # noqa: E402
from seqsent.layers.recurrent import GRU, LSTM, SimpleRNN  # noqa: E402
from seqsent.layers.word_dropout import WordDropout  # noqa: E402

__all__ = [
    "GRU",
    "LSTM",
    "STEPS_PER_CALL",
    "Bidirectional",
    "Columns",
    "Loop",
    "OneHot",
    "Pooling",
    "SimpleRNN",
    "TimePooling",
    "WordDropout",
    "keras",
    "random_state",
    "restore_random_state",
    "set_seed",
    "summarise",
]
