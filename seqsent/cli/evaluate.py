"""``seqsent evaluate`` and ``seqsent explain``: how good answers are, and why they are so."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from seqsent.cli.answers import Command, output, print_json
from seqsent.cli.app import (
    AsJson,
    Backend,
    Data,
    Encoding,
    Label,
    LabelSeparator,
    Model,
    TextColumn,
    app,
    load_labelled,
)


@app.command(cls=Command)
def evaluate(
    model: Model,
    data: Data,
    text: TextColumn = None,
    label: Label = None,
    label_separator: LabelSeparator = None,
    encoding: Encoding = "utf-8",
    threshold: Annotated[
        float | None, typer.Option(help="The probability from which a label is the answer.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with pictures here.")] = None,
    backend: Backend = None,
    as_json: AsJson = False,
) -> None:
    """Compare a saved classifier's answers with the right ones."""
    from seqsent.artifact import load
    from seqsent.backend import choose_backend
    from seqsent.outputs import check_place
    from seqsent.reports.evaluation_tables import evaluation_table

    if html is not None:
        check_place(html)
    choose_backend(backend)
    classifier = load(model)
    if threshold is not None:
        classifier = classifier.with_threshold(threshold)
    texts = load_labelled(data, text, label, label_separator, encoding)
    evaluation = classifier.evaluate(texts)
    if html is not None:
        from seqsent.reports.evaluation_page import write_evaluation_page

        title = f"{model.name} on {texts.name}"
        write_evaluation_page(
            evaluation, html, title=title, notes=[f"Model: {model}.", f"Data: {data}."]
        )
    if as_json:
        print_json(evaluation.to_dict())
        return
    output.print(evaluation_table(evaluation))


@app.command(cls=Command)
def explain(
    model: Model,
    text: Annotated[str, typer.Argument(help="A text.")],
    label: Annotated[
        str | None, typer.Option(help="Whose probability; the answer's when left out.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a piece of HTML here.")] = None,
    backend: Backend = None,
    as_json: AsJson = False,
) -> None:
    """Show what each word of a text does for its label."""
    from seqsent.artifact import load
    from seqsent.backend import choose_backend
    from seqsent.outputs import check_place, whole_file
    from seqsent.reports.explanation import explanation_html, explanation_text

    if html is not None:
        check_place(html)
    choose_backend(backend)
    explanation = load(model).explain(text, label)
    if html is not None:
        with whole_file(html) as file:
            file.write(explanation_html(explanation) + "\n")
    if as_json:
        print_json(asdict(explanation))
        return
    output.print(explanation_text(explanation))
