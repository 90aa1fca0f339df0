"""A network out of a file that nobody vouches for: what it may name, and how much it may take."""

from __future__ import annotations

import math
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from seqsent.layers import keras
from seqsent.models import check_ids_fit
from seqsent.untrusted import in_brief, open_archive, read_json, read_member, shown

_CONFIG, _METADATA, _WEIGHTS = "config.json", "metadata.json", "model.weights.h5"

# A configuration of a hundred layers has less; each takes time to build.
_LARGEST = 2**19

# Numbers that one step may make of one text; one-hot rows of a long one are fewer.
_WIDEST = 2**26

# What is a program, or reads other files; Keras' safe mode refuses most of it, not all.
_REFUSED = {"__lambda__", "Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
_REFUSED |= {"TextVectorization", "StringLookup", "IntegerLookup"}

# Where functions may come from.
_FUNCTIONS = ("builtins", "keras.activations", "keras.ops")


def load_network(
    content: bytes, *, maxlen: int, vocab_size: int, num_classes: int, multi_label: bool
) -> keras.Model:
    """Load a network, if it fits what else is known of it.

    Parameters
    ----------
    content : bytes
        A file in Keras' format.
    maxlen, vocab_size, num_classes, multi_label
        As for `build_model`.

    Returns
    -------
    keras.Model
        Uncompiled.

    Raises
    ------
    ValueError
        When it is damaged; names a program, a class that nobody registered or a file; has
        other weights than its file has room for, or infinite ones; or is no classifier of
        such ids.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        file.write_bytes(content)
        with open_archive(file) as archive:
            config, room = _read(archive)
        _check_names(config)
        # In a thread of its own, because Keras keeps the weights that it has not made yet in
        # what belongs to a thread, and would make them later.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(_check_size, config, room, maxlen).result()
        try:
            model = keras.models.load_model(file, compile=False, safe_mode=True)
        # Whatever Keras makes of a configuration that it cannot or will not build.
        except Exception as error:
            raise ValueError(f"its network cannot be built: {in_brief(error)}") from error
    if not all(np.isfinite(weight).all() for weight in model.get_weights()):
        raise ValueError("its network has weights that are no finite numbers")
    _check_ends(model, maxlen, num_classes, multi_label)
    check_ids_fit(model, vocab_size)
    return model


def _read(archive: zipfile.ZipFile) -> tuple[dict[str, Any], int]:
    """Return the configuration, and how many bytes there are for weights."""
    found, expected = sorted(archive.namelist()), sorted((_CONFIG, _METADATA, _WEIGHTS))
    if found != expected:
        raise ValueError(
            f"its network holds {shown(', '.join(found))}; expected {', '.join(expected)}"
        )
    config = read_json(read_member(archive, _CONFIG, _LARGEST))
    if not isinstance(config, dict):
        raise ValueError("its network has no configuration")
    return {**config, "compile_config": None}, archive.getinfo(_WEIGHTS).file_size


def _check_names(config: dict[str, Any]) -> None:
    """Refuse what is neither Keras' own nor registered by a plugin, and programs in any case."""
    registered = keras.saving.get_custom_objects()
    for named in _named(config):
        name, module = str(named["class_name"]), str(named.get("module") or "keras")
        if name in _REFUSED or (name == "function" and not module.startswith(_FUNCTIONS)):
            raise ValueError(
                f"its network has a {shown(name)} of {shown(module)}, which may run a program or "
                "read a file. Do not trust this file"
            )
        foreign = module.partition(".")[0] not in ("keras", "builtins")
        if foreign and str(named.get("registered_name")) not in registered:
            raise ValueError(
                f"its network needs {shown(name)} of {shown(module)}, which no installed plugin "
                "registers"
            )


def _named(config: Any) -> Iterator[dict[str, Any]]:
    """Yield everything in a configuration that names a class or a function."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        config = list(config.values())
    if isinstance(config, list):
        for one in config:
            yield from _named(one)


def _check_size(config: dict[str, Any], room: int, maxlen: int) -> None:
    """Build the network without its weights; refuse it where they would not be in the file."""
    try:
        with keras.StatelessScope(initialize_variables=False):
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
            weights = sum(math.prod(weight.shape) for weight in model.variables)
            made = [
                math.prod(size or maxlen for size in tensor.shape[1:])
                for layer in model._flatten_layers()
                for node in layer._inbound_nodes
                for tensor in node.output_tensors
            ]
    # Whatever Keras makes of a configuration that it cannot or will not build.
    except Exception as error:
        raise ValueError(f"its network cannot be built: {in_brief(error)}") from error
    if weights > room:
        raise ValueError(
            f"its network has {weights:,} weights, and its file {room:,} bytes for them. Do not "
            "trust this file"
        )
    if max(made, default=0) > _WIDEST:
        raise ValueError(
            f"its network makes {max(made):,} numbers of one text in one step; expected "
            f"{_WIDEST:,} at most. Do not trust this file"
        )


def _check_ends(model: Any, maxlen: int, num_classes: int, multi_label: bool) -> None:
    """Refuse a network that takes other ids, or gives other answers, than its file says."""
    taken, given = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    expected = [(None, num_classes), *([(None, 1)] if num_classes == 2 and not multi_label else [])]
    if taken not in ((None, maxlen), (None, None)) or given not in expected:
        raise ValueError(
            f"its network takes {shown(taken)} and gives {shown(given)}, and the file says "
            f"{maxlen} ids and {num_classes} labels"
        )
