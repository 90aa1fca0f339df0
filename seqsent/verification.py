"""Does a saved classifier answer alike on every backend? Each is asked in its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from seqsent.artifact import load, read_manifest, sample_ids
from seqsent.backend import installed_backends
from seqsent.errors import ArtifactError, BackendError

# Rounding in the networks' sums stays well below this; another arithmetic does not.
TOLERANCE = 1e-5

_ASK = "import sys; from seqsent.verification import _answer; _answer(sys.argv[1])"


@dataclass(frozen=True)
class Verification:
    """How one backend answers a model's sample.

    Parameters
    ----------
    backend : str
        Which one.
    difference : float
        The largest difference between its probabilities and those in the file.
    """

    backend: str
    difference: float

    @property
    def passed(self) -> bool:
        """Whether the answers are equal but for rounding."""
        return self.difference <= TOLERANCE


def verify(
    path: str | os.PathLike[str], backends: Sequence[str] | None = None
) -> list[Verification]:
    """Ask a saved classifier the same on several backends.

    Parameters
    ----------
    path : path
        A ``.seqsent`` file. It holds the answers of the backend that wrote it to rows of ids
        drawn from its vocabulary.
    backends : sequence of str, optional
        All that are installed when left out.

    Returns
    -------
    list of Verification
        One per backend.

    Raises
    ------
    ArtifactError
        When the file cannot be read.
    BackendError
        When a backend cannot answer.
    """
    expected = np.array(read_manifest(path).sample)
    found = {backend: _ask(path, backend) for backend in backends or installed_backends()}
    if any(answers.shape != expected.shape for answers in found.values()):
        raise ArtifactError(
            f"{path} has answers of shape {expected.shape} in it, which are not those to its "
            "sample. Train anew."
        )
    return [
        Verification(backend, float(np.abs(answers - expected).max()))
        for backend, answers in found.items()
    ]


def _ask(path: str | os.PathLike[str], backend: str) -> np.ndarray:
    done = subprocess.run(
        [sys.executable, "-c", _ASK, str(Path(path))],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    if done.returncode:
        reason = lines[-1] if lines else f"exit status {done.returncode}"
        raise BackendError(f"{backend} could not answer: {reason}")
    return np.array(json.loads(lines[-1]))


def _answer(path: str) -> None:
    """Print the model's answers to its sample; runs in the process that was started."""
    classifier = load(path)
    answers = classifier.probabilities(sample_ids(classifier.encoder))
    sys.stdout.write(json.dumps(answers.tolist()) + "\n")
