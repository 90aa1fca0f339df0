"""From labelled texts to a trained classifier, as a plan says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent.classifier import TextClassifier
from seqsent.datasets import Examples, Splits
from seqsent.datasets.rows import Rows
from seqsent.errors import OptionError
from seqsent.evaluation import evaluate_probabilities
from seqsent.layers import keras
from seqsent.members import Members, together
from seqsent.models import Embedding
from seqsent.ngrams import Ngrams, count_runs, kind_for
from seqsent.plan import LEARNED, Plan
from seqsent.registry import registry
from seqsent.results import Epoch, History
from seqsent.text import TextEncoder
from seqsent.text.encoder import Level
from seqsent.text.vectors import learn_vectors, read_vectors
from seqsent.text.vocabulary import UNKNOWN
from seqsent.training import Weights, check_weight

# Texts, and class indices, shape (n,), or zeros and ones, shape (n, labels).
Part = tuple[Sequence[str], NDArray[Any]]

# With a larger share of unknown words the vocabulary is not the texts' own: languages whose words
# are long, or not separated. English reviews of a line have 7 %, Korean ones 30.
UNKNOWN_WORDS = 0.15


def train(
    plan: Plan,
    texts: Part,
    validation: Part,
    label_names: tuple[str, ...],
    *,
    multi_label: bool = False,
    unlabelled: Sequence[str] = (),
    sample_weight: Weights | None = None,
    validation_weight: Weights | None = None,
    directory: Path | None = None,
    on_epoch: Callable[[int, Epoch], None] | None = None,
    on_stage: Callable[[str], None] = lambda _: None,
) -> tuple[TextClassifier, tuple[History, ...]]:
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
    unlabelled : sequence of str
        More texts of the kind, for all that needs no labels: vectors, pretraining, virtual
        adversaries, a student.
    sample_weight, validation_weight : ndarray of float, shape (n,), optional
        As in `fit`.
    directory : Path, optional
        As in `fit`.
    on_epoch : callable, optional
        As in `fit`; epochs are counted on from one network to the next.
    on_stage : callable, optional
        Is told what comes next, in a few words.

    Returns
    -------
    TextClassifier
        With the best weights.
    tuple of History
        Every epoch of each network.

    Raises
    ------
    OptionError
        When unlabelled texts arrive that nothing learns from, or none for a student.
    DataError
        When weights are none.
    """
    _check_unlabelled(plan, len(unlabelled))
    check_weight(sample_weight, len(texts[1]), "sample_weight")
    check_weight(validation_weight, len(validation[1]), "validation_weight")
    on_stage("words to ids")
    encoder = _encoder(plan, texts[0], validation[0])
    splits = _splits(encoder, texts, validation, label_names)
    weights = sample_weight, validation_weight
    runs = None
    if plan.ngrams:
        # Before the networks: where memory is short, that shows before hours have gone by.
        on_stage("runs of words")
        runs = _runs(texts, validation, weights, len(label_names), encoder.level)
    if plan.vectors != "none":
        on_stage("vectors")
    embedding = _embedding(plan, encoder, _Both(texts[0], unlabelled))
    more = Rows.encoded(encoder, unlabelled) if len(unlabelled) else None
    members = Members(
        plan,
        splits,
        embedding,
        multi_label=multi_label,
        unlabelled=more,
        sample_weight=sample_weight,
        validation_weight=validation_weight,
        directory=directory,
        on_epoch=on_epoch,
        on_stage=on_stage,
    )

    def answering(networks: Sequence[keras.Model]) -> TextClassifier:
        network = TextClassifier(together(networks), encoder, label_names, multi_label)
        classifier = network.with_threshold(plan.threshold)
        return _beside(classifier, runs[0], validation, weights[1]) if runs else classifier

    networks = members.trained()
    classifier = answering(networks)
    if plan.student:
        on_stage("what the teacher says")
        students = members.taught(classifier.predict_proba(unlabelled))
        networks = [*networks, *students] if plan.student == "beside" else students
        classifier = answering(networks)
    probabilities = classifier.predict_proba(validation[0])
    if not multi_label:
        classifier = classifier.measured(probabilities, validation[1])
    histories = members.histories[-len(networks) :]
    about = _about(plan, classifier, splits, len(unlabelled), histories)
    about["validation"] = _figures(classifier, probabilities, validation[1])
    if runs and classifier.ngrams:
        # The shares are known; a linear model gains by the texts that they are known from.
        classifier = replace(classifier, ngrams=replace(runs[1], shares=classifier.ngrams.shares))
    return replace(classifier, about=about), tuple(members.histories)


