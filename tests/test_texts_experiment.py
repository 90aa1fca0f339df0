"""Labelled texts need not fit into memory."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from seqsent import load_texts
from seqsent.presets import changed, get_preset
from seqsent.texts_experiment import run_plan

MB = 2**20

# What a look at texts and training do with them, but for the network, which sees rows of ids a few
# at a time.
WITHIN_A_LIMIT = """
    import resource, sys
    from pathlib import Path
    from seqsent import TextEncoder, load_texts
    from seqsent.baselines import text_baselines
    from seqsent.datasets.inspection import inspect
    from seqsent.datasets.rows import Rows

    def use(file):
        texts = load_texts(file)
        parts = texts.split()
        encoder = TextEncoder.fit(parts[0].texts, vocab_size=10, maxlen=8)
        rows = [Rows.encoded(encoder, part.texts) for part in parts]
        accuracy = text_baselines(*((part.texts, part.labels) for part in parts))[1].test_accuracy
        found = inspect(texts, vocab_size=10, maxlen=8, splits=parts)
        return sum(map(len, rows)), found.max_length, accuracy

    small, large, allowance = *sys.argv[1:3], int(sys.argv[3])
    use(small)  # what is imported counts for nothing
    [used] = (line.split()[1] for line in open("/proc/self/status") if line[:6] == "VmData")
    limit = int(used) * 1024 + allowance
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    print(*use(large))
    try:
        Path(large).read_bytes()
    except MemoryError:
        print("limited")
"""


def write(path: Path, texts: int) -> str:
    """Write texts of 40 words, 20 kB each; of 500 letters a word, so that reading takes seconds."""
    filler = " ".join(letter * 500 for letter in "abcdefghij") + " "
    rows = (f"{filler * 4}{'fine' if row % 2 else 'dull'},{row % 2}\n" for row in range(texts))
    with path.open("w", encoding="ascii") as file:
        file.write("text,label\n")
        file.writelines(rows)
    return str(path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux keeps to the limit")
def test_a_file_ten_times_the_memory_limit_is_learned_from(tmp_path: Path) -> None:
    small, large = write(tmp_path / "small.csv", 100), write(tmp_path / "large.csv", 8_400)
    allowance = 16 * MB
    assert os.path.getsize(large) > 10 * allowance
    command = [sys.executable, "-c", textwrap.dedent(WITHIN_A_LIMIT), small, large, str(allowance)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["8400 41 1.0", "limited"], done.stderr


def test_the_validation_accuracy_is_that_of_texts_not_learned_from() -> None:
    # A third of the labels nothing tells: who has seen them answers more of them rightly.
    random = np.random.default_rng(0)
    said = [" ".join(random.choice(list("abcdefghijklmnop"), 12)) for _ in range(400)]
    told = np.array(["a" in text for text in said]) ^ (random.random(len(said)) < 0.3)
    table = pd.DataFrame({"text": said, "label": told.astype(int)})
    plan = changed(get_preset("fast").plan, options={"units": 2}, embedding=2, epochs=1)
    classifier, rows = run_plan(plan, load_texts(table))
    assert rows[0].val_accuracy == classifier.about["validation"]["accuracy"] < 0.85
