"""An evaluation as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from seqsent.evaluation import Evaluation
from seqsent.outputs import whole_file
from seqsent.reports.evaluation_figures import draw_evaluation
from seqsent.reports.evaluation_tables import (
    calibration_grid,
    class_grid,
    headline,
    mistakes_grid,
)
from seqsent.reports.evaluation_tables import notes as what_figures_are
from seqsent.reports.frame import definitions, fill_frame, picture
from seqsent.reports.grid import Grid

ALTERNATIVES = {
    "confusion": "Confusion matrix: labels in rows, answers in columns",
    "roc": "ROC curve",
    "calibration": "Calibration: the share of right answers by confidence",
}


def write_evaluation_page(
    evaluation: Evaluation,
    path: Path,
    *,
    title: str = "",
    notes: Sequence[str] = (),
) -> None:
    """Write an evaluation as a page that opens without a network.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.
    path : Path
        The file; replaced if it exists.
    title : str
        The page's; the evaluation's name when left out.
    notes : sequence of str
        Sentences that the page ends with: where model and data come from, for instance.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    page = fill_frame(
        title=title or f"Evaluation of {evaluation.name or 'a model'}",
        lead=_lead(evaluation),
        main="\n".join(_sections(evaluation, notes)),
    )
    with whole_file(path) as file:
        file.write(page)


def _lead(evaluation: Evaluation) -> str:
    return f"{evaluation.accuracy:.1%} of {evaluation.texts:,} texts are answered rightly."


def _sections(evaluation: Evaluation, notes: Sequence[str]) -> list[str]:
    figures = draw_evaluation(evaluation)
    pictures = "\n".join(picture(figure, ALTERNATIVES[name]) for name, figure in figures.items())
    grids = [class_grid(evaluation), mistakes_grid(evaluation), calibration_grid(evaluation)]
    sections = [
        _section("Figures", definitions(headline(evaluation))),
        _section("At a glance", f'<div class="pictures">\n{pictures}\n</div>'),
        *(_section(grid.title, _table(grid)) for grid in grids if grid is not None),
        _section("What the figures are", _paragraph(what_figures_are(evaluation))),
    ]
    return sections + ([_section("Notes", _paragraph(notes))] if notes else [])


def _section(heading: str, content: str) -> str:
    return f"<section>\n<h2>{escape(heading)}</h2>\n{content}\n</section>"


def _paragraph(sentences: Sequence[str]) -> str:
    return f'<p class="notes">{escape(" ".join(sentences))}</p>'


def _table(grid: Grid) -> str:
    headings = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in grid.headings)
    rows = "\n".join(_row(grid.headings, row) for row in grid.rows)
    return f"<table>\n<thead><tr>{headings}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _row(headings: Sequence[str], row: Sequence[str]) -> str:
    name, *figures = row
    cells = "".join(
        f'<td data-heading="{escape(heading)}">{escape(figure)}</td>'
        for heading, figure in zip(headings[1:], figures, strict=True)
    )
    return f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'
