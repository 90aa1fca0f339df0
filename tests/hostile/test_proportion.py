"""What a reader takes in memory is in proportion to what it is given."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

resource = pytest.importorskip("resource", reason="this system does not say what memory it took")

# In a process of its own, because the most that it ever took is all that the system tells.
MEASURE = """
import json, resource, sys
from contextlib import suppress
from seqsent import SeqsentError
from tests.hostile.targets import TARGETS
from tests.hostile.test_cases import CASES, read

FIFTY = 50 * 2**20
LARGE = {
    "text": b"a fine film " * (FIFTY // 12),
    "lines": b"a" * FIFTY,
}
BOMBS = ["terabytes in digits", "reviews that ask for memory", "reviews that are one review"]
BOMBS += ["an embedding of a billion", "weights of 10**12 numbers", "a name of 8 GB"]
BOMBS += ["a text for thousands of rows", "a label for thousands of lists", "long labels of bytes"]
BOMBS += ["a list of millions of labels", "a label of its own for each text"]
BOMBS += ["padding of pieces without end", "labels that lie", "a bomb as tokenizer"]
BOMBS += ["a text that others repeat", "a list of texts that repeat one"]
BOMBS += ["a vector without end"]
BOMBS += ["labels that take no room", "a billion texts of no length"]

def taken(name, content):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with suppress(SeqsentError):
        read(name, content)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024

for target in TARGETS.values():
    target.read(target.examples()[0])
bombs = {name: taken(CASES[name][0], CASES[name][1]()) for name in BOMBS}
large = {name: taken(name, content) for name, content in LARGE.items()}
print(json.dumps([bombs, large]))
"""


def test_bombs_take_next_to_nothing_and_large_texts_a_multiple_of_themselves() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", MEASURE]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    assert done.returncode == 0, done.stderr
    bombs, large = json.loads(done.stdout.splitlines()[-1])
    assert max(bombs.values()) < 100, bombs  # megabytes
    assert max(large.values()) < 1_000, large
