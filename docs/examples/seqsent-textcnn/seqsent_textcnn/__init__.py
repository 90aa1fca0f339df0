"""The architecture ``textcnn``: convolutions over words."""

from collections.abc import Iterator

from seqsent import Architecture, hookimpl


@hookimpl
def seqsent_architectures() -> Iterator[Architecture]:
    """Yield ``textcnn``."""
    yield Architecture(
        name="textcnn",
        encoder="seqsent_textcnn.model:encode",
        summary="Convolutions over words",
        reference="Kim, 2014",
    )
