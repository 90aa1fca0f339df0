"""What plugins give: names that users type, and functions named instead of imported."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from seqsent.errors import PluginError
from seqsent.guard import KerasContents, in_one_line

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


def check_name(kind: str, name: object) -> None:
    """Refuse a name that could not be typed.

    Parameters
    ----------
    kind : str
        What is named, as a noun.
    name : object
        What arrived.

    Raises
    ------
    ValueError
        Unless it is of lower-case letters, digits, ``-`` and ``_``, beginning with a letter.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(
            f"{kind} name {name!r} arrived; expected lower-case letters, digits, '-' and '_', "
            "beginning with a letter"
        )


def from_plugin(name: str) -> str:
    """Return what a message says of whose something is, where a plugin brought it."""
    return f" from plugin {name}" if name else ""


def check_reference(what: str, function: object) -> None:
    """Refuse what is neither a function nor the name of one.

    Parameters
    ----------
    what : str
        What the function is, for the message.
    function : object
        What arrived.

    Raises
    ------
    ValueError
        Unless it is callable or of the form ``"module:function"``.
    """
    if not callable(function) and not _is_reference(function):
        raise ValueError(f"{what} is {function!r}; expected a function or 'module:function'")


def check_line(what: str, line: object) -> None:
    """Refuse what listings could not show.

    Parameters
    ----------
    what : str
        What the line is, for the message.
    line : object
        What arrived.

    Raises
    ------
    ValueError
        Unless it is a text of one line.
    """
    if not isinstance(line, str) or not line.isprintable():
        raise ValueError(f"{what} is {line!r:.60}; expected a text of one line")


def import_function(what: str, function: str | Callable[..., Any]) -> Callable[..., Any]:
    """Return a function, imported if it is given by name.

    Parameters
    ----------
    what : str
        What the function is, for the message.
    function : str or callable
        As `check_reference` lets it pass.

    Raises
    ------
    PluginError
        When it cannot be imported.
    """
    if not isinstance(function, str):
        return function
    module, _, name = function.partition(":")
    try:
        if module not in sys.modules:
            _import(what, module)
        imported = getattr(sys.modules[module], name)
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{what}, {function!r}, could not be imported: {in_one_line(error)}. Mend or update "
            "its plugin."
        ) from error
    if not callable(imported):
        raise PluginError(
            f"{what}, {function!r}, is a {type(imported).__name__}; expected a function"
        )
    return imported  # type: ignore[no-any-return]


def _import(what: str, module: str) -> None:
    keras = KerasContents.now()
    try:
        import_module(module)
    finally:
        keras.put_back(what, module)


def _is_reference(function: object) -> bool:
    if not isinstance(function, str):
        return False
    module, colon, name = function.partition(":")
    return bool(colon) and name.isidentifier() and all(map(str.isidentifier, module.split(".")))
