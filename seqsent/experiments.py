"""compare: any architectures, options and recipes, trained on the same data."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from seqsent import layers
from seqsent.architecture import Architecture
from seqsent.baselines import baselines
from seqsent.datasets import Splits
from seqsent.environment import environment
from seqsent.errors import OptionError
from seqsent.layers import keras
from seqsent.models import Embedding, build_model
from seqsent.recipe import Recipe
from seqsent.results import Baseline, Comparison, Data, Published, Run, Watcher
from seqsent.training import VALIDATION_BATCH, fit


@dataclass(frozen=True)
class Experiment:
    """A network and how to train it, under a name.

    Parameters
    ----------
    name : str
        What tables and files call it.
    architecture : str or Architecture
        As in `build_model`.
    options : mapping of str to object
        The architecture's options.
    embedding : int, "onehot" or array
        As in `build_model`.
    vocab_size : int, optional
        Ids that the network knows; rarer words become unknown. All of the data's when left
        out.
    recipe : Recipe
        How it is trained.
    """

    name: str
    architecture: str | Architecture
    options: Mapping[str, Any] = field(default_factory=dict)
    embedding: Embedding = 16
    vocab_size: int | None = None
    recipe: Recipe = field(default_factory=Recipe)

    def build(self, splits: Splits) -> keras.Model:
        """Return the untrained network for texts of these splits."""
        return build_model(
            self.architecture,
            vocab_size=splits.vocab_size,
            maxlen=splits.maxlen,
            embedding=self.embedding,
            num_classes=splits.num_classes,
            **self.options,
        )

    def limit(self, splits: Splits) -> Splits:
        """Return the splits with the experiment's vocabulary."""
        return splits if self.vocab_size is None else splits.limit_vocabulary(self.vocab_size)


def compare(
    experiments: Sequence[Experiment],
    splits: Splits,
    *,
    seeds: Sequence[int] | None = None,
    directory: str | os.PathLike[str] | None = None,
    published: Mapping[str, Published] | None = None,
    watcher: Watcher | None = None,
) -> Comparison:
    """Train experiments on the same texts and score what they saved.

    Parameters
    ----------
    experiments : sequence of Experiment
        What to train, in order; names must differ.
    splits : Splits
        The data for all of them.
    seeds : sequence of int, optional
        Train every experiment once per seed; each recipe's own seed when left out.
    directory : path, optional
        An existing folder that keeps the best model of each run as ``NAME-seedN.keras``.
    published : mapping of str to Published, optional
        Known results to set beside the new ones, by experiment.
    watcher : Watcher, optional
        Is told of every run and epoch.

    Returns
    -------
    Comparison
        Runs and baselines; the test figures come from the saved files, loaded again.

    Raises
    ------
    OptionError
        When there is nothing to train, or two experiments share a name; every network is
        built once before the first is trained, so that a wrong option is found at once. When a
        seed is no whole number from 0 to 2**32 - 1.

    Examples
    --------
    >>> from seqsent import Experiment, Recipe, compare, load_synthetic
    >>> comparison = compare(
    ...     [Experiment("small", "gru", {"units": 4}, recipe=Recipe(epochs=1))],
    ...     load_synthetic(size=400),
    ... )
    >>> comparison.experiments
    ['small']
    """
    _check(experiments, splits)
    recipes = {
        experiment.name: [
            replace(experiment.recipe, seed=seed) for seed in seeds or [experiment.recipe.seed]
        ]
        for experiment in experiments
    }
    published, watcher = published or {}, watcher or Watcher()
    runs = []
    with ExitStack() as stack:
        folder = Path(directory or stack.enter_context(tempfile.TemporaryDirectory()))
        for experiment in experiments:
            limited = experiment.limit(splits)
            for recipe in recipes[experiment.name]:
                run = _run(experiment, limited, recipe, folder, watcher)
                runs.append(run if directory else replace(run, model=""))
    return Comparison(
        data=_describe(splits),
        runs=tuple(runs),
        baselines=tuple(_baselines(experiments, splits)),
        environment=environment(),
        published={e.name: published[e.name] for e in experiments if e.name in published},
    )


def _check(experiments: Sequence[Experiment], splits: Splits) -> None:
    names = [experiment.name for experiment in experiments]
    if not names or len(set(names)) < len(names):
        raise OptionError(f"experiments {names} arrived; expected at least one, each name once")
    for experiment in experiments:
        experiment.build(experiment.limit(splits))


def _run(
    experiment: Experiment, splits: Splits, recipe: Recipe, folder: Path, watcher: Watcher
) -> Run:
    path = folder / f"{experiment.name}-seed{recipe.seed}.keras"
    watcher.run_started(experiment.name, recipe.seed, recipe.epochs)
    keras.utils.clear_session(free_memory=True)
    layers.set_seed(recipe.seed)
    model = experiment.build(splits)
    start = time.perf_counter()
    history = fit(model, splits, recipe, save_to=path, on_epoch=watcher.epoch_ended)
    seconds = time.perf_counter() - start
    saved = keras.models.load_model(path)
    loss, accuracy = saved.evaluate(*splits.test, batch_size=VALIDATION_BATCH, verbose=0)
    run = Run(
        experiment=experiment.name,
        seed=recipe.seed,
        parameters=model.count_params(),
        history=history,
        seconds=seconds,
        test_loss=float(loss),
        test_accuracy=float(accuracy),
        model=path.name,
    )
    watcher.run_ended(run)
    return run


def _describe(splits: Splits) -> Data:
    return Data(
        name=splits.name,
        fingerprint=splits.fingerprint,
        sizes={part: len(getattr(splits, part).ids) for part in ("train", "validation", "test")},
        maxlen=splits.maxlen,
        lengths=tuple(int(length) for length in splits.lengths),
    )


def _baselines(experiments: Sequence[Experiment], splits: Splits) -> list[Baseline]:
    """Return the baselines for every vocabulary that an experiment saw, each once."""
    found: dict[str, Baseline] = {}
    for vocab_size in sorted({experiment.limit(splits).vocab_size for experiment in experiments}):
        for baseline in baselines(splits.limit_vocabulary(vocab_size)):
            found.setdefault(baseline.name, baseline)
    return list(found.values())
