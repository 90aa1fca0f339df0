"""An architecture names its encoder and loads it on first use."""

from typing import Any

import pytest

from seqsent import Architecture, PluginError


def encode(x: Any, *, units: int = 8) -> Any:
    """Encode."""


@pytest.mark.parametrize("name", ["", "LSTM", "my lstm", "-lstm", "9", "lstm\n", None, "ä"])
def test_a_name_that_cannot_be_typed_is_refused(name: Any) -> None:
    with pytest.raises(ValueError, match="architecture name"):
        Architecture(name, encode)


@pytest.mark.parametrize("encoder", ["", "model", "model:", ":encode", "a b:c", "a:b:c", 3, None])
def test_an_encoder_that_cannot_be_found_is_refused(encoder: Any) -> None:
    with pytest.raises(ValueError, match="expected a function or 'module:function'"):
        Architecture("test", encoder)


def test_a_function_is_its_own_encoder() -> None:
    assert Architecture("test", encode).load_encoder() is encode
    assert list(Architecture("test", encode).options()) == ["units"]


def test_a_reference_is_imported() -> None:
    assert Architecture("test", "json:loads").load_encoder().__name__ == "loads"


@pytest.mark.parametrize(
    ("encoder", "cause"),
    [
        ("seqsent_absent.model:encode", "ModuleNotFoundError"),
        ("json:absent", "AttributeError"),
    ],
)
def test_an_encoder_that_cannot_be_imported_is_named(encoder: str, cause: str) -> None:
    with pytest.raises(PluginError, match=f"of architecture 'test', '{encoder}', could.*{cause}"):
        Architecture("test", encoder).load_encoder()


def test_an_encoder_that_is_no_function_is_named() -> None:
    with pytest.raises(PluginError, match="is a str; expected a function"):
        Architecture("test", "string:digits").load_encoder()
