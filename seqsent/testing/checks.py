"""The checks. Each takes an architecture; its first line says what it protects."""

from __future__ import annotations

import inspect
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

from seqsent import layers
from seqsent.architecture import Architecture
from seqsent.artifact import load, save
from seqsent.classifier import TextClassifier
from seqsent.errors import OptionError, SeqsentError
from seqsent.layers import keras
from seqsent.models import build_model
from seqsent.options import Option, is_plain
from seqsent.registry import list_architectures, registry
from seqsent.text import TextEncoder
from seqsent.verification import TOLERANCE, verify

WORDS, TIME, WIDTH, TEXTS = 40, 10, 8, 32

_OF_BUILD_MODEL = set(inspect.signature(build_model).parameters) - {"options"}

HEADS: dict[str, tuple[dict[str, Any], int]] = {
    "two classes": ({}, 1),
    "three classes": ({"num_classes": 3}, 3),
    "three labels": ({"num_classes": 3, "multi_label": True}, 3),
}
INPUTS: dict[str, Any] = {
    "an embedding": WIDTH,
    "one-hot rows": "onehot",
    "a matrix": np.linspace(-1, 1, WORDS * 3).reshape(WORDS, 3),
}


def registers_without_keras(architecture: Architecture) -> None:
    """Listing architectures stays fast, however many plugins are installed."""
    if architecture.name not in list_architectures():
        return  # made in place, nothing is registered
    code = (
        "import sys; from seqsent.registry import registry; registry().plugins; "
        "sys.exit(int(bool({'keras', 'jax', 'tensorflow', 'torch'} & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    _demand(
        done.returncode == 0,
        "finding the installed plugins imports Keras or a backend. Name the encoder as "
        "'module:function', and import seqsent.layers in that module only",
    )


def has_a_name_of_its_own(architecture: Architecture) -> None:
    """Two plugins that provide one name leave it unusable for both."""
    provided = registry().architectures.by_name.get(architecture.name, ())
    others = [plugin.name for plugin, other in provided if other != architecture]
    _demand(
        not others,
        f"the name {architecture.name!r} is taken by {', '.join(others)}. Choose another: where "
        "both are installed, neither can be used",
    )


def takes_keyword_only_options(architecture: Architecture) -> None:
    """What users may set is plain from the signature, and nothing else is taken."""
    parameters = list(inspect.signature(architecture.load_encoder()).parameters.values())
    _demand(bool(parameters), "the encoder takes nothing. Its first parameter is the embedded text")
    for parameter in parameters[1:]:
        _demand(
            parameter.kind is not parameter.VAR_KEYWORD,
            f"the encoder takes **{parameter.name}, which nobody can set. Name each option",
        )
        _demand(
            parameter.kind is parameter.KEYWORD_ONLY,
            f"the encoder's parameter {parameter.name!r} is no option, because it is not "
            f"keyword-only. Put a * before it: encode(x, *, {parameter.name}=...)",
        )
        _demand(
            parameter.name not in _OF_BUILD_MODEL,
            f"option {parameter.name!r} can never be set, because build_model has an argument of "
            "that name. Give it another one",
        )


def declares_its_options(architecture: Architecture) -> None:
    """Users see what each option is, takes and does, and a wrong value is refused in time."""
    for option in architecture.options().values():
        _demand(
            option.annotation is not Any,
            f"option {option.name!r} has no type. Annotate it, as in {option.name}: int = 8",
        )
        _demand(
            is_plain(option.annotation),
            f"option {option.name!r} is a {option.type_name}, which no command line can give and "
            "no file keep. Use bool, int, float, str, Literal, sequences of them, or None",
        )
        _demand(
            bool(option.doc),
            f"option {option.name!r} is not described. Add it to the encoder's docstring, in a "
            "numpydoc section 'Parameters'",
        )


def builds_with_defaults(architecture: Architecture) -> None:
    """The name alone is enough to get a network with a weight to train."""
    model = _model(architecture)
    _demand(
        bool(model.trainable_variables),
        "the network has nothing to train. Use at least one layer with weights",
    )


def builds_with_every_option(architecture: Architecture) -> None:
    """Every declared option can be changed, and the network still answers."""
    for option in architecture.options().values():
        for value in _other_values(option):
            model = _model(architecture, **{option.name: value})
            _check_answers(model, _ids(), 1, f"with {option.name}={value!r} ")


def takes_any_batch_and_length(architecture: Architecture) -> None:
    """Texts come one at a time and by the hundred, of one word and of many."""
    for time in (1, 7, TIME, 257):
        model = _model(architecture, maxlen=time)
        for count in (1, 3):
            _check_answers(model, _ids(count, time), 1, f"for {count} texts of {time} words ")


def fits_every_head_and_input(architecture: Architecture) -> None:
    """An architecture needs to know nothing of what comes before it and after it."""
    for name, (head, width) in HEADS.items():
        for given, embedding in INPUTS.items():
            model = _model(architecture, embedding=embedding, **head)
            _check_answers(model, _ids(), width, f"with {given} and {name} ")


