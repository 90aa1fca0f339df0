"""The application that commands hang on, and how it speaks to people."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from seqsent.errors import DataError, SeqsentError, printable

if TYPE_CHECKING:
    from seqsent.datasets import Texts

# TensorFlow's remarks on the processor would bury what a user must read.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

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
                one_line("error", error)
                raise typer.Exit(2) from error
            except KeyboardInterrupt:
                one_line("stopped", "nothing more was written")
                raise typer.Exit(130) from None
            except Exception as error:
                if not _used_up(error):
                    raise
                one_line(
                    "error",
                    "the memory that this process may use is used up. Let it use more, or ask for "
                    "less: a smaller --batch-size, --maxlen or --vocab-size, or --no-ngrams.",
                )
                raise typer.Exit(2) from error


def _used_up(error: Exception) -> bool:
    """Whether memory was asked for in vain: each backend has its own words for that."""
    words = ("RESOURCE_EXHAUSTED", "OOM when allocating", "can't allocate memory")
    return isinstance(error, MemoryError) or any(one in str(error) for one in words)


def one_line(kind: str, message: object) -> None:
    """Write a line to standard error."""
    text = printable(" ".join(str(message).split()))
    errors.print(f"{kind}: {text}", markup=False, emoji=False, soft_wrap=True)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    one_line("warning", message)


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


DATA = typer.Argument(help="A csv, tsv, jsonl or parquet file, a folder, or a data set's name.")
Data = Annotated[Path, DATA]
TextColumn = Annotated[str | None, typer.Option(help="The column with the texts.")]
Label = Annotated[str | None, typer.Option(help="The column with the labels.")]
LabelSeparator = Annotated[
    str | None, typer.Option(help="What separates several labels of one text.")
]
Encoding = Annotated[str, typer.Option(help="The encoding of the file.")]
Preset = Annotated[str, typer.Option(help="The plan to begin with; `seqsent presets` lists them.")]
Options = Annotated[
    list[str] | None,
    typer.Option("--option", help="An option of the architecture: NAME=VALUE."),
]
Unlabelled = Annotated[
    Path | None, typer.Option(help="More texts to learn from: a file or a folder.")
]
Seed = Annotated[int, typer.Option(help="Of split, weights and batches.")]
Model = Annotated[Path, typer.Argument(help="A .seqsent file.")]


def given(ctx: typer.Context, name: str) -> bool:
    """Whether an argument was on the command line, and not left at its default."""
    source = ctx.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def load_unlabelled(path: Path | None, encoding: str) -> Sequence[str]:
    """Load texts alone, kept where they need not fit into memory; none without a path."""
    from seqsent.datasets import read_texts
    from seqsent.datasets.stored import StoredTexts

    return StoredTexts.of(read_texts(path, encoding=encoding)) if path else ()


def load_labelled(
    data: Path, text: str | None, label: str | None, label_separator: str | None, encoding: str
) -> Texts:
    """Load labelled texts, and say where they were taken from; a file goes before a name."""
    from seqsent.datasets import load_texts
    from seqsent.registry import list_datasets, load_dataset

    if os.path.exists(data) or str(data) not in list_datasets():
        texts = load_texts(
            data, text=text, label=label, label_separator=label_separator, encoding=encoding
        )
    elif text or label or label_separator:
        raise DataError(
            f"{data} is a data set, not a file; its columns are known. Leave out --text, --label "
            "and --label-separator."
        )
    else:
        texts = load_dataset(str(data))
    source = printable(texts.columns or f"data set {texts.name}")
    errors.print(f"Read {len(texts):,} texts: {source}", markup=False, soft_wrap=True)
    return texts


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return a plain table; what is in it is neither rich's markup nor obeyed by a terminal."""
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        shown.add_column(Text(printable(column)), overflow="fold")
    for row in rows:
        shown.add_row(*(Text(printable(cell)) for cell in row))
    return shown
