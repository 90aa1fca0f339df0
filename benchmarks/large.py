"""Whether `seqsent train` learns from a file ten times as large as the memory it may use.

Run: python benchmarks/large.py [--limit 1024] [--times 10] [--json FILE]   (Linux; Keras'
backend as usual)
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from itertools import cycle
from pathlib import Path

from seqsent import choose_backend
from seqsent.datasets.synthetic import generate

# Reviews that make one text, of about ten kilobytes.
JOINED = 100


def main() -> None:
    """Train under the limit, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=1_024, help="MB of memory")
    parser.add_argument("--times", type=int, default=10, help="how much larger the file is")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "texts.csv")
        texts = write(file, arguments.limit * arguments.times * 2**20)
        seconds = train(file, arguments.limit * 2**20)
        figures = {
            "backend": choose_backend(),
            "MB the process may use": arguments.limit,
            "MB of the file": file.stat().st_size / 2**20,
            "texts": texts,
            "seconds": seconds,
            "MB resident at most": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        }
    for name, figure in figures.items():
        print(f"{name:25} {figure if isinstance(figure, str) else f'{figure:,.0f}':>10}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def write(path: Path, size: int) -> int:
    """Write labelled texts, each with a word that no other has; return how many."""
    reviews, labels = generate(10_000)
    pool = [" ".join(reviews[first : first + JOINED]) for first in range(0, 9_900, 7)]
    written, number = 0, 0
    with path.open("w", encoding="utf-8") as file:
        written += file.write("text,label\n")
        for text in cycle(pool):
            if written >= size:
                return number
            row = number % len(reviews)
            written += file.write(f'"{text} name{number} {reviews[row]}",{labels[row]}\n')
            number += 1
    return number


def train(file: Path, limit: int) -> float:
    """Return how long the command takes that may use so many bytes of memory."""
    out = file.with_name("model.seqsent")
    command = [sys.executable, "-m", "seqsent.cli", "train", str(file), "--out", str(out)]
    network = ["--architecture", "gru", "--option", "units=8", "--embedding", "8"]
    training = ["--maxlen", "50", "--epochs", "1", "--batch-size", "64"]
    # What a process writes to: heap, stacks, and maps of its own.
    limited = partial(resource.setrlimit, resource.RLIMIT_DATA, (limit, limit))
    start = time.perf_counter()
    subprocess.run([*command, *network, *training], check=True, preexec_fn=limited)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
