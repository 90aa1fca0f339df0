"""Rows out of parquet files, which may hold a value once for a million rows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from operator import mul
from pathlib import Path
from typing import Any

from seqsent.datasets.table import SAMPLE, Table
from seqsent.errors import DataError
from seqsent.untrusted import SMALL, TIGHTEST, in_brief

# Values that are read at a time, by all columns together.
_VALUES = 8_192

_OF_A_VALUE = 32  # bytes that Python takes for one within a list

# How many values each column has, which lists leave open. A footer that lies makes pyarrow abort
# the process that asks it for this, so another process asks.
_VALUES_OF = """
import sys
from pyarrow import parquet
metadata = parquet.ParquetFile(sys.argv[1]).metadata
groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
for n in range(metadata.num_columns):
    print(sum(group.column(n).num_values for group in groups))
"""


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
        promised = _promised(path, file.metadata, leaves)
    most = max(TIGHTEST * path.stat().st_size, SMALL)
    if promised > most:
        raise _far_more(path, promised)
    names = [leaf.path for leaf in leaves]
    lists = [leaf.path for leaf in leaves if leaf.max_repetition_level]

    def rows(wanted: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        size = max(_VALUES // max(len(wanted), 1), SAMPLE)
        unpacked = 0
        # Texts as places in a dictionary: there a long one that recurs is once.
        with (
            _whole(path),
            parquet.ParquetFile(path, read_dictionary=names) as file,
            parquet.ParquetFile(path, read_dictionary=lists) as plain,
        ):
            for batch in _batches(file, plain, size, list(wanted)):
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


def _batches(file: Any, plain: Any, size: int, wanted: list[str]) -> Iterator[Any]:
    """Yield the rows of a file that is opened with dictionaries of texts, and with those of lists.

    Those in lists, of which a row may have any number, stay places in a dictionary.
    """
    # Group by group: pyarrow joins no lists with places in two dictionaries.
    for group in range(file.num_row_groups):
        asked = {"row_groups": [group], "columns": wanted}
        done = 0
        with suppress(OSError):
            for batch in file.iter_batches(batch_size=size, **asked):
                done += len(batch)
                yield batch
            continue
        # Texts that are stored as what each adds to the one before have no dictionary in pyarrow.
        # Row by row, since few bytes may be many long texts. What is damaged is so in both ways.
        yield from islice(plain.iter_batches(batch_size=1, **asked), done, None)


def _promised(path: Path, metadata: Any, leaves: Sequence[Any]) -> int:
    """Return the bytes that a file says it has unpacked, and at least its values."""
    groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
    whole = sum(group.total_byte_size for group in groups)
    rows = max(metadata.num_rows, sum(group.num_rows for group in groups))
    values = [rows] * len(leaves)
    if any(leaf.max_repetition_level for leaf in leaves):
        values = _values_of(path)
    widths = [max(leaf.length, 1) for leaf in leaves]
    return int(max(whole, rows, *map(mul, widths, values)))


def _values_of(path: Path) -> list[int]:
    """Return how many values a file says that each column has, lists of several counted so."""
    asked = [sys.executable, "-P", "-c", _VALUES_OF, str(path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()
        raise ValueError(reason[-1] if reason else f"pyarrow ended with {done.returncode}")
    return [int(line) for line in done.stdout.splitlines()]


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
    from pyarrow import DictionaryArray, types

    plain = array.dictionary_decode() if isinstance(array, DictionaryArray) else array
    if types.is_timestamp(plain.type) or types.is_date(plain.type):
        # Python has no word for some of them: nanoseconds, far years, unknown time zones.
        return list(plain.to_numpy(zero_copy_only=False))
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
