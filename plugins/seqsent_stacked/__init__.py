"""The architecture ``stacked``: recurrent layers on top of each other."""

from collections.abc import Iterator

from seqsent import Architecture, hookimpl


@hookimpl
def seqsent_architectures() -> Iterator[Architecture]:
    """Yield ``stacked``."""
    yield Architecture(
        name="stacked",
        encoder="seqsent_stacked.model:encode",
        summary="Recurrent layers on top of each other",
        reference="Graves, Mohamed & Hinton, 2013",
    )
