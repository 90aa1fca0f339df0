"""A training that was cut off, at whatever moment, ends as if it had not been."""

import dataclasses
import hashlib
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from seqsent import (
    OutputError,
    Recipe,
    Splits,
    TextClassifier,
    TextEncoder,
    TrainingError,
    build_model,
    fit,
    load_synthetic,
    set_seed,
)
from seqsent.artifact import save
from seqsent.checkpoint import Checkpoint, identity_of, locked
from tests.faults import Fault, files_of_at_most, full, read_only

RECIPE = Recipe(learning_rate=0.01, epochs=4, patience=4)

# The session `kills` asks for more.
KILLS = int(os.environ.get("SEQSENT_TEST_KILLS", "10"))

# Imports once, and forks a process for each training: before a backend has threads that is safe.
# A training says its number, its epochs and its end; told so, it dies in the middle of a write.
TRAININGS = """
    import hashlib, os, signal, sys, warnings
    from io import BytesIO

    import numpy as np
    from seqsent import Recipe, build_model, checkpoint, fit, load_synthetic, set_seed

    def train(folder, share):
        def torn(file, **arrays):
            content = BytesIO()
            savez(content, **arrays)
            file.write(content.getvalue()[: int(share * content.tell())])
            file.flush()
            os.kill(os.getpid(), signal.SIGKILL)

        savez = np.savez
        if share:
            checkpoint.np.savez = torn
        set_seed(0)
        model = build_model("gru", vocab_size=splits.vocab_size, maxlen=12, units=4, dropout=0.3)
        recipe = Recipe(learning_rate=0.01, batch_size=16, epochs=5 + 2 * kills, patience=99)
        print(os.getpid(), flush=True)
        told = lambda number, _: print("epoch", number, flush=True)
        fit(model, splits, recipe, directory=folder, on_epoch=told)
        print(hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest())

    kills, splits = int(sys.argv[1]), load_synthetic(size=600, maxlen=12)
    warnings.simplefilter("ignore", RuntimeWarning)  # JAX's, on forking
    for line in sys.stdin:
        folder, share = line.split()
        sys.stdout.flush()
        if not os.fork():
            train(folder, float(share))
            sys.stdout.flush()
            os._exit(0)
        os.wait()
        print("over", flush=True)
"""


class Trainings:
    """Trains in processes of their own, one after the other, and kills them."""

    def __init__(self, folder: Path) -> None:
        # What one process has compiled the next one finds.
        cache = {
            "JAX_COMPILATION_CACHE_DIR": str(folder / "cache"),
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        }
        self._server = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(TRAININGS), str(KILLS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **cache},
        )

    def begin(self, folder: Path, share: float = 0.0) -> int:
        """Begin a training that dies in its first write, when it has written so much of it."""
        assert self._server.stdin is not None
        self._server.stdin.write(f"{folder} {share}\n")
        self._server.stdin.flush()
        return int(self.line())

    def line(self) -> str:
        assert self._server.stdout is not None
        return self._server.stdout.readline().strip()

    def end(self) -> list[str]:
        """Return what a training says until its end."""
        return list(iter(self.line, "over"))

    def close(self) -> None:
        self._server.communicate()
        assert self._server.returncode == 0


@pytest.fixture(scope="module")
def trainings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trainings]:
    trainings = Trainings(tmp_path_factory.mktemp("trainings"))
    yield trainings
    trainings.close()


@pytest.fixture(scope="module")
def splits() -> Splits:
    return load_synthetic(size=300, maxlen=12)


def model_for(splits: Splits, units: int = 3) -> keras.Model:
    set_seed(0)
    return build_model(
        "gru", vocab_size=splits.vocab_size, maxlen=splits.maxlen, units=units, dropout=0.2
    )


def digest(model: keras.Model) -> str:
    return hashlib.sha256(b"".join(w.tobytes() for w in model.get_weights())).hexdigest()