def ignores_padding_if_it_says_so(architecture: Architecture) -> None:
    """What claims not to see padding answers alike however much of it is in front."""
    if not architecture.ignores_padding:
        return
    model, ids = _model(architecture, maxlen=None), _ids()
    padded = np.pad(ids, [(0, 0), (TIME, 0)])
    difference = _difference(_answers(model, ids), _answers(model, padded))
    _demand(
        difference <= TOLERANCE,
        f"padding in front moves answers by {difference:.1e}, and ignores_padding=True says that "
        "it does not. Mask it, or take the claim back",
    )


def trains_a_finite_step(architecture: Architecture) -> None:
    """A first step gives a loss and weights that are numbers."""
    model = _model(architecture)
    _check_answers(model, _ids(), 1, "before training ")
    loss = _train(model, 1)
    _demand(
        bool(np.isfinite(loss)) and all(np.isfinite(w).all() for w in model.get_weights()),
        f"the first step ends with a loss of {loss}, or weights that are no numbers. Look for "
        "logarithms, roots and divisions of what may be zero",
    )


def learns_32_texts(architecture: Architecture) -> None:
    """A network that cannot learn a handful of texts by heart learns nothing."""
    model, ids = _model(architecture), _ids()
    for _ in range(6):
        _train(model, 50)
        right = float(np.mean((_answers(model, ids)[:, 0] > 0.5) == _labels()))
        if right > 0.95:
            return
    raise AssertionError(
        f"after 300 steps on the same {TEXTS} texts {right:.0%} of the answers are right, "
        "expected 96 %. Does the vector for a text depend on its words?"
    )


def gradients_reach_every_weight(architecture: Architecture) -> None:
    """No layer is left as it was drawn because its output is not used."""
    model = _model(architecture)
    before = [_copy(variable) for variable in model.trainable_variables]
    _train(model, 3)
    idle = [
        variable.path
        for variable, old in zip(model.trainable_variables, before, strict=True)
        if np.array_equal(_copy(variable), old)
    ]
    _demand(
        not idle,
        f"training leaves {', '.join(idle)} as they were. Use their layers' outputs, and nothing "
        "without a gradient after them",
    )


def same_seed_same_weights(architecture: Architecture) -> None:
    """A result can be had again: the seed decides the first weights and the training."""
    first, second = (_model(architecture) for _ in range(2))
    for when, steps in (("before", 0), ("after", 3)):
        if steps:
            for model in (first, second):
                layers.set_seed(1)
                _train(model, steps)
        pairs = zip(first.get_weights(), second.get_weights(), strict=True)
        _demand(
            all(np.array_equal(one, other) for one, other in pairs),
            f"two networks of the same seed differ {when} training. Draw random numbers with "
            "Keras' initializers and seed generators only",
        )


def survives_saving(architecture: Architecture) -> None:
    """A .keras file gives the same answers when it is loaded."""
    model, ids = _model(architecture), _ids()
    with _folder() as folder:
        model.save(folder / "model.keras")
        loaded = keras.models.load_model(folder / "model.keras")
    _check_same(_answers(model, ids), _answers(loaded, ids), "a .keras file")


def survives_an_artifact(architecture: Architecture) -> None:
    """A .seqsent file gives the same answers when it is loaded."""
    classifier, texts = _classifier(architecture), ["a b c", "", "c b"]
    with _folder() as folder:
        save(classifier, folder / "model.seqsent")
        loaded = load(folder / "model.seqsent")
    _check_same(classifier.predict_proba(texts), loaded.predict_proba(texts), "a .seqsent file")


