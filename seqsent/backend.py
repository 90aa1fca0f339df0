"""Which framework Keras computes with, decided before Keras is imported."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from seqsent.errors import BackendError, OptionError, unknown_name

# In order of preference: JAX trains these small networks fastest on a CPU.
BACKENDS = ("jax", "tensorflow", "torch")

# Sums shared between threads end in other last bits with another number of threads. So it is the
# same everywhere, on one processor too; more would not help networks as small as these.
THREADS = 2


def installed_backends() -> list[str]:
    """Return the backends that are installed, the preferred one first; imports none."""
    return [name for name in BACKENDS if find_spec(name) is not None]


def choose_backend(name: str | None = None) -> str:
    """Decide which backend Keras uses; to be called before Keras is imported.

    The first of these that applies decides: ``name``; the environment variable
    ``KERAS_BACKEND``; the backend that Keras' own configuration names, if that is installed;
    the first installed of JAX, TensorFlow and PyTorch. Once Keras is imported its backend
    stays for the rest of the process.

    Parameters
    ----------
    name : {"jax", "tensorflow", "torch"}, optional
        The backend to use.

    Returns
    -------
    str
        The backend in use.

    Raises
    ------
    BackendError
        When the backend is unknown or not installed, when none is installed, or when
        ``name`` is another one than a Keras already imported works with.
    """
    if name is not None and name not in BACKENDS:
        raise BackendError(unknown_name("backend", name, BACKENDS))
    running = _running_backend()
    if running is not None:
        if name is not None and name != running:
            raise BackendError(
                f"backend {name!r} was asked for, but Keras already runs on {running!r} in "
                "this process. Choose the backend before Keras is imported."
            )
        return running
    chosen = name or os.environ.get("KERAS_BACKEND") or _default_backend()
    _check_installed(chosen)
    os.environ["KERAS_BACKEND"] = chosen
    return chosen


def threads() -> int:
    """Return how many threads share an operation: 2, unless ``SEQSENT_THREADS`` says otherwise.

    Raises
    ------
    OptionError
        When the variable is no whole number from 1.
    """
    asked = os.environ.get("SEQSENT_THREADS", str(THREADS))
    if not asked.isdecimal() or int(asked) < 1:
        raise OptionError(f"SEQSENT_THREADS={asked!r} arrived; expected a whole number from 1")
    return int(asked)


def fix_threads() -> None:
    """Tell JAX and TensorFlow how many threads to use; to be called before they compute."""
    of_jax = "NPROC", "JAX_NUM_CPU_DEVICES"
    of_tensorflow = "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"
    for variable in of_jax + of_tensorflow:
        os.environ[variable] = str(threads())


def _running_backend() -> str | None:
    # A Keras whose import failed half-way has no config.
    config = getattr(sys.modules.get("keras"), "config", None)
    return str(config.backend()) if config else None


def _default_backend() -> str:
    installed = installed_backends()
    if not installed:
        raise BackendError(
            "no backend is installed; expected JAX, TensorFlow or PyTorch. "
            'Run: python -m pip install "seqsent[jax]"'
        )
    configured = _configured_backend()
    return configured if configured in installed else installed[0]


def _configured_backend() -> str:
    """Return what Keras' configuration file names; without one Keras means TensorFlow.

    Keras writes that default down on its first import, so taking another default here would
    change the backend between a user's first run and the second.
    """
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        return str(json.loads((home / "keras.json").read_text(encoding="utf-8"))["backend"])
    except (OSError, ValueError, LookupError, TypeError):
        return "tensorflow"


def _check_installed(name: str) -> None:
    if name not in BACKENDS:
        raise BackendError(unknown_name("backend", name, BACKENDS))
    if find_spec(name) is None:
        there = ", ".join(installed_backends()) or "none"
        raise BackendError(
            f"backend {name!r} is not installed (installed: {there}). "
            f'Run: python -m pip install "seqsent[{name}]"'
        )
