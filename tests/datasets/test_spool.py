"""Bytes come back as they were written, wherever they lie and whoever reads them."""

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqsent import OutputError
from seqsent.datasets import spool as module
from seqsent.datasets.spool import Spool


@given(st.lists(st.binary(max_size=9)), st.integers(0, 40))
def test_what_was_written_is_read_by_place(parts: list[bytes], in_memory: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "IN_MEMORY", in_memory)
        spool, begin = Spool(), 0
        for part in parts:
            spool.write(part)
            begin += len(part)
            assert spool.read(begin - len(part), begin) == part
        assert spool.read(0, begin) == b"".join(parts)


@pytest.mark.parametrize("by_place", [True, False], ids=["pread", "seek"])
def test_threads_read_side_by_side(monkeypatch: pytest.MonkeyPatch, by_place: bool) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 0)
    if not by_place:
        monkeypatch.delattr(os, "pread", raising=False)
    spool = Spool()
    spool.write(bytes(range(256)))
    places = [place % 256 for place in range(20_000)]
    with ThreadPoolExecutor(8) as pool:
        read = pool.map(lambda place: spool.read(place, place + 1), places)
    assert list(read) == [bytes([place]) for place in places]


def test_a_file_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 0)
    before = set(os.listdir(tempfile.gettempdir()))
    spool = Spool()
    spool.write(b"a")
    assert set(os.listdir(tempfile.gettempdir())) <= before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", 0)
    monkeypatch.setattr(module, "TemporaryFile", partial(open, "/dev/full", "r+b", 0))
    with pytest.raises(OutputError, match="No space left on device. Make room, or .* TMPDIR"):
        Spool().write(b"a")
