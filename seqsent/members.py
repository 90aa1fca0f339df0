"""Members: the networks of a plan, one for each of its seeds, whose mean answers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqsent import layers
from seqsent.batches import joined
from seqsent.datasets import Examples, Splits
from seqsent.datasets.rows import Rows
from seqsent.layers import keras
from seqsent.models import Embedding, build_model, padding_matters
from seqsent.plan import Plan
from seqsent.pretraining import pretrain
from seqsent.recipe import SEEDS, Recipe
from seqsent.results import Epoch, History
from seqsent.training import Weights, fit


@dataclass(eq=False)
class Members:
    """What the networks of a plan have in common, and what became of them.

    Parameters
    ----------
    plan : Plan
        How they are built and trained.
    splits : Splits
        Texts to learn from and to validate with.
    embedding : int, "onehot" or array
        As in `build_model`.
    multi_label : bool
        Whether several labels may apply to one text.
    unlabelled : Rows, optional
        The ids of more texts.
    sample_weight, validation_weight : ndarray of float, optional
        As in `fit`.
    directory : Path, optional
        As in `fit`; each network has a folder of its own there.
    on_epoch : callable, optional
        As in `fit`; epochs are counted on from one network to the next.
    on_stage : callable
        Is told what comes next, in a few words.
    """

    plan: Plan
    splits: Splits
    embedding: Embedding
    multi_label: bool
    unlabelled: Rows | None
    sample_weight: Weights | None
    validation_weight: Weights | None
    directory: Path | None
    on_epoch: Callable[[int, Epoch], None] | None
    on_stage: Callable[[str], None]
    histories: list[History] = field(default_factory=list, init=False)
    _begun: list[NDArray[Any]] = field(default_factory=list, init=False)

    def trained(self) -> list[keras.Model]:
        """Return networks that have learned from labelled texts, and as a plan asks from others.

        Where students are to answer, there is one, their teacher.
        """
        networks = []
        for number, recipe in enumerate(self._recipes()[: 1 if self.plan.student else None]):
            networks.append(self._network(recipe.seed))
            if self.plan.pretrain:
                self.on_stage("which word follows")
                pretrain(
                    networks[-1],
                    self.splits,
                    replace(recipe, epochs=self.plan.pretrain),
                    unlabelled=self.unlabelled,
                    directory=self._folder("language", number),
                )
            if self.plan.student:
                self._begun = networks[-1].get_weights()
            self.on_stage("training")
            folder = self._folder("network", number)
            self._fit(networks[-1], self.splits, recipe, self.sample_weight, folder)
        return networks

    def taught(self, answers: NDArray[np.float32]) -> list[keras.Model]:
        """Return networks that have learned from a teacher, too.

        Parameters
        ----------
        answers : ndarray of float32, shape (unlabelled texts, labels)
            How probable the teacher finds each label of the unlabelled texts.

        Returns
        -------
        list of keras.Model
            Each began where the teacher's network did once it knew which word follows, if it
            was told. With so many texts there is no need of adversaries.
        """
        splits, weight = self._with_answers(answers), self.sample_weight
        if weight is not None:
            weight = np.concatenate([weight, np.ones(len(answers), dtype=weight.dtype)])
        networks = []
        for number, recipe in enumerate(self._recipes()):
            networks.append(self._network(recipe.seed))
            if self.plan.pretrain:
                networks[-1].set_weights(self._begun)
            self.on_stage("a student")
            alone = replace(recipe, adversarial=0.0, virtual=0.0)
            self._fit(networks[-1], splits, alone, weight, self._folder("student", number))
        return networks

    def _recipes(self) -> list[Recipe]:
        recipe, members = self.plan.recipe, range(self.plan.members)
        return [replace(recipe, seed=(recipe.seed + number) % SEEDS) for number in members]

    def _folder(self, stage: str, number: int) -> Path | None:
        return self.directory / f"{stage}-{number}" if self.directory else None

    def _fit(
        self,
        network: keras.Model,
        splits: Splits,
        recipe: Recipe,
        sample_weight: Weights | None,
        folder: Path | None,
    ) -> None:
        told, before = self.on_epoch, sum(len(one.epochs) for one in self.histories)
        history = fit(
            network,
            splits,
            recipe,
            unlabelled=self.unlabelled,
            sample_weight=sample_weight,
            validation_weight=self.validation_weight,
            directory=folder,
            on_epoch=told and (lambda number, figures: told(before + number, figures)),
        )
        self.histories.append(history)

    def _with_answers(self, answers: NDArray[np.float32]) -> Splits:
        """Return texts whose labels are probabilities, the unlabelled ones after the others."""
        train, validation = self.splits.train, self.splits.validation
        if not self.multi_label and answers.shape[1] == 2:
            answers = answers[:, 1]
        known, right = (
            part.labels.astype(np.float32)
            if self.multi_label or answers.ndim == 1
            else np.eye(answers.shape[1], dtype=np.float32)[part.labels]
            for part in (train, validation)
        )
        ids: Any = joined(train.ids, self.unlabelled) if self.unlabelled else train.ids
        return replace(
            self.splits,
            train=Examples(ids, np.concatenate([known, answers])),
            validation=Examples(validation.ids, right),
        )

    def _network(self, seed: int) -> keras.Model:
        """Build a network; where it passes over padding as asked, for rows of any length."""
        with warnings.catch_warnings():
            # Keras says of a layer that it takes padding for words; here that is a question.
            warnings.filterwarnings("ignore", "(?s).*does not support masking", UserWarning)
            any_length = self._any_length  # asked of a network that draws numbers, too
            layers.set_seed(seed)
            return self._built(any_length)

    @cached_property
    def _any_length(self) -> bool:
        layers.set_seed(self.plan.recipe.seed)
        return self.plan.mask_padding and not padding_matters(self._built(any_length=True))

    def _built(self, any_length: bool) -> keras.Model:
        plan = self.plan
        return build_model(
            plan.architecture,
            vocab_size=self.splits.vocab_size,
            maxlen=None if any_length else plan.maxlen,
            embedding=self.embedding,
            num_classes=self.splits.num_classes,
            multi_label=self.multi_label,
            mask_padding=any_length,
            word_dropout=plan.word_dropout,
            embedding_dropout=plan.embedding_dropout,
            feature_dropout=plan.feature_dropout,
            **plan.options,
        )


def together(networks: Sequence[keras.Model]) -> keras.Model:
    """Return a network that answers with the mean of others; what trained them stays behind."""
    first, *others = networks
    if not others:
        return keras.Model(first.input, first.output, name=first.name)
    ids = keras.Input(first.input.shape[1:], dtype="int32", name="ids")
    answers = [
        keras.Model(one.input, one.output, name=f"member_{number}")(ids)
        for number, one in enumerate(networks)
    ]
    return keras.Model(ids, keras.layers.Average(name="mean")(answers), name="members")
