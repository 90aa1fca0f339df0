"""Plan: everything between labelled texts and a trained classifier, in one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from seqsent.architecture import Architecture
from seqsent.errors import OptionError
from seqsent.models import Embedding
from seqsent.recipe import Recipe
from seqsent.text.encoder import Level, Truncation
from seqsent.text.padding import Side

# Ways to learn vectors from texts; any other but "none" is a file's path.
LEARNED = "learn", "skip-gram"


@dataclass(frozen=True)
class Plan:
    """How texts become ids, which network reads them, and how it is trained.

    Parameters
    ----------
    architecture : str or Architecture
        As in `build_model`.
    options : mapping of str to object
        The architecture's options.
    embedding : int, "onehot" or array
        As in `build_model`.
    vocab_size, maxlen, padding, truncation
        As in `TextEncoder.fit`.
    level : {"word", "subword", "auto"}
        As in `TextEncoder.fit`; or subwords where many words of the validation texts are none
        of the vocabulary's.
    recipe : Recipe
        What training does.
    threshold : float
        As in `TextClassifier`.
    mask_padding, word_dropout, embedding_dropout, feature_dropout
        As in `build_model`.
    vectors : str
        Where the embedding's first values come from: ``"none"``, chance; ``"learn"`` or
        ``"skip-gram"``, the training texts and unlabelled ones, see
        `seqsent.text.vectors.learn_vectors`; or the path of a file, see
        `seqsent.text.vectors.read_vectors`.
    pretrain : int
        Epochs in which the network first learns which word follows, from training texts and
        unlabelled ones, see `seqsent.pretraining.pretrain`.
    ngrams : bool
        Whether a linear model of runs of words, or of characters where the level is subwords,
        stands beside the network.
    members : int
        How many networks, of as many seeds, answer together, by the mean of their
        probabilities [1]_.
    student : bool or "beside"
        Whether a network that learns from labelled texts is, together with runs of words, only
        the teacher of those that answer: these learn from the teacher's answers to unlabelled
        texts, too [2]_. With ``"beside"`` the teacher's network still answers, as one more of
        them.

    Raises
    ------
    OptionError
        When a number of members or epochs, a threshold, a student or what is on or off cannot be
        used.

    References
    ----------
    .. [1] Hansen, L. K. and Salamon, P. (1990). Neural network ensembles. IEEE Transactions on
       Pattern Analysis and Machine Intelligence, 12(10), 993-1001.
    .. [2] Xie, Q. et al. (2020). Self-training with noisy student improves ImageNet
       classification. CVPR, 10687-10698.
    """

    architecture: str | Architecture = "lstm"
    options: Mapping[str, Any] = field(default_factory=lambda: {"units": 32})
    embedding: Embedding = 32
    vocab_size: int | None = 20_000
    maxlen: int = 200
    level: Level | Literal["auto"] = "word"
    padding: Side = "front"
    truncation: Truncation = "front"
    recipe: Recipe = field(
        default_factory=lambda: Recipe("adam", 2e-3, batch_size=32, epochs=20, patience=3)
    )
    threshold: float = 0.5
    mask_padding: bool = False
    word_dropout: float = 0.0
    embedding_dropout: float = 0.0
    feature_dropout: float = 0.0
    vectors: str = "none"
    pretrain: int = 0
    ngrams: bool = False
    members: int = 1
    student: bool | Literal["beside"] = False

    @property
    def trainings(self) -> int:
        """How many networks are trained, one after the other."""
        return self.members + bool(self.student)

    @property
    def learns_without_labels(self) -> bool:
        """Whether anything is learned from texts without labels."""
        learned = self.vectors in LEARNED
        return bool(learned or self.pretrain or self.recipe.virtual or self.student)

    @property
    def architecture_name(self) -> str:
        """The name of the architecture, given by name or as itself."""
        given = self.architecture
        return given if isinstance(given, str) else given.name

    def __post_init__(self) -> None:
        """Refuse what no training could use."""
        for name, least in (("members", 1), ("pretrain", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise OptionError(f"{name}={value!r} arrived; expected a whole number from {least}")
        if not isinstance(self.threshold, int | float) or not 0 < self.threshold < 1:
            raise OptionError(
                f"threshold={self.threshold!r} arrived; expected a share between 0 and 1"
            )
        for name in ("mask_padding", "ngrams"):
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise OptionError(f"{name}={value!r} arrived; expected True or False")
        if not isinstance(self.student, bool) and self.student != "beside":
            raise OptionError(f"student={self.student!r} arrived; expected True, False or 'beside'")
