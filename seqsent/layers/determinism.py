"""One seed for everything that draws random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from seqsent.backend import threads


def set_seed(seed: int) -> None:
    """Seed Python, NumPy and the backend, and ask the backend for deterministic operations.

    Parameters
    ----------
    seed : int
        From 0 to 2**32 - 1. Equal seeds on one backend and machine give bit-identical
        weights; different backends draw different numbers.
    """
    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        tensorflow.config.experimental.enable_op_determinism()
    elif keras.backend.backend() == "torch":
        import torch

        # cuDNN's recurrent layers have no deterministic version on some GPUs: warn, go on.
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.set_num_threads(threads())


def random_state() -> dict[str, NDArray[Any]]:
    """Return the random state that is in no variable of a model: that of PyTorch's dropout."""
    if keras.backend.backend() != "torch":
        return {}
    import torch

    states = [torch.get_rng_state(), *torch.cuda.get_rng_state_all()]
    return {str(number): state.numpy() for number, state in enumerate(states)}


def restore_random_state(state: Mapping[str, NDArray[Any]]) -> None:
    """Put the random state back to where `seqsent.layers.random_state` found it."""
    if not state:
        return
    import torch

    first, *others = (torch.from_numpy(np.array(state[str(n)])) for n in range(len(state)))
    torch.set_rng_state(first)
    torch.cuda.set_rng_state_all(others)
