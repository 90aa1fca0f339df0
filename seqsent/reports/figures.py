"""The pictures of a comparison; matplotlib figures that belong to nobody's pyplot."""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from seqsent.results import Comparison, Data, History, Published, Run, mean_and_spread

# From Okabe and Ito's palette, which people with any colour vision can tell apart.
BLUE, VERMILION, GREEN = "#0072b2", "#d55e00", "#009e73"
INK, GREY, PALE = "#222222", "#666666", "#e4e4e4"

WIDTH, HEIGHT = 4.8, 3.2  # inches: letters stay legible where a phone shows 340 pixels
SHOWN = 0.99  # of the texts; the longest would squeeze all others into a corner


def draw_all(comparison: Comparison) -> dict[str, Figure]:
    """Return every picture of a comparison by the name of its file."""
    curves = {
        f"loss-{_file_name(name)}": loss_curves(
            name, comparison.runs_of(name), comparison.published.get(name)
        )
        for name in comparison.experiments
    }
    return {
        "accuracy": accuracy_overview(comparison),
        "lengths": length_histogram(comparison.data),
        **curves,
    }


def length_histogram(data: Data) -> Figure:
    """Draw how long the training texts are before padding and truncation.

    Parameters
    ----------
    data : Data
        Has the lengths, and the length they are brought to.

    Returns
    -------
    Figure
        With mean, median and ``maxlen``; of a long tail it says where it ends.
    """
    lengths = np.asarray(data.lengths)
    end = max(round(np.quantile(lengths, SHOWN)), data.maxlen)
    step = max(1, round(end / 50))
    edges = np.arange(0.5, end + step, step)  # each bar holds the same number of lengths
    longer, cut = np.mean(lengths > edges[-1]), np.mean(lengths > data.maxlen)

    figure, axes = new_axes("Lengths of the training texts", "length", "frequency")
    axes.hist(lengths, bins=edges.tolist(), color=BLUE, alpha=0.55)
    for value, label, color, line in (
        (lengths.mean(), f"mean {lengths.mean():,.0f}", VERMILION, "-"),
        (np.median(lengths), f"median {np.median(lengths):,.0f}", GREEN, "--"),
        (data.maxlen, f"maxlen {data.maxlen:,} ({cut:.0%} are longer)", INK, ":"),
    ):
        axes.axvline(value, color=color, linestyle=line, linewidth=1.8, label=label)
    if longer:
        note = f"{longer:.1%} are longer,\nup to {lengths.max():,}"
        axes.text(0.99, 0.06, note, transform=axes.transAxes, ha="right", fontsize=9, color=GREY)
    axes.set_xlim(0, edges[-1])
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.legend(loc="upper right", fontsize=9, framealpha=0.9, edgecolor="none")
    return figure


def loss_curves(name: str, runs: Sequence[Run], published: Published | None = None) -> Figure:
    """Draw the losses of an experiment, epoch by epoch.

    Parameters
    ----------
    name : str
        The experiment.
    runs : sequence of Run
        One per seed.
    published : Published, optional
        Drawn dashed, behind the runs.

    Returns
    -------
    Figure
        Training and validation loss, with a ring at the epoch whose weights were kept.
    """
    figure, axes = new_axes(name, "epoch", "loss")
    if published is not None:
        _draw_losses(axes, published.history, linestyle="--", linewidth=1.2, alpha=0.6, zorder=2)
    for run in runs:
        _draw_losses(axes, run.history, linewidth=1.8 if len(runs) == 1 else 1.0, zorder=3)
        best = (run.history.best_epoch, run.history.best.val_loss)
        axes.plot(*best, **_RING, zorder=4)
    handles = {
        "training": Line2D([], [], color=BLUE),
        "validation": Line2D([], [], color=VERMILION),
        "best epoch": Line2D([], [], **_RING),
    }
    if published is not None:
        handles["published"] = Line2D([], [], color=GREY, linestyle="--")
    axes.set_xlim(0, max(2, axes.get_xlim()[1]))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend_below(figure, handles, columns=4)
    return figure


_RING: dict[str, Any] = {
    "color": VERMILION,
    "linestyle": "",
    "marker": "o",
    "markersize": 6,
    "markerfacecolor": "white",
}


