"""Why a classifier said so: its answer without each word, and after each word."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seqsent.errors import DataError, unknown_name
from seqsent.layers import keras
from seqsent.results import Explanation

if TYPE_CHECKING:
    from seqsent.classifier import TextClassifier


def explain(classifier: TextClassifier, text: str, label: str | None = None) -> Explanation:
    """Ask a classifier about a text once more for each word.

    Parameters
    ----------
    classifier : TextClassifier
        Whom to ask.
    text : str
        Of a longer text only the words that the network reads are considered; label and
        probability are those of the answer to all of it. Where a word is left out, the marks
        behind it stay; marks before the first word are not among what is asked about.
    label : str, optional
        Whose probability is looked at; the answer's, or the most probable one's where several
        labels may apply, when left out.

    Returns
    -------
    Explanation

    Raises
    ------
    DataError
        When the classifier does not know the label.

    References
    ----------
    Li, Monroe & Jurafsky, 2016, "Understanding Neural Networks through Representation
    Erasure", for leaving words out.
    """
    encoder = classifier.encoder
    pieces, written = encoder.read(text), encoder.written(text)
    places = range(len(pieces))
    rows = [pieces, *(pieces[:place] + pieces[place + 1 :] for place in places)]
    texts = [_text(written), *(_text(_without(written, place)) for place in places)]
    forward = _reads_forward(classifier.model)
    if forward:
        rows += [pieces[: place + 1] for place in places]
        texts += [_text(written[: place + 1]) for place in places]
    # Of a longer text runs of words see more than the network: the answer is that to all of it.
    answer = classifier.predict_proba([text])
    index = _index(classifier, label, answer)
    ids = encoder.rows([id for _, id in row] for row in rows)
    whole, *others = classifier.together(ids, texts)[:, index].tolist()
    return Explanation(
        words=tuple(word for word, _ in pieces),
        label=classifier.label_names[index],
        probability=float(answer[0, index]),
        without=tuple(whole - other for other in others[: len(pieces)]),
        after=tuple(others[len(pieces) :]) if forward else None,
    )


def _without(written: list[tuple[str, str]], place: int) -> list[tuple[str, str]]:
    """Leave a word out, and the marks behind it where they are."""
    _, behind = written[place]
    return [*written[:place], ("", behind), *written[place + 1 :]]


def _text(written: list[tuple[str, str]]) -> str:
    return "".join(chain.from_iterable(written))


def _reads_forward(model: keras.Model) -> bool:
    """Return whether a network reads from the first word to the last, and only so."""
    layers = model._flatten_layers()
    recurrent = [layer for layer in layers if isinstance(layer, keras.layers.RNN)]
    two_ways = any(isinstance(layer, keras.layers.Bidirectional) for layer in layers)
    return bool(recurrent) and not (two_ways or any(layer.go_backwards for layer in recurrent))


def _index(
    classifier: TextClassifier, label: str | None, probabilities: NDArray[np.float32]
) -> int:
    names = classifier.label_names
    if label is not None:
        if label not in names:
            raise DataError(unknown_name("label", label, names))
        return names.index(label)
    if classifier.multi_label:
        return int(probabilities[0].argmax())
    return int(classifier.decide(probabilities)[0])
