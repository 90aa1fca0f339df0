"""``seqsent data``: a look at labelled texts before training."""

from __future__ import annotations

from typing import Annotated

import typer

from seqsent.cli.answers import Command, output, print_json
from seqsent.cli.app import (
    AsJson,
    Data,
    Encoding,
    Label,
    LabelSeparator,
    TextColumn,
    app,
    load_labelled,
)


@app.command(cls=Command)
def data(
    data: Data,
    text: TextColumn = None,
    label: Label = None,
    label_separator: LabelSeparator = None,
    encoding: Encoding = "utf-8",
    vocab_size: Annotated[int, typer.Option(min=1, help="The number of ids.")] = 20_000,
    maxlen: Annotated[int, typer.Option(min=1, help="Words per text.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the split.")] = 42,
    as_json: AsJson = False,
) -> None:
    """Look at labelled texts before training, and say what to do about what is found."""
    from seqsent.datasets.inspection import inspect
    from seqsent.reports.inspection import inspection_table

    texts = load_labelled(data, text, label, label_separator, encoding)
    splits = texts.split(seed=seed)
    inspection = inspect(texts, vocab_size=vocab_size, maxlen=maxlen, splits=splits)
    if as_json:
        print_json(inspection.to_dict())
        return
    output.print(inspection_table(inspection))
