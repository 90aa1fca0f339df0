"""What a user sees while networks train."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from seqsent.results import Epoch, Run, Watcher


class TrainingProgress(Watcher):
    """A bar per run in a terminal, a line per run elsewhere; a context manager.

    Parameters
    ----------
    console : Console
        Where to draw; usually standard error, which leaves standard output to results.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn("{task.description:<18}"),
            BarColumn(bar_width=10),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._bar = TaskID(0)

    def __enter__(self) -> TrainingProgress:
        """Begin to draw."""
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the last state on the screen."""
        self._bars.stop()

    def run_started(self, experiment: str, seed: int, epochs: int) -> None:
        """Add a bar."""
        self._bar = self._bars.add_task(experiment, total=epochs, figures="")

    def stage_begun(self, name: str) -> None:
        """Say it beside the bar."""
        self._bars.update(self._bar, figures=name)

    def epoch_ended(self, number: int, epoch: Epoch) -> None:
        """Move the bar on."""
        figures = f"val. loss {epoch.val_loss:.4f}  accuracy {epoch.val_accuracy:.4f}"
        self._bars.update(self._bar, completed=number, figures=figures)

    def run_ended(self, run: Run) -> None:
        """Fill the bar, or write the line."""
        epochs = len(run.history.epochs)
        self._bars.update(self._bar, total=epochs, completed=epochs)
        if not self._console.is_terminal:
            self._console.print(
                f"{run.experiment} (seed {run.seed}): {epochs} epochs, "
                f"test accuracy {run.test_accuracy:.4f}, {run.seconds:.0f} s",
                soft_wrap=True,
            )
