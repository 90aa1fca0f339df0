"""The data set ``synthetic``: short reviews made in code, for a first try without a file."""

from collections.abc import Iterator

from seqsent import Dataset, hookimpl


@hookimpl
def seqsent_datasets() -> Iterator[Dataset]:
    """Yield ``synthetic``."""
    yield Dataset(
        name="synthetic",
        loader="seqsent.datasets.synthetic:synthetic_texts",
        summary="Reviews made in code, in which the order of the words decides",
    )
