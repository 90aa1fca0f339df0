"""A saved classifier is evaluated and explained by command."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

import seqsent
from tests.cli.conftest import LABELS, TEXTS

Run = Callable[..., Result]
Refused = Callable[..., str]


def test_answers_are_compared_with_labels(
    run: Run, model: str, reviews: str, tmp_path: Path
) -> None:
    page = tmp_path / "evaluation.html"
    result = run("evaluate", model, reviews, "--html", str(page))
    assert result.exit_code == 0, result.output
    answers = seqsent.load(model).predict(TEXTS)
    accuracy = float(np.mean(np.array(answers) == LABELS))
    assert f"{accuracy:.4f}" in result.stdout
    assert f"{accuracy:.4f}" in page.read_text(encoding="utf-8")
    assert json.loads(run("evaluate", model, reviews, "--json").stdout)["accuracy"] == accuracy


def test_the_threshold_can_be_moved(run: Run, model: str, reviews: str) -> None:
    record = json.loads(run("evaluate", model, reviews, "--threshold", "0.001", "--json").stdout)
    assert record["classes"][1]["recall"] == 1


@pytest.mark.parametrize("terminal", [True, False])
def test_words_are_explained(run: Run, model: str, tmp_path: Path, terminal: bool) -> None:
    text, page = "a fine, fine film", tmp_path / "strip.html"
    if terminal:
        shown = run("explain", model, text, "--html", str(page)).stdout
        assert all(word in shown for word in ("fine", "film", "speaks for"))
        assert page.read_text(encoding="utf-8").count("<span title=") == 4
        return
    record = json.loads(run("explain", model, text, "--label", "bad", "--json").stdout)
    assert record["label"] == "bad"
    assert record["words"] == ["a", "fine", "fine", "film"]
    assert len(record["without"]) == len(record["after"]) == 4


def test_names_and_texts_of_another_encoding_are_on_the_pages(
    run: Run, model: str, reviews: str, tmp_path: Path
) -> None:
    data, page = tmp_path / "caf\udce9.csv", tmp_path / "page.html"
    data.write_bytes(Path(reviews).read_bytes())
    result = run("evaluate", model, str(data), "--html", str(page))
    assert result.exit_code == 0, result.output
    assert "caf\\udce9.csv" in page.read_text(encoding="utf-8")


def test_no_page_can_be_in_a_folders_place(refused: Refused, tmp_path: Path) -> None:
    for command in ("evaluate", "explain"):
        assert "it is a folder" in refused(command, "absent", "a", "--html", str(tmp_path))


def test_what_cannot_be_compared_is_one_line(refused: Refused, model: str, tmp_path: Path) -> None:
    (tmp_path / "stars.csv").write_text("text,stars\na,1\nb,5\n")
    line = refused("evaluate", model, str(tmp_path / "stars.csv"))
    assert "labels that the model does not know: '1', '5'; expected some of 'bad', 'good'" in line
    (tmp_path / "texts.csv").write_text("text,other\na fine film,\na dull film,\n")
    assert "no label column" in refused("evaluate", model, str(tmp_path / "texts.csv"))
    assert "label" in refused("explain", model, "a", "--label", "goood")
    assert "Name another" in refused("explain", model, "a", "--html", str(tmp_path / "no" / "a"))
