"""The figures of an evaluation as rows, for a terminal and for the page."""

from __future__ import annotations

import math

from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from seqsent.errors import printable
from seqsent.evaluation import Evaluation
from seqsent.reports.grid import Grid, draw

MATRIX_WIDTH = 60  # columns of 80 that a matrix' figures may take; the rest is for names
MOST_MISTAKES = 10
UNDEFINED = "–"


def evaluation_table(evaluation: Evaluation) -> Group:
    """Return an evaluation for a terminal of 80 columns or more.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.

    Returns
    -------
    rich.console.Group
        The figures of the whole, of each class, of mistakes and of confidence.
    """
    grids = [class_grid(evaluation), confusion_grid(evaluation), calibration_grid(evaluation)]
    parts: list[Text | Table] = [_draw_headline(headline(evaluation))]
    for grid in grids:
        if grid is not None:
            parts += [Text(f"\n{grid.title}", style="bold"), draw(grid)]
    return Group(*parts, Text("\n".join(["", *map(printable, notes(evaluation))])))


def headline(evaluation: Evaluation) -> dict[str, str]:
    """Return the figures of the whole by their names."""
    low, high = _interval(evaluation.accuracy, evaluation.texts)
    figures = {
        "texts": f"{evaluation.texts:,}",
        "accuracy": f"{evaluation.accuracy:.4f} ({low:.4f} to {high:.4f})",
        "F1": _score(evaluation.f1),
        "ROC AUC": _score(evaluation.roc_auc),
        "log loss": _score(evaluation.log_loss),
        "calibration error": _score(evaluation.calibration.expected_error),
    }
    if evaluation.seconds:
        figures["texts per second"] = f"{evaluation.texts / evaluation.seconds:,.0f}"
    return figures


def class_grid(evaluation: Evaluation) -> Grid:
    """Return one row per class."""
    return Grid(
        "Labels" if evaluation.multi_label else "Classes",
        ("", "precision", "recall", "F1", "ROC AUC", "texts"),
        tuple(
            (
                scores.name,
                _score(scores.precision),
                _score(scores.recall),
                _score(scores.f1),
                _score(scores.roc_auc),
                f"{scores.support:,}",
            )
            for scores in evaluation.classes
        ),
    )


def confusion_grid(evaluation: Evaluation) -> Grid | None:
    """Return the confusion matrix, or the commonest mistakes where it is too wide to read."""
    if evaluation.confusion is None:
        return None
    counts = [[f"{count:,}" for count in row] for row in evaluation.confusion]
    widest = max(cell_len(count) for row in counts for count in row)
    names = evaluation.label_names
    if sum(max(widest, cell_len(name)) + 2 for name in names) <= MATRIX_WIDTH:
        headings, rows = names, names
    elif (widest + 2) * len(names) <= MATRIX_WIDTH:
        headings = tuple(str(number) for number in range(1, len(names) + 1))
        rows = tuple(f"{number} {name}" for number, name in zip(headings, names, strict=True))
    else:
        return mistakes_grid(evaluation)
    return Grid(
        "Confusion: rows are the labels, columns the answers",
        ("", *headings),
        tuple((name, *row) for name, row in zip(rows, counts, strict=True)),
    )


def mistakes_grid(evaluation: Evaluation) -> Grid | None:
    """Return the commonest mistakes, if there are any."""
    mistakes = sorted(
        (-count, label, answer)
        for label, row in enumerate(evaluation.confusion or ())
        for answer, count in enumerate(row)
        if count and label != answer
    )
    if not mistakes:
        return None
    names, classes = evaluation.label_names, evaluation.classes
    return Grid(
        "The commonest mistakes",
        ("label → answer", "texts", "of the label's texts"),
        tuple(
            (
                f"{names[label]} → {names[answer]}",
                f"{-count:,}",
                f"{-count / classes[label].support:.1%}",
            )
            for count, label, answer in mistakes[:MOST_MISTAKES]
        ),
    )


def calibration_grid(evaluation: Evaluation) -> Grid:
    """Return one row per range of confidence."""
    return Grid(
        "Confidence",
        ("between", "on average", "right", "answers"),
        tuple(
            (
                f"{part.low:.2f} – {part.high:.2f}",
                f"{part.confidence:.4f}",
                f"{part.right:.4f}",
                f"{part.count:,}",
            )
            for part in evaluation.calibration.bins
        ),
    )


def notes(evaluation: Evaluation) -> list[str]:
    """Say what the figures are, in sentences."""
    which = "label" if evaluation.multi_label else "class"
    absent = [scores.name for scores in evaluation.classes if not scores.support]
    sentences = [
        "In brackets: where accuracy may lie for other texts of this kind, with 95 % confidence.",
        f"F1: the mean over each {which}'s. Log loss: 0 is best. Calibration error: how far "
        "confidence is from the share of right answers, on average.",
    ]
    if evaluation.multi_label:
        sentences.append(
            "A text counts as right when all its labels are; in the table of confidence each "
            "label counts for itself."
        )
    if evaluation.threshold is not None:
        answer = "A label" if evaluation.multi_label else repr(evaluation.label_names[1])
        sentences.append(f"{answer} is answered from a probability of {evaluation.threshold:g}.")
    if absent:
        sentences.append(f"No text has the {which} {', '.join(absent)}: {UNDEFINED} is undefined.")
    elif evaluation.roc_auc is None:
        sentences.append(f"{UNDEFINED}: undefined, because every text has that {which}.")
    return sentences


def _interval(share: float, count: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval, which is honest about few texts and about none wrong."""
    z = 1.96
    middle = share + z**2 / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return (middle - reach) / (1 + z**2 / count), (middle + reach) / (1 + z**2 / count)


def _score(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.4f}"


def _draw_headline(figures: dict[str, str]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for name, figure in figures.items():
        table.add_row(name, Text(figure, style="bold"))
    return table
