"""What a plugin yields: the description of one architecture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from seqsent.options import Option, options_of
from seqsent.references import (
    check_line,
    check_name,
    check_reference,
    from_plugin,
    import_function,
)

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
    plugin : str
        The plugin that brought it, which the registry fills in, for messages.

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
    plugin: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse what could never be used."""
        check_name("architecture", self.name)
        check_reference(f"the encoder of architecture {self.name!r}", self.encoder)
        check_line(f"the summary of architecture {self.name!r}", self.summary)
        check_line(f"the reference of architecture {self.name!r}", self.reference)

    @property
    def encoder_called(self) -> str:
        """What messages call the encoder: by its architecture and plugin."""
        return f"the encoder of architecture {self.name!r}{from_plugin(self.plugin)}"

    def load_encoder(self) -> Encoder:
        """Return the encoder, imported if need be.

        Raises
        ------
        PluginError
            When it cannot be imported.
        """
        # Imports Keras, its backend chosen, so that an encoder's module finds it as it is.
        import_module("seqsent.layers")
        return import_function(self.encoder_called, self.encoder)

    def options(self) -> dict[str, Option]:
        """Return the options by name, read from the encoder's signature and docstring."""
        return options_of(self.load_encoder())
