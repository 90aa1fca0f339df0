"""build_model: input encoding, then the architecture's encoder, then a head."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from seqsent import layers
from seqsent.architecture import Architecture
from seqsent.errors import DataError, OptionError, PluginError
from seqsent.guard import in_one_line
from seqsent.layers import keras
from seqsent.options import check_options
from seqsent.registry import get_architecture

# What layers that take ids call the number of ids.
_SIZES = ("input_dim", "vocab_size")

Embedding = int | Literal["onehot"] | ArrayLike


def build_model(
    architecture: str | Architecture,
    *,
    vocab_size: int,
    maxlen: int | None = None,
    embedding: Embedding = 16,
    num_classes: int = 2,
    multi_label: bool = False,
    mask_padding: bool = False,
    word_dropout: float = 0.0,
    embedding_dropout: float = 0.0,
    feature_dropout: float = 0.0,
    **options: Any,
) -> keras.Model:
    """Build an uncompiled classifier of token ids.

    Parameters
    ----------
    architecture : str or Architecture
        A name as `list_architectures` gives it, or an architecture itself.
    vocab_size : int
        The number of ids.
    maxlen : int, optional
        Ids per text; any number when left out.
    embedding : int, "onehot" or array of shape (vocab_size, width)
        The width of a trainable embedding; or one-hot rows, made batch by batch; or the
        embedding's first values, which training goes on from.
    num_classes : int
        The number of classes, or of labels.
    multi_label : bool
        Whether several labels may apply to one text.
    mask_padding : bool
        Whether the network passes over padding, as Keras' masks have it; needs an embedding.
    word_dropout : float
        The share of words that become unknown while training, from 0 to 1.
    embedding_dropout : float
        The share of the embedding's features that is dropped while training, the same for
        all words of a text, from 0 to 1.
    feature_dropout : float
        The share of the encoder's features that the head does without while training.
    **options
        The architecture's own; ``seqsent architectures NAME`` lists them.

    Returns
    -------
    keras.Model
        Takes int ids of shape (batch, maxlen). Gives, for two classes, the probability of
        class 1, shape (batch, 1); for more, one probability per class, shape
        (batch, num_classes), which sum to one; with ``multi_label``, independent
        probabilities of that shape.

    Raises
    ------
    UnknownArchitectureError
        When no plugin provides the architecture.
    OptionError
        When an argument or option is unknown or cannot be taken.
    PluginError
        When the architecture's plugin does not keep its contract.

    References
    ----------
    Srivastava et al., 2014, for dropout; Gal & Ghahramani, 2016, for dropping the same
    features all over a text; Iyyer et al., 2015, for dropping words.

    Examples
    --------
    >>> model = build_model("lstm", vocab_size=500, maxlen=100, units=8)
    >>> model.count_params()
    8809
    """
    if isinstance(architecture, str):
        architecture = get_architecture(architecture)
    _check_counts(vocab_size=vocab_size, maxlen=maxlen, num_classes=num_classes)
    encode = architecture.load_encoder()
    check_options(architecture.name, architecture.options(), options)
    _check_shares(
        word_dropout=word_dropout,
        embedding_dropout=embedding_dropout,
        feature_dropout=feature_dropout,
    )

    ids = keras.Input((maxlen,), dtype="int32", name="ids")
    words = layers.WordDropout(word_dropout, name="word_dropout")(ids) if word_dropout else ids
    embedded = _embed(words, vocab_size, embedding, mask_padding)
    if embedding_dropout:
        dropout = keras.layers.SpatialDropout1D(embedding_dropout, name="embedding_dropout")
        embedded = dropout(embedded)
    try:
        features = encode(embedded, **options)
    except ValueError as error:
        reason = str(error).strip().splitlines()[0]
        raise OptionError(
            f"architecture {architecture.name!r} cannot be built with {options}: {reason}"
        ) from error
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{architecture.encoder_called} failed: {in_one_line(error)}. Mend or update it."
        ) from error
    _check_features(architecture, features)
    if feature_dropout:
        features = keras.layers.Dropout(feature_dropout, name="feature_dropout")(features)
    head = _head(num_classes, multi_label)
    return keras.Model(ids, head(features), name=architecture.name.replace("-", "_"))


def vocab_size_of(model: keras.Model) -> int | None:
    """Return how many ids a model of `build_model` knows, None for another model."""
    sizes = [getattr(layer, name, None) for layer in model._flatten_layers() for name in _SIZES]
    return next((size for size in sizes if isinstance(size, int)), None)


def takes_any_length(model: keras.Model) -> bool:
    """Return whether rows of any length can be given to a model, which passes over padding."""
    masked = any(getattr(layer, "mask_zero", False) for layer in model._flatten_layers())
    return model.inputs[0].shape[1] is None and masked


def padding_matters(model: keras.Model) -> bool:
    """Return whether a model that takes any length answers otherwise where padding is added."""
    # Many, because the largest of some features may not lie in the padding.
    ids = np.random.default_rng(0).integers(1, vocab_size_of(model) or 2, (32, 4), dtype=np.int32)
    # Not one operation after the other, each of which JAX would compile and keep.
    answers = [
        model.predict_on_batch(np.pad(ids, ((0, 0), sides))) for sides in ((0, 0), (4, 0), (0, 4))
    ]
    return not all(np.allclose(answers[0], other, atol=1e-5) for other in answers[1:])


def check_ids_fit(model: keras.Model, vocab_size: int) -> None:
    """Raise ``DataError`` unless a model knows every id below ``vocab_size``."""
    known = vocab_size_of(model)
    if known is not None and vocab_size > known:
        raise DataError(
            f"texts with a vocabulary of {vocab_size} ids arrived at a model that knows "
            f"{known}. Build the model with vocab_size={vocab_size}, or limit the data: "
            f"splits.limit_vocabulary({known})"
        )


def _check_counts(*, vocab_size: Any, maxlen: Any, num_classes: Any) -> None:
    for name, value, least in (
        ("vocab_size", vocab_size, 1),
        ("maxlen", maxlen, 1),
        ("num_classes", num_classes, 1),
    ):
        if name == "maxlen" and value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise OptionError(f"{name}={value!r} arrived; expected a whole number from {least}")


def _check_shares(**shares: Any) -> None:
    for name, share in shares.items():
        if not isinstance(share, int | float) or not 0 <= share < 1:
            raise OptionError(f"{name}={share!r} arrived; expected a share from 0, below 1")


def _embed(ids: Any, vocab_size: int, embedding: Embedding, mask_padding: bool) -> Any:
    if isinstance(embedding, str):
        if embedding != "onehot":
            raise OptionError(
                f"embedding={embedding!r} arrived; expected a width, 'onehot' or a matrix"
            )
        if mask_padding:
            raise OptionError(
                "mask_padding arrived with one-hot words; expected an embedding, whose padding "
                "can be passed over"
            )
        return layers.OneHot(vocab_size, name="one_hot")(ids)
    if isinstance(embedding, int):
        if isinstance(embedding, bool) or embedding < 1:
            raise OptionError(f"embedding={embedding!r} arrived; expected a width from 1")
        return keras.layers.Embedding(
            vocab_size, embedding, mask_zero=mask_padding, name="embedding"
        )(ids)
    matrix = np.asarray(embedding)
    if matrix.ndim != 2 or len(matrix) != vocab_size or not np.isfinite(matrix).all():
        raise OptionError(
            f"an embedding matrix of shape {matrix.shape} arrived; expected finite numbers of "
            f"shape ({vocab_size}, width), one row per id"
        )
    layer = keras.layers.Embedding(
        vocab_size, matrix.shape[1], mask_zero=mask_padding, name="embedding"
    )
    embedded = layer(ids)
    # Not as an initializer: the matrix would be written into the saved configuration.
    layer.set_weights([matrix])
    return embedded


def _check_features(architecture: Architecture, features: Any) -> None:
    shape = getattr(features, "shape", None)
    if shape is None or len(shape) != 2 or shape[-1] is None:
        what = f"shape {tuple(shape)}" if shape is not None else type(features).__name__
        raise PluginError(
            f"{architecture.encoder_called} gave {what}; expected one vector per text, shape "
            "(batch, units). Pool over time before returning."
        )


def _head(num_classes: int, multi_label: bool) -> keras.layers.Dense:
    if multi_label:
        return keras.layers.Dense(num_classes, activation="sigmoid", name="head")
    if num_classes < 2:
        raise OptionError(
            f"num_classes={num_classes} arrived; expected at least 2, or multi_label=True"
        )
    if num_classes == 2:
        return keras.layers.Dense(1, activation="sigmoid", name="head")
    return keras.layers.Dense(num_classes, activation="softmax", name="head")
