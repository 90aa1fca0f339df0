"""A search tries pieces of a plan, keeps every trial, and asks the validation texts alone."""

import dataclasses
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from seqsent import OptionError, OutputError, Plan, Recipe, TrainingError
from seqsent.datasets import Texts
from seqsent.datasets.synthetic import generate
from seqsent.pipeline import train
from seqsent.presets import changed
from seqsent.tuning import SPACE, Range, Space, Trial, parse_space, tune, with_pieces
from tests.faults import Fault, files_of_at_most, read_only

PLAN = Plan(
    "gru", {"units": 3}, embedding=4, maxlen=16, recipe=Recipe("adam", 0.01, epochs=1), ngrams=True
)


@pytest.fixture(scope="module")
def texts() -> Texts:
    reviews, labels = generate(200)
    return Texts(reviews, np.array(labels), ("bad", "good"))


def test_the_best_trial_is_what_training_with_its_pieces_gives(
    texts: Texts, tmp_path: Path
) -> None:
    space: Space = {"units": Range(2, 5), "learning_rate": Range(1e-3, 1e-1), "clip": (1, 2)}
    told: list[Trial] = []
    found = tune(PLAN, texts, space, trials=3, directory=tmp_path, on_trial=told.append)
    assert [one.number for one in told] == [0, 1, 2]
    assert sorted(found, key=lambda one: one.number) == told
    assert [one.loss for one in found] == sorted(one.loss or 0 for one in found)
    best = found[0]
    assert best.state == "done"
    assert 2 <= best.pieces["units"] <= 5
    assert best.pieces["clip"] in (1, 2)
    parts: Any = [(part.texts, part.labels) for part in texts.split(seed=PLAN.recipe.seed)]
    plan = dataclasses.replace(with_pieces(PLAN, best.pieces), ngrams=False)
    _, [history] = train(plan, parts[0], parts[1], texts.label_names)
    assert history.best.val_loss == pytest.approx(best.loss, rel=1e-6)


def test_a_search_goes_on_and_a_trial_that_was_stopped_does_not_count(
    texts: Texts, tmp_path: Path
) -> None:
    space: Space = {"units": (2, 3)}

    class Stop(BaseException):
        pass

    def stop(_: Trial) -> None:
        raise Stop

    with pytest.raises(Stop):
        tune(PLAN, texts, space, trials=3, directory=tmp_path, on_trial=stop)
    told: list[Trial] = []
    found = tune(PLAN, texts, space, trials=3, directory=tmp_path, on_trial=told.append)
    assert (len(found), len(told)) == (3, 2)
    assert len(tune(PLAN, texts, space, trials=2, directory=tmp_path)) == 3
    others: list[tuple[Plan, Texts, Space]] = [
        (PLAN, texts.take(range(100)), space),
        (changed(PLAN, maxlen=8), texts, space),
        (PLAN, texts, {"units": (2, 4)}),
    ]
    for other in others:
        with pytest.raises(OutputError, match="a search over other texts"):
            tune(*other, trials=4, directory=tmp_path)
    assert len(tune(PLAN, texts, space, trials=2, directory=tmp_path)) == 3


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_a_search_in_two_goes_tries_what_one_in_one_go_does(
    seed: int, texts: Texts, tmp_path: Path
) -> None:
    plan = changed(PLAN, seed=seed)
    space: Space = {"learning_rate": Range(1e-4, 1e-1), "embedding": Range(2, 9)}

    def pieces(folder: str, trials: int) -> list[Any]:
        found = tune(plan, texts, space, trials=trials, directory=tmp_path / folder)
        return [one.pieces for one in sorted(found, key=lambda one: one.number)]

    pieces("two", 2)
    assert pieces("two", 4) == pieces("one", 4)


@pytest.mark.parametrize("kept", [0.01, 0.1, 0.5, 0.999])
def test_a_search_goes_on_whose_last_line_was_cut(
    kept: float, texts: Texts, tmp_path: Path
) -> None:
    space: Space = {"units": (2, 3)}
    tune(PLAN, texts, space, trials=1, directory=tmp_path)
    journal = tmp_path / "journal.log"
    whole = journal.read_bytes()
    journal.write_bytes(whole[: int(kept * len(whole))])
    assert len(tune(PLAN, texts, space, trials=2, directory=tmp_path)) == 2
    assert all(json.loads(line) for line in journal.read_text().splitlines())
    assert len(tune(PLAN, texts, space, trials=2, directory=tmp_path)) == 2


