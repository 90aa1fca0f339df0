"""The files that pages speak of, small and made of synthetic reviews."""

import csv
import dataclasses
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from seqsent import SentimentClassifier
from seqsent.datasets.synthetic import generate
from seqsent.presets import PRESETS, changed
from seqsent.text import split_words

# So many that a network learns them, and is sure of some answers. What is learned from is 512
# texts, of the file as of the names, whole batches: what is left over would be compiled once more.
TEXTS, NUMBERS = generate(760)
LABELS = ["positive" if number else "negative" for number in NUMBERS]
IN_THE_FILE, NAMED = 640, 569


@pytest.fixture(scope="session")
def labelled() -> dict[str, list[str]]:
    """Return the names that pages use for texts and labels of their reader's."""
    return {"texts": TEXTS[:NAMED], "labels": LABELS[:NAMED]}


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with ``reviews.csv``, ``more.csv``, ``comments.txt``, ``model.seqsent``."""
    folder = tmp_path_factory.mktemp("samples")
    _write_csv(folder / "reviews.csv", slice(0, IN_THE_FILE))
    _write_csv(folder / "more.csv", slice(IN_THE_FILE, None))
    (folder / "comments.txt").write_text("\n".join(TEXTS[:20]) + "\n", encoding="utf-8")
    model = SentimentClassifier(
        "gru", maxlen=40, learning_rate=0.01, epochs=10, least_steps=1, random_state=0
    )
    model.fit(TEXTS[:NAMED], LABELS[:NAMED]).save(folder / "model.seqsent")
    return folder


def _write_csv(path: Path, rows: slice) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows(zip(TEXTS[rows], LABELS[rows], strict=True))


@pytest.fixture(autouse=True)
def shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let presets go through the few texts once an epoch: that pages run is what is asked."""
    plans = {
        name: dataclasses.replace(preset, plan=changed(preset.plan, least_steps=1))
        for name, preset in PRESETS.items()
    }
    monkeypatch.setattr("seqsent.presets.PRESETS", plans)


@pytest.fixture(scope="session")
def imdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with synthetic reviews in place of IMDB's, so that nothing is downloaded."""
    folder = tmp_path_factory.mktemp("imdb")
    words = [split_words(text) for text in TEXTS[:400]]
    counts = Counter(word for text in words for word in text).most_common()
    ranks = {word: rank for rank, (word, _) in enumerate(counts, start=1)}
    rows = np.empty(len(words), dtype=object)
    rows[:] = [[ranks[word] for word in text] for text in words]
    classes = np.array(NUMBERS[:400])
    np.savez(folder / "imdb.npz", x_train=rows, y_train=classes, x_test=rows, y_test=classes)
    (folder / "imdb_word_index.json").write_text(json.dumps(ranks), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def own_cache(imdb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages find the reviews, and keep them away from the user's own."""
    monkeypatch.setenv("SEQSENT_DATA", str(imdb))
    monkeypatch.setenv("SEQSENT_CACHE", str(tmp_path / "cache"))
