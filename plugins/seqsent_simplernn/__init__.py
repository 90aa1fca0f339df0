"""The architecture ``simplernn``: one simple recurrent layer."""

from collections.abc import Iterator

from seqsent import Architecture, hookimpl


@hookimpl
def seqsent_architectures() -> Iterator[Architecture]:
    """Yield ``simplernn``."""
    yield Architecture(
        name="simplernn",
        encoder="seqsent_simplernn.model:encode",
        summary="One simple recurrent layer",
        reference="Elman, 1990",
    )
