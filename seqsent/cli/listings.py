"""The command line; thin: each command calls the library and shows what it gives."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from seqsent.errors import OutputError, SeqsentError

# The textbook's own, 42, draws other weights in today's Keras than in the textbook's, with
# which the one-hot network does not learn; see docs/explanation/accuracy.md.
SEED = 4

# TensorFlow's remarks on the processor would bury what a user must read.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

output = Console()
errors = Console(stderr=True)


class OneLineErrors(TyperGroup):
    """Shows what a user can mend as one line, with exit status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            try:
                return super().invoke(ctx)
            except SeqsentError as error:
                _one_line("error", error)
                raise typer.Exit(2) from error
            except KeyboardInterrupt:
                _one_line("stopped", "nothing more was written")
                raise typer.Exit(130) from None


def _one_line(kind: str, message: object) -> None:
    errors.print(f"{kind}: {' '.join(str(message).split())}", markup=False, soft_wrap=True)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    _one_line("warning", message)


app = typer.Typer(
    cls=OneLineErrors,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Classify the sentiment of text with recurrent networks.",
)


def _version(wanted: bool) -> None:
    if wanted:
        import seqsent

        typer.echo(f"seqsent {seqsent.__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


Backend = Annotated[
    str | None,
    typer.Option(help="jax, tensorflow or torch; the one that is installed when left out."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


@app.command()
def reproduce(
    data: Annotated[str, typer.Option(help="imdb, synthetic, or a path to IMDB's files.")] = "imdb",
    experiments: Annotated[
        str, typer.Option(help="Some of the six, separated by commas; all when left out.")
    ] = "",
    backend: Backend = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs at most.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The seed of weights and batches.")] = SEED,
    seeds: Annotated[int, typer.Option(min=1, help="Train with so many seeds.")] = 1,
    out: Annotated[Path, typer.Option(help="The folder for the report.")] = Path("reproduction"),
) -> None:
    """Train the textbook's six experiments and report them beside the published figures."""
    from seqsent.backend import choose_backend

    choose_backend(backend)

    from seqsent import reports
    from seqsent.datasets import load_named
    from seqsent.experiments import compare
    from seqsent.reports.progress import TrainingProgress
    from seqsent.textbook import (
        MAXLEN,
        SYNTHETIC_RECIPE,
        VOCAB_SIZE,
        published_results,
        textbook_experiments,
    )
    from seqsent.training import Recipe

    names = [name.strip() for name in experiments.split(",") if name.strip()]
    recipe = SYNTHETIC_RECIPE if data == "synthetic" else Recipe()
    recipe = replace(recipe, epochs=epochs or recipe.epochs, seed=seed)
    chosen = textbook_experiments(names or None, recipe)
    with errors.status(f"Loading {data} …"):
        splits = load_named(data, num_words=VOCAB_SIZE, maxlen=MAXLEN)
    models = _folder(out / "models")
    with TrainingProgress(errors) as progress:
        comparison = compare(
            chosen,
            splits,
            seeds=range(seed, seed + seeds),
            directory=models,
            published=published_results() if splits.name == "imdb" else None,
            watcher=progress,
        )
    reports.write_report(comparison, out)
    output.print(reports.results_table(comparison))
    output.print(f"Report: {out / 'report.html'}", soft_wrap=True)


@app.command()
def architectures(
    name: Annotated[str | None, typer.Argument(help="Show the options of this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the architectures, or the options of one."""
    from seqsent.registry import get_architecture, registry

    if name is not None:
        _show_options(get_architecture(name), as_json)
        return
    found = [registry().provider(known) for known in _usable()]
    if as_json:
        records = [
            {
                "name": architecture.name,
                "summary": architecture.summary,
                "reference": architecture.reference,
                "plugin": plugin.name,
            }
            for plugin, architecture in found
        ]
        typer.echo(json.dumps(records, indent=2))
        return
    rows = [(a.name, a.summary, a.reference, plugin.name) for plugin, a in found]
    output.print(_table(["name", "summary", "reference", "plugin"], rows))


def _usable() -> list[str]:
    """Return the architectures that exactly one plugin provides."""
    from seqsent.registry import registry

    providers = registry().providers
    return [name for name in registry().list_architectures() if len(providers[name]) == 1]


def _show_options(architecture: Any, as_json: bool) -> None:
    options = architecture.options().values()
    if as_json:
        records = [
            {
                "name": option.name,
                "type": option.type_name,
                "default": option.default,
                "doc": option.doc,
            }
            for option in options
        ]
        typer.echo(json.dumps({"name": architecture.name, "options": records}, indent=2))
        return
    output.print(f"{architecture.name}: {architecture.summary} ({architecture.reference})")
    rows = [(o.name, o.type_name, repr(o.default), o.doc) for o in options]
    output.print(_table(["option", "type", "default", "meaning"], rows))


@app.command()
def plugins(as_json: AsJson = False) -> None:
    """List the installed plugins, with the reason where one failed."""
    from seqsent.registry import registry

    found = registry().plugins
    if as_json:
        typer.echo(json.dumps([asdict(plugin) for plugin in found], indent=2))
        return
    rows = [(p.name, p.version, p.status, ", ".join(p.provides) or p.reason) for p in found]
    output.print(_table(["plugin", "version", "status", "provides"], rows))


def _table(columns: list[str], rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(_plain, row))
    return table


def _plain(text: str) -> str:
    """Keep square brackets from being read as rich's markup."""
    from rich.markup import escape

    return escape(text)


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


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
