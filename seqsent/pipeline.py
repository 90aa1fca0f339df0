"""From labelled texts to a trained classifier, as a plan says."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent import layers
from seqsent.classifier import TextClassifier
from seqsent.datasets import Examples, Splits
from seqsent.datasets.rows import Rows
from seqsent.errors import OptionError
from seqsent.layers import keras
from seqsent.models import Embedding, build_model, padding_matters
from seqsent.ngrams import Ngrams, kind_for
from seqsent.plan import Plan
from seqsent.pretraining import pretrain
from seqsent.registry import registry
from seqsent.results import Epoch, History
from seqsent.text import TextEncoder
from seqsent.text.encoder import Level
from seqsent.text.vectors import learn_vectors, read_vectors
from seqsent.text.vocabulary import UNKNOWN
from seqsent.training import Weights, fit

# With a larger share of unknown words the vocabulary is not the texts' own: languages whose words
# are long, or not separated. English reviews of a line have 7 %, Korean ones 30.
UNKNOWN_WORDS = 0.15


def train(
    plan: Plan,
    texts: tuple[Sequence[str], NDArray[Any]],
    validation: tuple[Sequence[str], NDArray[Any]],
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
        adversaries.
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
        When unlabelled texts arrive that nothing learns from.
    """
    learns = plan.vectors == "learn" or plan.pretrain or plan.recipe.virtual
    if len(unlabelled) and not learns:
        raise OptionError(
            f"{len(unlabelled)} unlabelled texts arrived, and nothing in the plan learns from "
            "them. Ask for it: the preset accurate, vectors=learn, pretrain=1 or virtual=1."
        )
    on_stage("words to ids")
    encoder = _encoder(plan, texts[0], validation[0])
    splits = _splits(encoder, texts, validation, label_names)
    if plan.vectors != "none":
        on_stage("vectors")
    embedding = _embedding(plan, encoder, _Both(texts[0], unlabelled))
    more = Rows.encoded(encoder, unlabelled) if plan.recipe.virtual or plan.pretrain else None
    networks: list[keras.Model] = []
    histories: list[History] = []
    for number in range(plan.members):
        recipe = replace(plan.recipe, seed=plan.recipe.seed + number)
        layers.set_seed(recipe.seed)
        networks.append(_network(plan, encoder, embedding, len(label_names), multi_label))
        folder = directory / f"network-{number}" if directory else None
        if plan.pretrain:
            on_stage("which word follows")
            pretrain(
                networks[-1],
                splits,
                replace(recipe, epochs=plan.pretrain),
                unlabelled=more,
                directory=folder and folder.with_name(f"language-{number}"),
            )
        on_stage("training")
        history = fit(
            networks[-1],
            splits,
            recipe,
            unlabelled=more,
            sample_weight=sample_weight,
            validation_weight=validation_weight,
            directory=folder,
            on_epoch=_counting_on(on_epoch, sum(len(one.epochs) for one in histories)),
        )
        histories.append(history)
    classifier = TextClassifier(
        _together(networks), encoder, label_names, multi_label
    ).with_threshold(plan.threshold)
    if plan.ngrams:
        on_stage("runs of words")
        weights = sample_weight, validation_weight
        classifier = _with_ngrams(classifier, texts, validation, *weights)
    elif not multi_label:
        classifier = classifier.measured(classifier.predict_proba(validation[0]), validation[1])
    about = _about(plan, classifier, splits, len(unlabelled), histories)
    return replace(classifier, about=about), tuple(histories)


def _with_ngrams(
    classifier: TextClassifier,
    texts: tuple[Sequence[str], NDArray[Any]],
    validation: tuple[Sequence[str], NDArray[Any]],
    *weights: Weights | None,
) -> TextClassifier:
    """Add runs of words, with shares and confidence from texts that neither side has seen."""
    both = _Both(texts[0], validation[0])
    kind = kind_for(sum(map(len, both)), classifier.encoder.level)
    fitted = partial(Ngrams.fit, num_classes=len(classifier.label_names), kind=kind)
    of_network = classifier.predict_proba(validation[0])
    ngrams = fitted(*texts, sample_weight=weights[0]).beside(of_network, *validation)
    classifier = replace(classifier, ngrams=ngrams)
    if not classifier.multi_label:
        classifier = classifier.measured(classifier.predict_proba(validation[0]), validation[1])
    # The shares are known; a linear model gains by the texts that they are known from.
    known = [one for one in weights if one is not None]
    whole = fitted(
        both,
        np.concatenate([texts[1], validation[1]]),
        sample_weight=np.concatenate(known) if len(known) == len(weights) else None,
    )
    return replace(classifier, ngrams=replace(whole, shares=ngrams.shares))


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


def _embedding(plan: Plan, encoder: TextEncoder, texts: Any) -> Embedding:
    if plan.vectors == "none" or not isinstance(plan.embedding, int):
        return plan.embedding
    if plan.vectors == "learn":
        return learn_vectors(texts, encoder, plan.embedding, plan.recipe.seed)
    return read_vectors(plan.vectors, encoder.vocabulary.pieces, plan.recipe.seed)


def _network(
    plan: Plan, encoder: TextEncoder, embedding: Embedding, num_classes: int, multi_label: bool
) -> keras.Model:
    """Build a network; where it passes over padding as asked, for rows of any length."""

    def built(maxlen: int | None, mask_padding: bool) -> keras.Model:
        return build_model(
            plan.architecture,
            vocab_size=encoder.vocab_size,
            maxlen=maxlen,
            embedding=embedding,
            num_classes=num_classes,
            multi_label=multi_label,
            mask_padding=mask_padding,
            word_dropout=plan.word_dropout,
            embedding_dropout=plan.embedding_dropout,
            feature_dropout=plan.feature_dropout,
            **plan.options,
        )

    if plan.mask_padding:
        with warnings.catch_warnings():
            # Keras says of a layer that it takes padding for words; here that is a question.
            warnings.filterwarnings("ignore", "(?s).*does not support masking", UserWarning)
            network = built(None, mask_padding=True)
            if not padding_matters(network):
                return network
    return built(plan.maxlen, mask_padding=False)


def _together(networks: Sequence[keras.Model]) -> keras.Model:
    """Return a network that answers with the mean of others."""
    first, *others = networks
    if not others:
        return first
    ids = keras.Input(first.input_shape[1:], dtype="int32", name="ids")
    members = [
        keras.Model(one.inputs, one.outputs, name=f"member_{number}")(ids)
        for number, one in enumerate(networks)
    ]
    answers = [answer[0] if isinstance(answer, list) else answer for answer in members]
    return keras.Model(ids, keras.layers.Average(name="mean")(answers), name="members")


def _counting_on(
    on_epoch: Callable[[int, Epoch], None] | None, before: int
) -> Callable[[int, Epoch], None] | None:
    return on_epoch and (lambda number, figures: on_epoch(before + number, figures))


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
    side = {"shares": list(classifier.ngrams.shares)} if classifier.ngrams else {}
    return {
        "architecture": name,
        "distribution": registry().architectures.get(name)[0].distribution if named else "",
        "options": dict(plan.options),
        "plan": {one: getattr(plan, one) for one in sorted(described - {"options"})},
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
