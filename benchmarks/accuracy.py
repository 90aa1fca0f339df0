"""How often presets are right, beside what people would take instead, on the same split.

    SEQSENT_DATA=FOLDER python benchmarks/accuracy.py --presets fast --seeds 1 2 3
    python benchmarks/accuracy.py --csv reviews.csv --presets fast

Without ``--csv`` it trains on the 25,000 training reviews of IMDB, of which each preset keeps a
tenth to decide when to stop, and scores with the 25,000 test reviews, which decide nothing. Of a
file a tenth is kept to score with. McNemar's exact test says whether a preset and the better
baseline differ.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tarfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

from seqsent import SentimentClassifier, load_texts
from seqsent.environment import environment

Part = tuple[list[str], Any]


@dataclass(frozen=True)
class Result:
    """What one training gave: McNemar's p is that of the preset and the better baseline."""

    name: str
    seed: int
    accuracy: float
    seconds: float
    p: float | None = None


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    train, test = _imdb() if arguments.csv is None else _csv(arguments.csv)
    answers, results = {}, []
    for pairs in (1, 2):
        name = "TF-IDF of words" + (" and pairs" if pairs == 2 else "")
        baseline = make_pipeline(
            TfidfVectorizer(sublinear_tf=True, ngram_range=(1, pairs), token_pattern=r"\w+"),
            LogisticRegression(C=10, max_iter=1000),
        )
        answers[name], seconds = _timed(lambda model=baseline: _answers(model, train, test))
        results.append(Result(name, 0, float(np.mean(answers[name] == test[1])), seconds))
        print(results[-1], flush=True)
    best = answers[max(results, key=lambda result: result.accuracy).name]
    for preset in arguments.presets:
        for seed in arguments.seeds:
            model = SentimentClassifier(preset=preset, random_state=seed)
            found, seconds = _timed(lambda model=model: _answers(model, train, test))
            accuracy, p = float(np.mean(found == test[1])), mcnemar(found, best, test[1])
            results.append(Result(preset, seed, accuracy, seconds, p))
            print(results[-1], flush=True)
    print(_table(results))
    if arguments.json:
        record = {"environment": environment(), "results": [asdict(one) for one in results]}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n")


def mcnemar(one: Any, other: Any, right: Any) -> float:
    """Return the chance of so unequal errors if both were as often right."""
    only_one, only_other = (
        int(np.sum((a == right) & (b != right))) for a, b in ((one, other), (other, one))
    )
    total = only_one + only_other
    return float(binomtest(only_one, total).pvalue) if total else 1.0


def _answers(model: Any, train: Part, test: Part) -> Any:
    return model.fit(*train).predict(test[0])


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def _imdb() -> tuple[Part, Part]:
    parts: dict[str, tuple[list[str], list[str]]] = {"train": ([], []), "test": ([], [])}
    with tarfile.open(Path(os.environ["SEQSENT_DATA"], "aclImdb_labelled.tar.gz")) as archive:
        for member in archive:
            _, part, label, _ = (*Path(member.name).parts, *[""] * 4)[:4]
            file = archive.extractfile(member) if label in ("neg", "pos") else None
            if file:
                texts, labels = parts[part]
                texts.append(file.read().decode())
                labels.append(label)
    return tuple((texts, np.array(labels)) for texts, labels in parts.values())  # type: ignore[return-value]


def _csv(path: Path) -> tuple[Part, Part]:
    texts = load_texts(path)
    names = np.array(texts.label_names)[texts.labels]
    kept = train_test_split(list(texts.texts), names, test_size=0.1, random_state=0, stratify=names)
    return (kept[0], kept[2]), (kept[1], kept[3])


def _table(results: list[Result]) -> str:
    lines = ["| | seeds | accuracy | spread | seconds | p |", "|---|---:|---:|---:|---:|---:|"]
    for name in dict.fromkeys(result.name for result in results):
        some = [result for result in results if result.name == name]
        accuracies = [result.accuracy for result in some]
        p = max((result.p for result in some if result.p is not None), default=None)
        lines.append(
            f"| {name} | {len(some)} | {statistics.mean(accuracies):.4f} | "
            f"{max(accuracies) - min(accuracies):.4f} | "
            f"{statistics.median(result.seconds for result in some):.0f} | "
            f"{'' if p is None else f'{p:.1g}'} |"
        )
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--presets", nargs="+", default=["fast"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