def _draw_losses(axes: Axes, history: History, **style: Any) -> None:
    epochs = range(1, len(history.epochs) + 1)
    marker = "." if len(epochs) == 1 else ""  # a line through one point is invisible
    for column, color in (("loss", BLUE), ("val_loss", VERMILION)):
        axes.plot(epochs, history.column(column), color=color, marker=marker, **style)


def accuracy_overview(comparison: Comparison) -> Figure:
    """Draw the test accuracy of every experiment in one picture.

    Parameters
    ----------
    comparison : Comparison
        What was measured.

    Returns
    -------
    Figure
        A point per experiment, a bar for its spread over seeds; baselines are lines.
    """
    names = comparison.experiments
    height = 1.5 + 0.1 * len(comparison.baselines) + 0.38 * len(names)
    figure, axes = new_axes(f"Test accuracy on {comparison.data.name}", "", "", height=height)
    for place, name in enumerate(names):
        mean, spread = mean_and_spread([run.test_accuracy for run in comparison.runs_of(name)])
        axes.errorbar(
            mean, place, xerr=spread, fmt="o", markersize=5, color=BLUE, capsize=4 if spread else 0
        )
        right = axes.get_yaxis_transform()  # x from 0 to 1 over the picture, y a place
        axes.text(1.02, place, f"{mean:.3f}", transform=right, va="center", fontsize=9.5)
        _draw_published_test(axes, place, comparison.published.get(name))
    for baseline, line in zip(
        comparison.baselines, itertools.cycle([":", "--", "-.", "-"]), strict=False
    ):
        label = f"{baseline.name}: {baseline.test_accuracy:.3f}"
        axes.axvline(baseline.test_accuracy, color=GREY, linestyle=line, zorder=1, label=label)
    axes.set_yticks(range(len(names)), [short(name) for name in names], parse_math=False)
    axes.set_ylim(len(names) - 0.5, -0.7)
    axes.grid(axis="y", visible=False)
    handles, labels = axes.get_legend_handles_labels()
    legend_below(figure, dict(zip(labels, handles, strict=True)), columns=2)
    return figure


def _draw_published_test(axes: Axes, place: int, published: Published | None) -> None:
    if published is not None and published.test_accuracy is not None:
        axes.plot(
            published.test_accuracy,
            place,
            marker="D",
            markersize=6,
            markerfacecolor="none",
            color=VERMILION,
            linestyle="",
            label="published",
        )


def legend_below(figure: Figure, handles: Mapping[str, Artist], columns: int) -> None:
    """Explain lines by their labels, where they cannot be covered."""
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside lower center",
        ncols=columns,
        fontsize=9,
        frameon=False,
        handlelength=1.6,
        columnspacing=1.4,
    )


def save(figure: Figure, folder: Path, name: str) -> None:
    """Write a picture as ``NAME.png`` and ``NAME.svg``; the same picture, the same bytes.

    Parameters
    ----------
    figure : Figure
        What to write.
    folder : Path
        An existing folder.
    name : str
        The files' name without its ending.
    """
    (folder / f"{name}.png").write_bytes(_encode(figure, "png", dpi=200))
    (folder / f"{name}.svg").write_bytes(svg(figure))


def svg(figure: Figure) -> bytes:
    """Return a picture as SVG, letters drawn as shapes so that no font is needed."""
    # Without salt and date, ids and bytes would differ each time.
    with mpl.rc_context({"svg.hashsalt": "seqsent", "svg.fonttype": "path"}):
        return _encode(figure, "svg", metadata={"Date": None})


def _encode(figure: Figure, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # A name in a script that the font lacks shows boxes here, and is whole in the tables.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure.savefig(buffer, format=kind, **options)
    return buffer.getvalue()


def new_axes(title: str, x: str, y: str, height: float = HEIGHT) -> tuple[Figure, Axes]:
    """Return an empty picture in the house's style."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained", facecolor="white")
    axes = figure.add_subplot(facecolor="white")
    # A dollar in a name is a dollar, not mathematics.
    axes.set_title(
        textwrap.fill(title, 44), loc="left", fontsize=11, fontweight="bold", parse_math=False
    )
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.tick_params(labelsize=9.5, color=GREY)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.grid(color=PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    return figure, axes


def short(name: str, longest: int = 22) -> str:
    """Cut a name that would take a picture's room."""
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def _file_name(name: str) -> str:
    """Return a name that any file system takes; different names stay different."""
    safe = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII)[:60]
    return safe if safe == name else f"{safe}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
