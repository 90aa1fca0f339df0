"""Words to ids and back."""

from seqsent.text.encoder import TextEncoder
from seqsent.text.padding import pad
from seqsent.text.vocabulary import Vocabulary
from seqsent.text.words import split_words

__all__ = ["TextEncoder", "Vocabulary", "pad", "split_words"]
