"""A search for the pieces of a plan that suit some texts best."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from seqsent.checkpoint import locked, writing_to
from seqsent.datasets import Texts
from seqsent.errors import DataError, OptionError, OutputError, SeqsentError, TrainingError
from seqsent.options import parse_options
from seqsent.pipeline import train
from seqsent.plan import Plan
from seqsent.presets import PIECES, changed
from seqsent.recipe import SEEDS
from seqsent.results import Epoch, Watcher
from seqsent.untrusted import conform, in_brief, regular_size

JOURNAL, FAILED = "journal.log", "failed"

# Trials before the first is broken off for being worse than the others were by then.
UNPRUNED = 4

# How Optuna begins a journal.
_FIRST = b'{"op_code":'

# Of several networks, and of what stands beside them.
_NOT_SEARCHED = {"members", "student", "ngrams"}

# Ends so far apart are searched by their ratio, not by their difference.
_FAR = 10


@dataclass(frozen=True)
class Range:
    """All numbers from one to another; whole ones if both are.

    Parameters
    ----------
    low, high : int or float
        The ends, which belong to it.
    """

    low: float
    high: float

    @property
    def far(self) -> bool:
        """Whether numbers are drawn by their ratio."""
        return self.low > 0 and self.high >= _FAR * self.low


Space = Mapping[str, Range | tuple[Any, ...]]

# What matters for most architectures and texts.
SPACE: Space = MappingProxyType(
    {
        "learning_rate": Range(5e-4, 1e-2),
        "batch_size": (32, 64, 128),
        "word_dropout": Range(0.0, 0.3),
        "embedding_dropout": Range(0.0, 0.6),
        "feature_dropout": Range(0.0, 0.6),
    }
)


@dataclass(frozen=True)
class Trial:
    """One training of the search.

    Parameters
    ----------
    number : int
        From 0.
    state : {"done", "pruned", "failed"}
        Pruned ones were worse than half of the others after as many epochs.
    pieces : mapping of str to object
        What it was trained with.
    loss : float or None
        The network's lowest validation loss, by which trials are compared; of a pruned one its
        last.
    """

    number: int
    state: Literal["done", "pruned", "failed"]
    pieces: Mapping[str, Any]
    loss: float | None


def parse_space(texts: Iterable[str]) -> Space:
    """Read what is to be searched as the command line gives it.

    Parameters
    ----------
    texts : iterable of str
        Each ``name=low..high`` or ``name=value,value``; names are pieces of a plan or options of
        its architecture.

    Raises
    ------
    OptionError
        When one is neither.

    Examples
    --------
    >>> parse_space(["units=16..64", "pooling=max,mean"])
    {'units': Range(low=16, high=64), 'pooling': ('max', 'mean')}
    """
    space: dict[str, Range | tuple[Any, ...]] = {}
    for text in texts:
        name, _, values = text.partition("=")
        if not values:
            raise _no_search(text)
        several = values.split("..") if ".." in values else values.split(",")
        parsed = [parse_options([f"{name}={value}"])[name.strip()] for value in several]
        if ".." not in values:
            space[name.strip()] = tuple(parsed)
            continue
        numbers = [one for one in parsed if isinstance(one, int | float)]
        if len(parsed) != 2 or len(numbers) != 2 or not numbers[0] < numbers[1]:
            raise _no_search(text)
        space[name.strip()] = Range(*numbers)
    return space


def _no_search(text: str) -> OptionError:
    return OptionError(
        f"search {text!r} arrived; expected NAME=LOW..HIGH or NAME=VALUE,VALUE, like "
        "learning_rate=0.001..0.01 or batch_size=32,64"
    )


def with_pieces(plan: Plan, pieces: Mapping[str, Any]) -> Plan:
    """Return a plan with some pieces; what is none of a plan is an option of its architecture."""
    options = {name: value for name, value in pieces.items() if name not in PIECES}
    return changed(
        plan, options=options, **{name: pieces[name] for name in pieces.keys() - options}
    )


def tune(
    plan: Plan,
    texts: Texts,
    space: Space | None = None,
    *,
    trials: int = 20,
    directory: Path,
    unlabelled: Sequence[str] = (),
    watcher: Watcher | None = None,
    on_trial: Callable[[Trial], None] = lambda _: None,
) -> tuple[Trial, ...]:
    """Try pieces of a plan, guided by what the trials before gave [1]_.

    Parameters
    ----------
    plan : Plan
        What stays; one network is trained at a time, without runs of words and without a student.
    texts : Texts
        Split as training splits them: the validation texts decide, the test texts stay apart.
    space : mapping of str to Range or tuple, optional
        What is tried; learning rate, batch size and dropout, when left out.
    trials : int
        How many, together with those that the directory holds.
    directory : Path
        Keeps every trial. A search that was interrupted goes on from there, without the trial
        that was under way.
    unlabelled : sequence of str
        More texts, as in `seqsent.SentimentClassifier`.
    watcher : Watcher, optional
        Is told of every epoch.
    on_trial : callable, optional
        Called after each trial.

    Returns
    -------
    tuple of Trial
        All of them, the best first.

    Raises
    ------
    DataError
        When Optuna is not installed.
    OptionError
        When a piece cannot be used.
    OutputError
        When the directory holds another search, is used by one, or cannot be written to.

    References
    ----------
    .. [1] Akiba, T. et al. (2019). Optuna: a next-generation hyperparameter optimization
       framework. KDD, 2623-2631. Its sampler: Bergstra, J. et al. (2011). Algorithms for
       hyper-parameter optimization. NeurIPS, 2546-2554.
    """
    watcher, space = watcher or Watcher(), space or SPACE
    for name in _NOT_SEARCHED & space.keys():
        raise OptionError(
            f"search {name!r} arrived; expected pieces of one network, which is what a trial "
            "trains. Give it to the training that comes after."
        )
    for name, values in space.items():
        if name in PIECES and isinstance(values, tuple) and None in values:
            raise OptionError(
                f"search {name}=None arrived; expected values, since None leaves {name} as it is "
                "in the plan"
            )
    taught = plan.student
    plan = replace(plan, ngrams=False, members=1, student=False)
    parts = [(part.texts, part.labels) for part in texts.split(seed=plan.recipe.seed)[:2]]

    def loss_of(trial: Any) -> float:
        # Each trial's draws are its own, so that those of a search that goes on are no others.
        seed = (plan.recipe.seed + trial.number) % SEEDS
        study.sampler = optuna.samplers.TPESampler(seed=seed)
        tried = with_pieces(plan, _drawn(trial, space))
        # What only a student would learn from is left out as it is.
        more = () if taught and not tried.learns_without_labels else unlabelled
        watcher.run_started(f"trial {trial.number}", tried.recipe.seed, tried.recipe.epochs)

        def on_epoch(number: int, figures: Epoch) -> None:
            watcher.epoch_ended(number, figures)
            trial.report(figures.val_loss, number)
            if trial.should_prune():
                raise optuna.TrialPruned

        try:
            _, [history] = train(
                tried,
                parts[0],
                parts[1],
                texts.label_names,
                multi_label=texts.multi_label,
                unlabelled=more,
                on_epoch=on_epoch,
                on_stage=watcher.stage_begun,
            )
        except TrainingError as error:
            trial.set_user_attr(FAILED, str(error))
            raise
        return history.best.val_loss

    with locked(directory), writing_to(directory):
        # Trials can be compared only if nothing but the pieces that are searched differs.
        named = replace(plan, architecture=plan.architecture_name)
        asked = repr((named, dict(space), texts.fingerprint, len(unlabelled)))
        identity = hashlib.sha256(asked.encode()).hexdigest()
        optuna, study = _study(directory, identity)
        try:
            study.optimize(
                loss_of,
                n_trials=max(trials - len(_trials(study)), 0),
                catch=(TrainingError,),
                callbacks=[lambda study, _: on_trial(_trials(study)[-1])],
            )
        except SeqsentError:
            # A search that could not begin leaves the folder to the next.
            if not _trials(study):
                (directory / JOURNAL).unlink()
            raise
        return tuple(sorted(_trials(study), key=_rank))


def _study(directory: Path, identity: str) -> tuple[Any, Any]:
    """Return Optuna and the search that a folder holds, begun if it holds none."""
    try:
        import optuna
        from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
    except ImportError as error:
        raise DataError(
            'a search needs Optuna, which is not installed. Run: python -m pip install "seqsent'
            '[tune]"'
        ) from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    journal = directory / JOURNAL
    # Optuna's other lock is a link, which it waits for without end if it leads nowhere.
    lock = JournalFileOpenLock(str(journal))
    try:
        if journal.exists():
            regular_size(journal)
        storage = optuna.storages.JournalStorage(JournalFileBackend(str(journal), lock_obj=lock))
        _drop_unfinished(journal, lock)
        study = optuna.create_study(
            storage=storage,
            study_name="tune",
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(n_startup_trials=UNPRUNED),
        )
        if study.directions != [optuna.study.StudyDirection.MINIMIZE]:
            raise ValueError("it is not for the lowest of one loss")
        for one in study.get_trials(deepcopy=False):
            _check(one, optuna.trial.create_trial)
        known = study.user_attrs.get("identity")
        if known is None:
            study.set_user_attr("identity", identity)
    # Whatever lines of JSON that are none of its own make of Optuna.
    except Exception as error:
        raise OutputError(
            f"{directory} holds no search that can go on: {in_brief(error)}. Name another folder."
        ) from error
    if known not in (None, identity):
        raise OutputError(
            f"{directory} holds a search over other texts, from another plan or for other pieces. "
            "Name another folder."
        )
    return optuna, study


def _drop_unfinished(journal: Path, lock: Any) -> None:
    """Cut off what a kill left of a last line, since the next would be written behind it.

    Raises
    ------
    ValueError
        When the last lines are those of something else, which Optuna reads over.
    """
    lock.acquire()  # the line may be one that another program is writing
    try:
        with journal.open("r+b") as file:
            *whole, rest = file.read().split(b"\n")
            if whole:
                json.loads(whole[-1])
            elif not _FIRST.startswith(rest[: len(_FIRST)]):
                raise ValueError("it begins with no operation")
            file.truncate(file.tell() - len(rest))
    finally:
        lock.release()


def _check(trial: Any, create_trial: Callable[..., Any]) -> None:
    """Raise an error if Optuna would take no new trial like this, or a loss of it is none."""
    create_trial(
        state=trial.state,
        values=trial.values,
        params=trial.params,
        distributions=trial.distributions,
    )
    conform(trial.value, float | None, "the loss of a trial")
    epochs = trial.intermediate_values
    conform(list(epochs), list[int], "epochs")
    conform(list(epochs.values()), list[float], "losses")


def _drawn(trial: Any, space: Space) -> dict[str, Any]:
    """Return the pieces of a trial."""
    pieces = {}
    for name, values in space.items():
        if isinstance(values, tuple):
            pieces[name] = trial.suggest_categorical(name, values)
        elif isinstance(values.low, int) and isinstance(values.high, int):
            pieces[name] = trial.suggest_int(name, values.low, values.high, log=values.far)
        else:
            pieces[name] = trial.suggest_float(name, values.low, values.high, log=values.far)
    return pieces


def _trials(study: Any) -> list[Trial]:
    """Return the trials that came to an end of their own."""
    states: dict[str, Any] = {"COMPLETE": "done", "PRUNED": "pruned", "FAIL": "failed"}
    return [
        Trial(one.number, states[one.state.name], dict(one.params), one.value)
        for one in study.get_trials(deepcopy=False)
        if one.state.name in ("COMPLETE", "PRUNED") or FAILED in one.user_attrs
    ]


def _rank(trial: Trial) -> tuple[bool, float]:
    return trial.state != "done", trial.loss if trial.loss is not None else float("inf")
