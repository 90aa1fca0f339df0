"""How many reviews per second are answered from raw text, and with how much memory.

Run: python benchmarks/predict.py [--json FILE]   (Keras' backend as usual; SEQSENT_DATA is set)
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tarfile
from collections import deque
from itertools import chain, repeat
from pathlib import Path

from timing import medians

from seqsent import TextClassifier, TextEncoder, build_model, choose_backend


def main() -> None:
    """Print the figures, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    backend = choose_backend()
    train, test = reviews("train"), reviews("test")
    figures = {"backend": backend, **speed(train, test), **memory(train, test)}
    for name, figure in figures.items():
        print(f"{name:45} {figure if isinstance(figure, str) else f'{figure:,.1f}':>12}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def reviews(part: str) -> list[str]:
    """Return the 25,000 labelled reviews of one part, as they were written."""
    archive = Path(os.environ["SEQSENT_DATA"]) / "aclImdb_labelled.tar.gz"
    texts = []
    with tarfile.open(archive) as tar:
        for member in tar:
            folders = member.name.split("/")
            if len(folders) == 4 and folders[1] == part and folders[2] in ("neg", "pos"):
                file = tar.extractfile(member)
                texts.append(file.read().decode("utf-8") if file else "")
    return texts


def textbook_lstm(train: list[str]) -> TextClassifier:
    """Return the textbook's LSTM, untrained: its answers are wrong as fast as right ones."""
    encoder = TextEncoder.fit(train, vocab_size=500, maxlen=100)
    model = build_model("lstm", vocab_size=500, maxlen=100, embedding=16, units=8)
    return TextClassifier(model, encoder, ("neg", "pos"))


def speed(train: list[str], test: list[str]) -> dict[str, float]:
    """Time the whole way from raw text and its parts, beside a linear model's."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    classifier = textbook_lstm(train)
    linear = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression())
    linear.fit(train[::10], [int(row % 2) for row in range(len(train[::10]))])
    ids = classifier.encoder.encode(test)
    seconds = medians(
        {
            "seqsent": lambda: classifier.predict_proba(test),
            "encoding": lambda: classifier.encoder.encode(test),
            "network": lambda: classifier.probabilities(ids),
            "linear": lambda: linear.predict_proba(test),
        }
    )
    return {
        "reviews per second, raw text": len(test) / seconds["seqsent"],
        "seconds to encode 25,000 reviews": seconds["encoding"],
        "seconds of the network for 25,000 reviews": seconds["network"],
        "times as fast as TF-IDF bigrams + logistic": seconds["linear"] / seconds["seqsent"],
    }


def memory(train: list[str], test: list[str]) -> dict[str, float]:
    """Measure by how much peak memory grows from a stream of 25,000 to one of 250,000."""
    classifier = textbook_lstm(train)
    deque(classifier.stream(iter(test)), maxlen=0)
    before = peak()
    deque(classifier.stream(chain.from_iterable(repeat(test, 10))), maxlen=0)
    return {"MB more for 250,000 texts in a stream": peak() - before}


def peak() -> float:
    """Return this process' peak memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
