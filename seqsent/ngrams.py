"""The wide side: a linear model of short runs of words, beside what a network says."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags, vstack
from scipy.special import expit, log_softmax, softmax

from seqsent.datasets.rows import parts
from seqsent.text.encoder import Level
from seqsent.untrusted import read_arrays, shown

try:
    import resource
except ImportError:  # where processes have no such limits
    resource = None  # type: ignore[assignment]

Kind = Literal["word", "character", "both"]

# Places that runs are hashed to. Of the five million runs of 25,000 long reviews one in fourteen
# shares its place.
BUCKETS = 2**26

# A run that one text alone has says what that text is, and of no other one anything.
FEWEST = 2

# Runs that are counted at most, in some 900 MB of memory; 25,000 long reviews have 17 million.
# Where a process may use little, one of so many bytes is left to each run.
MOST, BYTES = 5 * 2**22, 1024

# Runs of both kinds to each character: three or four in prose, and hardly ever more.
PER_CHARACTER = 5

# How far the regression may go from what naive Bayes says, for rows of length one. Chosen by parts
# of training texts that were kept aside, IMDB's for words, two sets of short ones for characters,
# which are many more and say much the same.
C: dict[Kind, float] = {"word": 300.0, "character": 20.0, "both": 20.0}

# A mark is a word by itself.
_WORD = r"\w+"
_WORDS = {"analyzer": "word", "ngram_range": (1, 3), "token_pattern": rf"{_WORD}|[^\w\s]"}
_CHARACTERS = {"analyzer": "char_wb", "ngram_range": (1, 5)}


@dataclass(frozen=True, eq=False)
class Ngrams:
    """A linear model of runs of up to three words, or of up to five characters [1]_.

    Parameters
    ----------
    kind : {"word", "character", "both"}
        What runs are made of.
    places : ndarray of int32, shape (runs,)
        Where the runs that count are hashed to, in ascending order.
    weights : ndarray of float16, shape (runs, outputs)
        What each adds to the logits. Half precision makes a file half as large, and no answer
        worse.
    bias : ndarray of float, shape (outputs,)
        The logits of a text without runs.
    words : ndarray of bool, shape (runs,)
        Which runs are single words.
    shares : tuple of float
        How much the logits of a network, of single words and of all other runs count where they
        are added.

    Notes
    -----
    A network knows words as well; what it lacks are runs of them. So each has a share.

    There is one output for two classes, or else one per class or label.

    References
    ----------
    .. [1] Wang, S. and Manning, C. D. (2012). Baselines and bigrams: simple, good sentiment and
       topic classification. ACL, 90-94. Added to a network's logit: Cheng, H.-T. et al. (2016).
       Wide & deep learning for recommender systems. DLRS, 7-10.
    """

    kind: Kind
    places: NDArray[np.int32]
    weights: NDArray[np.float16]
    bias: NDArray[np.float32]
    words: NDArray[np.bool_]
    shares: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @classmethod
    def fit(
        cls,
        texts: Iterable[str],
        labels: NDArray[Any],
        num_classes: int,
        *,
        kind: Kind = "word",
        sample_weight: NDArray[np.floating[Any]] | None = None,
    ) -> Ngrams:
        """Learn from texts.

        Parameters
        ----------
        texts : iterable of str
            Of more than fit into memory the first are learned from.
        labels : ndarray of int, shape (texts,) or (texts, labels)
            Class indices, or zeros and ones where several labels apply.
        num_classes : int
            The number of classes, or of labels.
        kind : {"word", "character", "both"}
            What runs are made of.
        sample_weight : ndarray of float, shape (texts,), optional
            How much each text counts.

        Returns
        -------
        Ngrams
            Each run is weighted by naive Bayes' log-ratio of its counts, and logistic
            regression goes on from there.
        """
        counts = count_runs(texts, kind)
        return cls.from_counts(counts, labels, num_classes, sample_weight=sample_weight)

    @classmethod
    def from_counts(
        cls,
        counts: Counts,
        labels: NDArray[Any],
        num_classes: int,
        *,
        sample_weight: NDArray[np.floating[Any]] | None = None,
    ) -> Ngrams:
        """Learn from the runs of texts, as `fit` does.

        Parameters
        ----------
        counts : Counts
            What ``count_runs`` returned, or rows of it. Labels and weights of texts beyond those
            are passed over.
        labels, num_classes, sample_weight
            As in `fit`.
        """
        runs = counts.runs
        labels = labels[: runs.shape[0]]
        weight = None if sample_weight is None else sample_weight[: runs.shape[0]]
        if weight is not None and not weight.all():
            runs, labels, weight = runs[weight > 0], labels[weight > 0], weight[weight > 0]
        places, texts = np.unique(runs.indices, return_counts=True)
        # One at least, where no two texts have a run in common.
        places = np.union1d(places[texts >= FEWEST], 0)
        lengths, runs = _lengths(runs), _columns(runs, places)
        runs.eliminate_zeros()
        fit = partial(_fit, runs, lengths, C[counts.kind], sample_weight=weight)
        fitted = [fit(one) for one in _outputs(labels, num_classes)]
        return cls(
            counts.kind,
            places.astype(np.int32),
            np.stack([column for column, _ in fitted], axis=1).astype(np.float16),
            np.array([bias for _, bias in fitted], dtype=np.float32),
            np.isin(places, counts.words),
        )

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what the runs of each text say, as much as each counts, shape (texts, outputs)."""
        _, *own = self.shares
        found = np.einsum("tso,s->to", self._sides(texts), np.array(own, dtype=np.float32))
        return np.asarray(found)

    def _sides(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what single words say and what other runs do, shape (texts, 2, outputs)."""
        vectorizer = _vectorizer(self.kind)
        found = [self.sums(vectorizer.transform(part)) for part in parts(texts)]
        none = np.zeros((0, 2, len(self.bias)), dtype=np.float32)
        return np.concatenate([none, *found]) + np.stack([np.zeros_like(self.bias), self.bias])

    def sums(self, runs: csr_matrix) -> NDArray[np.float32]:
        """Add up the weights of the single words and of the other runs that texts have."""
        total = _columns(runs, self.places) @ self._weights / _lengths(runs)[:, np.newaxis]
        return np.asarray(total).reshape(-1, 2, len(self.bias))

    @cached_property
    def _weights(self) -> NDArray[np.float32]:
        """The weights of single words, then those of others, shape (runs, 2 outputs)."""
        weights, words = self.weights.astype(np.float32), self.words[:, np.newaxis]
        return np.concatenate([weights * words, weights * ~words], axis=1)

    def beside(
        self,
        probabilities: NDArray[np.float32],
        texts: Sequence[str],
        labels: NDArray[Any],
        *,
        sample_weight: NDArray[np.floating[Any]] | None = None,
    ) -> Ngrams:
        """Return the same, with shares that suit a network.

        Parameters
        ----------
        probabilities : ndarray of float32, shape (texts, labels)
            What the network says of texts that neither side has learned from.
        texts : sequence of str
            The same texts.
        labels : ndarray of int, shape (texts,) or (texts, labels)
            What is right.
        sample_weight : ndarray of float, shape (texts,), optional
            How much each text counts.
        """
        network = _logits(probabilities, labels.ndim == 2)[:, np.newaxis]
        sides = np.concatenate([network, self._sides(texts)], axis=1)

        def loss(shares: NDArray[np.float64]) -> float:
            return _cross_entropy(np.einsum("tso,s->to", sides, shares), labels, sample_weight)

        # No side is believed more than it believes itself, however well the texts suit it.
        found = minimize(loss, (0.5,) * 3, method="L-BFGS-B", bounds=[(0, 1)] * 3)
        return replace(self, shares=tuple(found.x.tolist()))

    def combine(
        self, probabilities: NDArray[np.float32], texts: Sequence[str], multi_label: bool
    ) -> NDArray[np.float32]:
        """Return the probabilities that a network and the runs have together.

        Parameters
        ----------
        probabilities : ndarray of float32, shape (texts, labels)
            What the network says.
        texts : sequence of str
            The same texts.
        multi_label : bool
            Whether several labels may apply to one text.

        Returns
        -------
        ndarray of float32, shape (texts, labels)
        """
        total = self.shares[0] * _logits(probabilities, multi_label) + self.logits(texts)
        if multi_label:
            return np.asarray(expit(total), dtype=np.float32)
        if total.shape[1] == 1:
            total = np.concatenate([np.zeros_like(total), total], axis=1)
        return np.asarray(softmax(total, axis=1), dtype=np.float32)

    def write(self, path: Path) -> None:
        """Write everything to an ``.npz`` file."""
        np.savez_compressed(
            path,
            buckets=np.array(BUCKETS),
            kind=np.frombuffer(self.kind.encode(), dtype=np.uint8),
            places=self.places,
            weights=self.weights,
            bias=self.bias,
            words=self.words,
            shares=np.array(self.shares),
        )

    @classmethod
    def read(cls, path: Path, outputs: int) -> Ngrams:
        """Return what `write` wrote.

        Parameters
        ----------
        path : Path
            A file that nobody vouches for.
        outputs : int
            How many outputs it must have.

        Raises
        ------
        ValueError
            When it is something else.
        """
        kept = read_arrays(path)
        if set(kept) != {"buckets", "kind", "places", "weights", "bias", "words", "shares"}:
            raise ValueError(f"its runs of words hold {shown(', '.join(sorted(kept)))}")
        if not np.array_equal(kept["buckets"], BUCKETS):
            raise ValueError(f"the places of its runs of words are not among {BUCKETS:,}")
        letters, places = kept["kind"], kept["places"]
        if letters.dtype != np.uint8 or letters.size > max(map(len, get_args(Kind))):
            raise ValueError("its runs are of no kind; expected words, characters or both")
        kind = letters.tobytes().decode()
        expected = {
            "places": ((places.size,), np.int32),
            "weights": ((places.size, outputs), np.float16),
            "bias": ((outputs,), np.float32),
            "words": ((places.size,), np.bool_),
            "shares": ((3,), np.float64),
        }
        for name, (shape, dtype) in expected.items():
            part = kept[name]
            if part.shape != shape or part.dtype != dtype or not np.isfinite(part).all():
                raise ValueError(f"the {name} of its runs of words are not {shape} numbers")
        shares = kept["shares"]
        if not np.all((shares >= 0) & (shares <= 1)):
            raise ValueError(
                f"its runs of words have the shares {shares.tolist()}; expected each from 0 to 1"
            )
        in_order = places.size and np.all(np.diff(places) > 0)
        if not in_order or not np.all((places >= 0) & (places < BUCKETS)):
            raise ValueError("the places of its runs of words are none")
        if kind not in get_args(Kind):
            raise ValueError(f"its runs are of {shown(kind)}; expected words, characters or both")
        return cls(
            kind,  # type: ignore[arg-type]  # checked
            places,
            kept["weights"],
            kept["bias"],
            kept["words"],
            tuple(shares.tolist()),
        )


@dataclass(frozen=True, eq=False)
class Counts:
    """Which runs texts have.

    Parameters
    ----------
    kind : {"word", "character", "both"}
        What runs are made of.
    runs : csr_matrix of float32, shape (texts, places)
        Ones where a text has the run that is hashed to a place.
    words : ndarray of int32
        The places of single words.
    """

    kind: Kind
    runs: csr_matrix
    words: NDArray[np.int32]

    def __getitem__(self, texts: Any) -> Counts:
        """Return the same of some texts."""
        return replace(self, runs=self.runs[texts])


def count_runs(texts: Iterable[str], kind: Kind) -> Counts:
    """Return which runs texts have.

    Parameters
    ----------
    texts : iterable of str
        Of more than fit into memory the first are counted.
    kind : {"word", "character", "both"}
        What runs are made of.

    Returns
    -------
    Counts
    """
    vectorizer, counted, room = _vectorizer(kind), [], _room()
    single, words = _vectorizer("word").set_params(ngram_range=(1, 1)), np.zeros(0, dtype=np.int32)
    for part in parts(texts):
        counted.append(vectorizer.transform(part))
        if kind != "character":
            words = np.union1d(words, single.transform([" ".join(part)]).indices)
        room -= counted[-1].nnz
        if room <= 0:
            break
    return Counts(kind, vstack(counted, format="csr"), words)


def kind_for(characters: int, level: Level) -> Kind:
    """Return what runs of so many characters of text are best made of.

    Both where there is room for that, which is where texts are short or few; or else what says
    more in a language whose encoder has this level.
    """
    if PER_CHARACTER * characters <= _room():
        return "both"
    return "character" if level == "subword" else "word"


def _vectorizer(kind: Kind) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    settings: dict[str, Any] = {
        "n_features": BUCKETS,
        "binary": True,
        "norm": None,
        "alternate_sign": False,
        "dtype": np.float32,
    }
    words, characters = (HashingVectorizer(**settings, **rule) for rule in (_WORDS, _CHARACTERS))
    if kind != "both":
        return words if kind == "word" else characters
    of_words, of_characters = words.build_analyzer(), characters.build_analyzer()
    split = re.compile(_WORD).findall

    def runs(text: str) -> list[str]:
        # What is both a word and a run of characters is two things. Marks are words already.
        return [*of_words(text), *(f"\t{run}" for run in of_characters(" ".join(split(text))))]

    return HashingVectorizer(analyzer=runs, **settings)


def _room() -> int:
    """Return how many runs there is room for."""
    if resource is None:
        return MOST
    limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS)]
    known = [limit // BYTES for limit in limits if limit != resource.RLIM_INFINITY]
    return min([MOST, *known])


def _outputs(labels: NDArray[Any], num_classes: int) -> list[NDArray[np.bool_]]:
    """Return for each output which texts it is to say yes to."""
    if labels.ndim == 2:
        return [labels[:, one] > 0 for one in range(num_classes)]
    classes = [1] if num_classes == 2 else range(num_classes)
    return [labels == one for one in classes]


def _columns(counts: csr_matrix, places: NDArray[np.int32]) -> csr_matrix:
    """Return a column for each of some places; scipy's own way needs room for all places."""
    columns = np.minimum(np.searchsorted(places, counts.indices), len(places) - 1)
    known = (places[columns] == counts.indices).astype(np.float32)
    # A copy, or leaving out zeros of the one would move the rows of the other.
    return csr_matrix((known, columns, counts.indptr.copy()), (counts.shape[0], len(places)))


def _lengths(counts: csr_matrix) -> NDArray[np.float32]:
    """Return the length of each row of ones; rows are divided by it, or long texts were louder."""
    return np.asarray(np.sqrt(np.maximum(counts.getnnz(axis=1), 1)), dtype=np.float32)


def _fit(
    counts: csr_matrix,
    lengths: NDArray[np.float32],
    freedom: float,
    yes: NDArray[np.bool_],
    *,
    sample_weight: NDArray[Any] | None,
) -> tuple[NDArray[np.float64], float]:
    """Return the weight of each run, and the bias."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if yes.all() or not yes.any():
        # All that is known of such an answer is how often it is right.
        rate = (yes.sum() + 1) / (len(yes) + 2)
        return np.zeros(counts.shape[1]), float(np.log(rate / (1 - rate)))
    weight = np.ones(len(yes)) if sample_weight is None else sample_weight
    of_yes, of_no = (1 + counts.T @ (weight * texts) for texts in (yes, ~yes))
    ratio = np.log((of_yes / of_yes.sum()) / (of_no / of_no.sum()))
    regression = LogisticRegression(
        C=freedom, solver="liblinear", dual=True, tol=0.01, random_state=0, max_iter=20
    )
    with warnings.catch_warnings():
        # Nearly the best weights are as good as the best ones, and sooner there.
        warnings.simplefilter("ignore", ConvergenceWarning)
        regression.fit(diags(1 / lengths) @ counts @ diags(ratio), yes, weight)
    return regression.coef_.ravel() * ratio, float(regression.intercept_[0])


def _logits(probabilities: NDArray[np.float32], multi_label: bool) -> NDArray[np.float64]:
    """Return the logits behind probabilities, shape (texts, outputs)."""
    sure = np.finfo(np.float32).eps
    chances = np.clip(probabilities.astype(np.float64), sure, 1 - sure)
    if multi_label:
        return np.log(chances) - np.log(1 - chances)
    if chances.shape[1] == 2:
        return np.log(chances[:, 1:]) - np.log(chances[:, :1])
    return np.log(chances)


def _cross_entropy(
    logits: NDArray[np.float64], labels: NDArray[Any], weight: NDArray[Any] | None
) -> float:
    if labels.ndim == 2 or logits.shape[1] == 1:
        signs = 2 * labels.reshape(logits.shape) - 1
        losses = np.logaddexp(0, -signs * logits)
    else:
        losses = -log_softmax(logits, axis=1)[np.arange(len(labels)), labels]
    # One weight for all labels of a text.
    weights = None if weight is None else np.broadcast_to(weight, losses.T.shape).T
    return float(np.average(losses, weights=weights))
