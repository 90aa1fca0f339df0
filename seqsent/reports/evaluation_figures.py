"""The pictures of an evaluation."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from seqsent.evaluation import Evaluation, RocCurve
from seqsent.reports.figures import BLUE, GREY, INK, legend_below, new_axes, short

SQUARE = 4.2  # inches, with title and labels
MOST_COUNTS = 10  # classes whose counts can be written into their cells
MOST_NAMES = 30  # classes whose names can be written beside their rows


def draw_evaluation(evaluation: Evaluation) -> dict[str, Figure]:
    """Return every picture of an evaluation by the name of its file."""
    figures = {"calibration": calibration_curve(evaluation)}
    if evaluation.confusion is not None:
        figures["confusion"] = confusion_matrix(evaluation.confusion, evaluation.label_names)
    if evaluation.roc_curve is not None:
        figures["roc"] = roc_curve(
            evaluation.roc_curve, evaluation.roc_auc, evaluation.label_names[1]
        )
    return dict(sorted(figures.items(), key=lambda item: item[0] == "calibration"))


def confusion_matrix(
    confusion: tuple[tuple[int, ...], ...], label_names: tuple[str, ...]
) -> Figure:
    """Draw which labels were answered with which.

    Parameters
    ----------
    confusion : tuple of tuple of int
        Counts; rows are labels, columns answers.
    label_names : tuple of str
        One per class.

    Returns
    -------
    Figure
        The darker a cell, the larger its share of the label's texts.
    """
    counts = np.array(confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = new_axes("Confusion", "answer", "label", height=SQUARE)
    colors = LinearSegmentedColormap.from_list("shares", ["white", BLUE])
    axes.imshow(shares, cmap=colors, vmin=0, vmax=1, aspect="auto")
    axes.grid(visible=False)
    if len(counts) <= MOST_COUNTS:
        for (label, answer), count in np.ndenumerate(counts):
            ink = "white" if shares[label, answer] > 0.6 else INK
            size = 12 if len(counts) <= 4 else 8
            axes.text(
                answer, label, f"{count:,}", ha="center", va="center", color=ink, fontsize=size
            )
    if len(counts) <= MOST_NAMES:
        names_size = 9.5 if len(counts) <= MOST_COUNTS else 6.5
        names = [short(name, 14) for name in label_names]
        places = range(len(names))
        axes.set_yticks(places, names, parse_math=False, fontsize=names_size)
        axes.set_xticks(places, names, parse_math=False, fontsize=names_size)
        if len(names) > 3:
            for tick in axes.get_xticklabels():
                tick.set(rotation=40, ha="right", rotation_mode="anchor")
    return figure


def roc_curve(curve: RocCurve, area: float | None, positive: str) -> Figure:
    """Draw what each threshold finds, and at what price.

    Parameters
    ----------
    curve : RocCurve
        From (0, 0) to (1, 1).
    area : float, optional
        Below the curve.
    positive : str
        The name of class 1.

    Returns
    -------
    Figure
        The curve, and the diagonal that guessing gives.
    """
    figure, axes = new_axes(
        f"ROC curve of {positive}", "share of the others taken for it", "share found", height=SQUARE
    )
    label = "model" if area is None else f"model, area {area:.3f}"
    axes.plot(
        curve.false_positive_rate, curve.true_positive_rate, color=BLUE, linewidth=1.8, label=label
    )
    axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.2, label="guessing")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.legend(loc="lower right", fontsize=9, framealpha=0.9, edgecolor="none")
    return figure


def calibration_curve(evaluation: Evaluation) -> Figure:
    """Draw how often answers of some confidence are right.

    Parameters
    ----------
    evaluation : Evaluation
        Has the bins.

    Returns
    -------
    Figure
        A point per bin, the larger the more answers it holds, and the diagonal on which
        confidence is the share of right answers.
    """
    bins = evaluation.calibration.bins
    most = max(part.count for part in bins)
    figure, axes = new_axes("Calibration", "confidence", "share of right answers", height=SQUARE)
    low = min(part.low for part in bins)
    ideal = axes.plot([low, 1], [low, 1], color=GREY, linestyle="--", linewidth=1.2)
    confidence = [part.confidence for part in bins]
    right = [part.right for part in bins]
    line = axes.plot(confidence, right, color=BLUE, linewidth=1.2)
    axes.scatter(
        confidence, right, s=[15 + 90 * part.count / most for part in bins], color=BLUE, zorder=3
    )
    axes.set_xlim(low - 0.02, 1.02)
    axes.set_ylim(-0.02, 1.03)
    legend_below(figure, {"answers; larger: more of them": line[0], "ideal": ideal[0]}, columns=2)
    return figure
