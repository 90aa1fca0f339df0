"""The figures of a comparison as rows, for a terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from seqsent.reports.grid import Grid, draw
from seqsent.reports.markdown import plain
from seqsent.results import Baseline, Comparison, Published, Run, mean_and_spread


@dataclass(frozen=True)
class Column:
    """One figure: its heading, how it is written, and where each kind of record keeps it."""

    heading: str
    write: Callable[[float], str]
    of_run: Callable[[Run], float]
    of_published: Callable[[Published], float | None]
    of_baseline: Callable[[Baseline], float | None] = lambda _: None


@dataclass(frozen=True)
class Cell:
    """A figure as text, with its spread over seeds and its published counterpart, or ""."""

    figure: str = ""
    spread: str = ""
    published: str = ""


@dataclass(frozen=True)
class Row:
    """An experiment or a baseline, with one cell per column."""

    name: str
    cells: tuple[Cell, ...]
    num_seeds: int = 1


def _count(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _score(value: float) -> str:
    return f"{value:.4f}"


def _seconds(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


COLUMNS = (
    Column("parameters", _count, lambda r: r.parameters, lambda p: p.parameters),
    Column("epochs", _count, lambda r: len(r.history.epochs), lambda p: len(p.history.epochs)),
    Column(
        "best val. loss",
        _score,
        lambda r: r.history.best.val_loss,
        lambda p: p.history.best.val_loss,
    ),
    Column(
        "val. accuracy",
        _score,
        lambda r: r.history.best.val_accuracy,
        lambda p: p.history.best.val_accuracy,
        lambda b: b.val_accuracy,
    ),
    Column(
        "test accuracy",
        _score,
        lambda r: r.test_accuracy,
        lambda p: p.test_accuracy,
        lambda b: b.test_accuracy,
    ),
    Column("seconds", _seconds, lambda r: r.seconds, lambda p: p.seconds, lambda b: b.seconds),
)


def experiment_rows(comparison: Comparison) -> list[Row]:
    """Return one row per experiment: the mean over its seeds, spread, published figure."""
    return [
        _experiment_row(name, comparison.runs_of(name), comparison.published.get(name))
        for name in comparison.experiments
    ]


def _experiment_row(name: str, runs: Sequence[Run], published: Published | None) -> Row:
    cells = []
    for column in COLUMNS:
        values = [column.of_run(run) for run in runs]
        mean, spread = mean_and_spread(values)
        figure = column.write(mean)
        decimals = len(figure.partition(".")[2])
        printed = None if published is None else column.of_published(published)
        cells.append(
            Cell(
                figure=figure,
                spread=f"± {spread:,.{decimals}f}" if len(set(values)) > 1 else "",
                published="" if printed is None else column.write(printed),
            )
        )
    return Row(name, tuple(cells), num_seeds=len(runs))


def baseline_rows(comparison: Comparison) -> list[Row]:
    """Return one row per baseline, in the experiments' columns."""
    return [
        Row(baseline.name, tuple(_baseline_cell(column, baseline) for column in COLUMNS))
        for baseline in comparison.baselines
    ]


def _baseline_cell(column: Column, baseline: Baseline) -> Cell:
    value = column.of_baseline(baseline)
    return Cell() if value is None else Cell(column.write(value))


def notes(comparison: Comparison, published: str = "in brackets") -> list[str]:
    """Say what the figures are and where they come from.

    Parameters
    ----------
    comparison : Comparison
        What the table shows.
    published : str
        Where the table has the published figures.

    Returns
    -------
    list of str
        Sentences.
    """
    data, environment = comparison.data, comparison.environment
    backend = environment["backend"]
    sizes = ", ".join(f"{size:,} {part}" for part, size in data.sizes.items())
    sentences = [
        f"Data: {data.name}, {sizes} texts of {data.maxlen} ids.",
        f"Machine: {environment['processor']}, {environment['processors']} processors; "
        f"{backend} {environment[backend]}, Keras {environment['keras']}.",
        "Validation figures are those of the epoch with the lowest validation loss; "
        "test accuracy is that of the saved model, loaded again.",
    ]
    if len(comparison.runs) > len(comparison.experiments):
        sentences.append("±: standard deviation over seeds, beside their mean.")
    if comparison.published:
        sentences.append(
            f"{published.capitalize()}: what the textbook printed, from its own machine."
        )
    return sentences