def runs_in_mixed_precision(architecture: Architecture) -> None:
    """Accelerators are fastest with half precision, and the network must bear it."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = _model(architecture)
        loss = _train(model, 1)
        _check_answers(model, _ids(), 1, "in mixed precision ")
    finally:
        keras.config.set_dtype_policy(before)
    _demand(bool(np.isfinite(loss)), f"in mixed precision the first loss is {loss}")


def answers_alike_when_compiled(architecture: Architecture) -> None:
    """What a compiler makes of the network answers as the network does."""
    model, labels = _model(architecture), _labels()
    answers = _answers(model, _ids())[:, 0].astype(np.float64)
    expected = float(-np.log(np.where(labels, answers, 1 - answers)).mean())
    model.compile("sgd", "binary_crossentropy")
    # In batches of one there are enough for every backend that compiles to do so.
    found = layers.Loop(model).evaluate((_ids(), labels), 1)["loss"]
    _demand(
        abs(found - expected) <= 1e-4,
        f"compiled, the network has a loss of {found:.6f}, and of {expected:.6f} otherwise. Keep "
        "Python's branches and NumPy away from what depends on the input",
    )


def refuses_an_unknown_option(architecture: Architecture) -> None:
    """A slip of the pen is named, not swallowed."""
    try:
        _model(architecture, no_such_option=1)
    except OptionError as error:
        _demand("no_such_option" in str(error), f"the refusal does not name the option: {error}")
        return
    raise AssertionError("an unknown option is taken")


def answers_alike_on_every_backend(architecture: Architecture) -> None:
    """A file written on one backend means the same on all others that are installed."""
    with _folder() as folder:
        save(_classifier(architecture), folder / "model.seqsent")
        for found in verify(folder / "model.seqsent"):
            _demand(
                found.passed,
                f"on {found.backend} answers differ by {found.difference:.1e}. Use keras.ops and "
                "layers only, and no backend's own functions",
            )


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(f"{message}.")


def _model(architecture: Architecture, maxlen: int | None = TIME, **changes: Any) -> keras.Model:
    layers.set_seed(0)
    arguments = {"embedding": WIDTH, **changes}
    try:
        return build_model(architecture, vocab_size=WORDS, maxlen=maxlen, **arguments)
    except SeqsentError as error:
        if "no_such_option" in changes:
            raise
        raise AssertionError(f"cannot be built with {changes or 'defaults'}: {error}") from error


def _classifier(architecture: Architecture) -> TextClassifier:
    encoder = TextEncoder.fit(["a b c d e f g"], vocab_size=None, maxlen=TIME)
    layers.set_seed(0)
    model = build_model(architecture, vocab_size=encoder.vocab_size, maxlen=TIME, embedding=WIDTH)
    named = architecture.name if architecture.name in list_architectures() else ""
    return TextClassifier(model, encoder, ("no", "yes"), about={"architecture": named})


def _ids(count: int = TEXTS, time: int = TIME) -> NDArray[np.int32]:
    return np.random.default_rng(0).integers(1, WORDS, (count, time)).astype(np.int32)


def _labels() -> NDArray[np.int32]:
    return np.arange(TEXTS, dtype=np.int32) % 2


def _copy(variable: Any) -> NDArray[Any]:
    return np.array(keras.ops.convert_to_numpy(variable))


def _answers(model: keras.Model, ids: NDArray[np.int32]) -> NDArray[Any]:
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(model(ids), "float32")))


def _check_answers(model: keras.Model, ids: NDArray[np.int32], width: int, when: str) -> None:
    answers = _answers(model, ids)
    expected = (len(ids), width)
    _demand(
        answers.shape == expected,
        f"{when}the answers have shape {answers.shape}, expected {expected}. Return one vector "
        "per text, shape (batch, units)",
    )
    _demand(
        bool(np.isfinite(answers).all()),
        f"{when}some answers are no numbers. Look for logarithms, roots and divisions of zero",
    )


def _check_same(expected: NDArray[Any], found: NDArray[Any], where: str) -> None:
    difference = _difference(expected, found)
    _demand(
        difference <= TOLERANCE,
        f"out of {where} answers differ by {difference:.1e}. Give each layer of your own a "
        "get_config, and register it with keras.saving.register_keras_serializable",
    )


def _difference(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(np.abs(one - other).max())


def _train(model: keras.Model, steps: int) -> float:
    if not model.compiled:
        model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    columns = _ids(), _labels()
    order = np.tile(np.arange(TEXTS), steps)
    return layers.Loop(model).train_epoch(columns, order, TEXTS)["loss"]


def _other_values(option: Option) -> Sequence[Any]:
    """Return values that an option takes besides its default; none where a guess may be wrong."""
    annotation, default = option.annotation, option.default
    if get_origin(annotation) in (Union, types.UnionType):
        others = [replace(option, annotation=one) for one in get_args(annotation)]
        return [value for other in others for value in _other_values(other)]
    if get_origin(annotation) is Literal:
        return [value for value in get_args(annotation) if value != default]
    if annotation is type(None):
        return [] if default is None else [None]
    if annotation is bool:
        return [not default]
    if annotation is int:
        return [1 if default is None else default + 1]
    if annotation is float:
        return [0.25 if default != 0.25 else 0.5]
    fixed = get_origin(annotation) is tuple and Ellipsis not in get_args(annotation)
    if isinstance(default, list | tuple) and default and not fixed:
        return [default[:1], (*default, default[-1])]
    return []


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


CHECKS = (
    registers_without_keras,
    has_a_name_of_its_own,
    takes_keyword_only_options,
    declares_its_options,
    builds_with_defaults,
    builds_with_every_option,
    takes_any_batch_and_length,
    fits_every_head_and_input,
    ignores_padding_if_it_says_so,
    trains_a_finite_step,
    learns_32_texts,
    gradients_reach_every_weight,
    same_seed_same_weights,
    survives_saving,
    survives_an_artifact,
    runs_in_mixed_precision,
    answers_alike_when_compiled,
    refuses_an_unknown_option,
    answers_alike_on_every_backend,
)
