"""Plan: everything between labelled texts and a trained classifier, in one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from seqsent import layers
from seqsent.architecture import Architecture
from seqsent.classifier import TextClassifier
from seqsent.datasets import Examples, Splits
from seqsent.datasets.rows import Rows
from seqsent.models import Embedding, build_model
from seqsent.registry import registry
from seqsent.results import Epoch, History
from seqsent.text import TextEncoder
from seqsent.text.encoder import Level, Truncation
from seqsent.text.padding import Side
from seqsent.training import Recipe, Weights, fit


@dataclass(frozen=True)
class Plan:
    """How texts become ids, which network reads them, and how it is trained.

    Parameters
    ----------
    architecture : str or Architecture
        As in `build_model`.
    options : mapping of str to object
        The architecture's options.
    embedding : int, "onehot" or array
        As in `build_model`.
    vocab_size, maxlen, level, padding, truncation
        As in `TextEncoder.fit`.
    recipe : Recipe
        What training does.
    threshold : float
        As in `TextClassifier`.
    """

    architecture: str | Architecture = "lstm"
    options: Mapping[str, Any] = field(default_factory=lambda: {"units": 32})
    embedding: Embedding = 32
    vocab_size: int | None = 20_000
    maxlen: int = 200
    level: Level = "word"
    padding: Side = "front"
    truncation: Truncation = "front"
    recipe: Recipe = field(
        default_factory=lambda: Recipe("adam", 2e-3, batch_size=32, epochs=20, patience=3)
    )
    threshold: float = 0.5


def train(
    plan: Plan,
    texts: tuple[Sequence[str], NDArray[Any]],
    validation: tuple[Sequence[str], NDArray[Any]],
    label_names: tuple[str, ...],
    *,
    multi_label: bool = False,
    sample_weight: Weights | None = None,
    validation_weight: Weights | None = None,
    directory: Path | None = None,
    on_epoch: Callable[[int, Epoch], None] | None = None,
) -> tuple[TextClassifier, History]:
    """Train a classifier of raw texts.

    Parameters
    ----------
    plan : Plan
        How.
    texts, validation : tuple of (sequence of str, ndarray)
        Texts with class indices, shape (n,), or zeros and ones, shape (n, labels). The
        vocabulary is learned from the training texts alone.
    label_names : tuple of str
        The name of each class or label.
    multi_label : bool
        Whether several labels may apply to one text.
    sample_weight, validation_weight : ndarray of float, shape (n,), optional
        As in `fit`.
    directory : Path, optional
        As in `fit`.
    on_epoch : callable, optional
        As in `fit`.

    Returns
    -------
    TextClassifier
        With the best weights.
    History
        Every epoch.
    """
    encoder = TextEncoder.fit(
        texts[0],
        vocab_size=plan.vocab_size,
        maxlen=plan.maxlen,
        level=plan.level,
        padding=plan.padding,
        truncation=plan.truncation,
    )
    splits = _splits(encoder, texts, validation, label_names)
    layers.set_seed(plan.recipe.seed)
    model = build_model(
        plan.architecture,
        vocab_size=encoder.vocab_size,
        maxlen=plan.maxlen,
        embedding=plan.embedding,
        num_classes=len(label_names),
        multi_label=multi_label,
        **plan.options,
    )
    history = fit(
        model,
        splits,
        plan.recipe,
        sample_weight=sample_weight,
        validation_weight=validation_weight,
        directory=directory,
        on_epoch=on_epoch,
    )
    classifier = TextClassifier(
        model, encoder, label_names, multi_label, about=_about(plan, splits, history)
    ).with_threshold(plan.threshold)
    if not multi_label:
        probabilities = classifier.probabilities(splits.validation.ids)
        classifier = classifier.measured(probabilities, splits.validation.labels)
    return classifier, history


def _splits(
    encoder: TextEncoder,
    texts: tuple[Sequence[str], NDArray[Any]],
    validation: tuple[Sequence[str], NDArray[Any]],
    label_names: tuple[str, ...],
) -> Splits:
    # Rows stand in for arrays, which might not fit into memory.
    rows: tuple[Any, Any] = Rows.encoded(encoder, texts[0]), Rows.encoded(encoder, validation[0])
    return Splits(
        train=Examples(rows[0], texts[1]),
        validation=Examples(rows[1], validation[1]),
        test=Examples(rows[0][:0], texts[1][:0]),
        vocabulary=encoder.vocabulary,
        vocab_size=encoder.vocab_size,
        label_names=label_names,
        lengths=rows[0].lengths,
        name="texts",
    )


def _about(plan: Plan, splits: Splits, history: History) -> dict[str, Any]:
    """Return what a saved classifier says of its training."""
    named = isinstance(plan.architecture, str)
    name = plan.architecture if isinstance(plan.architecture, str) else plan.architecture.name
    return {
        "architecture": name,
        "distribution": registry().architectures.get(name)[0].distribution if named else "",
        "options": dict(plan.options),
        "recipe": asdict(plan.recipe),
        "data": {
            "fingerprint": splits.fingerprint,
            "train": len(splits.train),
            "validation": len(splits.validation),
        },
        "epochs": len(history.epochs),
        "best_epoch": history.best_epoch,
        "validation": asdict(history.best),
    }
