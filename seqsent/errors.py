"""Every error that seqsent raises on purpose, and the sentence for an unknown name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

# Names that a message lists, and characters of each.
_MOST, _LONGEST = 20, 60

# Within Persian words and between the parts of an emoji.
_JOINERS = "\u200c\u200d"


class SeqsentError(Exception):
    """Something a user can mend; the message says what arrived, what was expected, what to do.

    The command line prints the message as one line and exits with status 2.

    Cause: any of the errors below. Raised itself only by ``seqsent verify``, when a file does
    not answer alike on every backend.

    Cure: catch it to catch them all. For a file that answers otherwise somewhere, mend the
    layer of its architecture that does so; the checks of `seqsent.testing` find it.
    """

    def __str__(self) -> str:
        # LookupError's children would print the repr of their message.
        return " ".join(str(argument) for argument in self.args)


class UnknownArchitectureError(SeqsentError, LookupError):
    """No installed plugin provides an architecture of that name.

    Cause: a slip of the pen, a package that is not installed, or a plugin that failed or was
    switched off; the message has the closest name, and the plugins that were left out.

    Cure: take a name of `list_architectures`, or install the package. ``seqsent plugins``
    says why a plugin failed.
    """


class UnknownDatasetError(SeqsentError, LookupError):
    """No installed plugin provides a data set of that name.

    Cause: a slip of the pen, a package that is not installed, or a plugin that failed or was
    switched off; the message has the closest name, and the plugins that were left out.

    Cure: take a name of `list_datasets`, or install the package. ``seqsent plugins`` says why a
    plugin failed.
    """


class UnknownExperimentError(SeqsentError, LookupError):
    """The suite has no experiment of that name.

    Cause: a name in ``seqsent reproduce --experiments`` or `textbook_experiments` that is none
    of the six.

    Cure: take one of the names that the message lists, several separated by commas.
    """


class OptionError(SeqsentError, ValueError):
    """An option that the architecture does not have, or a value it cannot take.

    Cause: a keyword of `build_model`, an ``--option`` of the command line or a field of
    `Recipe` that does not exist, is of another type or is out of range.

    Cure: ``seqsent architectures NAME`` lists an architecture's options with types and
    defaults; the message says which values a field takes.
    """


class BackendError(SeqsentError, ImportError):
    """The backend asked for is unknown, not installed or too late, or could not answer.

    Cause: a name other than jax, tensorflow and torch; a backend that is not installed; no
    backend at all; a Keras that already runs on another one; or, in `verify`, a backend whose
    process failed.

    Cure: run the ``pip install`` of the message. A backend is chosen before Keras is imported:
    with ``--backend``, ``KERAS_BACKEND`` or `choose_backend` at the top of a program.
    """


class PluginError(SeqsentError, RuntimeError):
    """A plugin could not be loaded, or does not keep its contract.

    Cause: two plugins provide one name; an encoder or a loader cannot be imported; an encoder
    has an option without a default, or does not give one vector per text; a loader does not
    give `Texts`; or, with ``SEQSENT_STRICT_PLUGINS=1``, whatever would have been a
    `PluginWarning`.

    Cure: ``seqsent plugins`` shows the reason. Update or uninstall the plugin, or switch it off
    with ``SEQSENT_DISABLE_PLUGINS``. Its author runs `seqsent.testing.check_architecture`.
    """


class DataError(SeqsentError, ValueError):
    """Data that is missing, damaged, or not of the kind expected.

    Cause: a file that is not there or cannot be read, a column that does not exist or cannot be
    guessed, a row without text or label, too few texts to split, ids or labels out of range, a
    length or vocabulary that no text can have.

    Cure: the message names file, row and column. ``seqsent data FILE`` looks at a file before
    training; ``--text`` and ``--label`` name columns, ``--encoding`` an encoding.
    """


class TrainingError(SeqsentError, ArithmeticError):
    """Training that cannot go on: a loss that is no longer a number.

    Cause: steps that are too long for the network and its data.

    Cure: a smaller ``learning_rate`` in `Recipe`, ``--learning-rate`` on the command line.
    """


class ArtifactError(SeqsentError, ValueError):
    """A saved classifier that is missing, damaged, or needs what is not installed.

    Cause: no such file; a file that is cut off, altered or something else; one of a newer
    version of seqsent; or one whose architecture no installed plugin provides.

    Cure: copy the file again, update seqsent, or install the package that the message names.
    """


class OutputError(SeqsentError, OSError):
    """A place that results cannot be written to.

    Cause: a folder that does not exist or is not yours, a full disk, a file in a folder's place.

    Cure: name another place: ``--out``, ``--output`` or ``--html`` on the command line, the path
    in Python.
    """


class PluginWarning(UserWarning):
    """A plugin was left out, or does what it should not; everything else goes on.

    Cause: a plugin that raised when it was loaded, takes long to load or replaces parts of Keras,
    which are put back; or two plugins that provide one name.

    Cure: ``seqsent plugins`` shows the reason. Mend, update or uninstall the plugin, or name it
    in ``SEQSENT_DISABLE_PLUGINS``. With ``SEQSENT_STRICT_PLUGINS=1`` it is an error.
    """


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
    short = [one for one in names if len(one) <= _LONGEST]
    close = difflib.get_close_matches(name, short, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else "."
    shown = repr(name) if len(name) <= _LONGEST else f"{name[:_LONGEST]!r}…"
    return f"unknown {kind} {shown}{hint} Known: {listed(names) or 'none'}"


def printable(text: str) -> str:
    r"""Return a text with the numbers of the characters that a terminal would obey, or lacks.

    Examples
    --------
    >>> printable("a name with \x1b[2J")
    'a name with \\x1b[2J'
    """
    shown = (one if one.isprintable() or one in _JOINERS else ascii(one)[1:-1] for one in text)
    return "".join(shown)


def listed(names: Sequence[str]) -> str:
    r"""Return names for a message: not too many, none too long, nothing in them that is not text.

    Examples
    --------
    >>> listed(["a", "b\n"])
    'a, b\\n'
    """
    brief = []
    for name in names[:_MOST]:
        brief.append(printable(name[:_LONGEST]) + "…" * (len(name) > _LONGEST))
    if len(names) > _MOST:
        brief.append(f"and {len(names) - _MOST:,} more")
    return ", ".join(brief)
