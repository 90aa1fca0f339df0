"""An evaluation reads well in 80 columns, as pictures and as a page."""

import io
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from seqsent import OutputError
from seqsent.evaluation import Evaluation, evaluate_probabilities
from seqsent.reports.evaluation_figures import draw_evaluation
from seqsent.reports.evaluation_page import write_evaluation_page
from seqsent.reports.evaluation_tables import evaluation_table
from tests.reports.test_page import Page

CASES = {
    "two": (2, False),
    "five": (5, False),
    "forty": (40, False),
    "labels": (3, True),
}


def made(num_classes: int, multi_label: bool, texts: int = 300) -> Evaluation:
    rng = np.random.default_rng(0)
    shape = (texts, num_classes) if multi_label else texts
    labels = rng.integers(0, 2 if multi_label else num_classes, shape)
    probabilities = rng.random((texts, num_classes))
    if not multi_label:
        probabilities[np.arange(texts), labels] += 0.3
        probabilities /= probabilities.sum(1, keepdims=True)
    label_names = [f"<class & {number}>" for number in range(num_classes)]
    return evaluate_probabilities(
        labels, probabilities, label_names, multi_label=multi_label, name="reviews", seconds=0.5
    )


@pytest.fixture(params=CASES, scope="module")
def evaluation(request: pytest.FixtureRequest) -> Evaluation:
    return made(*CASES[request.param])


def terminal(evaluation: Evaluation) -> str:
    console = Console(width=80, file=io.StringIO(), record=True, color_system=None)
    console.print(evaluation_table(evaluation))
    return console.export_text()


def test_the_terminal_shows_every_class(evaluation: Evaluation) -> None:
    shown = terminal(evaluation)
    assert max(map(len, shown.splitlines())) <= 80
    assert f"{evaluation.accuracy:.4f}" in shown
    assert "600" in shown  # texts per second
    for scores in evaluation.classes:
        assert any(
            scores.name in line and f"{scores.f1:.4f}" in line for line in shown.splitlines()
        )


def test_the_confusion_is_shown_in_full_where_there_is_room() -> None:
    evaluation = made(*CASES["two"])
    assert evaluation.confusion is not None
    for name, row in zip(evaluation.label_names, evaluation.confusion, strict=True):
        shown = " ".join([name, *map(str, row)])
        assert any(" ".join(line.split()) == shown for line in terminal(evaluation).splitlines())


def test_of_many_classes_the_commonest_mistakes_are_shown() -> None:
    shown = terminal(made(*CASES["forty"]))
    assert "The commonest mistakes" in shown
    assert "→" in shown


def test_what_is_undefined_is_a_dash() -> None:
    shown = terminal(evaluate_probabilities([0, 0], [[0.9, 0.1]] * 2, ["bad", "good"]))
    assert "nan" not in shown.lower()
    assert "No text has the class good" in shown


def test_pictures_are_those_that_make_sense(evaluation: Evaluation) -> None:
    figures = draw_evaluation(evaluation)
    assert "calibration" in figures
    assert ("confusion" in figures) == (not evaluation.multi_label)
    assert ("roc" in figures) == (evaluation.roc_curve is not None)


def test_the_page_is_whole_and_escapes_names(evaluation: Evaluation, tmp_path: Path) -> None:
    path = tmp_path / "evaluation.html"
    write_evaluation_page(evaluation, path, title="<b>reviews</b>", notes=["Model: m.seqsent."])
    page = Page(path.read_text(encoding="utf-8"))
    assert "<b>reviews</b>" in page.text
    assert f"{evaluation.accuracy:.4f}" in page.text
    assert "Model: m.seqsent." in page.text
    assert all(name in page.text for name in evaluation.label_names)
    assert all(link.startswith("data:") for link in page.links)
    assert len(page.alternatives) == len(draw_evaluation(evaluation))


def test_a_page_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Name another file"):
        write_evaluation_page(made(2, False), tmp_path / "absent" / "page.html")
