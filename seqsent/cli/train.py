"""``seqsent train``: labelled texts to one file, with the honest comparison."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from seqsent.cli.answers import Command, output, print_json
from seqsent.cli.app import (
    DATA,
    AsJson,
    Backend,
    Encoding,
    Label,
    LabelSeparator,
    Options,
    Preset,
    Seed,
    TextColumn,
    Unlabelled,
    app,
    errors,
    given,
    load_labelled,
    load_unlabelled,
    one_line,
)
from seqsent.cli.unfinished import arguments_of, begin, folder_for, kept
from seqsent.errors import DataError, OptionError

# Of this run, and not of the training.
_NOT_KEPT = ("ctx", "resume", "as_json", "return")


@app.command(cls=Command)
def train(
    ctx: typer.Context,
    data: Annotated[Path | None, DATA] = None,
    text: TextColumn = None,
    label: Label = None,
    label_separator: LabelSeparator = None,
    encoding: Encoding = "utf-8",
    preset: Preset = "fast",
    architecture: Annotated[
        str | None, typer.Option(help="As `seqsent architectures` lists.")
    ] = None,
    option: Options = None,
    embedding: Annotated[str | None, typer.Option(help="A width, or onehot.")] = None,
    vocab_size: Annotated[int | None, typer.Option(help="The number of ids.")] = None,
    maxlen: Annotated[int | None, typer.Option(help="Words per text.")] = None,
    level: Annotated[str | None, typer.Option(help="word, subword or auto.")] = None,
    truncation: Annotated[str | None, typer.Option(help="front, back or middle.")] = None,
    vectors: Annotated[
        str | None,
        typer.Option(help="The words' first vectors: none, learn, skip-gram, or a file."),
    ] = None,
    unlabelled: Unlabelled = None,
    ngrams: Annotated[
        bool | None, typer.Option(help="Whether to count runs of words beside the network.")
    ] = None,
    members: Annotated[int | None, typer.Option(help="How many networks answer together.")] = None,
    optimizer: Annotated[str | None, typer.Option(help="rmsprop, adam, adamw or sgd.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="The length of a step.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Texts per step.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Epochs at most.")] = None,
    patience: Annotated[int | None, typer.Option(help="Epochs without progress.")] = None,
    piece: Annotated[
        list[str] | None,
        typer.Option("--set", help="Any other piece of the plan: NAME=VALUE, like clip=2."),
    ] = None,
    balanced: Annotated[
        bool, typer.Option("--balanced", help="Let every class count alike, however rare.")
    ] = False,
    threshold: Annotated[
        float, typer.Option(help="The probability from which the second class is the answer.")
    ] = 0.5,
    seed: Seed = 42,
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
        kinds = {n: k for n, k in get_type_hints(train).items() if n not in _NOT_KEPT}
        arguments = arguments_of(resume, kinds)
        choose_backend(arguments["backend"])
    for name in _NOT_KEPT:
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
    unlabelled: Path | None,
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

    beside = folder_for(out)
    folder = resumed or beside
    plan = plan_of(unlabelled=unlabelled is not None, **settings)
    one_line("preset", f"{settings['preset']}; `seqsent presets` shows it and the others")
    texts = load_labelled(data, text, label, label_separator, encoding)
    more = load_unlabelled(unlabelled, encoding)
    with locked(folder), kept(folder, resumed=resumed is not None):
        if resumed is None:
            begin(folder, arguments)
        with TrainingProgress(errors) as progress:
            classifier, rows = run_plan(
                plan, texts, progress, balanced=balanced, unlabelled=more, directory=folder
            )
        save(classifier, out)
    if as_json:
        print_json({"model": str(out), "results": [asdict(row) for row in rows]})
        return
    output.print(comparison_table(rows))
    output.print(f"Model: {out}", soft_wrap=True, markup=False)


def plan_of(
    *,
    preset: str,
    option: list[str] | None,
    piece: list[str] | None,
    embedding: str | None = None,
    unlabelled: bool = False,
    backend: str = "",
    **pieces: Any,
) -> Any:
    """Return the plan that arguments of the command line ask for."""
    from seqsent.options import parse_options
    from seqsent.presets import changed, get_preset

    others = parse_options(piece or [])
    for name in others.keys() & {*pieces, "embedding", "options"}:
        own = {"options": "option"}.get(name, name.replace("_", "-"))
        raise OptionError(f"--set {name} arrived; expected --{own}")
    for name, value in others.items():
        if value is None:
            raise OptionError(f"--set {name}=None arrived; expected a value, or no --set {name}")
    return changed(
        get_preset(preset).plan_for(unlabelled),
        options=parse_options(option or []),
        embedding=_width(embedding),
        **pieces,
        **others,
    )


def _width(embedding: str | None) -> int | str | None:
    """Return a width as a number; of more digits it is none."""
    if embedding and embedding.isdecimal() and len(embedding) < 9:
        return int(embedding)
    return embedding
