"""Every error that seqsent raises on purpose, and the sentence for an unknown name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SeqsentError(Exception):
    """Something a user can mend; the message says what arrived, what was expected, what to do.

    The command line prints the message as one line and exits with status 2.
    """

    def __str__(self) -> str:
        # LookupError's children would print the repr of their message.
        return " ".join(str(argument) for argument in self.args)


class UnknownArchitectureError(SeqsentError, LookupError):
    """No installed plugin provides an architecture of that name."""


class UnknownDatasetError(SeqsentError, LookupError):
    """No installed plugin provides a data set of that name."""


class UnknownExperimentError(SeqsentError, LookupError):
    """The suite has no experiment of that name."""


class OptionError(SeqsentError, ValueError):
    """An option that the architecture does not have, or a value it cannot take."""


class BackendError(SeqsentError, ImportError):
    """The backend asked for is unknown or not installed."""


class PluginError(SeqsentError, RuntimeError):
    """A plugin could not be loaded, or does not keep its contract."""


class DataError(SeqsentError, ValueError):
    """Data that is missing, damaged, or not of the kind expected."""


class TrainingError(SeqsentError, ArithmeticError):
    """Training that cannot go on: a loss that is no longer a number."""


class ArtifactError(SeqsentError, ValueError):
    """A saved classifier that is missing, damaged, or needs what is not installed."""


class OutputError(SeqsentError, OSError):
    """A place that results cannot be written to."""


class PluginWarning(UserWarning):
    """A plugin was left out; everything else goes on."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that ``name`` is no ``kind``, which one was probably meant, and what there is.

    Parameters
    ----------
    kind : str
        What was looked for, as a noun: ``"architecture"``.
    name : str
        What arrived.
    known : iterable of str
        The names that exist.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> unknown_name("architecture", "lsmt", ["gru", "lstm"])
    "unknown architecture 'lsmt'; did you mean 'lstm'? Known: gru, lstm"
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    return f"unknown {kind} {name!r}{hint} Known: {', '.join(names) or 'none'}"