@pytest.mark.each_backend
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_training_killed_at_random_ends_bit_for_bit_as_one_that_was_not(
    trainings: Trainings, tmp_path: Path
) -> None:
    trainings.begin(tmp_path / "whole")
    *_, whole = trainings.end()
    moments = random.Random(os.getpid())
    for kill in range(KILLS):
        if kill % 2:
            trainings.begin(tmp_path / "torn", share=moments.random())
            said = trainings.end()
            assert (tmp_path / "torn" / ".state.npz.unfinished").exists()
        else:
            process = trainings.begin(tmp_path / "torn")
            said, start = [trainings.line()], time.perf_counter()
            said.append(trainings.line())
            # Somewhere in the next epoch, in its write, or between the two.
            time.sleep(moments.uniform(0, time.perf_counter() - start))
            os.kill(process, signal.SIGKILL)
            said += trainings.end()
        assert all(line.startswith("epoch") for line in said)  # and none that it was over
    trainings.begin(tmp_path / "torn")
    *epochs, torn = trainings.end()
    assert torn == whole
    assert int(epochs[0].split()[1]) > KILLS // 2  # it went on, and did not begin anew


@pytest.mark.each_backend
def test_an_interruption_between_any_two_epochs_changes_nothing(
    splits: Splits, tmp_path: Path
) -> None:
    whole = model_for(splits)
    history = fit(whole, splits, RECIPE)
    for count in range(1, RECIPE.epochs):
        model = model_for(splits)
        fit(model, splits, dataclasses.replace(RECIPE, epochs=count), directory=tmp_path)
        resumed = model_for(splits)
        keras.utils.set_random_seed(count)  # which must not matter
        assert fit(resumed, splits, RECIPE, directory=tmp_path) == history
        assert digest(resumed) == digest(whole)
        (tmp_path / "state.npz").unlink()


def test_a_training_that_is_over_is_not_repeated(splits: Splits, tmp_path: Path) -> None:
    model, again = model_for(splits), model_for(splits)
    history = fit(model, splits, RECIPE, directory=tmp_path)
    told: list[int] = []
    repeated = fit(
        again, splits, RECIPE, directory=tmp_path, on_epoch=lambda number, _: told.append(number)
    )
    assert (repeated, told) == (history, [])
    assert digest(again) == digest(model)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"recipe": dataclasses.replace(RECIPE, learning_rate=0.02)}, "recipe: .*0.01.*0.02"),
        ({"units": 4}, "network"),
        ({"size": 310}, "data"),
    ],
)
def test_another_training_is_refused(
    splits: Splits, tmp_path: Path, change: dict[str, Any], what: str
) -> None:
    fit(model_for(splits), splits, dataclasses.replace(RECIPE, epochs=1), directory=tmp_path)
    before = (tmp_path / "state.npz").read_bytes()
    other = load_synthetic(size=change.get("size", 300), maxlen=12)
    model = model_for(other, units=change.get("units", 3))
    with pytest.raises(TrainingError, match=f"holds a training with another {what}"):
        fit(model, other, change.get("recipe", RECIPE), directory=tmp_path)
    assert (tmp_path / "state.npz").read_bytes() == before


SMALL: dict[str, Any] = {"vocab_size": 9, "maxlen": 4, "embedding": 2}


@keras.saving.register_keras_serializable("tests")
class Silent(keras.layers.Layer):  # type: ignore[misc]
    """Cannot say how it was made."""

    def __init__(self, inner: keras.layers.Layer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, inputs: Any) -> Any:
        return self.inner(inputs)


def nested(gain: float = 1.0, factor: float = 0.5, last: str = "max", rate: float = 0.1) -> Any:
    """Return a network with layers, operations and a network in it."""
    ids = keras.Input((4,), dtype="int32")
    words = keras.layers.Embedding(9, 2)(ids)
    initializer = keras.initializers.Orthogonal(gain, seed=random.randrange(2**31))
    gru = keras.layers.GRU(2, recurrent_initializer=initializer)
    read = keras.layers.Bidirectional(gru)(words)
    inner = keras.Sequential([keras.layers.Dropout(rate, seed=random.randrange(2**31))])
    pooled = getattr(keras.ops, last)(words, axis=1) * factor
    return keras.Model(ids, keras.layers.Concatenate()([inner(read), pooled]))


def silent(rate: float = 0.1) -> Any:
    ids = keras.Input((4,), dtype="int32")
    features = keras.layers.Dropout(rate)(keras.layers.Embedding(9, 2)(ids))
    return keras.Model(ids, Silent(keras.layers.Dense(2))(features))


def built(architecture: str = "stacked", **changed: Any) -> Callable[..., Any]:
    return lambda **others: build_model(architecture, **SMALL, **{**changed, **others})


