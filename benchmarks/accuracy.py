"""How often presets are right, beside what people would take instead, on the same split.

    SEQSENT_DATA=FOLDER python benchmarks/accuracy.py --presets fast --seeds 1 2 3
    python benchmarks/accuracy.py --presets accurate --unlabelled
    python benchmarks/accuracy.py --presets accurate --without pretrain=0 adversarial=0 ngrams=False
    python benchmarks/accuracy.py --csv reviews.csv --name "Short reviews"

Without ``--csv`` it trains on the 25,000 training reviews of IMDB, of which each preset keeps a
tenth to decide when to stop, and scores with the 25,000 test reviews, which decide nothing. Of a
file a tenth is kept to score with. ``--without`` trains once more for each piece it names, with
that piece alone changed; several in one pair of quotes are changed together. McNemar's exact test
says whether a preset and the best baseline differ. What is measured is written after each
training, so that nothing is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from seqsent import SentimentClassifier, load_texts
from seqsent.environment import environment
from seqsent.evaluation import mcnemar
from seqsent.ngrams import Ngrams, kind_for
from seqsent.options import parse_options

Part = tuple[list[str], Any]

LABELLED, UNLABELLED = "aclImdb_labelled.tar.gz", "aclImdb_unsup.tar.gz"


@dataclass(frozen=True)
class Result:
    """What one training gave: McNemar's p is that of the preset and the best baseline.

    Processor seconds are of all threads together, and the same on a machine with other work. The
    log-loss is that of the texts which the preset keeps aside, and what presets are chosen by.
    """

    name: str
    seed: int
    accuracy: float
    seconds: float
    processor_seconds: float
    p: float | None = None
    validation_loss: float | None = None


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    if arguments.csv is None:
        train, test = imdb_parts(LABELLED).values()
    else:
        train, test = csv_parts(arguments.csv)
    results: list[Result] = []
    right: list[Any] = []
    for name, baseline in _baselines():
        found, *seconds = timed(lambda model=baseline: _answers(model, train, test))
        right.append(found == test[1])
        results.append(Result(name, 0, float(np.mean(right[-1])), *seconds))
        print(results[-1], flush=True)
    best = max(right, key=np.mean)
    more = imdb_parts(UNLABELLED)["train"][0] if arguments.unlabelled else None
    for name, pieces in _variants(arguments):
        for seed in arguments.seeds:
            model = SentimentClassifier(random_state=seed, unlabelled=more, **pieces)
            found, *seconds = timed(lambda model=model: _answers(model, train, test))
            accuracy, p = float(np.mean(found == test[1])), mcnemar(found == test[1], best)
            loss = model.classifier_.about["validation"]["log_loss"]
            results.append(Result(name, seed, accuracy, *seconds, p, loss))
            print(results[-1], flush=True)
            if arguments.json:
                write(arguments.json, arguments.name, len(train[0]), len(test[0]), results)
    print("\n".join(table([asdict(one) for one in results])))


def _baselines() -> Iterator[tuple[str, Any]]:
    for pairs in (1, 2):
        yield (
            "TF-IDF of words" + (" and pairs" if pairs == 2 else ""),
            make_pipeline(
                TfidfVectorizer(sublinear_tf=True, ngram_range=(1, pairs), token_pattern=r"\w+"),
                LogisticRegression(C=10, max_iter=1000),
            ),
        )
    yield "runs of words alone", Runs()
    if find_spec("fasttext"):
        yield "fastText, words and pairs", FastText(wordNgrams=2)
        yield "fastText, words, pairs and characters", FastText(wordNgrams=2, minn=2, maxn=5)


class Runs:
    """The linear side of presets, without a network beside it."""

    def fit(self, texts: list[str], labels: Any) -> Runs:
        """Learn from all texts: there is nothing to choose."""
        self._names, right = np.unique(labels, return_inverse=True)
        kind = kind_for(sum(map(len, texts)), "word")
        self._ngrams = Ngrams.fit(texts, right, len(self._names), kind=kind)
        return self

    def predict(self, texts: list[str]) -> Any:
        """Return the label of each text."""
        logits = self._ngrams.logits(texts)
        two = logits.shape[1] == 1
        return self._names[(logits[:, 0] > 0).astype(int) if two else logits.argmax(axis=1)]


class FastText:
    """fastText's own classifier, as scikit-learn has them; ``pip install fasttext-wheel``."""

    def __init__(self, **settings: Any) -> None:
        self._settings = settings

    def fit(self, texts: list[str], labels: Any) -> FastText:
        """Train with the settings of its tutorial."""
        import fasttext

        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            # It learns from texts in the order of the file.
            for row in np.random.default_rng(0).permutation(len(texts)):
                file.write(f"__label__{labels[row]} {_line(texts[row])}\n")
            file.flush()
            self._model = fasttext.train_supervised(
                file.name, epoch=5, lr=0.5, thread=1, verbose=0, **self._settings
            )
        return self

    def predict(self, texts: list[str]) -> Any:
        """Return the label of each text."""
        # Its own predict fails with NumPy 2.
        found = [self._model.f.predict(_line(text) + "\n", 1, 0.0, "strict") for text in texts]
        return np.array([answers[0][1].removeprefix("__label__") for answers in found])


