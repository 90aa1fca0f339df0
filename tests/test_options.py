"""An encoder's signature and docstring are the options."""

from collections.abc import Sequence
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsent.errors import OptionError, PluginError
from seqsent.options import check_options, options_of, parse_options


def encode(
    x: Any,
    *,
    units: int = 8,
    rate: float = 0.5,
    wide: bool = False,
    how: Literal["last", "mean"] = "last",
    widths: Sequence[int] = (8, 8),
    name: str | None = None,
    pair: tuple[int, float] = (1, 0.5),
    table: dict[str, int] = {},  # noqa: B006
    free: Any = None,
) -> Any:
    """Encode.

    Parameters
    ----------
    x : tensor
        Not an option.
    units : int
        The width
        of it.
    rate, wide : float, bool
        Shared words.

    Returns
    -------
    tensor
        Not an option either.
    """


OPTIONS = options_of(encode)


def test_options_are_the_keyword_only_parameters() -> None:
    assert list(OPTIONS) == [
        "units",
        "rate",
        "wide",
        "how",
        "widths",
        "name",
        "pair",
        "table",
        "free",
    ]
    assert OPTIONS["units"].default == 8
    assert OPTIONS["units"].doc == "The width of it."
    assert OPTIONS["wide"].doc == OPTIONS["rate"].doc == "Shared words."
    assert OPTIONS["how"].doc == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("units", "int"),
        ("how", "'last' | 'mean'"),
        ("widths", "Sequence[int]"),
        ("name", "str | None"),
        ("free", "Any"),
    ],
)
def test_types_are_shown_as_written(name: str, shown: str) -> None:
    assert OPTIONS[name].type_name == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("units", 3),
        ("rate", 1),
        ("rate", 0.1),
        ("wide", True),
        ("how", "mean"),
        ("widths", [4]),
        ("widths", ()),
        ("name", None),
        ("name", "a"),
        ("pair", [2, 3]),
        ("table", {"a": 1}),
        ("free", object()),
    ],
)
def test_values_of_the_declared_type_pass(name: str, value: Any) -> None:
    check_options("test", OPTIONS, {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("units", "3"),
        ("units", 3.0),
        ("units", True),
        ("rate", False),
        ("rate", "0.1"),
        ("wide", 1),
        ("how", "max"),
        ("widths", 4),
        ("widths", "44"),
        ("widths", [4.5]),
        ("name", 3),
        ("pair", (1,)),
        ("pair", (0.5, 1)),
        ("table", "a"),
    ],
)
def test_values_of_another_type_are_refused(name: str, value: Any) -> None:
    with pytest.raises(OptionError, match=f"option '{name}' of 'test' arrived as"):
        check_options("test", OPTIONS, {name: value})


def test_an_unknown_option_lists_what_there_is() -> None:
    with pytest.raises(OptionError, match=r"unknown option 'unit'; did you mean 'units'\? Known:"):
        check_options("test", OPTIONS, {"unit": 3})


def test_an_option_without_default_is_the_plugins_fault() -> None:
    def needs(x: Any, *, units: int) -> Any: ...

    with pytest.raises(PluginError, match="option 'units' .* has no default"):
        options_of(needs)


def test_an_annotation_that_does_not_resolve_takes_anything() -> None:
    def encode(x: Any, *, units: "Nowhere" = 1) -> Any: ...  # type: ignore[name-defined]  # noqa: F821

    check_options("test", options_of(encode), {"units": "x"})


@pytest.mark.parametrize("text", ["units", "=3", "", " = "])
def test_what_is_no_option_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="expected NAME=VALUE"):
        parse_options([text])


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none())
def test_python_values_come_back_from_the_command_line(value: Any) -> None:
    assert parse_options([f"name={value!r}"]) == {"name": value}


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_is_taken_as_a_value(value: str) -> None:
    assert list(parse_options([f"name={value}"])) == ["name"]