NETWORKS: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (built(), {"feature_dropout": 0.9}),
    (built(feature_dropout=0.1), {"feature_dropout": 0.9}),
    (built(word_dropout=0.1), {"word_dropout": 0.2}),
    (built(), {"mask_padding": True}),
    (built("gru", pooling="max"), {"pooling": "mean"}),
    (built("gru", dropout=0.1), {"dropout": 0.2}),
    (nested, {"gain": 2.0}),
    (nested, {"factor": 0.25}),
    (nested, {"last": "min"}),
    (nested, {"rate": 0.9}),
    (silent, {"rate": 0.9}),
]


@pytest.mark.parametrize(("build", "changed"), NETWORKS)
def test_a_network_is_known_by_its_settings_however_often_it_is_built(
    build: Callable[..., Any], changed: dict[str, Any]
) -> None:
    first, again, other = (identity_of(build(**more), {}, {}) for more in ({}, {}, changed))
    assert first == again
    assert first != other


def test_a_network_is_the_same_in_another_process() -> None:
    program = """
    import keras
    from seqsent import build_model
    from seqsent.checkpoint import identity_of

    keras.layers.GRU(2), keras.layers.Dropout(0.5)  # which count on in names
    model = build_model("gru", vocab_size=9, maxlen=4, embedding=2, feature_dropout=0.1)
    print(identity_of(model, {}, {})["configuration of the network (SHA-256)"])
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    here = identity_of(built("gru", feature_dropout=0.1)(), {}, {})
    assert said == here["configuration of the network (SHA-256)"]


def test_what_a_state_says_is_repeated_in_brief(tmp_path: Path) -> None:
    model = built("gru")()
    model.compile(optimizer="adam", loss="binary_crossentropy")
    said = {"recipe": "seed=1, \x1b[2Jclip=" + "9" * 10_000}
    Checkpoint(tmp_path, said).save(model, [], [])
    with pytest.raises(TrainingError, match="another recipe: .*clip=9.*, and clip=1 arrived") as e:
        Checkpoint(tmp_path, {"recipe": "seed=1, clip=1"}).restore(model)
    assert str(e.value).isprintable()
    assert len(str(e.value)) < 700
    with pytest.raises(TrainingError, match="cannot be read: best-0 is missing in it"):
        Checkpoint(tmp_path, said).restore(model)


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x04N."], ids=["empty", "cut", "pickle"])
def test_a_state_that_is_none_is_refused(splits: Splits, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "state.npz").write_bytes(content)
    with pytest.raises(TrainingError, match="cannot be read"):
        fit(model_for(splits), splits, RECIPE, directory=tmp_path)


def test_a_state_that_was_cut_anywhere_is_refused(splits: Splits, tmp_path: Path) -> None:
    fit(model_for(splits), splits, dataclasses.replace(RECIPE, epochs=1), directory=tmp_path)
    whole = (tmp_path / "state.npz").read_bytes()
    for share in np.linspace(0.05, 0.99, 8):
        (tmp_path / "state.npz").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(TrainingError, match="cannot be read"):
            fit(model_for(splits), splits, RECIPE, directory=tmp_path)


def test_a_second_training_in_one_folder_is_refused_naming_the_first(
    splits: Splits, trainings: Trainings, tmp_path: Path
) -> None:
    first = trainings.begin(tmp_path)
    assert trainings.line() == "epoch 1"
    os.kill(first, signal.SIGSTOP)  # it must not be over too soon
    with pytest.raises(OutputError, match=f"in use by another training, process {first}"):
        fit(model_for(splits), splits, RECIPE, directory=tmp_path)
    os.kill(first, signal.SIGKILL)
    trainings.end()


@pytest.mark.parametrize("name", ["owner", ".owner.unfinished", ".state.npz.unfinished"])
def test_a_link_in_the_folder_is_replaced_and_not_followed(
    splits: Splits, tmp_path: Path, name: str
) -> None:
    other, folder = tmp_path / "other", tmp_path / "run"
    other.write_text("mine")
    folder.mkdir()
    (folder / name).symlink_to(other)
    fit(model_for(splits), splits, dataclasses.replace(RECIPE, epochs=1), directory=folder)
    assert other.read_text() == "mine"
    assert {file.name for file in folder.iterdir()} <= {"state.npz", "lock"}


def test_a_lock_that_is_a_link_is_refused(splits: Splits, tmp_path: Path) -> None:
    other, folder = tmp_path / "other", tmp_path / "run"
    other.write_text("mine")
    folder.mkdir()
    (folder / "lock").symlink_to(other)
    with pytest.raises(OutputError, match="run cannot be written to: lock in it is a link"):
        fit(model_for(splits), splits, RECIPE, directory=folder)
    assert other.read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_an_owner_that_is_a_pipe_stops_nobody(splits: Splits, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "owner")
    fit(model_for(splits), splits, dataclasses.replace(RECIPE, epochs=1), directory=tmp_path)
    assert {file.name for file in tmp_path.iterdir()} <= {"state.npz", "lock"}


def make_a_pipe(owner: Path) -> None:
    os.mkfifo(owner)


def write_a_screen_wiped(owner: Path) -> None:
    owner.write_text("process 7\x1b[2J")


def write_megabytes(owner: Path) -> None:
    owner.write_text(f"process {'7' * 2**21}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
@pytest.mark.parametrize("make", [make_a_pipe, write_a_screen_wiped, write_megabytes])
def test_an_owner_that_names_no_process_is_not_repeated(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "owner")
    holder = "import sys; from filelock import FileLock; lock = FileLock(sys.argv[1]); "
    holder += "lock.acquire(); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holder, str(tmp_path / "lock")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(OutputError, match="training, a process that did not say its number"):
            locked(tmp_path).__enter__()


def test_a_full_disk_is_one_line_and_the_last_state_stays(splits: Splits, tmp_path: Path) -> None:
    whole = model_for(splits)
    fit(whole, splits, RECIPE)
    fit(model_for(splits), splits, dataclasses.replace(RECIPE, epochs=2), directory=tmp_path)
    before = (tmp_path / "state.npz").read_bytes()
    with files_of_at_most(1_000), pytest.raises(OutputError, match="File too large.*Make room"):
        fit(model_for(splits), splits, RECIPE, directory=tmp_path)
    assert (tmp_path / "state.npz").read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} <= {"state.npz", "lock"}
    resumed = model_for(splits)
    fit(resumed, splits, RECIPE, directory=tmp_path)
    assert digest(resumed) == digest(whole)


def test_a_folder_that_vanishes_is_one_line(splits: Splits, tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def vanish(number: int, _: object) -> None:
        if number == 2:
            for file in folder.iterdir():
                file.unlink()
            folder.rmdir()

    with pytest.raises(OutputError, match="run cannot be written to: No such file"):
        fit(model_for(splits), splits, RECIPE, directory=folder, on_epoch=vanish)


def test_a_place_that_is_no_folder_is_one_line(splits: Splits, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written to"):
        fit(model_for(splits), splits, RECIPE, directory=tmp_path / "file")


@pytest.mark.parametrize(
    ("fault", "reason"), [(full, "No space left"), (read_only, "Read-only file system")]
)
def test_a_disk_that_fails_during_training_is_one_line(
    splits: Splits, disk: Path, fault: Fault, reason: str
) -> None:
    with ExitStack() as faults:

        def after_two(number: int, _: object) -> None:
            if number == 2:
                faults.enter_context(fault(disk))

        with pytest.raises(OutputError, match=f"run cannot be written to: {reason}"):
            fit(model_for(splits), splits, RECIPE, directory=disk / "run", on_epoch=after_two)
    told: list[int] = []
    resumed, whole = model_for(splits), model_for(splits)
    folder = disk / "run"
    fit(resumed, splits, RECIPE, directory=folder, on_epoch=lambda number, _: told.append(number))
    fit(whole, splits, RECIPE)
    assert told == [2, 3, 4]  # the state of the first epoch was as it had been
    assert digest(resumed) == digest(whole)


@pytest.mark.parametrize("fault", [full, read_only])
def test_a_disk_that_fails_at_the_end_is_one_line(splits: Splits, disk: Path, fault: Fault) -> None:
    encoder = TextEncoder.fit(["a b"], maxlen=splits.maxlen)
    classifier = TextClassifier(model_for(splits), encoder, ("x", "y"))
    save(classifier, disk / "model.seqsent")
    before = (disk / "model.seqsent").read_bytes()
    with fault(disk):
        with pytest.raises(OutputError, match="seqsent cannot be written: (No space|Read-only)"):
            save(classifier, disk / "model.seqsent")
        with pytest.raises(OutputError, match="best.keras: (No space|Read-only)"):
            fit(model_for(splits), splits, RECIPE, save_to=disk / "best.keras")
    assert (disk / "model.seqsent").read_bytes() == before
    assert {file.name for file in disk.iterdir()} == {"model.seqsent"}
