"""The hooks a plugin may implement: argument-free functions that yield data.

A plugin is a module that an entry point of the group ``seqsent`` names.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from seqsent.architecture import Architecture

PROJECT = "seqsent"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def seqsent_architectures() -> Iterable[Architecture]:  # type: ignore[empty-body]
    """Yield architectures.

    Yields
    ------
    Architecture
        One per name that users may ask for.

    Examples
    --------
    A whole plugin: the module ``my_plugin``, which the entry point
    ``mean = "my_plugin"`` of the group ``seqsent`` names.

    >>> from seqsent import Architecture, hookimpl
    >>>
    >>> def encode(x, *, scale: float = 1.0):
    ...     import keras  # here, so that listing architectures stays fast
    ...
    ...     return scale * keras.ops.mean(x, axis=1)
    >>>
    >>> @hookimpl
    ... def seqsent_architectures():
    ...     yield Architecture(name="mean", encoder=encode, summary="The mean of the words")
    """
