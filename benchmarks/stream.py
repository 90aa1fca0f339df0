"""Whether `seqsent predict` keeps its speed and its memory over a stream of millions of lines.

Run: python benchmarks/stream.py [--lines 5000000] [--json FILE]   (Linux; Keras' backend as usual)
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from threading import Thread
from typing import IO

import seqsent
from seqsent.artifact import save
from seqsent.datasets.synthetic import generate

PARTS = 10


def main() -> None:
    """Print speed and memory of each tenth of the stream, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder, "model.seqsent")
        save(textbook_lstm(), model)
        parts = list(stream(model, arguments.lines))
    print("answered        lines per second  memory now, MB")
    for part in parts:
        print(f"{part['answered']:12,.0f}  {part['speed']:18,.0f}  {part['memory']:14,.1f}")
    if arguments.json:
        record = {"backend": seqsent.choose_backend(), "parts": parts}
        arguments.json.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def textbook_lstm() -> seqsent.TextClassifier:
    """Return the textbook's LSTM, untrained: its answers are wrong as fast as right ones."""
    encoder = seqsent.TextEncoder.fit(generate(1_000)[0], vocab_size=500, maxlen=100)
    model = seqsent.build_model("lstm", vocab_size=500, maxlen=100, embedding=16, units=8)
    return seqsent.TextClassifier(model, encoder, ("neg", "pos"))


def stream(model: Path, lines: int) -> Iterator[dict[str, float]]:
    """Send lines through the command, and yield what is measured after each tenth."""
    command = [sys.executable, "-m", "seqsent.cli", "predict", str(model)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        Thread(target=send, args=(process.stdin, lines), daemon=True).start()
        process.stdout.readline()  # the start of Keras counts for nothing
        answered, before, start = 1, 1, time.perf_counter()
        for part in range(1, PARTS + 1):
            while answered < lines * part // PARTS:
                answered += process.stdout.read1(2**16).count(b"\n")
            seconds = time.perf_counter() - start
            memory = resident(process.pid)
            yield {"answered": answered, "speed": (answered - before) / seconds, "memory": memory}
            before, start = answered, time.perf_counter()
    assert (process.returncode, answered) == (0, lines)


def send(to: IO[bytes], lines: int) -> None:
    """Write so many reviews, one per line."""
    reviews = cycle(f"{text}\n" for text in generate(10_000)[0])
    with to:
        while part := "".join(islice(reviews, min(lines, 10_000))):
            to.write(part.encode())
            lines -= part.count("\n")


def resident(process: int) -> float:
    """Return how much memory a process holds now, in MB; nothing when it has ended."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