def no_room_for_a_line(disk: Path) -> AbstractContextManager[None]:
    return files_of_at_most((disk / "run" / "journal.log").stat().st_size + 30)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(no_room_for_a_line, "File too large"), (read_only, "Read-only file system")],
)
def test_a_disk_that_fails_is_one_line_and_the_search_goes_on(
    texts: Texts, disk: Path, fault: Fault, reason: str
) -> None:
    folder, space = disk / "run", {"units": (2, 3)}
    with ExitStack() as faults:

        def after_one(_: Trial) -> None:
            faults.enter_context(fault(disk))

        with pytest.raises(OutputError, match=f"run cannot be written to: {reason}"):
            tune(PLAN, texts, space, trials=3, directory=folder, on_trial=after_one)
    told: list[Trial] = []
    tune(PLAN, texts, space, trials=3, directory=folder, on_trial=told.append)
    assert len(told) == 2


def test_a_line_that_another_program_is_writing_is_not_cut(texts: Texts, tmp_path: Path) -> None:
    space: Space = {"units": (2, 3)}
    tune(PLAN, texts, space, trials=1, directory=tmp_path)
    journal = tmp_path / "journal.log"
    line = b'{"op_code":2,"worker_id":"another","study_id":0,"user_attr":{"note":"a film"}}\n'
    lock = JournalFileOpenLock(str(journal))
    lock.acquire()
    with journal.open("ab") as file:
        file.write(line[:30])

    def finish() -> None:
        with journal.open("ab") as file:
            file.write(line[30:])
        lock.release()

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(tune, PLAN, texts, space, trials=1, directory=tmp_path)
        with pytest.raises(TimeoutError):
            found.result(timeout=1)
        finish()
        assert len(found.result()) == 1
    assert line in journal.read_bytes()