def _check_unlabelled(plan: Plan, count: int) -> None:
    """Refuse unlabelled texts that nothing learns from, and a student without any."""
    if count and not plan.learns_without_labels:
        raise OptionError(
            f"{count} unlabelled texts arrived, and nothing in the plan learns from them. Ask for "
            "it: the preset fast or accurate, student=True, vectors=learn, pretrain=1 or virtual=1."
        )
    if plan.student and not count:
        raise OptionError(
            f"student={plan.student} arrived without unlabelled texts; expected some, of which a "
            "teacher tells the student what they are. Name them with --unlabelled (unlabelled= in "
            "Python)."
        )


def _runs(
    texts: Part,
    validation: Part,
    weights: tuple[Weights | None, Weights | None],
    num_classes: int,
    level: Level,
) -> tuple[Ngrams, Ngrams]:
    """Return runs of words of the training texts, and of all texts."""
    both = _Both(texts[0], validation[0])
    kind = kind_for(sum(map(len, both)), level)
    counts = count_runs(both, kind)
    learned = partial(Ngrams.from_counts, num_classes=num_classes)
    parts = texts[1], validation[1]
    known = [
        np.ones(len(part)) if weight is None else weight
        for part, weight in zip(parts, weights, strict=True)
    ]
    weighted = any(weight is not None for weight in weights)
    whole = learned(
        counts,
        np.concatenate(parts),
        sample_weight=np.concatenate(known) if weighted else None,
    )
    return learned(counts[: len(texts[1])], texts[1], sample_weight=weights[0]), whole


def _beside(
    classifier: TextClassifier, ngrams: Ngrams, validation: Part, weight: Weights | None
) -> TextClassifier:
    """Add runs of words, with shares from texts that neither side has seen."""
    of_network = classifier.predict_proba(validation[0])
    beside = ngrams.beside(of_network, *validation, sample_weight=weight)
    return replace(classifier, ngrams=beside)


@dataclass(frozen=True)
class _Both:
    """Texts and more texts, to be gone through any number of times."""

    first: Sequence[str]
    second: Sequence[str]

    def __iter__(self) -> Iterator[str]:
        return chain(self.first, self.second)


def _encoder(plan: Plan, texts: Sequence[str], validation: Sequence[str]) -> TextEncoder:
    def fitted(level: Level) -> TextEncoder:
        return TextEncoder.fit(
            texts,
            vocab_size=plan.vocab_size,
            maxlen=plan.maxlen,
            level=level,
            padding=plan.padding,
            truncation=plan.truncation,
        )

    if plan.level != "auto":
        return fitted(plan.level)
    encoder = fitted("word")
    words, _ = encoder.flat(validation)
    return encoder if np.mean(words == UNKNOWN) <= UNKNOWN_WORDS else fitted("subword")


def _splits(
    encoder: TextEncoder,
    texts: Part,
    validation: Part,
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


def _embedding(plan: Plan, encoder: TextEncoder, texts: Any) -> Embedding:
    if plan.vectors == "none" or not isinstance(plan.embedding, int):
        return plan.embedding
    if plan.vectors in LEARNED:
        skip_gram = plan.vectors == "skip-gram"
        return learn_vectors(texts, encoder, plan.embedding, plan.recipe.seed, skip_gram=skip_gram)
    return read_vectors(plan.vectors, encoder.vocabulary.pieces, plan.recipe.seed)


def _figures(
    classifier: TextClassifier, probabilities: NDArray[np.float32], labels: NDArray[Any]
) -> dict[str, float]:
    """Return how good the answers to the validation texts are, which plans compare by."""
    found = evaluate_probabilities(
        labels,
        probabilities,
        classifier.label_names,
        multi_label=classifier.multi_label,
        threshold=classifier.threshold,
    )
    return {"accuracy": found.accuracy, "log_loss": found.log_loss}


def _about(
    plan: Plan,
    classifier: TextClassifier,
    splits: Splits,
    unlabelled: int,
    histories: Sequence[History],
) -> dict[str, Any]:
    """Return what a saved classifier says of its training."""
    named, name = isinstance(plan.architecture, str), plan.architecture_name
    described = {one.name for one in fields(plan)} - {"architecture", "embedding", "recipe"}
    told = {one: getattr(plan, one) for one in sorted(described - {"options"})}
    side = {"shares": list(classifier.ngrams.shares)} if classifier.ngrams else {}
    return {
        "architecture": name,
        "distribution": registry().architectures.get(name)[0].distribution if named else "",
        "options": dict(plan.options),
        # Of a file its name alone: a path would tell the name of its owner.
        "plan": {**told, "vectors": Path(plan.vectors).name},
        "recipe": asdict(plan.recipe),
        "data": {
            "fingerprint": splits.fingerprint,
            "train": len(splits.train),
            "validation": len(splits.validation),
            "unlabelled": unlabelled,
        },
        "networks": [
            {
                "epochs": len(history.epochs),
                "best_epoch": history.best_epoch,
                "validation": asdict(history.best),
            }
            for history in histories
        ],
        **side,
    }
