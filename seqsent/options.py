"""An architecture's options, read from its encoder: signature and docstring say it all."""

from __future__ import annotations

import ast
import collections.abc
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from seqsent.errors import OptionError, PluginError, unknown_name

_SEQUENCES = (list, tuple, collections.abc.Sequence)


@dataclass(frozen=True)
class Option:
    """One keyword-only parameter of an encoder.

    Parameters
    ----------
    name : str
        What users type.
    annotation : object
        The type it takes; ``typing.Any`` where none is declared.
    default : object
        Its value when left out.
    doc : str
        What the docstring says of it.
    """

    name: str
    annotation: Any
    default: Any
    doc: str = ""

    @property
    def type_name(self) -> str:
        """The type as a reader would write it."""
        if get_origin(self.annotation) is Literal:
            return " | ".join(map(repr, get_args(self.annotation)))
        if isinstance(self.annotation, type) and not get_args(self.annotation):
            return self.annotation.__name__
        return str(self.annotation).replace("typing.", "").replace("collections.abc.", "")


def is_plain(annotation: Any) -> bool:
    """Whether a command line can give all values of a type, and a saved file can keep them.

    Examples
    --------
    >>> is_plain(tuple[int, ...] | None), is_plain(complex)
    (True, False)
    """
    if get_origin(annotation) is Literal:
        return True
    if get_origin(annotation) in (Union, types.UnionType, *_SEQUENCES):
        return all(one is Ellipsis or is_plain(one) for one in get_args(annotation))
    return annotation in (bool, int, float, str, type(None))


def options_of(encoder: Callable[..., Any]) -> dict[str, Option]:
    """Read the options of an encoder.

    Parameters
    ----------
    encoder : callable
        Its keyword-only parameters are the options; each needs a default.

    Returns
    -------
    dict of str to Option
        In the order of the signature.

    Raises
    ------
    PluginError
        When an option has no default.
    """
    try:
        hints = typing.get_type_hints(encoder)
    except Exception:
        hints = {}  # an annotation only a type checker can see: the option takes anything
    docs = _parameter_docs(inspect.getdoc(encoder) or "")
    options = {}
    for name, parameter in inspect.signature(encoder).parameters.items():
        if parameter.kind is not parameter.KEYWORD_ONLY:
            continue
        if parameter.default is parameter.empty:
            raise PluginError(
                f"option {name!r} of the encoder {encoder.__module__}:{encoder.__qualname__} "
                "has no default; an architecture must build without any option"
            )
        annotation = hints.get(name, Any)
        options[name] = Option(name, annotation, parameter.default, docs.get(name, ""))
    return options


def check_options(
    architecture: str, options: Mapping[str, Option], given: Mapping[str, Any]
) -> None:
    """Refuse options that the architecture lacks, or of another type.

    Raises
    ------
    OptionError
        Naming the option, what it takes, and the options there are.
    """
    for name, value in given.items():
        if name not in options:
            raise OptionError(f"{architecture}: {unknown_name('option', name, options)}")
        option = options[name]
        if not _fits(value, option.annotation):
            raise OptionError(
                f"option {name!r} of {architecture!r} arrived as {value!r}; expected "
                f"{option.type_name}, for instance {option.default!r}"
            )


def parse_options(texts: Iterable[str]) -> dict[str, Any]:
    """Read options as the command line gives them.

    Parameters
    ----------
    texts : iterable of str
        Each ``name=value``; the value a Python literal, or else plain text.

    Examples
    --------
    >>> parse_options(["units=16", "pooling=max", "widths=16,8", "bidirectional=true"])
    {'units': 16, 'pooling': 'max', 'widths': (16, 8), 'bidirectional': True}
    """
    options = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise OptionError(f"option {text!r} arrived; expected NAME=VALUE, like units=16")
        options[name.strip()] = _literal(value.strip())
    return options


def _literal(value: str) -> Any:
    if value.lower() in ("true", "false"):
        return value.lower() == "true"
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value


def _fits(value: Any, annotation: Any) -> bool:
    """Whether a value is of the annotated type."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return value in arguments
    if origin in (Union, types.UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if origin is tuple and Ellipsis not in arguments:
        return (
            isinstance(value, list | tuple)
            and len(value) == len(arguments)
            and all(map(_fits, value, arguments))
        )
    if origin in _SEQUENCES:
        return isinstance(value, list | tuple) and all(_fits(item, arguments[0]) for item in value)
    if annotation is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if annotation is int:
        return isinstance(value, int) and not isinstance(value, bool)
    kind = type(None) if annotation is None else origin or annotation
    return annotation is Any or not isinstance(kind, type) or isinstance(value, kind)


def _parameter_docs(doc: str) -> dict[str, str]:
    """Take each parameter's description out of a numpydoc docstring."""
    section = re.search(r"Parameters\n-+\n(.*?)(?=\n\n\S[^\n]*\n-{3,}|\Z)", doc, re.DOTALL)
    if not section:
        return {}
    entries = re.split(r"^(?=\S)", section.group(1), flags=re.MULTILINE)
    docs = {}
    for entry in filter(None, entries):
        head, *body = entry.splitlines()
        text = " ".join(line.strip() for line in body).strip()
        docs.update({name.strip(): text for name in head.partition(":")[0].split(",")})
    return docs
