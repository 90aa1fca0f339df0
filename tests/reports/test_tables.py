"""The tables hold every figure, published ones beside their own, and fit 80 columns."""

import io
import re
from collections.abc import Callable

import pytest
from rich.console import Console

from seqsent.reports import markdown_table, results_table
from seqsent.reports.tables import COLUMNS, Row, baseline_rows, experiment_rows, notes
from seqsent.results import Comparison

Make = Callable[..., Comparison]

LONG = "a-name-that-" + "goes-on-and-" * 12 + "ends"


def terminal(comparison: Comparison) -> list[str]:
    console = Console(width=80, file=io.StringIO(), record=True, color_system=None)
    console.print(results_table(comparison))
    return console.export_text().splitlines()


def lines_of(row: Row) -> list[str]:
    """Return what the terminal should show of a row, spaces aside."""
    figures = "".join(cell.figure for cell in row.cells)
    spread = "".join(cell.spread for cell in row.cells)
    published = "".join(cell.published for cell in row.cells)
    lines = [row.name + figures]
    lines += [f"± over {row.num_seeds} seeds{spread}"] if spread else []
    lines += [f"published{published}"] if published else []
    return ["".join(line.split()) for line in lines]


@pytest.mark.parametrize("num_seeds", [1, 3])
@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize("num_epochs", [1, 100])
def test_at_80_columns_no_figure_is_lost(
    make_comparison: Make, num_seeds: int, published: bool, num_epochs: int
) -> None:
    comparison = make_comparison(num_seeds=num_seeds, published=published, num_epochs=num_epochs)
    rows = experiment_rows(comparison) + baseline_rows(comparison)
    shown = terminal(comparison)
    assert max(map(len, shown)) <= 80
    expected = [line for row in rows for line in lines_of(row)]
    found = ["".join(line.split()) for line in shown]
    assert [line for line in found if line in expected] == expected


def test_a_long_name_is_folded_and_whole(make_comparison: Make) -> None:
    comparison = make_comparison([LONG])
    shown = terminal(comparison)
    assert max(map(len, shown)) <= 80
    assert LONG in "".join(re.split(r"\s{2,}", line)[0] for line in shown)
    (row,) = experiment_rows(comparison)
    assert all(any(cell.figure in line for line in shown) for cell in row.cells)


def test_a_name_is_not_read_as_markup(make_comparison: Make) -> None:
    assert any("lstm[red]" in line for line in terminal(make_comparison(["lstm[red]"])))


def test_figures_spread_and_published_stand_in_lines_of_their_own(make_comparison: Make) -> None:
    shown = [line.split() for line in terminal(make_comparison(num_seeds=2))]
    start = next(place for place, line in enumerate(shown) if "lstm-dropout" in line)
    assert [" ".join(line) for line in shown[start : start + 3]] == [
        "lstm-dropout 8,810 12.5 0.6075 0.4925 0.7732 316",
        "± over 2 seeds ± 0.7 ± 0.0049 ± 0.0049 ± 0.0015 ± 5",
        "published 2,482 21 0.5223 0.5777 0.7975 937",
    ]


def test_every_published_figure_is_there(make_comparison: Make) -> None:
    comparison = make_comparison()
    text, markdown = "\n".join(terminal(comparison)), markdown_table(comparison)
    for published in comparison.published.values():
        best = published.history.best
        for figure in (
            f"{published.parameters:,}",
            f"{len(published.history.epochs)}",
            f"{best.val_loss:.4f}",
            f"{best.val_accuracy:.4f}",
            f"{published.seconds:.0f}",
        ):
            assert figure in text
            assert f"({figure})" in markdown
    assert "0.7975" in text
    assert "(0.7975)" in markdown


def test_markdown_has_one_cell_per_column(make_comparison: Make) -> None:
    comparison = make_comparison(["a|b", "*c*", "<d>"], num_seeds=3)
    table, _, note = markdown_table(comparison).rpartition("\n\n")
    lines = [line.replace(r"\|", "").split("|")[1:-1] for line in table.splitlines()]
    assert {len(line) for line in lines} == {1 + len(COLUMNS)}
    assert [line[0].strip() for line in lines] == [
        "experiment",
        "---",
        "ab",
        r"\*c\*",
        r"\<d\>",
        "*majority*",
        "*bag of words (500)*",
    ]
    assert note.strip() == " ".join(notes(comparison))


def test_notes_name_data_backend_and_machine(make_comparison: Make) -> None:
    note = " ".join(notes(make_comparison()))
    for part in ("imdb", "20,000", "jax 0.7.2", "Keras 3.15.0", "2.60GHz", "In brackets"):
        assert part in note


def test_notes_explain_only_what_is_shown(make_comparison: Make) -> None:
    note = " ".join(notes(make_comparison(published=False)))
    assert "brackets" not in note
    assert "±" not in note


def test_short_times_keep_a_decimal(make_comparison: Make) -> None:
    majority, words = baseline_rows(make_comparison())
    assert [majority.cells[-1].figure, words.cells[-1].figure] == ["0.0", "1.4"]
