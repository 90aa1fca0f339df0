"""``seqsent train``: labelled texts to one file, with the honest comparison."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from seqsent.cli.answers import Command, output, print_json
from seqsent.cli.app import (
    DATA,
    AsJson,
    Backend,
    Encoding,
    Label,
    LabelSeparator,
    TextColumn,
    app,
    errors,
    given,
    load_labelled,
)
from seqsent.cli.unfinished import arguments_of, begin, folder_for, kept
from seqsent.errors import DataError, OptionError


@app.command(cls=Command)
def train(
    ctx: typer.Context,
    data: Annotated[Path | None, DATA] = None,
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
    resume: Annotated[
        Path | None, typer.Option(help="Go on with the interrupted training in this folder.")
    ] = None,
    backend: Backend = None,
    as_json: AsJson = False,
) -> None:
    """Train a classifier on labelled texts and write it to one file.

    Until that is written its state is kept beside it, so that an interrupted training can go on.
    """
    from seqsent.backend import choose_backend

    if resume is None:
        arguments = {**ctx.params, "backend": choose_backend(backend)}
        if data is None:
            raise DataError("no data arrived; expected a file, a folder or a data set's name")
    else:
        _refuse_others(ctx)
        arguments = arguments_of(resume)
        choose_backend(arguments["backend"])
    for name in ("ctx", "resume", "as_json"):
        arguments.pop(name, None)
    _train(arguments, resume, as_json=as_json, **arguments)


def _refuse_others(ctx: typer.Context) -> None:
    """Refuse arguments beside --resume, which would otherwise be ignored."""
    others = [name for name in ctx.params if name not in ("resume", "as_json") and given(ctx, name)]
    if others:
        raise OptionError(
            f"{', '.join(others)} arrived beside --resume; expected nothing else, because the "
            "training goes on with what it began with"
        )


def _train(
    arguments: dict[str, Any],
    resumed: Path | None,
    *,
    data: Path,
    text: str | None,
    label: str | None,
    label_separator: str | None,
    encoding: str,
    balanced: bool,
    out: Path,
    as_json: bool,
    **settings: Any,
) -> None:
    from seqsent.artifact import save
    from seqsent.checkpoint import locked
    from seqsent.reports import comparison_table
    from seqsent.reports.progress import TrainingProgress
    from seqsent.texts_experiment import run_plan

    plan = _plan(**settings)
    texts = load_labelled(data, text, label, label_separator, encoding)
    folder = resumed or folder_for(out)
    with locked(folder), kept(folder):
        if resumed is None:
            begin(folder, arguments)
        with TrainingProgress(errors) as progress:
            classifier, rows = run_plan(plan, texts, progress, balanced=balanced, directory=folder)
        save(classifier, out)
    if as_json:
        print_json({"model": str(out), "results": [asdict(row) for row in rows]})
        return
    output.print(comparison_table(rows))
    output.print(f"Model: {out}", soft_wrap=True, markup=False)


def _plan(
    *,
    architecture: str,
    option: list[str] | None,
    embedding: str,
    vocab_size: int,
    maxlen: int,
    level: str,
    truncation: str,
    threshold: float,
    backend: str,
    **recipe: Any,
) -> Any:
    from seqsent.options import parse_options
    from seqsent.plan import Plan
    from seqsent.training import Recipe

    return Plan(
        architecture=architecture,
        options=parse_options(option or []),
        embedding=int(embedding) if embedding.isdigit() else embedding,
        vocab_size=vocab_size,
        maxlen=maxlen,
        level=level,  # type: ignore[arg-type]  # checked where it is used
        truncation=truncation,  # type: ignore[arg-type]
        recipe=Recipe(**recipe),
        threshold=threshold,
    )
