"""What a plugin yields: the description of one architecture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from seqsent.backend import choose_backend
from seqsent.errors import PluginError
from seqsent.options import Option, options_of

Encoder = Callable[..., Any]


@dataclass(frozen=True)
class Architecture:
    """An architecture: a name and the encoder behind it.

    Parameters
    ----------
    name : str
        What users type; lower-case letters, digits, ``-`` and ``_``.
    encoder : str or callable
        A function from an embedded sequence, shape (batch, time, features), to one feature
        vector per text, shape (batch, units). Given as ``"module:function"`` it is imported
        on first use, which keeps listing architectures fast. Its keyword-only parameters
        are the architecture's options.
    summary : str
        One line for listings.
    reference : str
        The paper it comes from.
    ignores_padding : bool
        Whether the vector of a text is the same however much padding is in front of it; what
        says so is held to it by `seqsent.testing`.

    Raises
    ------
    ValueError
        When the name or the encoder is not of that form.

    Examples
    --------
    >>> Architecture("lstm", "seqsent_lstm.model:encode", summary="One LSTM layer").name
    'lstm'
    """

    name: str
    encoder: str | Encoder
    summary: str = ""
    reference: str = ""
    ignores_padding: bool = False

    def __post_init__(self) -> None:
        """Refuse what could never be used."""
        if not isinstance(self.name, str) or not _is_name(self.name):
            raise ValueError(
                f"architecture name {self.name!r} arrived; expected lower-case letters, "
                "digits, '-' and '_', beginning with a letter"
            )
        if not callable(self.encoder) and not _is_reference(self.encoder):
            raise ValueError(
                f"encoder {self.encoder!r} of architecture {self.name!r} arrived; expected a "
                "function or 'module:function'"
            )

    def load_encoder(self) -> Encoder:
        """Return the encoder, imported if need be.

        Raises
        ------
        PluginError
            When it cannot be imported.
        """
        # An encoder's module imports Keras, and Keras its backend.
        choose_backend()
        if not isinstance(self.encoder, str):
            return self.encoder
        module, _, function = self.encoder.partition(":")
        try:
            encoder = getattr(import_module(module), function)
        except Exception as error:
            raise PluginError(
                f"the encoder {self.encoder!r} of architecture {self.name!r} could not be "
                f"imported: {type(error).__name__}: {error}. Mend or update its plugin."
            ) from error
        if not callable(encoder):
            raise PluginError(
                f"the encoder {self.encoder!r} of architecture {self.name!r} is a "
                f"{type(encoder).__name__}; expected a function"
            )
        return encoder  # type: ignore[no-any-return]

    def options(self) -> dict[str, Option]:
        """Return the options by name, read from the encoder's signature and docstring."""
        return options_of(self.load_encoder())


def _is_name(name: str) -> bool:
    allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_"
    return name[:1].isalpha() and all(letter in allowed for letter in name)


def _is_reference(encoder: object) -> bool:
    if not isinstance(encoder, str):
        return False
    module, colon, function = encoder.partition(":")
    return bool(colon) and function.isidentifier() and all(map(str.isidentifier, module.split(".")))
