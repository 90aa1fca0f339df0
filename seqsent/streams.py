"""Lines as they arrive: at once from a slow producer, many together from a fast one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from queue import Queue
from threading import Thread

Item = str | Exception | None


def batches(lines: Iterable[str], most: int) -> Iterator[list[str]]:
    """Yield the lines that have arrived, at least one and at most so many at a time.

    Parameters
    ----------
    lines : iterable of str
        Read in a thread of its own, so that what has arrived need not wait for what has not.
    most : int
        The size of a batch, and how many lines are read ahead.

    Yields
    ------
    list of str
        In order, nothing left out. What reading a line raises is raised after the lines
        before it.
    """
    arrived: Queue[Item] = Queue(maxsize=most)
    Thread(target=_read, args=(lines, arrived), daemon=True).start()
    while True:
        items = [arrived.get()]
        # Nobody else takes from the queue, so what is there stays there.
        while isinstance(items[-1], str) and len(items) < most and not arrived.empty():
            items.append(arrived.get())
        batch = [item for item in items if isinstance(item, str)]
        if batch:
            yield batch
        if isinstance(items[-1], Exception):
            raise items[-1]
        if items[-1] is None:
            return


def _read(lines: Iterable[str], arrived: Queue[Item]) -> None:
    try:
        for line in lines:
            arrived.put(line)
        arrived.put(None)
    except Exception as error:
        arrived.put(error)
