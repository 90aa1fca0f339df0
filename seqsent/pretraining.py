"""Pretraining: a network learns which word follows before it learns what texts are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from seqsent.batches import Ids, joined
from seqsent.datasets import Examples, Splits
from seqsent.errors import OptionError
from seqsent.layers import keras
from seqsent.layers.language import language_model, word_by_word
from seqsent.recipe import Recipe
from seqsent.results import History
from seqsent.training import fit


def pretrain(
    model: keras.Model,
    splits: Splits,
    recipe: Recipe,
    *,
    unlabelled: Ids | None = None,
    directory: Path | None = None,
) -> History:
    """Let the embedding and the recurrent layer of a model learn which word follows [1]_.

    Parameters
    ----------
    model : keras.Model
        As `seqsent.build_model` gives it; it holds what was learned at the end.
    splits : Splits
        Texts to learn from and others that say when to stop, whose labels do not count.
    recipe : Recipe
        What training does; there are no adversaries and no averaged weights.
    unlabelled : ndarray of int or Rows, shape (n, maxlen), optional
        Ids of more texts to learn from.
    directory : Path, optional
        As in `seqsent.fit`.

    Returns
    -------
    History
        Every epoch.

    Raises
    ------
    OptionError
        When the model has no recurrent layer over an embedding.

    References
    ----------
    .. [1] Dai, A. M. and Le, Q. V. (2015). Semi-supervised sequence learning. NeurIPS,
       3079-3087.
    """
    try:
        language = language_model(model)
    except ValueError as error:
        raise OptionError(f"pretrain={recipe.epochs} arrived, and {error}") from error
    ids = splits.train.ids if unlabelled is None else joined(splits.train.ids, unlabelled)
    texts = replace(splits, train=_unlabelled(ids), validation=_unlabelled(splits.validation.ids))
    recipe = replace(recipe, adversarial=0.0, virtual=0.0, average=0.0)
    with word_by_word(model):
        return fit(language, texts, recipe, directory=directory)


def _unlabelled(ids: Any) -> Examples:
    return Examples(ids, np.zeros(len(ids), dtype=np.int32))