def test_the_lock_of_a_search_that_was_killed_while_it_wrote_is_not_waited_for_without_end(
    texts: Texts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Kill(BaseException):
        pass

    def killed(backend: Any, _: Any) -> None:
        backend._lock.acquire()
        raise Kill

    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(JournalFileBackend, "append_logs", killed)
        with pytest.raises(Kill):
            tune(PLAN, texts, {"units": (2,)}, trials=1, directory=Path("tuning"))
    seconds = iter(range(0, 100_000, 10))
    clock = SimpleNamespace(
        monotonic=lambda: next(seconds), time=lambda: next(seconds), sleep=lambda _: None
    )
    monkeypatch.setattr("optuna.storages.journal._file.time", clock)
    assert len(tune(PLAN, texts, {"units": (2,)}, trials=1, directory=Path("tuning"))) == 1


def test_a_trial_that_is_worse_than_others_is_broken_off(texts: Texts, tmp_path: Path) -> None:
    plan = changed(PLAN, epochs=4, patience=4)
    space = {"learning_rate": (0.02, 1e-9)}
    found = tune(plan, texts, space, trials=12, directory=tmp_path)
    assert {one.state for one in found} == {"done", "pruned"}
    assert all(one.pieces["learning_rate"] == 1e-9 for one in found if one.state == "pruned")
    assert found[0].pieces["learning_rate"] == 0.02


def test_a_training_that_fails_is_a_trial_that_failed(
    texts: Texts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverging(*_: Any, **__: Any) -> None:
        raise TrainingError("the loss was no longer a number")

    monkeypatch.setattr("seqsent.tuning.train", diverging)
    [trial] = tune(PLAN, texts, {"clip": (1.0,)}, trials=1, directory=tmp_path)
    assert (trial.state, trial.loss) == ("failed", None)


def test_a_piece_that_cannot_be_used_ends_the_search(texts: Texts, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="unknown option 'unit'"):
        tune(PLAN, texts, {"unit": (2,)}, trials=1, directory=tmp_path)
    assert len(tune(PLAN, texts, {"units": (2,)}, trials=1, directory=tmp_path)) == 1


@pytest.mark.parametrize("name", ["members", "student", "ngrams"])
def test_what_is_of_several_networks_is_not_searched(
    name: str, texts: Texts, tmp_path: Path
) -> None:
    with pytest.raises(OptionError, match=f"search '{name}' arrived; expected pieces of one"):
        tune(PLAN, texts, {name: (1,)}, trials=1, directory=tmp_path)


def test_none_which_would_change_nothing_is_not_searched(texts: Texts, tmp_path: Path) -> None:
    space = parse_space(["clip=None,1.0"])
    with pytest.raises(OptionError, match="search clip=None arrived; expected values"):
        tune(PLAN, texts, space, trials=1, directory=tmp_path / "search")
    assert not (tmp_path / "search").exists()


def test_a_plan_with_a_student_is_searched_without_it(texts: Texts, tmp_path: Path) -> None:
    plan = changed(PLAN, student=True)
    [trial] = tune(
        plan, texts, {"clip": (1.0,)}, trials=1, directory=tmp_path, unlabelled=["a film"] * 9
    )
    assert trial.state == "done"


@pytest.mark.parametrize(
    "content",
    [
        "something else\n",
        "something else",
        "a\nb",
        "\n",
        "[]\n",
        "null\n",
        "[" * 100_000 + "\n",
        '{"op_code": 99}\n',
        '{"op_code":4,"worker_id":"","study_id":0}\n{"op_code":0,"study_name":"a","directions":1}\n',
        '{"op_code":0,"study_name":"a","directions":[1]}\n{"op_code":2,"study_id":0,"user_attr":{}}\n',
    ],
)
def test_a_folder_with_something_else_is_refused(
    content: str, texts: Texts, tmp_path: Path
) -> None:
    (tmp_path / "journal.log").write_text(content)
    with pytest.raises(OutputError, match="holds no search"):
        tune(PLAN, texts, {"units": (2,)}, trials=1, directory=tmp_path)
    assert (tmp_path / "journal.log").read_text() == content


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_a_journal_that_is_no_file_is_refused_at_once(
    kind: str, texts: Texts, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.log"
    if kind == "pipe":
        os.mkfifo(journal)
    elif kind == "folder":
        journal.mkdir()
    else:
        journal.symlink_to("/dev/null")
    with pytest.raises(OutputError, match="it is a (folder|pipe or a device)"):
        tune(PLAN, texts, {"units": (2,)}, trials=1, directory=tmp_path)


@pytest.mark.parametrize(
    ("found", "damaged"),
    [
        (r'"directions":\[1\]', '"directions":[2]'),
        (r'"directions":\[1\]', '"directions":[]'),
        (r'"values":\[', '"values":["a",'),
        (r'"values":\[.*?\]', '"values":"a"'),
        (r'"values":\[.*?\]', '"values":["a"]'),
        (r'"values":\[.*?\]', '"values":[]'),
        (r'"values":\[.*?\]', '"values":null'),
        (r'"step":1', '"step":"a"'),
        (r'"intermediate_value":[^,}]*', '"intermediate_value":{}'),
        (r'"param_value_internal":[^,}]*', '"param_value_internal":[]'),
        (r'"param_value_internal":[^,}]*', '"param_value_internal":99'),
    ],
)
def test_a_search_with_something_else_than_losses_and_pieces_is_refused(
    found: str, damaged: str, texts: Texts, tmp_path: Path
) -> None:
    space: Space = {"units": (2, 3), "clip": Range(1.0, 2.0)}
    tune(PLAN, texts, space, trials=1, directory=tmp_path)
    journal = tmp_path / "journal.log"
    content, count = re.subn(found, damaged, journal.read_text())
    assert count
    journal.write_text(content)
    with pytest.raises(OutputError, match="holds no search"):
        tune(PLAN, texts, space, trials=2, directory=tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("learning_rate=0.001..1e-2", Range(0.001, 0.01)),
        ("units=16..64", Range(16, 64)),
        ("pooling=max", ("max",)),
        ("batch_size=32,64", (32, 64)),
        ("bidirectional=true,false", (True, False)),
    ],
)
def test_a_space_is_read(text: str, expected: Any) -> None:
    assert list(parse_space([text]).values()) == [expected]


@pytest.mark.parametrize("text", ["units=64..16", "units=1..2..3", "units=a..b", "units=1..1"])
def test_a_range_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="expected NAME=LOW..HIGH"):
        parse_space([text])


@pytest.mark.parametrize("text", ["units", "units=", "=3"])
def test_a_search_without_a_name_or_values_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="NAME="):
        parse_space([text])


def test_what_is_searched_by_itself_can_be_used(texts: Texts) -> None:
    lowest = {n: v[0] if isinstance(v, tuple) else v.low for n, v in SPACE.items()}
    plan = with_pieces(PLAN, lowest)
    assert plan.recipe.batch_size == 32
    assert plan.options == PLAN.options
