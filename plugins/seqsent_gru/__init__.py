"""The architecture ``gru``: one GRU layer."""

from collections.abc import Iterator

from seqsent import Architecture, hookimpl


@hookimpl
def seqsent_architectures() -> Iterator[Architecture]:
    """Yield ``gru``."""
    yield Architecture(
        name="gru",
        encoder="seqsent_gru.model:encode",
        summary="One GRU layer",
        reference="Cho et al., 2014",
    )
