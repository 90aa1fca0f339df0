"""The report as one HTML file that needs nothing else."""

from __future__ import annotations

from html import escape
from pathlib import Path

from seqsent.outputs import whole_file
from seqsent.reports import figures
from seqsent.reports.frame import definitions, fill, fill_frame, picture
from seqsent.reports.summary import summary
from seqsent.reports.tables import COLUMNS, Cell, Row, baseline_rows, experiment_rows, notes
from seqsent.results import Comparison, History


def write_page(comparison: Comparison, path: Path) -> None:
    """Write a comparison as a page that opens without a network.

    Parameters
    ----------
    comparison : Comparison
        What to show.
    path : Path
        The file, ``report.html`` for instance; replaced if it exists.
    """
    with whole_file(path) as file:
        file.write(_page(comparison))


def _page(comparison: Comparison) -> str:
    count = len(comparison.experiments)
    main = fill(
        "page.html",
        table=_table(comparison),
        notes=escape(" ".join(notes(comparison))),
        accuracy=picture(figures.accuracy_overview(comparison), "Test accuracies"),
        lengths=picture(
            figures.length_histogram(comparison.data), "Histogram of the training texts' lengths"
        ),
        losses="\n".join(_losses(comparison, name) for name in comparison.experiments),
        data=definitions(_data(comparison)),
        environment=definitions(comparison.environment),
    )
    return fill_frame(
        title=f"{count} experiment{'s' * (count > 1)} on {comparison.data.name}",
        lead=" ".join(summary(comparison)),
        main=main,
    )


def _table(comparison: Comparison) -> str:
    headings = "".join(f'<th scope="col">{escape(column.heading)}</th>' for column in COLUMNS)
    bodies = "\n".join(
        f"<tbody>\n{''.join(map(_row, rows))}</tbody>"
        for rows in (experiment_rows(comparison), baseline_rows(comparison))
        if rows
    )
    return (
        f'<table>\n<thead><tr><th scope="col">experiment</th>{headings}</tr></thead>\n'
        f"{bodies}\n</table>"
    )


def _row(row: Row) -> str:
    cells = "".join(
        f'<td data-heading="{escape(column.heading)}">{_cell(cell)}</td>'
        for column, cell in zip(COLUMNS, row.cells, strict=True)
    )
    return f'<tr><th scope="row">{escape(row.name)}</th>{cells}</tr>\n'


def _cell(cell: Cell) -> str:
    parts = [escape(cell.figure)]
    if cell.spread:
        parts.append(f'<span class="spread">{escape(cell.spread)}</span>')
    if cell.published:
        parts.append(f'<span class="published">({escape(cell.published)})</span>')
    return " ".join(parts)


def _losses(comparison: Comparison, name: str) -> str:
    runs, published = comparison.runs_of(name), comparison.published.get(name)
    best = [f"{_best(run.history)} (seed {run.seed})" for run in runs]
    if published is not None:
        best.append(f"{_best(published.history)} (published)")
    return picture(
        figures.loss_curves(name, runs, published),
        f"Training and validation loss of {name} by epoch",
        f"{name}: best epoch {', '.join(best)}.",
    )


def _best(history: History) -> str:
    return f"{history.best_epoch} of {len(history.epochs)}"


def _data(comparison: Comparison) -> dict[str, str]:
    data = comparison.data
    return {
        "name": data.name,
        **{f"{part} texts": f"{size:,}" for part, size in data.sizes.items()},
        "ids per text": f"{data.maxlen:,}",
        "SHA-256 of ids and labels": data.fingerprint,
    }
