"""Commands about a saved classifier itself: ``inspect``, ``verify``."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import Annotated, Any

import typer

from seqsent.cli.answers import Command, output, print_json
from seqsent.cli.app import AsJson, Model, app, table
from seqsent.errors import BackendError, SeqsentError

# Entries of a list that a table shows, and characters of each.
_MOST, _LONGEST = 20, 200


@app.command(cls=Command)
def inspect(
    model: Model,
    as_card: Annotated[
        bool, typer.Option("--card", help="Print a model card, in Markdown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a saved classifier is, without loading its network."""
    from seqsent.artifact import read_manifest

    manifest = read_manifest(model)
    if as_card:
        from seqsent.reports.card import model_card

        typer.echo(model_card(model.name, manifest), file=output.file)
        return
    record = asdict(manifest)
    del record["sample"], record["certainty"]
    if as_json:
        print_json(record)
        return
    about: dict[str, Any] = {**record.pop("about"), **record}
    rows = [(name, _shown(value)) for name, value in about.items()]
    output.print(table(["", str(model)], rows))


def _shown(value: Any) -> str:
    """Return a value in brief: a file may say as much of itself as it likes."""
    if isinstance(value, dict):
        some = [f"{_shown(name)}={_shown(inner)}" for name, inner in islice(value.items(), _MOST)]
    elif isinstance(value, list | tuple):
        some = [_shown(inner) for inner in value[:_MOST]]
    else:
        text = f"{value:.4g}" if isinstance(value, float) else str(value)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    if len(value) > _MOST:
        some.append(f"and {len(value) - _MOST:,} more")
    return ", ".join(some)


@app.command(cls=Command)
def verify(
    model: Model,
    backends: Annotated[
        str, typer.Option(help="Some of jax, tensorflow, torch, separated by commas, or all.")
    ] = "all",
    as_json: AsJson = False,
) -> None:
    """Prove that a saved classifier answers alike on every installed backend."""
    from seqsent.backend import BACKENDS
    from seqsent.errors import unknown_name
    from seqsent.verification import TOLERANCE
    from seqsent.verification import verify as ask

    named = None if backends == "all" else [name.strip() for name in backends.split(",")]
    for name in named or ():
        if name not in BACKENDS:
            raise BackendError(unknown_name("backend", name, BACKENDS))
    results = ask(model, named)
    if as_json:
        print_json([{**asdict(r), "passed": r.passed} for r in results])
    else:
        rows = [(r.backend, f"{r.difference:.1e}", "yes" if r.passed else "NO") for r in results]
        output.print(table(["backend", "largest difference", f"below {TOLERANCE:g}"], rows))
    if not all(result.passed for result in results):
        raise SeqsentError(
            f"{model} does not answer alike everywhere; a layer of its architecture computes "
            "something else on the backend marked NO"
        )
