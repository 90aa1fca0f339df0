"""The command line; thin: each command calls the library and shows what it gives."""

from seqsent.cli import listings, predict, reproduce, train
from seqsent.cli.app import app

__all__ = ["app", "listings", "main", "predict", "reproduce", "train"]


def main() -> None:
    """Run the command line."""
    app()
