"""What a training needs to go on as if it had never stopped, in one file."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, TypedDict

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from seqsent import layers
from seqsent.datasets.rows import CHUNK
from seqsent.errors import OutputError, TrainingError
from seqsent.layers import keras
from seqsent.results import Epoch
from seqsent.untrusted import conform, in_brief, read_arrays, read_json, regular_size

STATE, LOCK, OWNER = "state.npz", "lock", "owner"

_LONGEST_OWNER = 40

# Where configurations have names of layers.
_NAMES = {"name", "keras_history", "input_layers", "output_layers"}
_COUNT = re.compile(r"_\d+(?=_|$)")

Arrays = dict[str, NDArray[Any]]


class _About(TypedDict):
    identity: Mapping[str, str]
    epochs: list[Epoch]


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training after its last whole epoch, in a folder of its own.

    Parameters
    ----------
    folder : Path
        Where it is kept; made when there is something to keep.
    identity : mapping of str to str
        What must be the same for a training to go on: network, data, recipe, backend.
    """

    folder: Path
    identity: Mapping[str, str]

    def save(self, model: keras.Model, epochs: list[Epoch], best: list[NDArray[Any]]) -> None:
        """Replace the state by that of now, in one step.

        Parameters
        ----------
        model : keras.Model
            Compiled and built.
        epochs : list of Epoch
            The figures so far.
        best : list of ndarray
            The weights of the best epoch.

        Raises
        ------
        OutputError
            When it cannot be written; the last state stays.
        """
        about = {"identity": dict(self.identity), "epochs": [asdict(epoch) for epoch in epochs]}
        arrays: dict[str, Any] = {
            "about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        }
        arrays |= {f"variable-{n}": _value(v) for n, v in enumerate(_variables(model))}
        arrays |= {f"best-{n}": value for n, value in enumerate(best)}
        arrays |= {f"random-{name}": value for name, value in layers.random_state().items()}
        with writing_to(self.folder), _replaced(self.folder / STATE) as file:
            np.savez(file, **arrays)

    def restore(self, model: keras.Model) -> tuple[list[Epoch], list[NDArray[Any]]]:
        """Put a model where the last whole epoch left it.

        Parameters
        ----------
        model : keras.Model
            Compiled and built like the one that was saved.

        Returns
        -------
        epochs : list of Epoch
            The figures so far; none when nothing was saved yet.
        best : list of ndarray
            The weights of the best epoch.

        Raises
        ------
        TrainingError
            When the state is of another training, or cannot be read.
        """
        path = self.folder / STATE
        if not path.exists():
            return [], []
        variables = _variables(model)
        try:
            arrays = read_arrays(path)
            about = conform(read_json(_array("about", arrays).tobytes()), _About)
            self._check(about["identity"])
            values = _in_order("variable", arrays, variables)
            best = _in_order("best", arrays, model.weights)
            layers.restore_random_state(_named("random", arrays))
        # PyTorch refuses a random state that is none with the last two.
        except (OSError, ValueError, LookupError, RuntimeError, TypeError) as error:
            raise TrainingError(
                f"{path} cannot be read: {in_brief(error)}. Expected the state of a training; "
                "name another folder to begin anew."
            ) from error
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        return about["epochs"], best

    def _check(self, identity: Mapping[str, str]) -> None:
        for what, expected in self.identity.items():
            if identity.get(what) != expected:
                said, arrived = _differing(identity.get(what, "unknown"), expected)
                raise TrainingError(
                    f"{self.folder} holds a training with another {what}: {said}, and {arrived} "
                    "arrived. Go on with what it began with, or name another folder."
                )


def _differing(*lists: str) -> list[str]:
    """Return lists in a line from the first entry on that differs, in brief."""
    entries = [one.split(", ") for one in lists]
    pairs = enumerate(zip(*entries, strict=False))
    begin = next((number for number, (one, other) in pairs if one != other), 0)
    return [in_brief(ValueError(", ".join(one[begin:]))) for one in entries]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep every other training out of a folder; may be entered again within itself.

    Raises
    ------
    OutputError
        When another process is at work there, which is named, or nothing can be written.
    """
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / LOCK).is_symlink():
            raise OSError(f"{LOCK} in it is a link")
        lock = FileLock(folder / LOCK, blocking=False, is_singleton=True)
        try:
            lock.acquire()
        except Timeout as error:
            raise OutputError(
                f"{folder} is in use by another training, {_owner(folder)}. Wait for it, or name "
                "another folder."
            ) from error
    owner = folder / OWNER
    # A full disk is told of where there is something to lose.
    with suppress(OSError), _replaced(owner) as file:
        file.write(f"process {os.getpid()}".encode())
    try:
        yield
    finally:
        lock.release()
        if not lock.is_locked:
            with suppress(OSError):
                owner.unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Remove what a training keeps in a folder, and the folder if that is empty then.

    Raises
    ------
    OSError
        When something cannot be removed, or is not a training's.
    """
    for name in (STATE, LOCK, OWNER):
        (folder / name).unlink(missing_ok=True)
        _unfinished(folder / name).unlink(missing_ok=True)
    folder.rmdir()


def identity_of(
    model: keras.Model, data: Mapping[str, Any], recipe: Mapping[str, Any]
) -> dict[str, str]:
    """Return what must be the same for a training to go on.

    Parameters
    ----------
    model : keras.Model
        Its layers, their settings and the shapes of their weights count, not what the weights
        are. A layer that cannot say its settings is known by its type and shapes.
    data : dict of ndarray or Rows
        Everything that is learned from or validated with.
    recipe : mapping of str to object
        What decides the steps.
    """
    digest = hashlib.sha256()
    for name, array in sorted(data.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        for begin in range(0, len(array), CHUNK):
            digest.update(np.ascontiguousarray(array[begin : begin + CHUNK]).data)
    network = [
        f"{type(layer).__name__}{[tuple(weight.shape) for weight in layer.weights]}"
        for layer in model.layers
    ]
    return {
        "backend": keras.backend.backend(),
        "network": ", ".join(network),
        "configuration of the network (SHA-256)": _digest_of_settings(model),
        "recipe": ", ".join(f"{name}={value}" for name, value in recipe.items()),
        "data (SHA-256)": digest.hexdigest()[:16],
    }


def _digest_of_settings(model: keras.Model) -> str:
    settings = _lasting(_settings(model))
    # Of what JSON does not know only the type: an address would differ in every process.
    text = json.dumps(settings, sort_keys=True, default=lambda one: type(one).__name__)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _settings(layer: keras.layers.Layer) -> Any:
    """Return the configuration of a layer, or those of the layers in it."""
    try:
        return layer.get_config()
    except (NotImplementedError, TypeError, ValueError):
        return [_settings(inner) for inner in getattr(layer, "layers", ())]


def _lasting(settings: Any, named: bool = False) -> Any:
    """Return settings without what differs when the same network is built again.

    Keras counts on in names, "gru" and "gru_1". What a seed decided the state has.
    """
    if isinstance(settings, Mapping):
        return {
            str(key): _lasting(value, key in _NAMES)
            for key, value in settings.items()
            if key != "seed"
        }
    if isinstance(settings, list | tuple):
        return [_lasting(value, named) for value in settings]
    return _COUNT.sub("", settings) if named and isinstance(settings, str) else settings


def _unfinished(path: Path) -> Path:
    """Return what a file is called until all of it is written."""
    return path.with_name(f".{path.name}.unfinished")


@contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of another when it is whole."""
    unfinished = _unfinished(path)
    # What a killed process left there, or a link to somewhere else, is not written to.
    unfinished.unlink(missing_ok=True)
    try:
        with unfinished.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _variables(model: keras.Model) -> list[Any]:
    """Return everything that a step changes: weights, dropout's seeds, the optimizer."""
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]


def _value(variable: Any) -> NDArray[Any]:
    return np.asarray(keras.ops.convert_to_numpy(variable))


def _named(prefix: str, arrays: Arrays) -> Arrays:
    return {
        name.removeprefix(f"{prefix}-"): value
        for name, value in arrays.items()
        if name.startswith(f"{prefix}-")
    }


def _array(name: str, arrays: Arrays) -> NDArray[Any]:
    if name not in arrays:
        raise ValueError(f"{name} is missing in it")
    return arrays[name]


def _in_order(prefix: str, arrays: Arrays, variables: list[Any]) -> list[NDArray[Any]]:
    """Return the arrays for variables, of the shape and type of each."""
    values = [_array(f"{prefix}-{number}", arrays) for number in range(len(variables))]
    for value, variable in zip(values, variables, strict=True):
        kind = keras.backend.standardize_dtype(variable.dtype)
        if value.shape != tuple(variable.shape) or value.dtype != kind:
            raise ValueError(
                f"{prefix} {variable.path} has shape {value.shape} and type {value.dtype}"
            )
    return values


def _owner(folder: Path) -> str:
    with suppress(OSError):
        path = folder / OWNER
        if regular_size(path) <= _LONGEST_OWNER:
            said = path.read_text(encoding="ascii", errors="replace")
            if re.fullmatch(r"process \d+", said):
                return said
    return "a process that did not say its number"


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Turn what the system refuses into one line, that leads on from what was saved last.

    Raises
    ------
    OutputError
        When nothing can be written to the folder.
    """
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written to: {error.strerror or error}. What was saved last is "
            "as it was. Make room, or name another folder."
        ) from error
