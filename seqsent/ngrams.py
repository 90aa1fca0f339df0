"""The wide side: a linear model of short runs of words, beside what a network says."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags, vstack
from scipy.special import expit, log_softmax, softmax

from seqsent.errors import DataError

Kind = Literal["word", "character"]

# Places that runs are hashed to; two runs share one now and then, which costs next to nothing.
BUCKETS = 2**22

# Runs that fewer training texts have say more about these texts than about others.
RAREST = 2

# Runs that are learned from at most, some 800 MB of memory.
MOST = 2**26

_CHUNK = 4_096
_WORDS = {"analyzer": "word", "ngram_range": (1, 3), "token_pattern": r"\w+|[!?]"}
_CHARACTERS = {"analyzer": "char_wb", "ngram_range": (1, 5)}


@dataclass(frozen=True, eq=False)
class Ngrams:
    """A linear model of runs of up to three words, or of up to five characters [1]_.

    Parameters
    ----------
    kind : {"word", "character"}
        What runs are made of.
    weights : csr_matrix, shape (BUCKETS, outputs)
        What each run adds to the logits.
    bias : ndarray of float, shape (outputs,)
        The logits of a text without runs.
    shares : tuple of float
        How much the logits of a network and these count where both are added.

    Notes
    -----
    There is one output for two classes, or else one per class or label.

    References
    ----------
    .. [1] Wang, S. and Manning, C. D. (2012). Baselines and bigrams: simple, good sentiment and
       topic classification. ACL, 90-94. Added to a network's logit: Cheng, H.-T. et al. (2016).
       Wide & deep learning for recommender systems. DLRS, 7-10.
    """

    kind: Kind
    weights: csr_matrix
    bias: NDArray[np.float32]
    shares: tuple[float, float] = (1.0, 1.0)

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        labels: NDArray[Any],
        num_classes: int,
        *,
        kind: Kind = "word",
        sample_weight: NDArray[np.floating[Any]] | None = None,
    ) -> Ngrams:
        """Learn from texts.

        Parameters
        ----------
        texts : sequence of str
            Of more than fit into memory the first are learned from.
        labels : ndarray of int, shape (texts,) or (texts, labels)
            Class indices, or zeros and ones where several labels apply.
        num_classes : int
            The number of classes, or of labels.
        kind : {"word", "character"}
            What runs are made of.
        sample_weight : ndarray of float, shape (texts,), optional
            How much each text counts.

        Returns
        -------
        Ngrams
            Each run is weighted by naive Bayes' log-ratio of its counts, and logistic
            regression goes on from there.
        """
        counts = _counts(kind, texts)
        frequent = np.flatnonzero(np.bincount(counts.indices, minlength=BUCKETS) >= RAREST)
        counts = counts[:, frequent]
        labels = labels[: counts.shape[0]]
        weight = None if sample_weight is None else sample_weight[: counts.shape[0]]
        fitted = [_fit(counts, one, weight) for one in _outputs(labels, num_classes)]
        # Half precision is what is kept; it makes a file half as large, and no answer worse.
        columns = np.stack([column for column, _ in fitted], axis=1).astype(np.float16)
        places = np.repeat(frequent, columns.shape[1])
        outputs = np.tile(np.arange(columns.shape[1]), len(frequent))
        weights = csr_matrix(
            (columns.ravel().astype(np.float32), (places, outputs)), (BUCKETS, columns.shape[1])
        )
        return cls(kind, weights, np.array([bias for _, bias in fitted], dtype=np.float32))

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what the runs of each text say, shape (texts, outputs)."""
        parts = [
            (_vectorizer(self.kind).transform(texts[begin : begin + _CHUNK]) @ self.weights)
            for begin in range(0, len(texts), _CHUNK)
        ]
        empty = np.zeros((0, len(self.bias)), dtype=np.float32)
        return np.concatenate([empty, *(part.toarray() for part in parts)]) + self.bias

    def beside(
        self,
        probabilities: NDArray[np.float32],
        texts: Sequence[str],
        labels: NDArray[Any],
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
        """
        sides = _logits(probabilities, labels.ndim == 2), self.logits(texts)

        def loss(shares: NDArray[np.float64]) -> float:
            return _cross_entropy(shares[0] * sides[0] + shares[1] * sides[1], labels)

        # Neither side is believed more than it believes itself, however well the texts suit it.
        found = minimize(loss, (0.5, 0.5), method="L-BFGS-B", bounds=[(0, 1)] * 2)
        return replace(self, shares=(float(found.x[0]), float(found.x[1])))

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
        network, own = self.shares
        total = network * _logits(probabilities, multi_label) + own * self.logits(texts)
        if multi_label:
            return np.asarray(expit(total), dtype=np.float32)
        if total.shape[1] == 1:
            total = np.concatenate([np.zeros_like(total), total], axis=1)
        return np.asarray(softmax(total, axis=1), dtype=np.float32)

    def to_bytes(self) -> bytes:
        """Return everything as an ``.npz`` file."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            kind=np.array(self.kind),
            shares=np.array(self.shares),
            bias=self.bias,
            data=self.weights.data.astype(np.float16),
            indices=self.weights.indices.astype(np.int32),
            # One entry per bucket compresses to next to nothing.
            counts=np.diff(self.weights.indptr).astype(np.int32),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes, outputs: int) -> Ngrams:
        """Return what `to_bytes` wrote.

        Parameters
        ----------
        content : bytes
            The file.
        outputs : int
            How many outputs it must have.

        Raises
        ------
        DataError
            When it is something else.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                parts = dict(file)
            indptr = np.concatenate([[0], np.cumsum(parts["counts"], dtype=np.int64)])
            weights = csr_matrix(
                (parts["data"].astype(np.float32), parts["indices"], indptr), (BUCKETS, outputs)
            )
            weights.check_format(full_check=True)
            kind, bias = str(parts["kind"]), parts["bias"].astype(np.float32)
            network, own = map(float, parts["shares"])
            numbers = np.concatenate([weights.data, bias, [network, own]])
            if kind not in get_args(Kind) or bias.shape != (outputs,):
                raise ValueError(f"kind {kind!r} with {bias.shape} outputs")
            if not np.isfinite(numbers).all():
                raise ValueError("numbers that are none")
        # Whatever foreign bytes make of zipfile, NumPy and SciPy.
        except Exception as error:
            raise DataError(
                f"runs of words that cannot be read arrived: {type(error).__name__}: {error}. "
                "Expected what Ngrams.to_bytes writes."
            ) from error
        return cls(kind, weights, bias, (network, own))  # type: ignore[arg-type]  # checked


def _vectorizer(kind: Kind) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    rule = _WORDS if kind == "word" else _CHARACTERS
    return HashingVectorizer(
        n_features=BUCKETS, binary=True, norm=None, alternate_sign=False, dtype=np.float32, **rule
    )


def _counts(kind: Kind, texts: Iterable[str]) -> csr_matrix:
    """Return which runs texts have, shape (texts, BUCKETS), of as many texts as fit."""
    vectorizer, remaining, parts, found = _vectorizer(kind), iter(texts), [], 0
    while found < MOST and (some := list(islice(remaining, _CHUNK))):
        parts.append(vectorizer.transform(some))
        found += parts[-1].nnz
    return vstack(parts, format="csr")


def _outputs(labels: NDArray[Any], num_classes: int) -> list[NDArray[np.bool_]]:
    """Return for each output which texts it is to say yes to."""
    if labels.ndim == 2:
        return [labels[:, one] > 0 for one in range(num_classes)]
    classes = [1] if num_classes == 2 else range(num_classes)
    return [labels == one for one in classes]


def _fit(
    counts: csr_matrix, yes: NDArray[np.bool_], sample_weight: NDArray[Any] | None
) -> tuple[NDArray[np.float64], float]:
    """Return the weight of each run, and the bias."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    if yes.all() or not yes.any():
        # All that is known of such an answer is how often it is right.
        rate = (yes.sum() + 1) / (len(yes) + 2)
        return np.zeros(counts.shape[1]), float(np.log(rate / (1 - rate)))
    of_yes, of_no = (1 + np.asarray(counts[rows].sum(axis=0)).ravel() for rows in (yes, ~yes))
    ratio = np.log((of_yes / of_yes.sum()) / (of_no / of_no.sum()))
    regression = LogisticRegression(
        C=0.1, solver="liblinear", dual=True, tol=0.01, random_state=0, max_iter=100
    )
    with warnings.catch_warnings():
        # Nearly the best weights are as good as the best ones.
        warnings.simplefilter("ignore", ConvergenceWarning)
        regression.fit(counts @ diags(ratio), yes, sample_weight)
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


def _cross_entropy(logits: NDArray[np.float64], labels: NDArray[Any]) -> float:
    if labels.ndim == 2 or logits.shape[1] == 1:
        signs = 2 * labels.reshape(logits.shape) - 1
        return float(np.logaddexp(0, -signs * logits).mean())
    return float(-log_softmax(logits, axis=1)[np.arange(len(labels)), labels].mean())
