"""Tables, figures and the page that show a comparison."""

from __future__ import annotations

from pathlib import Path

from seqsent.errors import OutputError
from seqsent.reports.explanation import explanation_html
from seqsent.reports.tables import comparison_table, markdown_table, results_table
from seqsent.results import Comparison

__all__ = [
    "comparison_table",
    "explanation_html",
    "markdown_table",
    "results_table",
    "write_report",
]


def write_report(comparison: Comparison, folder: Path) -> None:
    """Write everything that a reader or a program may want to know of a comparison.

    Parameters
    ----------
    comparison : Comparison
        What was measured.
    folder : Path
        Made if need be; receives ``report.html``, ``figures/`` as PNG and SVG,
        ``metrics.json`` and ``histories.csv``.

    Raises
    ------
    OutputError
        When the folder cannot be written to.
    """
    from seqsent.reports import figures  # here, because matplotlib takes its time
    from seqsent.reports.page import write_page

    pictures = folder / "figures"
    try:
        pictures.mkdir(parents=True, exist_ok=True)
        comparison.write_json(folder / "metrics.json")
        comparison.write_csv(folder / "histories.csv")
        for name, figure in figures.draw_all(comparison).items():
            figures.save(figure, pictures, name)
        write_page(comparison, folder / "report.html")
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(
            f"the report cannot be written to {folder}: {error.strerror}. Name another folder."
        ) from error
