"""The four architectures conform, and each check finds the fault it is there for."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from seqsent import Architecture, list_architectures
from seqsent.layers import keras
from seqsent.testing import check_architecture, list_checks, parametrize_with_checks
from seqsent.testing.checks import CHECKS

BY_NAME = {check.__name__: check for check in CHECKS}


# It loads a file in a process of its own, as `verify` does, which is tested with each backend.
ALIKE = "answers_alike_on_every_backend"


@parametrize_with_checks(  # type: ignore[untyped-decorator]
    list_architectures(), opt_outs={ALIKE: "asked once, below"}
)
def test_the_architectures_conform(check: Callable[[], None]) -> None:
    check()


@pytest.mark.any_process
@pytest.mark.parametrize("name", list_architectures())
def test_the_architectures_answer_alike(name: str) -> None:
    check_architecture(name, opt_outs=dict.fromkeys(BY_NAME.keys() - {ALIKE}, "tested above"))


def mean(x: Any) -> Any:
    return keras.layers.GlobalAveragePooling1D()(x)


def no_types(x: Any, *, units=3) -> Any:  # type: ignore[no-untyped-def]
    """Have an option of no type.

    Parameters
    ----------
    units : anything
        Many.
    """
    return keras.layers.Dense(units)(mean(x))


def undescribed(x: Any, *, units: int = 3) -> Any:
    return keras.layers.Dense(units)(mean(x))


def narrow(x: Any, *, units: int = 3) -> Any:
    """Refuse all but one width."""
    if units != 3:
        raise ValueError("three or nothing")
    return keras.layers.Dense(units)(mean(x))


def flat(x: Any) -> Any:
    """Take ten words, no more and no less."""
    return keras.layers.Dense(2)(keras.layers.Reshape((80,))(x))


def embedded_only(x: Any) -> Any:
    """Take an embedding of eight, no other width."""
    return mean(x * np.ones((1, 1, 8), dtype="float32"))


def infinite(x: Any) -> Any:
    return keras.ops.sqrt(mean(x) - 100)


def odd(x: Any, *, shape: complex = 1j) -> Any:
    """Take what cannot be typed.

    Parameters
    ----------
    shape : complex
        A number that is two.
    """
    return mean(x)


def blind() -> Any:
    return None


def positional(x: Any, units: int = 3) -> Any:
    return mean(x)


def swallowing(x: Any, **options: Any) -> Any:
    return mean(x)


def shadowed(x: Any, *, embedding: int = 3) -> Any:
    return mean(x)


def unsure(x: Any, *, units: int | None = None, pair: tuple[int, float] = (1, 0.5)) -> Any:
    assert len(pair) == 2
    if units is not None:
        raise ValueError("nothing but None")
    return mean(x)


def deaf(x: Any) -> Any:
    return keras.layers.Dense(3)(mean(x) * 0)


def idle(x: Any) -> Any:
    return mean(x) + 0 * keras.layers.Dense(1)(mean(x))


def unseeded(x: Any) -> Any:
    start = keras.initializers.Constant(np.random.default_rng().random())
    return keras.layers.Dense(3, kernel_initializer=start)(mean(x))


class Forgetful(keras.layers.Layer):  # type: ignore[misc]
    """Multiplies by what it was told to, until it is loaded again."""

    factor = 1.0

    def call(self, x: Any) -> Any:
        return x * self.factor


keras.saving.register_keras_serializable("tests")(Forgetful)


def forgetful(x: Any) -> Any:
    layer = Forgetful()
    layer.factor = 9.0
    return layer(mean(x))


def padded(x: Any) -> Any:
    return mean(x)


@pytest.mark.any_backend
@pytest.mark.parametrize(
    ("encoder", "name", "advice"),
    [
        (no_types, "declares_its_options", "'units' has no type"),
        (undescribed, "declares_its_options", "not described"),
        (blind, "takes_keyword_only_options", "takes nothing"),
        (positional, "takes_keyword_only_options", "'units' is no option.*Put a \\* before it"),
        (swallowing, "takes_keyword_only_options", "takes \\*\\*options.*Name each option"),
        (shadowed, "takes_keyword_only_options", "'embedding' can never be set"),
        (odd, "declares_its_options", "'shape' is a complex, which no command line can give"),
        (narrow, "builds_with_every_option", "three or nothing"),
        (unsure, "builds_with_every_option", "nothing but None"),
        (flat, "takes_any_batch_and_length", "cannot be built|shape"),
        (embedded_only, "fits_every_head_and_input", "cannot be built|shape|broadcast"),
        (infinite, "trains_a_finite_step", "logarithms"),
        (deaf, "learns_32_texts", "depend on its words"),
        (idle, "gradients_reach_every_weight", "dense.*as they were"),
        (unseeded, "same_seed_same_weights", "seed"),
        (forgetful, "survives_saving", "get_config"),
        (forgetful, "survives_an_artifact", "get_config"),
        (padded, "ignores_padding_if_it_says_so", "take the claim back"),
    ],
)
def test_a_fault_is_found_with_advice(encoder: Any, name: str, advice: str) -> None:
    broken = Architecture("broken", encoder, ignores_padding=encoder is padded)
    with pytest.raises((AssertionError, ValueError), match=advice):
        BY_NAME[name](broken)


def test_a_failed_test_names_architecture_and_check() -> None:
    mark = parametrize_with_checks([Architecture("broken", undescribed)])
    runs = {parameters.id: parameters.values[0] for parameters in mark.args[1]}
    with pytest.raises(AssertionError, match="^broken: declares_its_options: option 'units' is"):
        runs["broken-declares_its_options"]()


def test_a_name_that_is_taken_is_told_with_who_has_it() -> None:
    with pytest.raises(AssertionError, match="'lstm' is taken by seqsent:lstm"):
        BY_NAME["has_a_name_of_its_own"](Architecture("lstm", mean))


def test_all_failures_and_opt_outs_are_told_at_once() -> None:
    point = "declares_its_options"
    opt_outs = {name: "not the point here" for name in BY_NAME if name != point}
    with pytest.raises(AssertionError) as caught:
        check_architecture(Architecture("broken", undescribed), opt_outs=opt_outs)
    lines = str(caught.value).splitlines()
    assert lines[0] == "broken does not conform:"
    assert any(line.startswith(f"failed: {point}: option 'units' is not desc") for line in lines)
    assert lines[-1] == f"opted out: {CHECKS[-1].__name__}: not the point here"
    assert len(lines) == len(CHECKS) + 1


def test_an_opt_out_names_a_check_and_a_reason() -> None:
    with pytest.raises(ValueError, match="did you mean 'survives_saving'"):
        parametrize_with_checks(["lstm"], opt_outs={"survives_savin": "why not"})
    with pytest.raises(ValueError, match="has no reason"):
        parametrize_with_checks(["lstm"], opt_outs={"survives_saving": " "})


def test_every_check_says_what_it_protects() -> None:
    purposes = list_checks()
    assert list(purposes) == [check.__name__ for check in CHECKS]
    assert all(purpose.endswith(".") for purpose in purposes.values())
