"""Rows out of parquet files, which may hold a value once for a million rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seqsent.datasets.table import SAMPLE, Table
from seqsent.errors import DataError
from seqsent.untrusted import SMALL, TIGHTEST, in_brief

# Values that are read at a time, by all columns together.
_VALUES = 8_192

_OF_A_VALUE = 32  # bytes that Python takes for one within a list


def open_parquet(path: Path) -> Table:
    """Open a parquet file, unless it would unpack to far more than it is."""
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise DataError(
            f"{path.name} is a parquet file, and pyarrow, which reads it, is not installed. "
            'Run: python -m pip install "seqsent[parquet]"'
        ) from error

    with _whole(path), parquet.ParquetFile(path) as file:
        columns = list(file.schema_arrow.names)
        leaves = [file.schema.column(n) for n in range(len(file.schema))]
        unpacked = _promised(file.metadata, [max(leaf.length, 1) for leaf in leaves])
    most = max(TIGHTEST * path.stat().st_size, SMALL)
    if unpacked > most:
        raise _far_more(path, unpacked)
    names = [leaf.path for leaf in leaves]

    def rows(wanted: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        size = max(_VALUES // max(len(wanted), 1), SAMPLE)
        unpacked = 0
        # Texts as places in a dictionary: there a long one that recurs is once.
        with _whole(path), parquet.ParquetFile(path, read_dictionary=names) as file:
            for batch in _batches(file, size, list(wanted)):
                taken = sum(map(_unpacked, batch.columns))
                unpacked += taken
                if unpacked > most:
                    raise _far_more(path, unpacked)
                step = size if taken <= SMALL else 1
                for begin in range(0, len(batch), step):
                    part = batch.slice(begin, step)
                    values = dict(zip(part.schema.names, map(_values, part.columns), strict=True))
                    yield from zip(*(values[name] for name in wanted), strict=True)

    return Table(path.name, columns, rows)


def _batches(file: Any, size: int, wanted: list[str]) -> Iterator[Any]:
    # Group by group: pyarrow joins no lists with places in two dictionaries.
    for group in range(file.num_row_groups):
        yield from file.iter_batches(batch_size=size, row_groups=[group], columns=wanted)


def _promised(metadata: Any, widths: list[int]) -> int:
    """Return the bytes that a file says it has unpacked, and at least its values."""
    groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
    values = [
        width * sum(group.column(n).num_values for group in groups)
        for n, width in enumerate(widths)
    ]
    whole = sum(group.total_byte_size for group in groups)
    return int(max(whole, metadata.num_rows, *values))


def _unpacked(array: Any) -> int:
    """Return the bytes of an array whose texts are places in a dictionary, each text counted."""
    from pyarrow import DictionaryArray, compute, types

    if isinstance(array, DictionaryArray):
        lengths = compute.binary_length(array.dictionary).take(array.indices)
        return int(array.indices.nbytes + (compute.sum(lengths).as_py() or 0))
    if types.is_struct(array.type):
        return sum(_unpacked(field) for field in array.flatten())
    if types.is_list(array.type) or types.is_large_list(array.type) or types.is_map(array.type):
        begin, end = array.offsets[0].as_py(), array.offsets[-1].as_py()
        inner = array.values.slice(begin, end - begin)
    elif types.is_fixed_size_list(array.type):
        inner = array.flatten()
    else:
        return int(array.nbytes)
    return _OF_A_VALUE * len(inner) + _unpacked(inner)


def _values(array: Any) -> list[Any]:
    from pyarrow import DictionaryArray

    plain = array.dictionary_decode() if isinstance(array, DictionaryArray) else array
    return list(plain.to_pylist())


def _far_more(path: Path, unpacked: int) -> DataError:
    return DataError(
        f"{path.name} would unpack to {unpacked:,} bytes or more, over {TIGHTEST} times what it "
        "has; expected texts. Do not trust it."
    )


@contextmanager
def _whole(path: Path) -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    # Whatever values that are not what their column says make of pyarrow.
    except Exception as error:
        raise DataError(
            f"{path.name} cannot be read as parquet: {in_brief(error)}. Expected a whole file; "
            "copy or write it again."
        ) from error
