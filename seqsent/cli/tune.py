"""``seqsent tune``: which pieces of a plan suit some texts best."""

from __future__ import annotations

import inspect
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from seqsent.cli.answers import Command, output, print_json
from seqsent.cli.app import (
    AsJson,
    Backend,
    Data,
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
    load_labelled,
    load_unlabelled,
    table,
)
from seqsent.cli.train import plan_of, train
from seqsent.errors import TrainingError


@app.command(cls=Command)
def tune(
    data: Data,
    text: TextColumn = None,
    label: Label = None,
    label_separator: LabelSeparator = None,
    encoding: Encoding = "utf-8",
    preset: Preset = "fast",
    piece: Annotated[
        list[str] | None, typer.Option("--set", help="A piece of the plan that stays: NAME=VALUE.")
    ] = None,
    option: Options = None,
    unlabelled: Unlabelled = None,
    search: Annotated[
        list[str] | None,
        typer.Option(help="What to try: NAME=LOW..HIGH or NAME=VALUE,VALUE; pieces and options."),
    ] = None,
    trials: Annotated[int, typer.Option(min=1, help="How many trainings, earlier ones too.")] = 20,
    seed: Seed = 42,
    directory: Annotated[
        Path, typer.Option(help="Keeps the trials; a search that was stopped goes on there.")
    ] = Path("tuning"),
    backend: Backend = None,
    as_json: AsJson = False,
) -> None:
    """Search for learning rate, dropout and the like, and print the command that trains so.

    The validation texts decide, split off as `seqsent train` does; its test texts stay apart.
    """
    from seqsent.backend import choose_backend

    choose_backend(backend)

    from seqsent.options import parse_options
    from seqsent.reports.progress import TrainingProgress
    from seqsent.tuning import SPACE, parse_space
    from seqsent.tuning import tune as tune_plan

    plan = plan_of(
        preset=preset, option=option, piece=piece, seed=seed, unlabelled=unlabelled is not None
    )
    space = parse_space(search or []) or SPACE
    texts = load_labelled(data, text, label, label_separator, encoding)
    more = load_unlabelled(unlabelled, encoding)
    with TrainingProgress(errors) as progress:
        found = tune_plan(
            plan,
            texts,
            space,
            trials=trials,
            directory=directory,
            unlabelled=more,
            watcher=progress,
        )
    best = found[0]
    if best.state != "done":
        raise TrainingError(
            f"each of {len(found)} trials failed: no loss was a number. Search lower learning rates"
        )
    read = {
        "--text": text,
        "--label": label,
        "--label-separator": label_separator,
        "--encoding": encoding,
        "--unlabelled": unlabelled and str(unlabelled),
    }
    given = [part for name, value in read.items() if value for part in (name, value)]
    chosen = {**parse_options([*(piece or []), *(option or [])]), **best.pieces}
    begun = ["seqsent", "train", str(data), *given, "--preset", preset, "--seed", str(seed)]
    again = shlex.join([*begun, *_arguments(chosen)])
    if as_json:
        print_json({"trials": [asdict(one) for one in found], "command": again})
        return
    output.print(table(["trial", "state", "val. loss", *space], [_row(t, space) for t in found]))
    output.print(f"The best: {again}", soft_wrap=True, markup=False)


def _arguments(pieces: Any) -> list[str]:
    """Return pieces as `seqsent train` takes them."""
    from seqsent.presets import PIECES

    own = inspect.signature(train).parameters
    arguments = []
    for name, value in pieces.items():
        if name in own:
            arguments += [f"--{name.replace('_', '-')}", str(value)]
        else:
            arguments += ["--set" if name in PIECES else "--option", f"{name}={value}"]
    return arguments


def _row(trial: Any, space: Any) -> list[str]:
    loss = "" if trial.loss is None else f"{trial.loss:.4f}"
    pieces = [trial.pieces.get(name, "") for name in space]
    shown = [f"{one:.4g}" if isinstance(one, float) else str(one) for one in pieces]
    return [str(trial.number), trial.state, loss, *shown]
