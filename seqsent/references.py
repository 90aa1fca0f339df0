"""What plugins give: names that users type, and functions named instead of imported."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

from seqsent.errors import PluginError

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
        imported = getattr(import_module(module), name)
    except Exception as error:
        raise PluginError(
            f"{what}, {function!r}, could not be imported: {type(error).__name__}: {error}. Mend "
            "or update its plugin."
        ) from error
    if not callable(imported):
        raise PluginError(
            f"{what}, {function!r}, is a {type(imported).__name__}; expected a function"
        )
    return imported  # type: ignore[no-any-return]


def _is_reference(function: object) -> bool:
    if not isinstance(function, str):
        return False
    module, colon, name = function.partition(":")
    return bool(colon) and name.isidentifier() and all(map(str.isidentifier, module.split(".")))
