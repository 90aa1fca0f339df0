"""Models of seqsent's layers to models of Keras' own, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from seqsent import layers
from seqsent.layers import keras

# From a layer to what takes its place in a model, None where it stays.
Converter = Callable[[Any], Callable[..., Any] | None]

_STOCK: dict[Any, Any] = {
    layers.SimpleRNN: keras.layers.SimpleRNN,
    layers.LSTM: keras.layers.LSTM,
    layers.GRU: keras.layers.GRU,
    layers.Bidirectional: keras.layers.Bidirectional,
}
_FUSED = {stock: fused for fused, stock in _STOCK.items()}


def to_keras(model: keras.Model) -> keras.Model:
    """Return the model made of Keras' own layers; its file loads where seqsent is missing.

    Parameters
    ----------
    model : keras.Model
        Functional or sequential, as `build_model` gives it. Layers that are neither Keras' nor
        seqsent's stay what they are.

    Returns
    -------
    keras.Model
        Uncompiled, with copies of the weights and the same answers. One-hot rows that
        seqsent's layers go without are made, a batch at a time, by layers of Keras.

    Examples
    --------
    >>> from seqsent import build_model
    >>> to_keras(build_model("lstm", vocab_size=500)).layers[-2].__module__
    'keras.src.layers.rnn.lstm'
    """
    return _converted(model, _to_stock)


def from_keras(model: keras.Model) -> keras.Model:
    """Return the model with seqsent's fused layers in place of Keras' recurrent ones.

    Parameters
    ----------
    model : keras.Model
        Functional or sequential. Other layers stay what they are.

    Returns
    -------
    keras.Model
        Uncompiled, with copies of the weights and the same answers. Recurrent layers that read
        one-hot rows take the ids themselves.
    """
    return _converted(model, _to_fused)


def _converted(model: keras.Model, convert: Converter) -> keras.Model:
    def clone(layer: Any) -> Any:
        if isinstance(layer, keras.Model):
            return _converted(layer, convert)
        if not isinstance(layer, keras.Layer):
            return layer  # An operation, such as a sum, has nothing to clone.
        return convert(layer) or type(layer).from_config(layer.get_config())

    if isinstance(model, keras.Sequential):
        # Keras clones it one layer for one, with no place for another.
        model = keras.Model(model.inputs[0], model.outputs[0], name=model.name)
    converted = keras.models.clone_model(model, clone_function=clone)
    for layer in converted.layers:
        if layer.weights:
            layer.set_weights(model.get_layer(layer.name).get_weights())
    return converted


def _to_stock(layer: Any) -> Callable[..., Any] | None:
    """Return what stands for one of seqsent's layers, None for another."""
    if type(layer) is layers.OneHot:
        return _rows(layer.input_dim, layer.name)
    stock = _exchanged(layer, _STOCK)
    vocab_size = getattr(layer, "vocab_size", None)
    if stock is None or vocab_size is None:
        return stock
    rows = _rows(vocab_size, f"{layer.name}_one_hot")

    def run(sequences: Any, *args: Any, **kwargs: Any) -> Any:
        sequences = rows(sequences) if len(sequences.shape) == 2 else sequences
        return stock(sequences, *args, **kwargs)

    return run


def _rows(vocab_size: int, name: str) -> Callable[[Any], Any]:
    """Return layers of Keras from ids, (batch, time), to rows, (batch, time, vocab_size)."""
    # With ids of shape (batch, 1) the encoding would leave out an axis.
    apart = keras.layers.Reshape((-1, 1), name=f"{name}_ids")
    encode = keras.layers.CategoryEncoding(vocab_size, output_mode="one_hot", name=name)
    return lambda ids: encode(apart(ids))


def _to_fused(layer: Any) -> Callable[..., Any] | None:
    """Return what stands for one of Keras' layers, None for another."""
    if type(layer) is keras.layers.CategoryEncoding and layer.output_mode == "one_hot":
        return _one_hot(layer)
    return _exchanged(layer, _FUSED)


def _exchanged(layer: Any, kinds: Mapping[Any, Any]) -> Callable[..., Any] | None:
    """Return a layer of the other kind, as in ``kinds``, with the same settings; else None."""
    if type(layer) not in kinds:
        return None
    config = layer.get_config()
    config.pop("vocab_size", None)
    for name, direction in (("layer", "forward_layer"), ("backward_layer", "backward_layer")):
        if name in config:  # It is bidirectional.
            inner = getattr(layer, direction)
            other = _exchanged(inner, kinds) or inner
            config[name] = keras.saving.serialize_keras_object(other)
    return kinds[type(layer)].from_config(config)  # type: ignore[no-any-return]


def _one_hot(layer: Any) -> Callable[[Any], Any]:
    """Return what makes rows of ids where they come as `_rows` has them, else ``layer``."""
    rows = layers.OneHot(layer.num_tokens, name=layer.name)
    same = type(layer).from_config(layer.get_config())

    def run(ids: Any) -> Any:
        history = ids._keras_history
        if isinstance(history.operation, keras.layers.Reshape) and ids.shape[2:] == (1,):
            (before,) = history.operation._inbound_nodes[history.node_index].input_tensors
            if len(before.shape) == 2:
                return rows(before)
        return same(ids)

    return run
