"""Training steps and answers per second: stock Keras, seqsent, and the framework alone.

Run: python benchmarks/training.py [--json FILE] [--figure FILE] [--rounds N]
Keras' backend is chosen as usual; one process measures one backend.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from timing import medians

from seqsent import Experiment, build_model, choose_backend, set_seed, textbook_experiments
from seqsent.datasets import load_named
from seqsent.environment import environment
from seqsent.layers import Loop, keras

TIME, BATCH = 100, 64
WORDS = {"simplernn-onehot": 300, "simplernn": 300}

# All of the textbook's where the size of the array matters, elsewhere what takes a second.
STEPS = {"simplernn-onehot": 312}

# A size that people use in earnest; fewer steps, because each takes long.
EARNEST = {"words": 20_000, "width": 128, "units": 64, "time": 400, "steps": 8}

Contenders = dict[str, Callable[[], object]]


def main() -> None:
    """Measure, print the ratios, and write what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory-of", nargs=2, metavar=("EXPERIMENT", "CONTENDER"))
    arguments = parser.parse_args()
    backend = choose_backend()
    if arguments.memory_of:
        _take_steps(*arguments.memory_of)
        return
    # First, because a process is counted at least as large as the one that started it.
    peaks = memory()
    rows = [row for name in _names() for row in measure(name, arguments.rounds)]
    rows += measure_earnest(arguments.rounds)
    record = {
        "backend": backend,
        "environment": environment(),
        "rows": rows,
        "peak memory in MB": peaks,
        "seconds to load data": load_time(),
        "seconds to import": import_time(),
    }
    print(as_table(record))
    if arguments.json:
        arguments.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    if arguments.figure:
        draw(record, arguments.figure)


def _names() -> list[str]:
    return [experiment.name for experiment in textbook_experiments()]


def measure(name: str, rounds: int) -> list[dict[str, Any]]:
    """Return the seconds of a training step and of a batch of answers, by contender."""
    print(f"{name} …", file=sys.stderr, flush=True)
    steps = STEPS.get(name, 64)
    count = BATCH * steps
    ids, labels = texts(WORDS.get(name, 500), TIME, count)
    stock, fast = stock_model(name), model_of(name)
    rows = stock_input(name, ids)
    training: Contenders = {
        "keras": lambda: stock.fit(rows, labels, batch_size=BATCH, verbose=0),
        "seqsent": training_of(fast, ids, labels),
    }
    if raw := raw_loop(name, ids, labels):
        training["framework alone"] = raw
    answers: Contenders = {
        "keras": lambda: stock.predict(rows, batch_size=256, verbose=0),
        "seqsent": lambda: [
            fast.predict_on_batch(ids[i : i + 1024]) for i in range(0, count, 1024)
        ],
    }
    return [
        {
            "what": name,
            "task": "training",
            "per": "step",
            **_each(medians(training, rounds), steps),
        },
        {"what": name, "task": "answers", "per": "text", **_each(medians(answers, rounds), count)},
    ]


def measure_earnest(rounds: int) -> list[dict[str, Any]]:
    """Return the same for a network of a size that people use in earnest."""
    print("earnest …", file=sys.stderr, flush=True)
    words, width, units, time, steps = EARNEST.values()
    ids, labels = texts(words, time, BATCH * steps)
    rows = []
    for cell in ("LSTM", "GRU"):
        inputs = keras.Input((time,), dtype="int32")
        x = keras.layers.Embedding(words, width)(inputs)
        x = keras.layers.Bidirectional(getattr(keras.layers, cell)(units))(x)
        stock = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(x))
        stock.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
        fast = build_model(
            cell.lower(),
            vocab_size=words,
            maxlen=time,
            embedding=width,
            units=units,
            bidirectional=True,
        )
        contenders: Contenders = {
            "keras": _fitting(stock, ids, labels),
            "seqsent": training_of(fast, ids, labels),
        }
        seconds = medians(contenders, rounds)
        what = f"earnest {cell.lower()}"
        rows.append({"what": what, "task": "training", "per": "step", **_each(seconds, steps)})
    return rows


def _fitting(model: keras.Model, ids: NDArray[Any], labels: NDArray[Any]) -> Callable[[], object]:
    return lambda: model.fit(ids, labels, batch_size=BATCH, verbose=0)


