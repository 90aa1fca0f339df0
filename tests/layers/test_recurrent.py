"""The fused layers against Keras' own, with the same weights, on the running backend."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import ops
from numpy.typing import NDArray

from seqsent import layers

Check = Callable[..., None]

TIME, FEATURES, UNITS = 7, 3, 4
LAYERS = ["SimpleRNN", "LSTM", "GRU"]
# A row of each kind: whole, right-padded, left-padded, with holes, empty.
MASK = np.array(
    [
        [1, 1, 1, 1, 1, 1, 1],
        [1, 1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 1, 1],
        [0, 1, 0, 1, 1, 0, 1],
        [0, 0, 0, 0, 0, 0, 0],
    ],
    dtype=bool,
)
BATCH = len(MASK)
CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "default": (None, {}),
    "backwards": (None, {"go_backwards": True, "return_sequences": True}),
    "masked": (MASK, {"return_state": True, "use_bias": False}),
    "masked, backwards": (
        MASK,
        {"go_backwards": True, "return_sequences": True, "return_state": True},
    ),
    "masked, zeros": (MASK, {"zero_output_for_mask": True, "return_sequences": True}),
}


def random_floats(*shape: int, seed: int = 2) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def pair(name: str, units: int = UNITS, **options: Any) -> tuple[Any, Any]:
    """Return our layer and Keras'."""
    return getattr(layers, name)(units, **options), getattr(keras.layers, name)(units, **options)


def initial_states(name: str) -> list[NDArray[np.float32]]:
    return [random_floats(BATCH, UNITS, seed=n) for n in range(2 if name == "LSTM" else 1)]


@pytest.mark.parametrize(("mask", "options"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("name", LAYERS)
def test_equals_keras(name: str, mask: Any, options: dict[str, Any], assert_same: Check) -> None:
    layer, reference = pair(name, **options)
    assert_same(layer, reference, random_floats(BATCH, TIME, FEATURES), mask=mask)
    assert not layer._reported, "the fused loop did not run"


@pytest.mark.parametrize("name", LAYERS)
def test_initial_state(name: str, assert_same: Check) -> None:
    layer, reference = pair(name, return_sequences=True, return_state=True)
    given = {"mask": MASK, "initial_state": initial_states(name)}
    assert_same(layer, reference, random_floats(BATCH, TIME, FEATURES), **given)


@pytest.mark.parametrize("mask", [None, MASK], ids=["no mask", "mask"])
@pytest.mark.parametrize("name", LAYERS)
def test_initial_state_in_float64(name: str, mask: Any, assert_same: Check) -> None:
    """Where rounding hides nothing."""
    if keras.backend.backend() == "jax":
        pytest.skip("Keras' own layers run in float32 there")
    layer, reference = pair(name, return_sequences=True, return_state=True, dtype="float64")
    inputs = random_floats(BATCH, TIME, FEATURES).astype("float64")
    states = [state.astype("float64") for state in initial_states(name)]
    given = {"mask": mask, "initial_state": states}
    # On PyTorch Keras' product of matrices is of float32.
    tolerance = 1e-6 if keras.backend.backend() == "torch" else 1e-12
    assert_same(layer, reference, inputs, tolerance=tolerance, **given)


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(LAYERS),
    units=st.integers(1, 9),
    shape=st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(1, 5)),
    options=st.fixed_dictionaries(
        {
            "go_backwards": st.booleans(),
            "return_sequences": st.booleans(),
            "return_state": st.booleans(),
            "use_bias": st.booleans(),
            "zero_output_for_mask": st.booleans(),
        }
    ),
    seed=st.none() | st.integers(0, 9),
)
def test_any_shape(
    name: str,
    units: int,
    shape: tuple[int, int, int],
    options: dict[str, Any],
    seed: int | None,
    assert_same: Check,
) -> None:
    mask = None if seed is None else np.random.default_rng(seed).random(shape[:2]) > 0.5
    assert_same(*pair(name, units, **options), random_floats(*shape), mask=mask)


@pytest.mark.parametrize("name", LAYERS)
def test_one_text_of_one_word(name: str, assert_same: Check) -> None:
    assert_same(*pair(name, 1, return_state=True), random_floats(1, 1, 1))


