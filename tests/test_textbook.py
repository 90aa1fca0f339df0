"""The six experiments and what the textbook printed for them."""

import dataclasses

import pytest

from seqsent import Recipe, UnknownExperimentError, load_synthetic, textbook_experiments
from seqsent.textbook import published_results

# The textbook's table: epochs, best epoch, best validation loss, accuracy there, seconds.
TABLE = {
    "simplernn-onehot": (39, 36, 0.5195, 0.7456, 936),
    "simplernn": (23, 20, 0.5124, 0.7500, 837),
    "lstm": (30, 27, 0.4314, 0.8000, 201),
    "lstm-dropout": (44, 41, 0.4332, 0.8018, 274),
    "stacked": (33, 30, 0.4393, 0.7938, 253),
    "gru": (30, 27, 0.4412, 0.7930, 188),
}


@pytest.mark.parametrize("name", TABLE)
def test_published_epochs_give_the_published_table(name: str) -> None:
    published = published_results()[name]
    history = published.history
    assert (
        len(history.epochs),
        history.best_epoch,
        history.best.val_loss,
        history.best.val_accuracy,
        published.seconds,
    ) == TABLE[name]


def test_the_saved_stacked_model_was_tested() -> None:
    tested = {name: p.test_accuracy for name, p in published_results().items() if p.test_accuracy}
    assert tested == {"stacked": 0.7975}


def test_all_six_train_by_the_textbooks_recipe() -> None:
    experiments = textbook_experiments()
    assert [experiment.name for experiment in experiments] == list(TABLE)
    assert {experiment.recipe for experiment in experiments} == {Recipe()}


def test_parameters_are_the_published_ones() -> None:
    splits = load_synthetic(size=100)
    for experiment in textbook_experiments():
        limited = dataclasses.replace(experiment.limit(splits))
        built = experiment.build(limited)
        assert built.count_params() == published_results()[experiment.name].parameters


def test_experiments_are_chosen_by_name_in_the_textbooks_order() -> None:
    chosen = textbook_experiments(["gru", "lstm"])
    assert [experiment.name for experiment in chosen] == ["lstm", "gru"]


def test_an_unknown_experiment_names_the_closest() -> None:
    with pytest.raises(UnknownExperimentError, match="did you mean 'stacked'"):
        textbook_experiments(["staked"])
