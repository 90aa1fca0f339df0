"""How confident an answer must be to be right as often as is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A share of fewer answers says little.
_FEWEST = 30

# A finer curve would only enlarge the file that keeps it.
_POINTS = 200


@dataclass(frozen=True)
class Certainty:
    """What share of answers was right from each confidence on, on texts not learned from.

    Parameters
    ----------
    confidence : tuple of float
        Probabilities of answers, falling.
    right : tuple of float
        Of the answers at least as confident, the share of right ones.

    References
    ----------
    El-Yaniv & Wiener, 2010, "On the Foundations of Noise-free Selective Classification".
    """

    confidence: tuple[float, ...]
    right: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what is no curve."""
        if len(self.confidence) != len(self.right) or not self.right:
            raise ValueError("the certainty is no curve: one share for each confidence")

    @classmethod
    def measure(cls, confidence: NDArray[np.floating], right: NDArray[np.bool_]) -> Certainty:
        """Measure it on answers, shape (texts,), most of which should be right.

        Examples
        --------
        >>> import numpy as np
        >>> confidence, right = np.linspace(1, 0.51, 50), np.arange(50) < 40
        >>> certainty = Certainty.measure(confidence, right)
        >>> round(certainty.needed(0.99), 2), round(certainty.needed(0.8), 2)
        (0.61, 0.51)
        """
        order = np.argsort(-confidence, kind="stable")
        falling = confidence[order].astype(np.float64)
        shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
        # Answers that are equally confident are given or withheld together.
        ends = np.flatnonzero(np.append(falling[1:] < falling[:-1], True))
        ends = ends[ends >= min(_FEWEST, len(order)) - 1]
        kept = ends[np.unique(np.linspace(0, len(ends) - 1, _POINTS).astype(int))]
        return cls(tuple(falling[kept].tolist()), tuple(shares[kept].tolist()))

    def needed(self, share: float) -> float | None:
        """Return the least confidence from which that share was right, None if none was."""
        reached = [
            confidence
            for confidence, right in zip(self.confidence, self.right, strict=True)
            if right >= share
        ]
        return min(reached, default=None)