def _line(text: str) -> str:
    """Return words and marks apart, in lower case."""
    return " ".join(re.findall(r"\w+|[^\w\s]", text.lower()))


def _variants(arguments: argparse.Namespace) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield names and what differs: each preset, then without each of the named pieces."""
    for preset in arguments.presets:
        name = preset + (" with unlabelled texts" if arguments.unlabelled else "")
        if not arguments.only_without:
            yield name, {"preset": preset}
        for change in arguments.without:
            yield f"{name}, `{change}`", {"preset": preset, **parse_options(change.split())}


def _answers(model: Any, train: Part, test: Part) -> Any:
    return model.fit(*train).predict(test[0])


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return what work returns, its seconds, and those of the processor."""
    start, on_processor = time.perf_counter(), time.process_time()
    return work(), time.perf_counter() - start, time.process_time() - on_processor


def imdb_parts(name: str) -> dict[str, Part]:
    """Return texts and the folders they lay in, by the part of the data set."""
    parts: dict[str, tuple[list[str], list[str]]] = {"train": ([], []), "test": ([], [])}
    with tarfile.open(Path(os.environ["SEQSENT_DATA"], name)) as archive:
        for member in archive:
            _, part, label, _ = (*Path(member.name).parts, *[""] * 4)[:4]
            file = archive.extractfile(member) if label in ("neg", "pos", "unsup") else None
            if file:
                texts, labels = parts[part]
                texts.append(file.read().decode())
                labels.append(label)
    return {part: (texts, np.array(labels)) for part, (texts, labels) in parts.items()}


def csv_parts(path: Path) -> tuple[Part, Part]:
    """Return texts to learn from and the tenth that is kept to score with."""
    texts = load_texts(path)
    names = np.array(texts.label_names)[texts.labels]
    kept = train_test_split(list(texts.texts), names, test_size=0.1, random_state=0, stratify=names)
    return (kept[0], kept[2]), (kept[1], kept[3])


def write(path: Path, data: str, learned: int, scored: int, results: list[Result]) -> None:
    """Write what was measured, of what data and numbers of texts, and with what."""
    record = {
        "data": data,
        "learned from": learned,
        "scored": scored,
        "environment": environment(),
        "results": [asdict(one) for one in results],
    }
    path.write_text(json.dumps(record, indent=2) + "\n")


def table(results: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a table in Markdown, with minutes of the processor."""
    names = dict.fromkeys(result["name"] for result in results)
    rows = [_row([one for one in results if one["name"] == name]) for name in names]
    columns = [column for column in rows[0] if not column or any(row[column] for row in rows)]
    yield f"| {' | '.join(columns)} |"
    yield f"|---{'|--:' * (len(columns) - 1)}|"
    yield from (f"| {' | '.join(row[column] for column in columns)} |" for row in rows)


def _row(some: list[dict[str, Any]]) -> dict[str, str]:
    """Return the cells of one model's results, by column."""
    accuracies = [result["accuracy"] for result in some]
    spread = f" ({max(accuracies) - min(accuracies):.4f})" if len(some) > 1 else ""
    losses = [loss for result in some if (loss := result.get("validation_loss")) is not None]
    chances = [result["p"] for result in some if result["p"] is not None]
    return {
        "": some[0]["name"],
        "seeds": str(len(some)),
        "accuracy (spread)": f"{statistics.mean(accuracies):.4f}{spread}",
        "loss": f"{statistics.mean(losses):.4f}" if losses else "",
        "min": f"{statistics.median(one['processor_seconds'] for one in some) / 60:.1f}",
        "*p*": f"{max(chances):.1g}" if chances else "",
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--presets", nargs="+", default=["fast"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--name", default="IMDB", help="what the data are called")
    parser.add_argument("--unlabelled", action="store_true", help="learn from those of IMDB, too")
    parser.add_argument("--without", nargs="*", default=[], help="NAME=VALUE, or several in quotes")
    parser.add_argument("--only-without", action="store_true", help="not the preset itself")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
