"""Commands, run in this process."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from seqsent import SentimentClassifier
from seqsent.cli import app
from seqsent.datasets.synthetic import generate

# A tenth is kept aside and the others are one batch: a second one would be compiled once more.
TEXTS, NUMBERS = generate(71)
LABELS = ["good" if number else "bad" for number in NUMBERS]


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run a command."""
    return lambda *arguments, input=None: CliRunner().invoke(app, list(arguments), input=input)


@pytest.fixture
def refused(run: Callable[..., Result]) -> Callable[..., str]:
    """Run a command that is refused; return its one line on standard error."""

    def refused(*arguments: str) -> str:
        result = run(*arguments)
        assert result.exit_code == 2, result.output
        assert result.stdout == ""
        *remarks, line = result.stderr.splitlines()
        assert all(remark.startswith(("Read ", "preset: ")) for remark in remarks)
        assert line.startswith("error: ")
        return line.removeprefix("error: ")

    return refused


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of a saved classifier of texts that are good or bad."""
    estimator = SentimentClassifier(
        "gru",
        preset="textbook",
        options={"units": 3},
        embedding=4,
        maxlen=12,
        epochs=1,
        random_state=0,
    )
    estimator.fit(TEXTS, LABELS)
    path = tmp_path_factory.mktemp("model") / "model.seqsent"
    estimator.save(path)
    return str(path)


@pytest.fixture
def reviews(tmp_path: Path) -> str:
    """Return the path of a file with labelled texts that are good or bad."""
    with (tmp_path / "reviews.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["review", "sentiment"])
        writer.writerows(zip(TEXTS, LABELS, strict=True))
    return str(tmp_path / "reviews.csv")
