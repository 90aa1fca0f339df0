"""``seqsent train``: labelled texts to one file, with the honest comparison."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from seqsent.cli.app import (
    AsJson,
    Backend,
    Data,
    Encoding,
    Label,
    LabelSeparator,
    TextColumn,
    app,
    errors,
    load_labelled,
    output,
)


@app.command()
def train(
    data: Data,
    text: TextColumn = None,
    label: Label = None,
    label_separator: LabelSeparator = None,
    encoding: Encoding = "utf-8",
    architecture: Annotated[str, typer.Option(help="As `seqsent architectures` lists.")] = "lstm",
    option: Annotated[
        list[str] | None, typer.Option(help="An option of the architecture: NAME=VALUE.")
    ] = None,
    embedding: Annotated[str, typer.Option(help="A width, or onehot.")] = "32",
    vocab_size: Annotated[int, typer.Option(help="The number of ids.")] = 20_000,
    maxlen: Annotated[int, typer.Option(help="Words per text.")] = 200,
    level: Annotated[str, typer.Option(help="word or subword.")] = "word",
    truncation: Annotated[str, typer.Option(help="front, back or middle.")] = "front",
    optimizer: Annotated[str, typer.Option(help="rmsprop, adam, adamw or sgd.")] = "adam",
    learning_rate: Annotated[float, typer.Option(help="The length of a step.")] = 2e-3,
    batch_size: Annotated[int, typer.Option(help="Texts per step.")] = 32,
    epochs: Annotated[int, typer.Option(help="Epochs at most.")] = 20,
    patience: Annotated[int, typer.Option(help="Epochs without progress.")] = 3,
    balanced: Annotated[
        bool, typer.Option("--balanced", help="Let every class count alike, however rare.")
    ] = False,
    threshold: Annotated[
        float, typer.Option(help="The probability from which the second class is the answer.")
    ] = 0.5,
    seed: Annotated[int, typer.Option(help="Of split, weights and batches.")] = 42,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("model.seqsent"),
    backend: Backend = None,
    as_json: AsJson = False,
) -> None:
    """Train a classifier on labelled texts and write it to one file."""
    from seqsent.backend import choose_backend

    choose_backend(backend)

    from seqsent.artifact import save
    from seqsent.options import parse_options
    from seqsent.plan import Plan
    from seqsent.reports import comparison_table
    from seqsent.reports.progress import TrainingProgress
    from seqsent.texts_experiment import run_plan
    from seqsent.training import Recipe

    plan = Plan(
        architecture=architecture,
        options=parse_options(option or []),
        embedding=int(embedding) if embedding.isdigit() else embedding,
        vocab_size=vocab_size,
        maxlen=maxlen,
        level=level,  # type: ignore[arg-type]  # checked where it is used
        truncation=truncation,  # type: ignore[arg-type]
        recipe=Recipe(optimizer, learning_rate, batch_size, epochs, patience, seed),
        threshold=threshold,
    )
    texts = load_labelled(data, text, label, label_separator, encoding)
    with TrainingProgress(errors) as progress:
        classifier, rows = run_plan(plan, texts, progress, balanced=balanced)
    save(classifier, out)
    if as_json:
        typer.echo(json.dumps({"model": str(out), "results": [asdict(row) for row in rows]}))
        return
    output.print(comparison_table(rows))
    output.print(f"Model: {out}", soft_wrap=True, markup=False)
