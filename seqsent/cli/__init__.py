"""The command line; thin: each command calls the library and shows what it gives."""

from seqsent.cli import data, evaluate, listings, new_plugin, predict, reproduce, saved, train, tune
from seqsent.cli.answers import open_missing_streams, own_standard_output
from seqsent.cli.app import app

__all__ = [
    "app",
    "data",
    "evaluate",
    "listings",
    "main",
    "new_plugin",
    "predict",
    "reproduce",
    "saved",
    "train",
    "tune",
]


def main() -> None:
    """Run the command line."""
    open_missing_streams()
    own_standard_output()
    app()
