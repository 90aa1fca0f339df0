"""One seed for everything that draws random numbers."""

from __future__ import annotations

import keras


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
