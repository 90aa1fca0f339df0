"""A language model around the recurrent layer of a classifier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras import ops

from seqsent.text.vocabulary import PADDING

# Words that each batch is compared with, instead of with the whole vocabulary.
NOISE = 512

# The logit of a word that must not win.
_NEVER = -1e9


def language_model(model: keras.Model) -> keras.Model:
    """Return a model that learns which word follows, with layers of another one.

    Parameters
    ----------
    model : keras.Model
        As `build_model` gives it, with an embedding and a recurrent layer that reads it.

    Returns
    -------
    keras.Model
        Takes ids of shape (batch, time) and gives the mean loss of the words of each text,
        shape (batch, 1). Learning from it changes the embedding and the recurrent layer of the
        other model: what is read forwards is asked for the next word, what is read backwards
        for the one before.

    Raises
    ------
    ValueError
        When the model has no such layers.
    """
    embedding, reader = _first(model, keras.layers.Embedding), _reader(model)
    ids = keras.Input((None,), dtype="int32", name="ids")
    states = reader(embedding(ids))
    if not isinstance(reader, keras.layers.Bidirectional):
        return keras.Model(ids, NextWord(embedding)([states, ids]))
    forwards, backwards = ops.split(states, 2, axis=-1)
    losses = (
        NextWord(embedding)([forwards, ids]),
        NextWord(embedding)([ops.flip(backwards, axis=1), ops.flip(ids, axis=1)]),
    )
    return keras.Model(ids, keras.layers.Average()(losses))


@contextmanager
def word_by_word(model: keras.Model) -> Iterator[None]:
    """Let the recurrent layer of a model return what it knows after each word."""
    reader = _reader(model)
    layers = (
        (reader, reader.forward_layer, reader.backward_layer)
        if isinstance(reader, keras.layers.Bidirectional)
        else (reader,)
    )
    before = reader.return_sequences
    try:
        for layer in layers:
            layer.return_sequences = True
        yield
    finally:
        for layer in layers:
            layer.return_sequences = before


def _reader(model: keras.Model) -> keras.layers.Layer:
    return _first(model, (keras.layers.RNN, keras.layers.Bidirectional))


def _first(model: keras.Model, kind: Any) -> keras.layers.Layer:
    found = next((one for one in model.layers if isinstance(one, kind)), None)
    if found is None:
        raise ValueError(
            "the model has no recurrent layer over an embedding; expected one that can learn "
            "which word follows, or none of it: pretrain=0"
        )
    return found


class NextWord(keras.layers.Layer):
    """The loss of saying which word follows, among words drawn as rivals [1]_.

    Parameters
    ----------
    embedding : keras.layers.Embedding
        The vectors of the words, which stand for them on both sides [2]_. Frequent words have
        small ids.
    **kwargs
        Passed on to `keras.layers.Layer`.

    Notes
    -----
    Takes states, shape (batch, time, units), and ids, shape (batch, time), and gives the mean
    loss of each text, shape (batch, 1). Padding is not asked for. The rivals are drawn once for a
    batch, by Zipf's law, and stand for all words: each counts the less the more often it is
    drawn.

    References
    ----------
    .. [1] Jean, S. et al. (2015). On using very large target vocabulary for neural machine
       translation. ACL, 1-10.
    .. [2] Press, O. and Wolf, L. (2017). Using the output embedding to improve language models.
       EACL, 157-163.
    """

    def __init__(self, embedding: keras.layers.Embedding, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.embedding = embedding
        self.question = keras.layers.Dense(embedding.output_dim)
        self.frequency = keras.layers.Embedding(embedding.input_dim, 1, "zeros")
        self.seed_generator = keras.random.SeedGenerator()
        self.supports_masking = True

    def build(self, shapes: Any) -> None:
        """Make the weights for states and ids of these shapes."""
        self.question.build(shapes[0])
        self.frequency.build(shapes[1])

    def call(self, inputs: tuple[Any, Any]) -> Any:
        """Return the mean loss of each text."""
        states, ids = inputs
        # A row for each word: XLA's products take longer where texts are an axis of their own.
        questions = self.question(ops.reshape(states[:, :-1], (-1, states.shape[-1])))
        right = ops.reshape(ids[:, 1:], (-1,))
        rivals = self._drawn()
        of_right = ops.sum(questions * self.embedding(right), axis=-1) + self._often(right)
        of_rivals = ops.matmul(questions, ops.transpose(self.embedding(rivals)))
        of_rivals = of_rivals + self._often(rivals) - self._drawn_how_often(rivals)
        of_rivals = ops.where(ops.equal(ops.expand_dims(right, -1), rivals), _NEVER, of_rivals)
        losses = ops.logaddexp(of_right, ops.logsumexp(of_rivals, axis=-1)) - of_right
        asked = ops.cast(ops.not_equal(right, PADDING), losses.dtype)
        total, count = (
            ops.sum(ops.reshape(one, ops.shape(ids[:, 1:])), axis=1, keepdims=True)
            for one in (losses * asked, asked)
        )
        return total / ops.maximum(count, 1)

    def _drawn(self) -> Any:
        """Return rivals, int, shape (NOISE,): each half as likely as one with half its id."""
        count = self.embedding.input_dim
        drawn = keras.random.uniform((NOISE,), seed=self.seed_generator)
        ids = ops.cast(ops.exp(drawn * ops.log(count + 1.0)) - 1.0, "int32")
        return ops.clip(ids, 0, count - 1)

    def _drawn_how_often(self, ids: Any) -> Any:
        """Return the logarithm of how often words are expected among the rivals."""
        place = ops.cast(ids, self.compute_dtype)
        share = ops.log((place + 2.0) / (place + 1.0)) / ops.log(self.embedding.input_dim + 1.0)
        return ops.log(NOISE * share)

    def _often(self, ids: Any) -> Any:
        """Return what speaks for words before anything was read; shape as that of the ids."""
        return ops.squeeze(self.frequency(ids), -1)

    def compute_mask(self, inputs: Any, mask: Any = None) -> None:
        """Return None: there is no time any more."""

    def compute_output_shape(self, shapes: Any) -> tuple[Any, int]:
        """Return (batch, 1)."""
        return (shapes[0][0], 1)
