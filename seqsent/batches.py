"""Batches: which texts come together while a network learns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.datasets.rows import Rows
from seqsent.layers import STEPS_PER_CALL, Columns
from seqsent.recipe import Recipe

Ids = NDArray[np.int32] | Rows

# Texts about equally long that come together: few, so that an epoch stays well mixed.
TOGETHER = 512


def with_unlabelled(columns: Columns, unlabelled: Ids, ratio: int) -> Columns:
    """Return columns that go on with texts without labels.

    Parameters
    ----------
    columns : tuple of ndarray
        Ids, labels, and weights or None.
    unlabelled : ndarray of int or Rows, shape (n, maxlen)
        Ids.
    ratio : int
        How many of them are to come beside each labelled one.

    Returns
    -------
    tuple of ndarray
        Ids, labels and weights. Unlabelled texts have weight 0, and the others so much more that
        a batch's mean loss is theirs.
    """
    ids, labels, weights = columns
    more = len(unlabelled)
    known = np.ones(len(labels), dtype=np.float32) if weights is None else weights
    return (
        joined(ids, unlabelled),
        np.concatenate([labels, np.zeros((more, *labels.shape[1:]), dtype=labels.dtype)]),
        np.concatenate([known * (1 + ratio), np.zeros(more, dtype=known.dtype)]),
    )


def joined(ids: Any, more: Ids) -> Ids:
    """Return ids that go on with more of the same kind."""
    return ids.followed_by(more) if isinstance(more, Rows) else np.concatenate([ids, more])


def batches_of(
    ids: Ids, labelled: int, recipe: Recipe, epoch: int
) -> tuple[NDArray[np.integer[Any]], int, int]:
    """Return in which order an epoch goes through texts.

    Parameters
    ----------
    ids : ndarray of int or Rows, shape (n, maxlen)
        Labelled texts, then others.
    labelled : int
        How many have labels.
    recipe : Recipe
        What training does.
    epoch : int
        The number of the epoch, from 0.

    Returns
    -------
    order : ndarray of int
        The numbers of the texts: each labelled one, and beside it others, if there are any.
    batch_size : int
        How many make a step.
    steps_per_call : int
        How many steps have texts of one width.
    """
    rows = ids if isinstance(ids, Rows) and ids.narrow else None
    order: NDArray[np.integer[Any]] = recipe.order(labelled, epoch)
    steps = max(TOGETHER // recipe.batch_size, 1) if rows else STEPS_PER_CALL
    if rows:
        order = rows.together(order, steps * recipe.batch_size)
    if len(ids) == labelled:
        return order, recipe.batch_size, steps
    asked = len(order) * recipe.unlabelled_ratio
    others = labelled + recipe.unlabelled_order(len(ids) - labelled, asked, epoch)
    beside = rows.beside(order, others) if rows else others.reshape(len(order), -1)
    mixed = np.concatenate([order[:, np.newaxis], beside], axis=1)
    return mixed.flatten(), recipe.batch_size * mixed.shape[1], steps