class Beside(keras.Model):  # type: ignore[misc]
    """A recurrent layer whose state is added to what stood there before."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer, self.before = layer, keras.layers.Dense(layer.units)

    def call(self, words: Any) -> Any:
        before = self.before(words[:, 0])
        sequence, state, *_ = self.layer(words)
        return ops.concatenate([state + before, ops.mean(sequence, axis=1)], axis=1)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("units", [1, 4])
@pytest.mark.parametrize("name", LAYERS)
def test_what_stands_beside_its_state_has_its_own_gradient(
    name: str, units: int, batch: int
) -> None:
    inputs, targets = random_floats(batch, TIME, FEATURES), random_floats(batch, 2 * units, seed=3)
    models = [Beside(one) for one in pair(name, units, return_sequences=True, return_state=True)]
    for model in models:
        model(inputs)
    models[1].set_weights(models[0].get_weights())
    for model in models:
        model.compile("sgd", "mse")
        model.train_on_batch(inputs, targets)
    for ours, reference in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_allclose(ours, reference, atol=1e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_same_dropout_mask_same_answer(name: str, assert_same: Check) -> None:
    layer, reference = pair(name, dropout=0.4, seed=3)
    inputs = random_floats(BATCH, TIME, FEATURES)
    assert_same(layer, reference, inputs, mask=MASK, training=True)


@pytest.mark.parametrize("dropout", [0, 0.4])
@pytest.mark.parametrize("name", LAYERS)
def test_ids_are_one_hot_rows(name: str, dropout: float, assert_same: Check) -> None:
    options = {"return_sequences": True, "return_state": True, "dropout": dropout, "seed": 3}
    reference = getattr(keras.layers, name)(UNITS, **options)
    layer = getattr(layers, name)(UNITS, vocab_size=9, **options)
    ids = np.random.default_rng(4).integers(0, 9, (BATCH, TIME)).astype("int32")
    rows = np.eye(9, dtype="float32")[ids]
    mask = MASK if dropout else None
    assert_same(layer, reference, ids, rows, mask=mask, training=True)


@pytest.mark.parametrize("name", LAYERS)
def test_ids_without_a_fused_loop(name: str, assert_same: Check) -> None:
    reference = getattr(keras.layers, name)(UNITS, activation="relu")
    layer = getattr(layers, name)(UNITS, activation="relu", vocab_size=9)
    ids = np.arange(BATCH * TIME, dtype="int32").reshape(BATCH, TIME) % 9
    assert_same(layer, reference, ids, np.eye(9, dtype="float32")[ids])


def test_a_layer_of_ids_takes_rows_too(assert_same: Check) -> None:
    rows = random_floats(BATCH, TIME, 9)
    assert_same(layers.GRU(UNITS, vocab_size=9), keras.layers.GRU(UNITS), rows)


def test_ids_of_a_float_type_are_refused() -> None:
    with pytest.raises(ValueError, match="expects token ids"):
        layers.LSTM(2, vocab_size=9)(np.zeros((1, 4), "float32"))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("SimpleRNN", {"activation": "relu"}),
        ("LSTM", {"recurrent_activation": "hard_sigmoid"}),
        ("GRU", {"reset_after": False}),
        ("GRU", {"recurrent_dropout": 0.4, "seed": 3}),
    ],
    ids=str,
)
def test_other_settings_run_keras_own_loop(
    name: str, options: dict[str, Any], caplog: pytest.LogCaptureFixture, assert_same: Check
) -> None:
    layer, reference = pair(name, **options)
    inputs = random_floats(BATCH, TIME, FEATURES)
    with caplog.at_level(logging.DEBUG, "seqsent.layers"):
        assert_same(layer, reference, inputs, mask=MASK, training=True)
        assert_same(layer, reference, inputs[:1])
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("name", "dtype"),
    [*((name, "mixed_float16") for name in LAYERS), ("GRU", "mixed_bfloat16")],
)
def test_mixed_precision(name: str, dtype: str, assert_same: Check) -> None:
    layer, reference = pair(name, dtype=dtype, return_sequences=True)
    inputs = random_floats(BATCH, TIME, FEATURES)
    assert_same(layer, reference, inputs, tolerance={"mixed_float16": 0.005}.get(dtype, 0.05))


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_stateful(name: str, assert_same: Check) -> None:
    layer, reference = pair(name, stateful=True)
    inputs = random_floats(BATCH, TIME, FEATURES)
    # Keras' own has no gradient on PyTorch when it keeps states.
    assert_same(layer, getattr(keras.layers, name)(UNITS), inputs)
    layer.reset_state()
    reference.build(inputs.shape)
    reference.set_weights(layer.get_weights())
    for _ in range(2):
        for each in (layer, reference):
            each(inputs, mask=ops.convert_to_tensor(MASK))
        for ours, theirs in zip(layer.states, reference.states, strict=True):
            np.testing.assert_allclose(
                ops.convert_to_numpy(ours), ops.convert_to_numpy(theirs), atol=1e-5
            )


@pytest.mark.parametrize("name", LAYERS)
def test_configuration_is_keras_own(name: str) -> None:
    layer, reference = pair(name, dropout=0.1, go_backwards=True)
    assert {**layer.get_config(), "name": reference.name} == reference.get_config()
    ids = getattr(layers, name)(3, vocab_size=9)
    assert type(ids).from_config(ids.get_config()).vocab_size == 9


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SimpleRNN", [[0.330400, 0.470887], [0.588262, 0.688936]]),
        ("LSTM", [[-0.146884, -0.083477], [-0.226978, -0.158375]]),
        ("GRU", [[-0.021984, -0.001010], [0.099041, 0.143559]]),
    ],
)
def test_golden_numbers(name: str, expected: list[list[float]]) -> None:
    layer = getattr(layers, name)(2)
    inputs = np.cos(np.arange(24)).reshape(2, 4, 3).astype("float32")
    layer.build(inputs.shape)
    for weight in layer.trainable_weights:
        values = np.sin(1 + np.arange(np.prod(weight.shape))) / 2
        weight.assign(values.reshape(weight.shape))
    np.testing.assert_allclose(ops.convert_to_numpy(layer(inputs)), expected, atol=2e-6)


# TensorFlow compiles nothing once its operations have to be deterministic, as after set_seed.
@pytest.mark.filterwarnings("ignore:Model doesn.t support `jit_compile=True`")
@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_fits(name: str, jit_compile: bool) -> None:
    """Compiled or not, training arrives where Keras' layer arrives."""
    if keras.backend.backend() == ("torch" if jit_compile else "jax"):
        pytest.skip("PyTorch's compiler is not what this is about, nor JAX without its own")
    losses = []
    for layer in pair(name):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((TIME, FEATURES)), layer, keras.layers.Dense(1)])
        model.compile("sgd", "mse", jit_compile=jit_compile)
        for weight in model.weights:
            weight.assign(np.cos(np.arange(np.prod(weight.shape))).reshape(weight.shape) / 2)
        inputs = random_floats(10, TIME, FEATURES)
        history = model.fit(inputs, inputs[:, 0, 0], batch_size=5, verbose=0, shuffle=False)
        losses.append([*history.history["loss"], *model.predict(inputs, verbose=0).ravel()])
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)