def texts(words: int, time: int, count: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return random ids, shape (count, time), and labels, shape (count,)."""
    random = np.random.default_rng(0)
    ids = random.integers(1, words, (count, time)).astype(np.int32)
    return ids, random.integers(0, 2, count).astype(np.int32)


def experiment_of(name: str) -> Experiment:
    """Return one of the textbook's experiments."""
    [experiment] = textbook_experiments([name])
    return experiment


def model_of(name: str) -> keras.Model:
    """Return seqsent's model of an experiment."""
    set_seed(0)
    experiment = experiment_of(name)
    return build_model(
        experiment.architecture,
        vocab_size=WORDS.get(name, 500),
        maxlen=TIME,
        embedding=experiment.embedding,
        **experiment.options,
    )


def training_of(
    model: keras.Model, ids: NDArray[Any], labels: NDArray[Any]
) -> Callable[[], object]:
    """Return an epoch as `seqsent.fit` runs it."""
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    loop, columns = Loop(model), (ids, labels)
    order = np.random.default_rng(0).permutation(len(ids))
    return lambda: loop.train_epoch(columns, order, BATCH)


def stock_model(name: str) -> keras.Model:
    """Return the textbook's own model, of Keras' layers."""
    words = WORDS.get(name, 500)
    dropout = 0.3 if name == "lstm-dropout" else 0.0
    onehot = name == "simplernn-onehot"
    inputs = keras.Input((TIME, words) if onehot else (TIME,))
    x = inputs if onehot else keras.layers.Embedding(words, 16)(inputs)
    if name == "stacked":
        x = keras.layers.LSTM(8, dropout=0.3, return_sequences=True)(x)
        x = keras.layers.LSTM(8, dropout=0.3)(x)
    else:
        cells = {"simplernn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
        x = getattr(keras.layers, cells[name.split("-")[0]])(8, dropout=dropout)(x)
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(x))
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


def stock_input(name: str, ids: NDArray[np.int32]) -> NDArray[Any]:
    """Return ids, or the array that the textbook makes of them."""
    if name != "simplernn-onehot":
        return ids
    rows: NDArray[Any] = keras.utils.to_categorical(ids, WORDS[name])
    return rows


def raw_loop(
    name: str, ids: NDArray[np.int32], labels: NDArray[np.int32]
) -> Callable[[], object] | None:
    """Return an epoch of the framework's own layer in a hand-written loop, if it has one."""
    if keras.backend.backend() != "torch" or name == "simplernn-onehot":
        return None
    import torch
    from torch import nn

    kind = {"simplernn": nn.RNN, "gru": nn.GRU}.get(name, nn.LSTM)
    depth = 2 if name == "stacked" else 1
    layers = nn.ModuleList(
        [nn.Embedding(500, 16), kind(16, 8, depth, batch_first=True), nn.Linear(8, 1)]
    )
    optimizer = torch.optim.RMSprop(layers.parameters(), lr=1e-3)
    rows, answers = torch.from_numpy(ids), torch.from_numpy(labels).float()

    def epoch() -> None:
        for batch in torch.randperm(len(rows)).split(BATCH):
            embedding, recurrent, head = layers
            states, _ = recurrent(embedding(rows[batch]))
            loss = nn.functional.binary_cross_entropy_with_logits(
                head(states[:, -1])[:, 0], answers[batch]
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    return epoch


def memory() -> dict[str, float]:
    """Return the peak memory of an epoch of 20,000 texts, each in a process of its own."""
    found = {}
    for name, contender in product(("simplernn-onehot", "simplernn"), ("keras", "seqsent")):
        command = [sys.executable, __file__, "--memory-of", name, contender]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
        found[f"{contender} {name}"] = float(done.stdout.splitlines()[-1])
    return found


def load_time() -> dict[str, float]:
    """Return the seconds from the textbook's data on disk to arrays, once it is cached."""
    name = "imdb" if "SEQSENT_DATA" in os.environ else "synthetic"
    return medians({name: lambda: load_named(name, num_words=500, maxlen=100)})


def _take_steps(name: str, contender: str) -> None:
    """Train an epoch and print this process' peak memory in MB."""
    ids, labels = texts(WORDS.get(name, 500), TIME, 20_000)
    if contender == "seqsent":
        training_of(model_of(name), ids, labels)()
    else:
        stock_model(name).fit(stock_input(name, ids), labels, batch_size=BATCH, verbose=0)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def import_time() -> dict[str, float]:
    """Return the seconds of Python and an import, beside Python alone."""

    def run(code: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)

    return medians(
        {
            "python": run("pass"),
            "import seqsent": run("import seqsent"),
            "import keras": run("import keras"),
            "seqsent.build_model": run("import seqsent; seqsent.build_model"),
        },
        repeats=3,
    )


def _each(seconds: dict[str, float], count: int) -> dict[str, Any]:
    return {"milliseconds": {name: 1e3 * value / count for name, value in seconds.items()}}


def as_table(record: dict[str, Any]) -> str:
    """Return the ratios, first, and what they are ratios of."""
    lines = [f"{record['backend']}: stock Keras over seqsent; milliseconds per step or text"]
    lines.append(f"{'':18}{'task':10}{'ratio':>7}{'keras':>10}{'seqsent':>10}{'alone':>10}")
    for row in record["rows"]:
        times = row["milliseconds"]
        alone = times.get("framework alone")
        lines.append(
            f"{row['what']:18}{row['task']:10}{times['keras'] / times['seqsent']:7.2f}"
            f"{times['keras']:10.3f}{times['seqsent']:10.3f}"
            + (f"{alone:10.3f}" if alone else f"{'–':>10}")
        )
    for heading in ("peak memory in MB", "seconds to load data", "seconds to import"):
        figures = ", ".join(f"{name} {value:,.2f}" for name, value in record[heading].items())
        lines.append(f"{heading}: {figures}")
    return "\n".join(lines)


def draw(record: dict[str, Any], path: Path) -> None:
    """Write the ratios of training as bars."""
    from matplotlib.figure import Figure

    rows = [row for row in record["rows"] if row["task"] == "training"]
    ratios = [row["milliseconds"]["keras"] / row["milliseconds"]["seqsent"] for row in rows]
    figure = Figure(figsize=(6, 0.4 * len(rows) + 1), layout="constrained")
    axes = figure.add_subplot()
    bars = axes.barh([row["what"] for row in rows], ratios, color="#0072b2")
    axes.bar_label(bars, fmt="%.1f×", padding=3)
    axes.axvline(1, color="#666", linestyle="--")
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel(f"times as fast as stock Keras on {record['backend']}, per training step")
    figure.savefig(path)


if __name__ == "__main__":
    main()
