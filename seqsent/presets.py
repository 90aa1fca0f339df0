"""Presets: plans with names, and plans that differ from them in some pieces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from seqsent.errors import OptionError, unknown_name
from seqsent.plan import Plan
from seqsent.recipe import Recipe

DEFAULT = "fast"


@dataclass(frozen=True)
class Preset:
    """A plan with a name.

    Parameters
    ----------
    name : str
        What users type.
    summary : str
        What it is for, in a line.
    plan : Plan
        Everything it decides.
    with_unlabelled : mapping of str to object
        Pieces that are others where there are unlabelled texts.
    """

    name: str
    summary: str
    plan: Plan
    with_unlabelled: Mapping[str, Any] = field(default_factory=dict)

    def plan_for(self, unlabelled: bool) -> Plan:
        """Return the plan for labelled texts alone, or with unlabelled ones beside them."""
        return changed(self.plan, **self.with_unlabelled) if unlabelled else self.plan


_OF_RECIPE = {one.name for one in fields(Recipe)}

_WITHOUT_EMBEDDING = {
    "mask_padding": False,
    "embedding_dropout": 0.0,
    "vectors": "none",
    "pretrain": 0,
    "adversarial": 0.0,
    "virtual": 0.0,
}

# What can be changed of a plan, one by one.
PIECES = ({one.name for one in fields(Plan)} | _OF_RECIPE) - {"recipe"}


def changed(plan: Plan, **pieces: Any) -> Plan:
    """Return a plan with some of its pieces replaced.

    Parameters
    ----------
    plan : Plan
        What stays where nothing is said.
    **pieces
        Fields of `seqsent.Plan` or `seqsent.Recipe`; those that are None stay. Options are added
        to those there are; with another architecture they begin anew.

    Returns
    -------
    Plan
        Pieces that need an embedding are left out with one-hot words.

    Raises
    ------
    OptionError
        When there is no such piece, or a value cannot be used.
    """
    for name in pieces.keys() - PIECES:
        raise OptionError(unknown_name("piece", name, PIECES))
    given = {name: value for name, value in pieces.items() if value is not None}
    options = (
        {}
        if given.get("architecture", plan.architecture) != plan.architecture
        else {**plan.options}
    )
    given["options"] = {**options, **given.get("options", {})}
    if isinstance(given.get("embedding"), str):
        given = {**_WITHOUT_EMBEDDING, **given}
    recipe = {name: given.pop(name) for name in _OF_RECIPE & given.keys()}
    return replace(plan, **given, recipe=replace(plan.recipe, **recipe))


_TEXTBOOK = Preset(
    "textbook",
    "The chapter's LSTM: 500 words, of each text the last hundred",
    Plan(
        architecture="lstm",
        options={"units": 8},
        embedding=16,
        vocab_size=500,
        maxlen=100,
        recipe=Recipe(),
    ),
)

_FAST = Preset(
    "fast",
    "A GRU in both directions beside runs of words; minutes on a laptop",
    Plan(
        architecture="gru",
        options={"units": 32, "bidirectional": True, "pooling": "mean-max"},
        embedding=64,
        maxlen=200,
        level="auto",
        padding="back",
        truncation="middle",
        mask_padding=True,
        ngrams=True,
        recipe=Recipe(
            "adam",
            3e-3,
            batch_size=64,
            epochs=3,
            patience=3,
            schedule="cosine",
            clip=1.0,
            least_steps=200,
        ),
    ),
    with_unlabelled=MappingProxyType({"student": True}),
)

_ACCURATE = Preset(
    "accurate",
    "A larger GRU, first a language model, against adversaries; twenty minutes",
    changed(
        _FAST.plan,
        options={"units": 64},
        embedding=100,
        maxlen=400,
        vectors="skip-gram",
        pretrain=2,
        adversarial=1.0,
    ),
    # A student of so many texts has use for more units and averaged weights, none for adversaries;
    # its loss is level with dropout and without.
    with_unlabelled=MappingProxyType(
        {
            "options": {"units": 96},
            "word_dropout": 0.1,
            "embedding_dropout": 0.2,
            "feature_dropout": 0.2,
            "average": 0.99,
            "adversarial": 0.0,
            "student": "beside",
        }
    ),
)

PRESETS = MappingProxyType({one.name: one for one in (_TEXTBOOK, _FAST, _ACCURATE)})


def get_preset(name: str) -> Preset:
    """Return the preset of a name.

    Raises
    ------
    OptionError
        When there is none.
    """
    if name not in PRESETS:
        raise OptionError(unknown_name("preset", str(name), PRESETS))
    return PRESETS[name]