def results_table(comparison: Comparison) -> Table:
    """Return the results as a table for a terminal of 80 columns or more.

    Parameters
    ----------
    comparison : Comparison
        What to show.

    Returns
    -------
    rich.table.Table
        Each experiment with its spread over seeds and the published figures on lines of
        their own, then the baselines.
    """
    table = Table(
        box=box.HORIZONTALS,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        caption=Text("\n".join(notes(comparison, published="published"))),
        caption_justify="left",
    )
    table.add_column("experiment", overflow="fold", vertical="bottom")
    for column in COLUMNS:
        heading = "\n".join(column.heading.rsplit(maxsplit=1))
        table.add_column(heading, justify="right", no_wrap=True, vertical="bottom")
    for row in experiment_rows(comparison):
        _add_experiment(table, row)
    table.add_section()
    for row in baseline_rows(comparison):
        table.add_row(Text(row.name), *(cell.figure for cell in row.cells))
    return table


def _add_experiment(table: Table, row: Row) -> None:
    """Add up to three lines: figures, spread, published."""
    table.add_row(Text(row.name, style="bold"), *(cell.figure for cell in row.cells))
    if any(cell.spread for cell in row.cells):
        label = f"  ± over {row.num_seeds} seeds"
        table.add_row(label, *(cell.spread for cell in row.cells))
    if any(cell.published for cell in row.cells):
        table.add_row("  published", *(cell.published for cell in row.cells), style="dim")


def markdown_table(comparison: Comparison) -> str:
    """Return the results as a table in GitHub's Markdown, with notes below.

    Parameters
    ----------
    comparison : Comparison
        What to show.

    Returns
    -------
    str
        The published figures stand in brackets; baselines come last, in italics.
    """
    lines = [
        ["experiment", *(column.heading for column in COLUMNS)],
        ["---", *("---:" for _ in COLUMNS)],
        *([plain(row.name), *map(_in_one, row.cells)] for row in experiment_rows(comparison)),
        *([f"*{plain(row.name)}*", *map(_in_one, row.cells)] for row in baseline_rows(comparison)),
    ]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{table}\n\n{plain(' '.join(notes(comparison)))}\n"


def _in_one(cell: Cell) -> str:
    published = f"({cell.published})" if cell.published else ""
    return " ".join(filter(None, [cell.figure, cell.spread, published]))


def comparison_table(rows: Sequence[Baseline]) -> Group:
    """Return a model beside its baselines, for a terminal of 80 columns or more.

    Parameters
    ----------
    rows : sequence of Baseline
        The model's figures first.

    Returns
    -------
    rich.console.Group
        One row each; a sentence below says how the model stands to the best baseline.
    """
    columns = [column for column in COLUMNS if column.of_baseline(rows[0]) is not None]
    grid = Grid(
        "The honest comparison",
        ("", *(column.heading for column in columns)),
        tuple(
            (row.name, *(column.write(column.of_baseline(row) or 0.0) for column in columns))
            for row in rows
        ),
    )
    return Group(draw(grid), Text(verdict(rows)))


def verdict(rows: Sequence[Baseline]) -> str:
    """Say how a model, the first row, stands to the best baseline on the test texts."""
    model, *baselines = rows
    if not baselines:
        return ""
    # Test texts must not choose.
    best = max(baselines, key=lambda baseline: baseline.val_accuracy)
    points = 100 * (model.test_accuracy - best.test_accuracy)
    place = f"{abs(points):.1f} points {'above' if points > 0 else 'below'}"
    chance = "" if best.p is None else f" (McNemar's p = {best.p:.1g})"
    return (
        f"On the test texts {model.name} is {place if round(points, 1) else 'level with'} "
        f"the best baseline, {best.name}{chance}."
    )
