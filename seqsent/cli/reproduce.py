"""``seqsent reproduce``."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from seqsent.cli.answers import Command, output
from seqsent.cli.app import Backend, app, errors, given, table
from seqsent.errors import DataError, OutputError
from seqsent.repetition import changed_environment, check_data, read_record, repetitions
from seqsent.results import Comparison

# The textbook's own, 42, draws other weights in today's Keras than in the textbook's, with
# which the one-hot network does not learn; see docs/explanation/accuracy.md.
SEED = 4


@app.command(cls=Command)
def reproduce(
    ctx: typer.Context,
    data: Annotated[str, typer.Option(help="imdb, synthetic, or a path to IMDB's files.")] = "imdb",
    experiments: Annotated[
        str, typer.Option(help="Some of the six, separated by commas; all when left out.")
    ] = "",
    backend: Backend = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs at most.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The seed of weights and batches.")] = SEED,
    seeds: Annotated[int, typer.Option(min=1, help="Train with so many seeds.")] = 1,
    out: Annotated[Path, typer.Option(help="The folder for the report.")] = Path("reproduction"),
    check: Annotated[
        Path | None, typer.Option(help="Repeat what this metrics.json records, and compare.")
    ] = None,
) -> None:
    """Train the textbook's six experiments and report them beside the published figures."""
    asked: dict[str, Any] = {
        "data": data,
        "experiments": experiments,
        "epochs": epochs,
        "seed": seed,
        "seeds": seeds,
    }
    if check is None:
        comparison = _compare(asked, backend, out)
        from seqsent.reports import results_table

        output.print(results_table(comparison))
        output.print(f"Report: {out / 'report.html'}", markup=False, emoji=False, soft_wrap=True)
        return
    record = read_record(check)
    out = out if given(ctx, "out") else Path("repetition")
    if check.resolve() == (out / "metrics.json").resolve():
        raise OutputError(f"{out} holds the record that is to be checked; name another --out")
    asked = {**asked, **record["asked"], **({"data": data} if given(ctx, "data") else {})}
    comparison = _compare(asked, backend or record["environment"]["backend"], out, record)
    _show_check(record, comparison)


def _compare(
    asked: dict[str, Any], backend: str | None, out: Path, record: dict[str, Any] | None = None
) -> Comparison:
    """Do what was asked for, on the recorded data if there is a record, and write the report."""
    from seqsent.backend import choose_backend

    choose_backend(backend)

    from seqsent import reports
    from seqsent.datasets import load_named
    from seqsent.experiments import compare
    from seqsent.recipe import Recipe
    from seqsent.reports.progress import TrainingProgress
    from seqsent.textbook import (
        MAXLEN,
        SYNTHETIC_RECIPE,
        VOCAB_SIZE,
        published_results,
        textbook_experiments,
    )

    names = [name.strip() for name in asked["experiments"].split(",") if name.strip()]
    recipe = SYNTHETIC_RECIPE if asked["data"] == "synthetic" else Recipe()
    seeds = range(asked["seed"], asked["seed"] + asked["seeds"])
    recipe = replace(recipe, epochs=asked["epochs"] or recipe.epochs, seed=asked["seed"])
    if seeds:
        replace(recipe, seed=seeds[-1])  # refuses one that is too large before a folder is made
    chosen = textbook_experiments(names or None, recipe)
    with errors.status(Text(f"Loading {asked['data']} …")):
        try:
            splits = load_named(asked["data"], num_words=VOCAB_SIZE, maxlen=MAXLEN)
        except OSError as error:
            raise DataError(
                f"{asked['data']!r:.60} cannot be opened: {error.strerror}. Expected imdb, "
                "synthetic, or a path to IMDB's files."
            ) from error
    if record:
        check_data(record, splits.fingerprint)
    models = _folder(out / "models")
    with TrainingProgress(errors) as progress:
        comparison = compare(
            chosen,
            splits,
            seeds=seeds,
            directory=models,
            published=published_results() if splits.name == "imdb" else None,
            watcher=progress,
        )
    command = shlex.join(["seqsent", *sys.argv[1:]])
    comparison = replace(comparison, asked=asked, command=command)
    reports.write_report(comparison, out)
    return comparison


def _show_check(record: dict[str, Any], comparison: Comparison) -> None:
    """Show how the repetition differs; end with status 1 where it does."""
    found = repetitions(record, comparison)
    rows = [
        (
            one.experiment,
            str(one.seed),
            f"{one.epochs[0]}, {one.epochs[1]}",
            f"{one.largest:.1e}",
            "yes" if one.equal else "no",
        )
        for one in found
    ]
    output.print(table(["experiment", "seed", "epochs", "largest difference", "equal"], rows))
    for name, change in changed_environment(record, comparison).items():
        output.print(f"{name}: {change}", markup=False, soft_wrap=True)
    if not all(one.equal for one in found):
        raise typer.Exit(1)


def _folder(path: Path) -> Path:
    """Make an output folder before any work is done for it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputError(
            f"the folder {path} cannot be written to: {error.strerror}. "
            "Name another one with --out."
        ) from error
    return path
