"""Short reviews made in code, in which the order of the words decides."""

from __future__ import annotations

from random import Random

import numpy as np

from seqsent.datasets.splits import Examples, Splits
from seqsent.datasets.texts import Texts
from seqsent.errors import DataError
from seqsent.text import Vocabulary, pad, split_words

# So many labels are turned round, so that no method can be right more often than the rest.
NOISE = 0.04
CEILING = 1 - NOISE

_ASPECTS = [
    "plot",
    "acting",
    "music",
    "ending",
    "dialogue",
    "camera",
    "story",
    "cast",
    "pace",
    "script",
]
_PRAISE = [
    "good",
    "great",
    "moving",
    "funny",
    "clever",
    "warm",
    "gripping",
    "bright",
    "lovely",
    "brilliant",
]
_BLAME = ["bad", "dull", "boring", "weak", "clumsy", "cold", "flat", "silly", "awful"]

# {a} and {b} are aspects, {same} and {also} words of the label, {other} of the opposite.
# Only the first and the last form show a bag of words their label; negation shows it the
# opposite one, contrast and concession both.
_FORMS = {
    "the {a} was {same}": 10,
    "the {a} was not {other}": 4,
    "the {a} was never {other}": 2,
    "the {a} was {other} but the {b} was {same}": 3,
    "although the {a} was {other} the {b} was {same}": 3,
    "the {a} was not only {same} but {also}": 3,
}
_FILLERS = (
    "we saw it on a tuesday with two friends",
    "it runs for almost two hours",
    "the hall was half full that evening",
    "the director made three films before",
    "it was shot in a small town by the sea",
    "a man comes home after many years",
    "his sister waits for him at the station",
    "i had read the book some years ago",
    "there is a scene on a train",
    "the tickets came with a drink",
)


def generate(size: int, seed: int = 42) -> tuple[list[str], list[int]]:
    """Make reviews and their labels.

    One sentence of each review says what its author thinks, plainly, by negation, contrast
    or concession; neutral sentences stand before and after it, their number with a long
    tail.

    Parameters
    ----------
    size : int
        How many.
    seed : int
        Equal seeds make equal reviews.

    Returns
    -------
    texts : list of str
    labels : list of int
        1 for praise. A share of `NOISE` is turned round at random: nothing can be right in
        more than `CEILING` of all cases, except by luck.

    Examples
    --------
    >>> texts, labels = generate(2, seed=1)
    >>> texts[0]
    'the hall was half full that evening. the acting was never bright.'
    >>> labels
    [0, 0]
    """
    random = Random(seed)
    reviews = [_review(random) for _ in range(size)]
    return [text for text, _ in reviews], [label for _, label in reviews]


def _review(random: Random) -> tuple[str, int]:
    label = random.randrange(2)
    same, other = (_PRAISE, _BLAME) if label else (_BLAME, _PRAISE)
    form = random.choices(list(_FORMS), weights=list(_FORMS.values()))[0]
    a, b = random.sample(_ASPECTS, 2)
    word, also = random.sample(same, 2)
    opinion = form.format(a=a, b=b, same=word, also=also, other=random.choice(other))
    before, after = (
        random.choices(_FILLERS, k=int(random.lognormvariate(mean, 0.9))) for mean in (0.3, -0.8)
    )
    text = ". ".join([*before, opinion, *after]) + "."
    return text, label if random.random() >= NOISE else 1 - label


def synthetic_texts() -> Texts:
    """Return 5,000 reviews as raw texts; what ``seqsent train synthetic`` reads."""
    texts, labels = generate(5_000)
    names = ["positive" if label else "negative" for label in labels]
    return Texts.from_labels(texts, names, name="synthetic")


def load_synthetic(
    num_words: int = 500,
    maxlen: int = 100,
    validation_size: float = 0.2,
    seed: int = 42,
    size: int = 10_000,
) -> Splits:
    """Make reviews and encode them, in under a second and without a download.

    Parameters
    ----------
    num_words : int
        The number of ids that models are built for; the reviews need about a hundred.
    maxlen : int
        Ids per review: longer ones lose their beginning, shorter ones get zeros in front.
    validation_size : float
        The share of the remaining reviews to validate with, between 0 and 1.
    seed : int
        Equal seeds make equal data.
    size : int
        The number of reviews in all; a fifth of them is for testing.

    Returns
    -------
    Splits
        Label 1 is praise.

    Raises
    ------
    DataError
        When there are too few reviews to split.
    """
    test_size = size // 5
    validation = int((size - test_size) * validation_size)
    if not 0 < validation < size - test_size or not test_size:
        raise DataError(
            f"size={size} and validation_size={validation_size} leave a split empty; expected "
            "enough reviews for all three, like size=10000 and validation_size=0.2"
        )
    texts, labels = generate(size, seed)
    words = [split_words(text) for text in texts]
    first = size - test_size - validation
    vocabulary = Vocabulary.from_texts(words[:first], num_words)
    encoded = [vocabulary.encode(text) for text in words]
    lengths = np.array([len(ids) for ids in encoded], dtype=np.int32)
    rows = pad(np.concatenate(encoded).astype(np.int32), lengths, maxlen)
    classes = np.array(labels, dtype=np.int32)
    second = first + validation
    return Splits(
        train=Examples(rows[:first], classes[:first]),
        validation=Examples(rows[first:second], classes[first:second]),
        test=Examples(rows[second:], classes[second:]),
        vocabulary=vocabulary,
        vocab_size=num_words,
        label_names=("negative", "positive"),
        lengths=lengths[:first],
        name="synthetic",
    )
