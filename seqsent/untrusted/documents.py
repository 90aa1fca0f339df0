"""JSON from outside: read with limits, and given the types that were declared."""

from __future__ import annotations

import json
import math
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from seqsent.untrusted.files import kind_of_value, regular_size, shown

# More than any document of this package has.
_DEEPEST = 50
_LARGEST = 2**26

# What 64 bits hold; NumPy and most other readers of JSON can take no more.
_INTEGERS = range(-(2**63), 2**63)
_DIGITS = 20


def read_document(path: Path) -> Any:
    """Return what a JSON file says.

    Raises
    ------
    OSError, ValueError
        When it cannot be read, is too large, or `read_json` refuses it.
    """
    size = regular_size(path)
    if size > _LARGEST:
        raise ValueError(f"it has {size:,} bytes; expected {_LARGEST:,} at most")
    return read_json(path.read_bytes())


def read_json(content: str | bytes) -> Any:
    """Return what JSON says, if all of it can be used, printed and written again.

    Raises
    ------
    ValueError
        When it is no JSON, has a name twice in one object, more than fifty levels, numbers
        that are too large, or halves of characters.
    """
    value = _parsed(content)
    for level in _levels(value):
        for one in level:
            _check_scalar(one)
    return value


def read_json_line(line: str) -> Any:
    """Return what one of very many lines of JSON says, which may have halves of characters.

    Raises
    ------
    ValueError
        For all else that `read_json` refuses.
    """
    value = _parsed(line)
    if line.count("[") + line.count("{") > _DEEPEST:  # else not worth the time
        for _ in _levels(value):
            pass
    return value


def _parsed(content: str | bytes) -> Any:
    if isinstance(content, bytes):
        content = content.decode(json.detect_encoding(content), "surrogatepass")
    try:
        return _DECODER.decode(content)
    except RecursionError:
        raise _too_deep() from None


def _levels(value: Any) -> Iterator[list[Any]]:
    """Yield what is on each level of a value, unless there are too many."""
    level = [value]
    for _ in range(_DEEPEST):
        yield level
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> ValueError:
    return ValueError(f"it has more than {_DEEPEST} levels")


def _integer(digits: str) -> int:
    if len(digits) <= _DIGITS and (number := int(digits)) in _INTEGERS:
        return number
    raise ValueError("a number in it is too large")


def _with_each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("an object in it has a name twice")
    return record


# Made once: json.loads would make one for each line.
_DECODER = json.JSONDecoder(object_pairs_hook=_with_each_name_once, parse_int=_integer)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []


def _check_scalar(value: Any) -> None:
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{shown(value)} in it has half a character") from None


def conform(value: Any, to: Any, where: str = "it") -> Any:
    """Return what JSON gave as the type that was declared.

    Parameters
    ----------
    value : object
        Of JSON's types.
    to : type or annotation
        A dataclass, whose fields are all there is; a ``TypedDict``, beside whose keys there may
        be others; or what their fields are annotated with. A list becomes a tuple where one is
        declared.
    where : str
        What the value is called in messages.

    Raises
    ------
    ValueError
        When a value is missing or of another type; the message names its place. A float is a
        number: neither infinite nor NaN.

    Examples
    --------
    >>> conform({"a": [1, 2]}, Mapping[str, tuple[float, ...]])
    {'a': (1.0, 2.0)}
    >>> conform(True, int, "maxlen")
    Traceback (most recent call last):
    ...
    ValueError: maxlen is a truth value; expected int
    """
    origin, arguments = get_origin(to), get_args(to)
    if to is Any:
        return value
    if origin in (Union, UnionType):
        return _one_of(value, arguments, where)
    if origin is Literal and value in arguments:
        return value
    if origin in (list, tuple) and isinstance(value, list):
        return origin(conform(one, arguments[0], f"{where}[{n}]") for n, one in enumerate(value))
    if origin in (dict, Mapping) and isinstance(value, dict):
        return {name: conform(one, arguments[1], f"{where}.{name}") for name, one in value.items()}
    if is_dataclass(to) and isinstance(value, dict):
        return to(**_fields(value, to, where))  # type: ignore[operator]
    if typing.is_typeddict(to) and isinstance(value, dict):
        return _keys(value, to, where)
    if to is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if to is Path and isinstance(value, str):
        return Path(value)
    if to is type(value) and to is not float:  # a truth value is no whole number
        return value
    expected = getattr(to, "__name__", None) if origin is None else str(to)
    raise ValueError(f"{where} is {kind_of_value(value)}; expected {expected}")


def _one_of(value: Any, choices: tuple[Any, ...], where: str) -> Any:
    if value is None and NoneType in choices:
        return None
    errors = []
    for choice in choices:
        try:
            return conform(value, choice, where)
        except ValueError as error:
            errors.append(error)
    raise errors[0]


def _fields(value: dict[str, Any], to: Any, where: str) -> dict[str, Any]:
    hints = typing.get_type_hints(to)
    for name in value.keys() - {one.name for one in fields(to)}:
        raise ValueError(f"{where} has {shown(name)}, which is not known")
    for one in fields(to):
        if one.name not in value and one.default is MISSING and one.default_factory is MISSING:
            raise ValueError(f"{where} has no {one.name}")
    return {name: conform(one, hints[name], f"{where}.{name}") for name, one in value.items()}


def _keys(value: dict[str, Any], to: Any, where: str) -> dict[str, Any]:
    hints = typing.get_type_hints(to)
    for name in sorted(to.__required_keys__ - value.keys()):
        raise ValueError(f"{where} has no {name}")
    return {
        name: conform(one, hints.get(name, Any), f"{where}.{name}") for name, one in value.items()
    }
