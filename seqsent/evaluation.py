"""How good probabilities are, once the right labels are known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from seqsent.errors import DataError, OutputError

CURVE_POINTS = 200  # more than a picture can show


@dataclass(frozen=True)
class ClassScores:
    """How well one class, or one label of several, is told from the others.

    Parameters
    ----------
    name : str
        The class.
    precision : float, optional
        The share of right ones among its answers; None where it is never the answer.
    recall : float, optional
        The share of its texts that were found; None where it has none.
    f1 : float, optional
        The harmonic mean of the two; None where there are neither texts nor answers.
    support : int
        The number of its texts.
    roc_auc : float, optional
        The chance that one of its texts gets a higher probability than one of another
        class; None where either is absent.
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int
    roc_auc: float | None


@dataclass(frozen=True)
class Bin:
    """The answers whose confidence lies between two bounds.

    Parameters
    ----------
    low, high : float
        The bounds.
    confidence : float
        The mean probability of what was answered.
    right : float
        The share of right answers.
    count : int
        The number of answers.
    """

    low: float
    high: float
    confidence: float
    right: float
    count: int


@dataclass(frozen=True)
class Calibration:
    """How the confidence of answers compares with how often they are right.

    Parameters
    ----------
    bins : tuple of Bin
        Of equal width, empty ones left out.
    expected_error : float
        The distance between confidence and share of right answers, a mean over answers.
    """

    bins: tuple[Bin, ...]
    expected_error: float


@dataclass(frozen=True)
class RocCurve:
    """What share of class 0 is taken for class 1, and what share of class 1 is found.

    Parameters
    ----------
    false_positive_rate, true_positive_rate : tuple of float
        Points from (0, 0) to (1, 1), at most 200.
    """

    false_positive_rate: tuple[float, ...]
    true_positive_rate: tuple[float, ...]


