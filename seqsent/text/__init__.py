"""Words to ids and back."""

from seqsent.text.padding import pad
from seqsent.text.vocabulary import Vocabulary
from seqsent.text.words import split_words

__all__ = ["Vocabulary", "pad", "split_words"]
