"""Data sets; all end as `Splits`."""

from seqsent.datasets.files import load_texts, read_texts
from seqsent.datasets.imdb import load_imdb
from seqsent.datasets.splits import Examples, Splits, check_ids
from seqsent.datasets.synthetic import load_synthetic
from seqsent.datasets.texts import Texts

__all__ = [
    "Examples",
    "Splits",
    "Texts",
    "check_ids",
    "load_imdb",
    "load_named",
    "load_synthetic",
    "load_texts",
    "read_texts",
]


def load_named(data: str, *, num_words: int, maxlen: int) -> Splits:
    """Load what a user named: ``imdb``, ``synthetic``, or a path to IMDB's files."""
    if data == "synthetic":
        return load_synthetic(num_words=num_words, maxlen=maxlen)
    return load_imdb(num_words, maxlen, path=None if data == "imdb" else data)