@dataclass(frozen=True)
class Evaluation:
    """What probabilities are worth on labelled texts, as plain values.

    Parameters
    ----------
    name : str
        What was evaluated, or on what.
    texts : int
        Their number.
    label_names : tuple of str
        One per class, or per label.
    multi_label : bool
        Whether several labels may apply to one text.
    threshold : float, optional
        The probability from which class 1 of two, or a label of several, was answered; None
        where the most probable class was.
    accuracy : float
        The share of right answers; with several labels, all of a text's must be right.
    f1 : float, optional
        The mean over all classes that have a text or an answer; None where none has.
    roc_auc : float, optional
        Of class 1 of two; otherwise each class against all others, and the mean of these.
        None where a class has no texts, or all.
    log_loss : float
        The mean of minus the logarithm of what the right answer was given; with several
        labels a mean over these, too.
    classes : tuple of ClassScores
        Each class by itself.
    confusion : tuple of tuple of int, optional
        How many texts of a class, the row, were answered with which, the column; None with
        several labels.
    calibration : Calibration
        Whether confident answers are right; with several labels each counts for itself.
    roc_curve : RocCurve, optional
        For two classes that both have texts.
    seconds : float
        How long the answers took.
    """

    name: str
    texts: int
    label_names: tuple[str, ...]
    multi_label: bool
    threshold: float | None
    accuracy: float
    f1: float | None
    roc_auc: float | None
    log_loss: float
    classes: tuple[ClassScores, ...]
    confusion: tuple[tuple[int, ...], ...] | None
    calibration: Calibration
    roc_curve: RocCurve | None
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values that JSON can hold."""
        return asdict(self)

    def write_json(self, path: Path) -> None:
        """Write everything as JSON.

        Parameters
        ----------
        path : Path
            The file; replaced if it exists.

        Raises
        ------
        OutputError
            When it cannot be written.
        """
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False)
        try:
            path.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise OutputError(
                f"the evaluation cannot be written to {path}: {error.strerror}. Name another file."
            ) from error


def evaluate_probabilities(
    labels: ArrayLike,
    probabilities: ArrayLike,
    label_names: Sequence[str],
    *,
    multi_label: bool = False,
    threshold: float = 0.5,
    name: str = "",
    seconds: float = 0.0,
) -> Evaluation:
    """Compare probabilities with the right labels.

    Parameters
    ----------
    labels : array of int
        Class indices, shape (texts,); or zeros and ones, shape (texts, labels).
    probabilities : array of float, shape (texts, classes)
        Rows that sum to one, for two classes too; with ``multi_label`` independent ones.
    label_names : sequence of str
        One per column.
    multi_label : bool
        Whether several labels may apply to one text.
    threshold : float
        The probability from which class 1 of two, or a label of several, is the answer.
    name : str
        What was evaluated, or on what.
    seconds : float
        How long the answers took.

    Returns
    -------
    Evaluation
        Figures that a label's absence leaves undefined are None.

    Raises
    ------
    DataError
        When there are no labels, or labels, probabilities and names do not fit together.

    Examples
    --------
    >>> evaluation = evaluate_probabilities(
    ...     [0, 0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8]], ["bad", "good"]
    ... )
    >>> evaluation.accuracy, evaluation.roc_auc, evaluation.confusion
    (0.75, 1.0, ((1, 1), (0, 2)))
    """
    right, given, names = np.asarray(labels), np.asarray(probabilities), tuple(label_names)
    _check_shapes(right, given, names, multi_label)
    _check_values(right, given, names, multi_label)
    # Small types have no room for the places of a table, and floats count none.
    right = right.astype(np.int64)
    two_way = multi_label or len(names) == 2
    answers = _decide(given, threshold, multi_label)
    # One column per class, whatever the kind of labels.
    classes = np.arange(len(names))
    is_label = right.astype(bool) if multi_label else right[:, None] == classes
    is_answer = answers.astype(bool) if multi_label else answers[:, None] == classes
    scores = tuple(
        _class_scores(*column)
        for column in zip(names, is_label.T, is_answer.T, given.T, strict=True)
    )
    return Evaluation(
        name=name,
        texts=len(right),
        label_names=names,
        multi_label=multi_label,
        threshold=threshold if two_way else None,
        accuracy=float(np.mean((is_label == is_answer).all(axis=1))),
        f1=_mean([score.f1 for score in scores if score.f1 is not None]),
        roc_auc=_roc_auc_of_all(scores, multi_label),
        log_loss=_log_loss(is_label, given, multi_label),
        classes=scores,
        confusion=None if multi_label else _confusion(right, answers, len(names)),
        calibration=_calibration(is_label, is_answer, given, multi_label),
        roc_curve=None if multi_label or len(names) != 2 else _roc_curve(right, given[:, 1]),
        seconds=seconds,
    )


def _check_shapes(
    labels: NDArray[Any], probabilities: NDArray[Any], names: tuple[str, ...], multi_label: bool
) -> None:
    if not labels.size:
        raise DataError("no labels arrived; there is nothing to compare the answers with")
    if len(labels) != len(probabilities):
        raise DataError(
            f"{len(labels):,} labels and {len(probabilities):,} rows of probabilities arrived; "
            "expected one row per label"
        )
    expected = (len(labels), len(names))
    if probabilities.shape != expected:
        raise DataError(
            f"probabilities of shape {probabilities.shape} arrived; expected {expected}, "
            "one column per label name"
        )
    expected_labels = expected if multi_label else expected[:1]
    if labels.shape != expected_labels:
        kind = "zeros and ones" if multi_label else "class indices"
        raise DataError(
            f"labels of shape {labels.shape} arrived; expected {kind} of shape {expected_labels}"
        )


def _check_values(
    labels: NDArray[Any], probabilities: NDArray[Any], names: tuple[str, ...], multi_label: bool
) -> None:
    highest = 1 if multi_label else len(names) - 1
    if not np.isin(labels, np.arange(highest + 1)).all():
        raise DataError(
            f"labels from {labels.min()!s} to {labels.max()!s} arrived; expected whole numbers "
            f"from 0 to {highest}"
        )
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise DataError("probabilities arrived that do not lie between 0 and 1, or are NaN")
    # Sixteen-bit floats round to three digits.
    if not multi_label and not np.allclose(probabilities.sum(axis=1), 1, atol=1e-2):
        raise DataError(
            "probabilities arrived whose rows do not sum to one; expected one class per text. "
            "Where several labels may apply, say multi_label=True"
        )


def _decide(
    probabilities: NDArray[Any], threshold: float, multi_label: bool
) -> NDArray[np.signedinteger[Any]]:
    if multi_label:
        return (probabilities >= threshold).astype(int)
    if probabilities.shape[1] == 2:
        return (probabilities[:, 1] >= threshold).astype(int)
    return np.asarray(probabilities.argmax(axis=1))


def _class_scores(
    name: str, is_label: NDArray[Any], is_answer: NDArray[Any], probabilities: NDArray[Any]
) -> ClassScores:
    found, support, answered = (
        int(np.sum(part)) for part in (is_label & is_answer, is_label, is_answer)
    )
    return ClassScores(
        name,
        precision=_share(found, answered),
        recall=_share(found, support),
        f1=_share(2 * found, support + answered),
        support=support,
        roc_auc=_roc_auc(is_label, probabilities),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _roc_auc(is_label: NDArray[Any], probabilities: NDArray[Any]) -> float | None:
    from sklearn.metrics import roc_auc_score  # here, because it takes its time

    if is_label.all() or not is_label.any():
        return None
    return float(roc_auc_score(is_label, probabilities))


def _roc_auc_of_all(scores: tuple[ClassScores, ...], multi_label: bool) -> float | None:
    if not multi_label and len(scores) == 2:
        return scores[1].roc_auc
    defined = [score.roc_auc for score in scores if score.roc_auc is not None]
    return _mean(defined) if len(defined) == len(scores) else None


def _roc_curve(labels: NDArray[Any], probabilities: NDArray[Any]) -> RocCurve | None:
    from sklearn.metrics import roc_curve

    if labels.min() == labels.max():
        return None
    across, up, _ = roc_curve(labels, probabilities)
    # Points equally far from each other along the curve lose least of its shape.
    way = across + up
    places = np.searchsorted(way, np.linspace(0, way[-1], CURVE_POINTS))
    kept = np.unique(places) if len(way) > CURVE_POINTS else np.arange(len(way))
    return RocCurve(tuple(across[kept].tolist()), tuple(up[kept].tolist()))


def _log_loss(is_label: NDArray[Any], probabilities: NDArray[Any], multi_label: bool) -> float:
    of_the_right = (
        np.where(is_label, probabilities, 1 - probabilities)
        if multi_label
        else probabilities[is_label]
    )
    # A zero is a number too small for its type.
    least = np.finfo(np.result_type(probabilities, np.float16)).eps
    return float(-np.log(of_the_right.clip(least, 1).astype(np.float64)).mean())


def _confusion(
    labels: NDArray[Any], answers: NDArray[Any], num_classes: int
) -> tuple[tuple[int, ...], ...]:
    counts = np.bincount(labels * num_classes + answers, minlength=num_classes**2)
    return tuple(tuple(row) for row in counts.reshape(num_classes, num_classes).tolist())


def _calibration(
    is_label: NDArray[Any],
    is_answer: NDArray[Any],
    probabilities: NDArray[Any],
    multi_label: bool,
) -> Calibration:
    if multi_label:
        confidence = np.where(is_answer, probabilities, 1 - probabilities).ravel()
        right = (is_label == is_answer).ravel()
    else:
        confidence = probabilities[is_answer]
        right = is_label[is_answer]
    # Where there are two answers the lower half is empty, unless the threshold is moved.
    num_bins = 20 if multi_label or is_label.shape[1] == 2 else 10
    confidence = confidence.astype(np.float64)
    places = np.minimum((confidence * num_bins).astype(int), num_bins - 1)
    bins = tuple(
        Bin(
            low=place / num_bins,
            high=(place + 1) / num_bins,
            confidence=float(confidence[places == place].mean()),
            right=float(right[places == place].mean()),
            count=int(np.sum(places == place)),
        )
        for place in np.unique(places).tolist()
    )
    distances = [abs(part.confidence - part.right) * part.count for part in bins]
    return Calibration(bins, expected_error=sum(distances) / len(right))


def mcnemar(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the chance of so unequal errors if both were equally often right [1]_.

    Parameters
    ----------
    one, other : ndarray of bool, shape (texts,)
        Of which texts each is right.

    Returns
    -------
    float
        Exact, by the binomial distribution of the texts of which only one is right.

    References
    ----------
    .. [1] McNemar, Q. (1947). Note on the sampling error of the difference between correlated
       proportions or percentages. Psychometrika, 12(2), 153-157.

    Examples
    --------
    >>> one, other = np.ones(10, dtype=bool), np.arange(10) > 4
    >>> mcnemar(one, other)
    0.0625
    """
    from scipy.stats import binomtest

    only_one, differ = int(np.sum(one & ~other)), int(np.sum(one != other))
    return float(binomtest(only_one, differ).pvalue) if differ else 1.0
