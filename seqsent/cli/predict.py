"""Commands that use a saved classifier: ``predict``, ``inspect``, ``verify``."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from seqsent.cli.answers import Command, output
from seqsent.cli.app import AsJson, Backend, Encoding, Model, TextColumn, app
from seqsent.errors import DataError, printable

if TYPE_CHECKING:
    from seqsent.classifier import TextClassifier


@app.command(cls=Command)
def predict(
    model: Model,
    texts: Annotated[
        list[str] | None, typer.Argument(help="Texts; lines of standard input when left out.")
    ] = None,
    input: Annotated[Path | None, typer.Option(help="Read texts from this file.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write answers to this file.")] = None,
    text: TextColumn = None,
    encoding: Encoding = "utf-8",
    threshold: Annotated[
        float | None, typer.Option(help="The probability from which a label is the answer.")
    ] = None,
    sure: Annotated[
        float | None,
        typer.Option(help="Say unsure, so that this share of the other answers is right."),
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
    from seqsent.outputs import check_place
    from seqsent.streams import batches

    if output is not None:
        check_place(output)
    choose_backend(backend)
    classifier = load(model)
    if threshold is not None:
        classifier = classifier.with_threshold(threshold)
    if sure is not None:
        classifier = classifier.with_sure(sure)
    if texts:
        lines: Iterable[str] = texts
    elif input is not None:
        lines = read_texts(input, text=text, encoding=encoding)
    else:
        lines = _standard_input(encoding)
    with _destination(output) as file:
        for batch in batches(lines, 4_096):
            file.writelines(f"{line}\n" for line in _answers(classifier, batch, as_json))
            file.flush()


def _standard_input(encoding: str) -> Iterator[str]:
    from seqsent.datasets.lines import codec_of, lines_of

    if sys.stdin is None:
        raise DataError(
            "standard input is closed; expected a text in each of its lines. Give texts as "
            "arguments, or name a file with --input."
        )
    file = io.TextIOWrapper(sys.stdin.buffer, codec_of(encoding), newline="")
    try:
        for line in lines_of(file, "standard input"):
            yield line.rstrip("\r\n")
    except UnicodeError as error:
        reason = str(error)  # of a codec whose files begin with a mark
        if isinstance(error, UnicodeDecodeError):
            reason = f"byte {error.object[error.start]:#04x} cannot be read"
        raise DataError(
            f"standard input is not {encoding}: {reason}. Name its encoding with --encoding."
        ) from error
    except OSError as error:
        raise DataError(
            f"standard input cannot be read: {error.strerror}. Name a file with --input."
        ) from error


def _answers(classifier: TextClassifier, texts: list[str], as_json: bool) -> Iterator[str]:
    probabilities = classifier.predict_proba(texts)
    # A label may come from a file that nobody vouches for, and an answer is one line.
    named = {name: printable(name) for name in classifier.label_names}
    for label, row in zip(classifier.answers(probabilities), probabilities, strict=True):
        by_name = dict(zip(classifier.label_names, map(float, row), strict=True))
        likeliest = max(by_name.values())
        chosen = [label] if isinstance(label, str) else label
        if as_json:
            shares = {name: round(share, 6) for name, share in by_name.items()}
            yield json.dumps({"label": label, "probabilities": shares}, ensure_ascii=False)
        elif chosen:
            yield "\t".join(
                f"{named.get(name, name)}\t{by_name.get(name, likeliest):.4f}" for name in chosen
            )
        else:
            yield "\t"


@contextmanager
def _destination(path: Path | None) -> Iterator[IO[str]]:
    """Give standard output, or a file that appears when it is whole."""
    if path is None:
        yield output.file
        return
    from seqsent.outputs import whole_file

    with whole_file(path) as file:
        yield file
