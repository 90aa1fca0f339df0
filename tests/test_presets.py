"""Presets are plans with names, and can be changed piece by piece."""

import dataclasses

import pytest

from seqsent import OptionError, Recipe, build_model, get_preset
from seqsent.presets import DEFAULT, PIECES, PRESETS, changed

FAST = get_preset(DEFAULT).plan


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_what_it_is_for_in_a_line(name: str) -> None:
    preset = get_preset(name)
    assert preset.name == name
    assert 20 < len(preset.summary) <= 80


def test_textbook_is_the_chapters_network_and_recipe() -> None:
    plan = get_preset("textbook").plan
    assert (plan.recipe, plan.vocab_size, plan.maxlen, plan.level) == (Recipe(), 500, 100, "word")
    model = build_model(plan.architecture, vocab_size=500, embedding=16, **plan.options)
    assert model.count_params() == 8_809


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(OptionError, match="fsat.*fast"):
        get_preset("fsat")


def test_nothing_given_changes_nothing() -> None:
    assert changed(FAST) == changed(FAST, epochs=None, maxlen=None) == FAST


def test_pieces_of_plan_and_recipe_are_replaced_alike() -> None:
    plan = changed(FAST, maxlen=7, epochs=9, seed=3)
    assert (plan.maxlen, plan.recipe.epochs, plan.recipe.seed) == (7, 9, 3)
    assert dataclasses.replace(plan, maxlen=FAST.maxlen, recipe=FAST.recipe) == FAST


def test_options_are_added_and_begin_anew_with_another_architecture() -> None:
    assert changed(FAST, options={"units": 5}).options == {**FAST.options, "units": 5}
    assert changed(FAST, architecture="stacked").options == {}


@pytest.mark.parametrize("unlabelled", [False, True])
def test_one_hot_words_go_without_what_needs_an_embedding(unlabelled: bool) -> None:
    plan = changed(get_preset("accurate").plan_for(unlabelled), embedding="onehot")
    assert not plan.mask_padding
    assert plan.vectors == "none"
    assert plan.embedding_dropout == plan.pretrain == plan.recipe.adversarial == 0


def test_unlabelled_texts_change_a_preset_that_has_a_use_for_them() -> None:
    for preset in PRESETS.values():
        assert preset.plan_for(unlabelled=False) == preset.plan
    assert get_preset("fast").plan_for(unlabelled=True).student
    accurate = get_preset("accurate").plan_for(unlabelled=True)
    assert accurate.options["bidirectional"]
    assert accurate.student == "beside"
    textbook = get_preset("textbook")
    assert textbook.plan_for(unlabelled=True) == textbook.plan


def test_every_piece_can_be_named() -> None:
    assert {"architecture", "ngrams", "learning_rate", "schedule"} <= PIECES
    assert "recipe" not in PIECES


@pytest.mark.parametrize("student", ["aside", 1])
def test_a_student_that_is_none_is_refused(student: object) -> None:
    with pytest.raises(OptionError, match="student=.* arrived; expected True, False or 'beside'"):
        changed(FAST, student=student)


@pytest.mark.parametrize("members", [0, 1.5, True])
def test_members_that_are_no_number_are_refused(members: object) -> None:
    with pytest.raises(OptionError, match="members=.* arrived"):
        changed(FAST, members=members)
