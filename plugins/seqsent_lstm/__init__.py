"""The architecture ``lstm``: one LSTM layer."""

from collections.abc import Iterator

from seqsent import Architecture, hookimpl


@hookimpl
def seqsent_architectures() -> Iterator[Architecture]:
    """Yield ``lstm``."""
    yield Architecture(
        name="lstm",
        encoder="seqsent_lstm.model:encode",
        summary="One LSTM layer",
        reference="Hochreiter & Schmidhuber, 1997",
    )
