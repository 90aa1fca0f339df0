"""The textbook's six experiments, and what it printed for them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from seqsent.errors import UnknownExperimentError, unknown_name
from seqsent.experiments import Experiment
from seqsent.recipe import Recipe
from seqsent.results import Epoch, History, Published

VOCAB_SIZE, MAXLEN = 500, 100

# The synthetic texts are few; at the textbook's learning rate they would take hundreds of
# epochs to learn.
SYNTHETIC_RECIPE = Recipe(learning_rate=1e-2, epochs=20)

_EXPERIMENTS = (
    Experiment("simplernn-onehot", "simplernn", embedding="onehot", vocab_size=300),
    Experiment("simplernn", "simplernn", vocab_size=300),
    Experiment("lstm", "lstm", vocab_size=500),
    Experiment("lstm-dropout", "lstm", {"dropout": 0.3}, vocab_size=500),
    Experiment("stacked", "stacked", {"dropout": 0.3}, vocab_size=500),
    Experiment("gru", "gru", vocab_size=500),
)


@dataclass(frozen=True)
class _Printed:
    """What the textbook printed besides its epochs."""

    parameters: int
    test_accuracy: float | None = None


_PRINTED = {
    "simplernn-onehot": _Printed(2_481),
    "simplernn": _Printed(5_009),
    "lstm": _Printed(8_809),
    "lstm-dropout": _Printed(8_809),
    "stacked": _Printed(9_353, test_accuracy=0.7975),
    "gru": _Printed(8_633),
}


def textbook_experiments(
    names: Sequence[str] | None = None,
    recipe: Recipe = Recipe(),
) -> tuple[Experiment, ...]:
    """Return the textbook's experiments, all six or those named.

    Parameters
    ----------
    names : sequence of str, optional
        Some of ``simplernn-onehot``, ``simplernn``, ``lstm``, ``lstm-dropout``, ``stacked``
        and ``gru``.
    recipe : Recipe
        How all of them are trained; the textbook's way when left out.

    Returns
    -------
    tuple of Experiment
        In the textbook's order, each once.

    Raises
    ------
    UnknownExperimentError
        When a name is not among them.
    """
    known = [experiment.name for experiment in _EXPERIMENTS]
    wanted = known if names is None else names
    for name in wanted:
        if name not in known:
            raise UnknownExperimentError(unknown_name("experiment", name, known))
    return tuple(
        replace(experiment, recipe=recipe)
        for experiment in _EXPERIMENTS
        if experiment.name in wanted
    )


@cache
def published_results() -> dict[str, Published]:
    """Return what the textbook printed, by experiment."""
    epochs: defaultdict[str, list[Epoch]] = defaultdict(list)
    seconds: defaultdict[str, float] = defaultdict(float)
    lines = files("seqsent").joinpath("textbook.csv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines):
        figures = (float(row[name]) for name in Epoch.__dataclass_fields__)
        epochs[row["experiment"]].append(Epoch(*figures))
        seconds[row["experiment"]] += float(row["seconds"])
    return {
        name: Published(
            History(tuple(epochs[name])), printed.parameters, seconds[name], printed.test_accuracy
        )
        for name, printed in _PRINTED.items()
    }
