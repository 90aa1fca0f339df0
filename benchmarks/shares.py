"""What a share of their own is worth to single words, by texts that decided no share.

    SEQSENT_DATA=FOLDER python benchmarks/shares.py --json results.json
    python benchmarks/shares.py --csv reviews.csv --name "Short reviews"

A preset is trained as ever; what it keeps to score with is not touched. Its validation texts are
cut into ten parts, and the shares that suit nine of them answer the tenth: with one for single
words and one for other runs, and with the same for both.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from accuracy import LABELLED, Result, csv_parts, imdb_parts, table, timed, write
from numpy.typing import NDArray
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold

from seqsent import SentimentClassifier, pipeline
from seqsent.ngrams import Ngrams


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--preset", default="fast")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--name", default="IMDB", help="what the data are called")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    train = csv_parts(arguments.csv)[0] if arguments.csv else imdb_parts(LABELLED)["train"]
    results: list[Result] = []
    for seed in arguments.seeds:
        model = SentimentClassifier(preset=arguments.preset, random_state=seed)
        (ngrams, probabilities, texts, labels), *seconds = timed(lambda m=model: _sides(m, train))
        together = replace(ngrams, words=np.zeros_like(ngrams.words))
        for name, side in (("single words apart", ngrams), ("all runs together", together)):
            answers = _crossed(side, probabilities, texts, labels)
            right, loss = np.mean(answers.argmax(axis=1) == labels), log_loss(labels, answers)
            name = f"{arguments.preset}, {name}"
            results.append(Result(name, seed, float(right), *seconds, None, float(loss)))
            print(results[-1], flush=True)
    if arguments.json:
        data = f"{arguments.name}, validation texts"
        write(arguments.json, data, len(train[0]) - len(labels), len(labels), results)
    print("\n".join(table([asdict(one) for one in results])))


def _sides(model: SentimentClassifier, train: Any) -> tuple[Ngrams, Any, Any, Any]:
    """Train, and return runs, what the network says of the validation texts, these, and labels."""
    seen: list[tuple[Ngrams, Any, Any, Any]] = []
    beside = pipeline._beside

    def noted(classifier: Any, ngrams: Ngrams, validation: Any, weight: Any) -> Any:
        texts, labels = validation
        probabilities = classifier.predict_proba(texts)
        seen.append((ngrams, probabilities, np.array(texts, dtype=object), labels))
        return beside(classifier, ngrams, validation, weight)

    with patch.object(pipeline, "_beside", noted):
        model.fit(*train)
    return seen[-1]


def _crossed(
    ngrams: Ngrams,
    probabilities: NDArray[np.float32],
    texts: NDArray[np.object_],
    labels: NDArray[Any],
) -> NDArray[np.float32]:
    """Answer each tenth of texts with the shares that suit the rest."""
    answers = np.empty_like(probabilities)
    for some, others in KFold(10, shuffle=True, random_state=0).split(texts):
        suited = ngrams.beside(probabilities[some], texts[some].tolist(), labels[some])
        answers[others] = suited.combine(probabilities[others], texts[others].tolist(), False)
    return answers


if __name__ == "__main__":
    main()
