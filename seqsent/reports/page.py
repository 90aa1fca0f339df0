"""The report as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from matplotlib.figure import Figure

from seqsent.reports import figures
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
    path.write_text(_page(comparison), encoding="utf-8")


def _page(comparison: Comparison) -> str:
    count = len(comparison.experiments)
    template = files("seqsent.reports").joinpath("page.html").read_text(encoding="utf-8")
    return Template(template).substitute(
        title=escape(f"{count} experiment{'s' * (count > 1)} on {comparison.data.name}"),
        summary=escape(" ".join(summary(comparison))),
        table=_table(comparison),
        notes=escape(" ".join(notes(comparison))),
        accuracy=_picture(figures.accuracy_overview(comparison), "Test accuracies"),
        lengths=_picture(
            figures.length_histogram(comparison.data), "Histogram of the training texts' lengths"
        ),
        losses="\n".join(_losses(comparison, name) for name in comparison.experiments),
        data=_definitions(_data(comparison)),
        environment=_definitions(comparison.environment),
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
    return _picture(
        figures.loss_curves(name, runs, published),
        f"Training and validation loss of {name} by epoch",
        f"{name}: best epoch {', '.join(best)}.",
    )


def _best(history: History) -> str:
    return f"{history.best_epoch} of {len(history.epochs)}"


def _picture(figure: Figure, alt: str, caption: str = "") -> str:
    """Embed a picture as an image of its own, where its ids cannot meet another's."""
    source = base64.b64encode(figures.svg(figure)).decode("ascii")
    legend = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return (
        f'<figure><img alt="{escape(alt)}" src="data:image/svg+xml;base64,{source}">'
        f"{legend}</figure>"
    )


def _data(comparison: Comparison) -> dict[str, str]:
    data = comparison.data
    return {
        "name": data.name,
        **{f"{part} texts": f"{size:,}" for part, size in data.sizes.items()},
        "ids per text": f"{data.maxlen:,}",
        "SHA-256 of ids and labels": data.fingerprint,
    }


def _definitions(entries: Mapping[str, str]) -> str:
    lines = (f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in entries.items())
    return "<dl>\n" + "\n".join(lines) + "\n</dl>"
