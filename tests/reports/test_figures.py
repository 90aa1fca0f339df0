"""The figures show what they should, and come out as the same bytes each time."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from seqsent.reports.figures import (
    accuracy_overview,
    draw_all,
    length_histogram,
    loss_curves,
    save,
    svg,
)
from seqsent.results import Comparison

Make = Callable[..., Comparison]

ODD_NAMES = ["a/b", "a-b", "$x_1$ <b>", "감성", "long-" * 40, "two\nlines"]


def legend(figure: Figure) -> list[str]:
    found = figure.axes[0].get_legend() or figure.legends[0]
    return [text.get_text() for text in found.get_texts()]


def test_lengths_are_labelled_and_marked(make_comparison: Make) -> None:
    data = make_comparison().data
    axes = length_histogram(data).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("length", "frequency")
    marks = [np.mean(data.lengths), np.median(data.lengths), data.maxlen]
    assert [np.ravel(line.get_xdata())[0] for line in axes.lines] == pytest.approx(marks)


def test_a_long_tail_is_cut_and_said_to_be(make_comparison: Make) -> None:
    figure = length_histogram(make_comparison().data)
    assert figure.axes[0].get_xlim()[1] < 450
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.3% are longer,\nup to 2,494"]


@pytest.mark.parametrize("lengths", [(7,), (3, 3, 3), tuple(range(1, 30))])
def test_short_texts_are_all_counted(make_comparison: Make, lengths: tuple[int, ...]) -> None:
    axes = length_histogram(replace(make_comparison().data, lengths=lengths)).axes[0]
    heights = [patch.get_height() for patch in axes.patches]  # type: ignore[attr-defined]
    assert sum(heights) == len(lengths)
    assert not axes.texts


def test_the_published_curves_lie_dashed_behind(make_comparison: Make) -> None:
    comparison = make_comparison(["lstm"])
    published = comparison.published["lstm"]
    figure = loss_curves("lstm", comparison.runs, published)
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    solid = [line for line in figure.axes[0].lines if line.get_linestyle() == "-"]
    for lines, history in ((dashed, published.history), (solid, comparison.runs[0].history)):
        assert [list(np.ravel(line.get_ydata())) for line in lines] == [
            history.column("loss"),
            history.column("val_loss"),
        ]
    assert max(line.zorder for line in dashed) < min(line.zorder for line in solid)
    assert legend(figure) == ["training", "validation", "best epoch", "published"]


def test_every_seed_is_drawn_with_its_best_epoch(make_comparison: Make) -> None:
    comparison = make_comparison(["lstm"], num_seeds=3, published=False)
    figure = loss_curves("lstm", comparison.runs)
    rings = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [np.ravel(ring.get_xdata())[0] for ring in rings] == [
        run.history.best_epoch for run in comparison.runs
    ]
    assert len(figure.axes[0].lines) == 9
    assert "published" not in legend(figure)


def test_a_single_epoch_can_be_seen(make_comparison: Make) -> None:
    axes = loss_curves("lstm", make_comparison(["lstm"], num_epochs=1).runs).axes[0]
    assert all(line.get_marker() in {".", "o"} for line in axes.lines)
    assert all(tick == round(tick) for tick in axes.get_xticks())


def test_the_overview_has_every_experiment_and_baseline(make_comparison: Make) -> None:
    comparison = make_comparison(num_seeds=2)
    figure = accuracy_overview(comparison)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == comparison.experiments
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.742", "0.773"]
    assert set(legend(figure)) == {"published", "majority: 0.501", "bag of words (500): 0.813"}


def test_figures_are_written_as_png_and_svg(make_comparison: Make, tmp_path: Path) -> None:
    figures = draw_all(make_comparison())
    assert list(figures) == ["accuracy", "lengths", "loss-simplernn-onehot", "loss-lstm-dropout"]
    save(figures["lengths"], tmp_path, "lengths")
    assert (tmp_path / "lengths.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (tmp_path / "lengths.svg").read_bytes()


def test_the_same_comparison_gives_the_same_bytes(make_comparison: Make, tmp_path: Path) -> None:
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        for name, figure in draw_all(make_comparison(num_seeds=2)).items():
            save(figure, folder, name)
            save(figure, folder, name)
    written = [
        {path.name: path.read_bytes() for path in folder.iterdir()}
        for folder in (tmp_path / "one", tmp_path / "two")
    ]
    assert len(written[0]) == 8
    assert written[0] == written[1]


@pytest.mark.parametrize("num_epochs", [1, 3])
def test_any_name_can_be_drawn_and_is_a_file_of_its_own(
    make_comparison: Make, tmp_path: Path, num_epochs: int
) -> None:
    comparison = make_comparison(ODD_NAMES, num_epochs=num_epochs, data_name="리뷰 $x$")
    figures = draw_all(comparison)
    assert len(figures) == 2 + len(ODD_NAMES)
    for name, figure in figures.items():
        save(figure, tmp_path, name)
    assert len(list(tmp_path.iterdir())) == 2 * len(figures)


def test_drawing_leaves_matplotlib_as_it_was(make_comparison: Make) -> None:
    before = dict(mpl.rcParams)
    svg(accuracy_overview(make_comparison()))
    assert dict(mpl.rcParams) == before


def test_reports_load_matplotlib_only_when_they_draw() -> None:
    check = "import seqsent.reports, sys; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_drawing_needs_no_pyplot() -> None:
    check = "import seqsent.reports.page, sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)
