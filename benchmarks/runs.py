"""What each rule of the runs of words is worth, on training texts that are kept aside.

    SEQSENT_DATA=FOLDER python benchmarks/runs.py --json results.json
    python benchmarks/runs.py --csv reviews.csv --name "Short reviews"

Three times a fifth of the training texts is drawn to score with, and the rest is learned from; the
texts that `accuracy.py` scores with are not touched. Then the same without each rule, and with
more and less belief in naive Bayes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from accuracy import LABELLED, Result, csv_parts, imdb_parts, table, timed, write
from sklearn.model_selection import ShuffleSplit

from seqsent import ngrams
from seqsent.ngrams import Kind, Ngrams, kind_for

WITHOUT_MARKS = {"_WORDS": {**ngrams._WORDS, "token_pattern": r"\w+"}}
EVERY_RUN = {"FEWEST": 1}
FEWER_PLACES = {"BUCKETS": 2**22}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--csv", type=Path)
    parser.add_argument("--name", default="IMDB", help="what the data are called")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    texts, labels = csv_parts(arguments.csv)[0] if arguments.csv else imdb_parts(LABELLED)["train"]
    _, right = np.unique(labels, return_inverse=True)
    kind = kind_for(sum(map(len, texts)), "word")
    parts = list(ShuffleSplit(3, test_size=0.2, random_state=0).split(texts))
    results: list[Result] = []
    for name, rules in _rules(kind):
        with ExitStack() as changed:
            for rule, value in rules.items():
                changed.enter_context(patch.object(ngrams, rule, value))
            counts = ngrams.count_runs(texts, kind)
            for number, (some, others) in enumerate(parts, start=1):
                learned = partial(Ngrams.from_counts, num_classes=2)
                fitted, *seconds = timed(partial(learned, counts[some], right[some]))
                sides = fitted.sums(counts[others].runs)
                logits = sides.sum(axis=1)[:, 0] + fitted.bias[0]
                accuracy = float(np.mean((logits > 0) == right[others]))
                loss = float(np.logaddexp(0, np.where(right[others], -logits, logits)).mean())
                results.append(Result(name, number, accuracy, *seconds, None, loss))
                print(results[-1], flush=True)
    if arguments.json:
        data = f"{arguments.name}, parts of the training texts, runs of words alone"
        write(arguments.json, data, len(parts[0][0]), len(parts[0][1]), results)
    print("\n".join(table([asdict(one) for one in results])))


def _rules(kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield names of rules, and what to put in the place of which constants."""
    freedom = ngrams.C[kind]
    yield "as they are", {}
    yield "marks are no words", WITHOUT_MARKS
    yield "runs of one text, too", EVERY_RUN
    yield f"{2**22:,} places", FEWER_PLACES
    yield f"{2**24:,} places", {"BUCKETS": 2**24}
    yield f"{2**31 - 1:,} places", {"BUCKETS": 2**31 - 1}
    # Rows of ones are so much longer that the same belief is another number.
    loud = {"_lengths": lambda counts: np.ones(counts.shape[0], dtype=np.float32)}
    yield "long texts are louder", {**loud, "C": {kind: 0.3 if kind == "word" else 0.1}}
    once = {**WITHOUT_MARKS, **EVERY_RUN, **FEWER_PLACES, **loud, "C": {kind: 0.1}}
    yield "as they once were", once
    for times in (0.25, 0.5, 2, 4):
        yield f"C={freedom * times:g}", {"C": {kind: freedom * times}}


if __name__ == "__main__":
    main()
