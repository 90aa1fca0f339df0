"""The hooks a plugin may implement: argument-free functions that yield data.

A plugin is a module that an entry point of the group ``seqsent`` names.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from seqsent.architecture import Architecture
from seqsent.dataset import Dataset

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


@hookspec
def seqsent_datasets() -> Iterable[Dataset]:  # type: ignore[empty-body]
    """Yield data sets.

    Yields
    ------
    Dataset
        One per name that users may give in the place of a file.

    Examples
    --------
    A whole plugin: the module ``my_data``, which the entry point
    ``opinions = "my_data"`` of the group ``seqsent`` names.

    >>> from seqsent import Dataset, hookimpl
    >>>
    >>> def load():
    ...     from seqsent import Texts  # here, so that listing data sets stays fast
    ...
    ...     return Texts.from_labels(["A fine film.", "Dull."], ["good", "bad"], name="opinions")
    >>>
    >>> @hookimpl
    ... def seqsent_datasets():
    ...     yield Dataset(name="opinions", loader=load, summary="Two opinions")
    """
