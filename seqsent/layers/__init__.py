"""Layers that encoders are made of; the same on every backend."""

from seqsent.backend import choose_backend

choose_backend()

from keras.layers import GRU, LSTM, Bidirectional, SimpleRNN  # noqa: E402

from seqsent.layers.determinism import set_seed  # noqa: E402
from seqsent.layers.onehot import OneHot  # noqa: E402
from seqsent.layers.pooling import Pooling, summarise  # noqa: E402

__all__ = [
    "GRU",
    "LSTM",
    "Bidirectional",
    "OneHot",
    "Pooling",
    "SimpleRNN",
    "set_seed",
    "summarise",
]
