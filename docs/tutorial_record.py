"""Record what the tutorial shows of the IMDB reviews, which its build does without.

``SEQSENT_DATA=FOLDER python docs/tutorial_record.py`` trains the textbook's six experiments and
writes ``docs/tutorial/imdb.json``: a few minutes on two processors. The reviews themselves are
not in the file.
"""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from seqsent import Comparison, Splits, compare, load_imdb, textbook_experiments
from seqsent.layers import keras
from seqsent.text import split_words

TARGET = Path(__file__).with_name("tutorial") / "imdb.json"
SEED = 4  # that of ``seqsent reproduce``
BAR = 25  # words that one bar of the histogram spans
SENTENCES = (
    "the first half is boring but the end is great and i loved it",
    "this is not a bad movie at all",
)


def main() -> None:
    """Train, look at the LSTM, write."""
    splits = load_imdb()
    with tempfile.TemporaryDirectory() as folder:
        comparison = compare(textbook_experiments(), splits, seeds=[SEED], directory=folder)
        [lstm] = comparison.runs_of("lstm")
        model = keras.models.load_model(Path(folder) / lstm.model)
    record = {
        "made": {"date": date.today().isoformat(), **comparison.environment},
        "lengths": lengths(splits),
        **results(comparison),
        "lstm": weights(model, splits),
        "sentences": {text: probability(model, splits, text) for text in SENTENCES},
        "shuffled": shuffled_accuracy(model, splits),
    }
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(part)}" for name, part in record.items())
    TARGET.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


def lengths(splits: Splits) -> dict[str, Any]:
    """Return the histogram of the training reviews' lengths."""
    edges = np.arange(0, splits.lengths.max() + BAR, BAR)
    counts, _ = np.histogram(splits.lengths, edges)
    return {
        "counts": counts.tolist(),
        "edges": edges.tolist(),
        "mean": float(splits.lengths.mean()),
        "median": float(np.median(splits.lengths)),
        "longest": int(splits.lengths.max()),
        "cut": float(np.mean(splits.lengths > splits.maxlen)),
    }


def results(comparison: Comparison) -> dict[str, Any]:
    """Return the figures and loss curves of every experiment, and the baselines."""
    return {
        "runs": {
            run.experiment: {
                "parameters": run.parameters,
                "seconds": round(run.seconds, 1),
                "best_epoch": run.history.best_epoch,
                "loss": rounded(run.history.column("loss")),
                "val_loss": rounded(run.history.column("val_loss")),
                "val_accuracy": round(run.history.best.val_accuracy, 4),
                "test_accuracy": round(run.test_accuracy, 4),
            }
            for run in comparison.runs
        },
        "baselines": {
            baseline.name: round(baseline.test_accuracy, 4) for baseline in comparison.baselines
        },
    }


def weights(model: keras.Model, splits: Splits) -> dict[str, Any]:
    """Return the weights of the LSTM and its head, and the vectors of the sentences' words."""
    table, kernel, recurrent_kernel, bias, head, head_bias = model.get_weights()
    texts = [splits.vocabulary.encode(split_words(text)) for text in SENTENCES]
    ids = sorted({0}.union(*texts))
    return {
        "kernel": rounded(kernel),
        "recurrent_kernel": rounded(recurrent_kernel),
        "bias": rounded(bias),
        "head": rounded(head),
        "head_bias": rounded(head_bias),
        "vectors": {splits.vocabulary.pieces[id]: rounded(table[id]) for id in ids},
    }


def probability(model: keras.Model, splits: Splits, text: str) -> float:
    """Return how likely the network thinks it that a text is praise."""
    ids = splits.vocabulary.encode(split_words(text))
    row = np.array([[0] * (splits.maxlen - len(ids)) + ids], dtype=np.int32)
    return float(model(row)[0, 0])


def shuffled_accuracy(model: keras.Model, splits: Splits) -> float:
    """Return the accuracy on the test reviews with the words of each in random order."""
    random = np.random.default_rng(SEED)
    rows = [np.append(row[row == 0], random.permutation(row[row > 0])) for row in splits.test.ids]
    probabilities = model.predict(np.array(rows), batch_size=512, verbose=0)[:, 0]
    return float(np.mean((probabilities > 0.5) == splits.test.labels))


def rounded(values: Any) -> Any:
    """Return numbers as JSON holds them, to six digits, which is what float32 has."""
    return np.vectorize(lambda value: float(f"{value:.6g}"))(values).tolist()


if __name__ == "__main__":
    main()
