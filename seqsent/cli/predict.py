"""Commands that use a saved classifier: ``predict``, ``inspect``, ``verify``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from seqsent.cli.app import AsJson, Backend, app, output, table
from seqsent.errors import BackendError, OutputError, SeqsentError

if TYPE_CHECKING:
    from seqsent.classifier import TextClassifier

Model = Annotated[Path, typer.Argument(help="A .seqsent file.")]


@app.command()
def predict(
    model: Model,
    texts: Annotated[
        list[str] | None, typer.Argument(help="Texts; lines of standard input when left out.")
    ] = None,
    input: Annotated[Path | None, typer.Option(help="Read texts from this file.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write answers to this file.")] = None,
    text: Annotated[str | None, typer.Option(help="The column with the texts.")] = None,
    encoding: Annotated[str, typer.Option(help="The encoding of --input.")] = "utf-8",
    threshold: Annotated[
        float | None, typer.Option(help="The probability from which a label is the answer.")
    ] = None,
    backend: Backend = None,
    as_json: AsJson = False,
) -> None:
    """Answer raw texts, one line each: the label, a tab, its probability.

    Answers are flushed as they come, so the command works in a pipe.
    """
    from seqsent.artifact import load
    from seqsent.backend import choose_backend
    from seqsent.datasets import read_texts
    from seqsent.streams import batches

    choose_backend(backend)
    classifier = load(model)
    if threshold is not None:
        classifier = classifier.with_threshold(threshold)
    if texts:
        lines: Iterable[str] = texts
    elif input is not None:
        lines = read_texts(input, text=text, encoding=encoding)
    else:
        lines = (line.rstrip("\r\n") for line in sys.stdin)
    with _destination(output) as file:
        for batch in batches(lines, 4_096):
            file.writelines(f"{line}\n" for line in _answers(classifier, batch, as_json))
            file.flush()


def _answers(classifier: TextClassifier, texts: list[str], as_json: bool) -> Iterator[str]:
    probabilities = classifier.predict_proba(texts)
    labels = classifier.names(classifier.decide(probabilities))
    for label, row in zip(labels, probabilities, strict=True):
        by_name = dict(zip(classifier.label_names, map(float, row), strict=True))
        chosen = [label] if isinstance(label, str) else label
        if as_json:
            shares = {name: round(share, 6) for name, share in by_name.items()}
            yield json.dumps({"label": label, "probabilities": shares}, ensure_ascii=False)
        elif chosen:
            yield "\t".join(f"{name}\t{by_name[name]:.4f}" for name in chosen)
        else:
            yield "\t"


@contextmanager
def _destination(path: Path | None) -> Iterator[IO[str]]:
    """Give standard output, or a file that appears when it is whole."""
    if path is None:
        try:
            yield sys.stdout
        except BrokenPipeError:
            # The reader has enough; Python would complain once more when it closes stdout.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            yield file
        unfinished.replace(path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}. Name another place."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


@app.command()
def inspect(model: Model, as_json: AsJson = False) -> None:
    """Say what a saved classifier is, without loading its network."""
    from seqsent.artifact import read_manifest

    manifest = read_manifest(model)
    record = asdict(manifest)
    del record["sample"]
    if as_json:
        typer.echo(json.dumps(record, indent=2, ensure_ascii=False))
        return
    about: dict[str, Any] = {**record.pop("about"), **record}
    rows = [(name, _shown(value)) for name, value in about.items()]
    output.print(table(["", str(model)], rows))


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={_shown(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@app.command()
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
        typer.echo(json.dumps([{**asdict(r), "passed": r.passed} for r in results], indent=2))
    else:
        rows = [(r.backend, f"{r.difference:.1e}", "yes" if r.passed else "NO") for r in results]
        output.print(table(["backend", "largest difference", f"below {TOLERANCE:g}"], rows))
    if not all(result.passed for result in results):
        raise SeqsentError(
            f"{model} does not answer alike everywhere; a layer of its architecture computes "
            "something else on the backend marked NO"
        )
