"""Every architecture works with every input and every head, on the running backend."""

from typing import Any

import keras
import numpy as np
import pytest

from seqsent import (
    Architecture,
    DataError,
    OptionError,
    PluginError,
    UnknownArchitectureError,
    build_model,
    get_architecture,
    list_architectures,
)
from seqsent.members import together
from seqsent.models import check_ids_fit, vocab_size_of

ARCHITECTURES = list_architectures()
MATRIX = np.linspace(-1, 1, 30 * 5, dtype=np.float32).reshape(30, 5)
IDS = np.random.default_rng(0).integers(0, 30, size=(4, 7), dtype=np.int32)

# What an option may be set to besides its default, for every option of the built-in ones.
OTHER_VALUES: dict[str, Any] = {
    "units": 3,
    "dropout": 0.5,
    "recurrent_dropout": 0.5,
    "bidirectional": True,
    "pooling": "max",
    "cell": "gru",
    "widths": [4, 3, 2],
}


@pytest.mark.parametrize(
    ("architecture", "arguments", "parameters"),
    [
        ("simplernn", {"vocab_size": 300, "embedding": "onehot"}, 2_481),
        ("simplernn", {"vocab_size": 300}, 5_009),
        ("lstm", {"vocab_size": 500}, 8_809),
        ("lstm", {"vocab_size": 500, "dropout": 0.3}, 8_809),
        ("stacked", {"vocab_size": 500, "dropout": 0.3}, 9_353),
        ("gru", {"vocab_size": 500}, 8_633),
    ],
)
def test_parameters_are_the_textbooks(
    architecture: str, arguments: dict[str, Any], parameters: int
) -> None:
    assert build_model(architecture, maxlen=100, **arguments).count_params() == parameters


def test_the_summary_reads_like_the_textbooks() -> None:
    lines: list[str] = []
    build_model("stacked", vocab_size=500, maxlen=100).summary(print_fn=lines.append)
    summary = "\n".join(lines)
    for part in ["embedding", "(None, 100, 16)", "8,000", "(None, 100, 8)", "800", "544", "9,353"]:
        assert part in summary


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_padding_makes_no_difference_where_it_is_masked(architecture: str) -> None:
    model = build_model(architecture, vocab_size=30, mask_padding=True)
    ids = np.array([[1, 5, 6]], dtype=np.int32)
    short, *padded = (
        keras.ops.convert_to_numpy(model(np.pad(ids, ((0, 0), sides))))
        for sides in ((0, 0), (4, 0), (0, 4))
    )
    np.testing.assert_allclose(padded, [short] * 2, atol=1e-6)


def test_dropouts_are_the_layers_asked_for_and_do_nothing_in_an_answer() -> None:
    shares: dict[str, Any] = {"word_dropout": 0.5, "embedding_dropout": 0.5, "feature_dropout": 0.5}
    model = build_model("gru", vocab_size=30, maxlen=7, **shares)
    plain = build_model("gru", vocab_size=30, maxlen=7)
    assert {layer.name for layer in model.layers} >= set(shares)
    plain.set_weights(model.get_weights())
    answers, expected = (keras.ops.convert_to_numpy(one(IDS)) for one in (model, plain))
    np.testing.assert_allclose(answers, expected, atol=1e-6)
    one, other = (keras.ops.convert_to_numpy(model(IDS, training=True)) for _ in range(2))
    assert (one != other).any()


@pytest.mark.parametrize("name", ["word_dropout", "embedding_dropout", "feature_dropout"])
@pytest.mark.parametrize("share", [1, -0.1, "much", None])
def test_a_share_that_is_none_is_refused(name: str, share: Any) -> None:
    with pytest.raises(OptionError, match=f"{name}=.* arrived; expected a share"):
        build_model("gru", vocab_size=30, **{name: share})


def test_one_hot_words_have_no_padding_to_mask() -> None:
    with pytest.raises(OptionError, match="mask_padding arrived with one-hot"):
        build_model("gru", vocab_size=30, embedding="onehot", mask_padding=True)


@pytest.mark.parametrize("embedding", [5, "onehot", MATRIX], ids=["trained", "onehot", "matrix"])
@pytest.mark.parametrize(
    ("head", "width"),
    [
        ({}, 1),
        ({"num_classes": 3}, 3),
        ({"num_classes": 4, "multi_label": True}, 4),
        ({"num_classes": 1, "multi_label": True}, 1),
    ],
    ids=["two classes", "many classes", "several labels", "one label"],
)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_architecture_takes_every_input_and_head(
    architecture: str, embedding: Any, head: dict[str, Any], width: int
) -> None:
    model = build_model(architecture, vocab_size=30, maxlen=7, embedding=embedding, **head)
    answers = keras.ops.convert_to_numpy(model(IDS))
    assert answers.shape == (4, width)
    assert ((answers >= 0) & (answers <= 1)).all()
    if head.get("num_classes", 2) > 2 and not head.get("multi_label"):
        np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("architecture", "option"),
    [(name, option) for name in ARCHITECTURES for option in get_architecture(name).options()],
)
def test_every_option_changes_the_model(architecture: str, option: str) -> None:
    changed = build_model(architecture, vocab_size=30, **{option: OTHER_VALUES[option]})
    default = build_model(architecture, vocab_size=30)
    assert layers_of(changed) != layers_of(default)
    assert keras.ops.convert_to_numpy(changed(IDS)).shape == (4, 1)


def layers_of(model: keras.Model) -> list[dict[str, Any]]:
    configs = [layer.get_config() for layer in model.layers]
    for config in configs:
        del config["name"]
    return configs


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_every_option_is_documented(architecture: str) -> None:
    for option in get_architecture(architecture).options().values():
        assert option.doc, option.name


@pytest.mark.parametrize("length", [1, 50])
def test_without_maxlen_any_length_will_do(length: int) -> None:
    model = build_model("lstm", vocab_size=30)
    ids = np.ones((2, length), dtype=np.int32)
    assert keras.ops.convert_to_numpy(model(ids)).shape == (2, 1)


def test_a_given_matrix_is_where_training_starts() -> None:
    model = build_model("gru", vocab_size=30, embedding=MATRIX)
    (weights,) = model.get_layer("embedding").get_weights()
    np.testing.assert_array_equal(weights, MATRIX)
    assert model.get_layer("embedding").trainable
    assert "0.99" not in model.to_json()


def test_one_hot_input_is_the_row_of_the_kernel() -> None:
    """one_hot(x) @ W == W[x]: with a recurrent kernel of zeros only that row is left."""
    model = build_model("simplernn", vocab_size=30, maxlen=1, embedding="onehot")
    kernel, _, bias = model.layers[1].get_weights()
    states = keras.Model(model.input, model.layers[1].output)(IDS[:, :1])
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(states), np.tanh(kernel[IDS[:, 0]] + bias), atol=1e-6
    )


def test_a_saved_model_answers_as_before(tmp_path: Any) -> None:
    model = build_model("simplernn", vocab_size=30, embedding="onehot")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(model(IDS)), keras.ops.convert_to_numpy(loaded(IDS))
    )


def test_an_architecture_itself_will_do() -> None:
    def encode(x: Any, *, scale: float = 1.0) -> Any:
        return keras.ops.mean(x, axis=1) * scale

    model = build_model(Architecture("mean", encode), vocab_size=30, scale=2.0)
    assert model.name == "mean"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"unit": 3}, "unknown option 'unit'; did you mean 'units'"),
        ({"units": "3"}, "option 'units' of 'lstm' arrived as '3'; expected int"),
        ({"units": -1}, "cannot be built with {'units': -1}"),
        ({"vocab_size": 0}, "vocab_size=0 arrived"),
        ({"vocab_size": 3.5}, "vocab_size=3.5 arrived"),
        ({"maxlen": 0}, "maxlen=0 arrived"),
        ({"num_classes": 1}, "num_classes=1 arrived; expected at least 2"),
        ({"embedding": "one-hot"}, "embedding='one-hot' arrived"),
        ({"embedding": 0}, "embedding=0 arrived"),
        ({"embedding": MATRIX[1:]}, "matrix of shape .29, 5. arrived"),
        ({"embedding": MATRIX * np.nan}, "expected finite numbers"),
    ],
    ids=str,
)
def test_what_cannot_be_built_says_why(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        build_model("lstm", **{"vocab_size": 30, **arguments})


def test_an_empty_stack_is_refused() -> None:
    with pytest.raises(OptionError, match="widths is empty"):
        build_model("stacked", vocab_size=30, widths=[])


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(UnknownArchitectureError, match="did you mean 'gru'"):
        build_model("gruu", vocab_size=30)


def test_an_encoder_that_does_not_pool_is_the_plugins_fault() -> None:
    with pytest.raises(PluginError, match=r"gave shape \(None, 7, 16\); expected one vector"):
        build_model(Architecture("same", lambda x: x), vocab_size=30, maxlen=7)
    with pytest.raises(PluginError, match="gave NoneType"):
        build_model(Architecture("none", lambda x: None), vocab_size=30)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (RuntimeError("no licence"), "RuntimeError: no licence"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyError("two\nlines"), r"KeyError: 'two\nlines'"),
    ],
    ids=repr,
)
def test_an_encoder_that_fails_is_named(error: BaseException, line: str) -> None:
    def encode(x: Any) -> None:
        raise error

    with pytest.raises(PluginError) as caught:
        build_model(Architecture("broken", encode), vocab_size=30)
    expected = f"the encoder of architecture 'broken' failed: {line}. Mend or update it."
    assert str(caught.value) == expected
    assert caught.value.__cause__ is error


def test_a_model_knows_its_vocabulary() -> None:
    assert vocab_size_of(build_model("lstm", vocab_size=30)) == 30
    assert vocab_size_of(build_model("lstm", vocab_size=30, embedding="onehot")) == 30
    members = [build_model("lstm", vocab_size=30, maxlen=4) for _ in range(2)]
    assert vocab_size_of(together(members)) == 30
    stranger = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    assert vocab_size_of(stranger) is None
    check_ids_fit(stranger, 1_000)
    with pytest.raises(DataError, match="vocabulary of 31 ids .* knows 30"):
        check_ids_fit(build_model("lstm", vocab_size=30), 31)
