"""Coverage-guided fuzzing of every reader: ``python -m tests.hostile.fuzz SECONDS [TARGET ...]``.

Each target runs in a process of its own for so many seconds. What breaks one is saved in
``tests/hostile/found/`` as ``TARGET-KIND-HASH``, where the ordinary tests read it from then on.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

FOUND = Path(__file__).parent / "found"

# Whose branches count; Keras' and NumPy's would take minutes to prepare.
INSTRUMENTED = ["seqsent", "csv", "tarfile", "zipfile"]

# Longer and larger is a hang and a leak.
SECONDS, MEGABYTES = 20, 3_000


def fuzz(name: str, seconds: str, corpus: str) -> None:
    """Fuzz one target; ends the process."""
    import atheris  # in a group of its own, and pytest imports this module

    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.hostile.targets import TARGETS
    target = TARGETS[name]
    FOUND.mkdir(exist_ok=True)
    for number, example in enumerate(target.examples()):
        Path(corpus, str(number)).write_bytes(example)

    def mutate(content: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.3:  # what no reader's structure suggests
            return bytes(atheris.Mutate(content, most))
        return target.mutate(content, random)[:most]

    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS}",
        f"-rss_limit_mb={MEGABYTES}",
        f"-artifact_prefix={FOUND / name}-",
        "-max_len=200000",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, corpus], target.survives, custom_mutator=mutate)
    atheris.Fuzz()


def fuzz_all(seconds: str, names: list[str]) -> int:
    """Fuzz the named targets, or all, one after the other; return how many were broken."""
    from tests.hostile.targets import TARGETS

    tried, broken = {}, {}
    for name in names or TARGETS:
        with tempfile.TemporaryDirectory() as corpus:
            command = [sys.executable, "-m", "tests.hostile.fuzz", "--one", name, seconds, corpus]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        output = done.stderr + done.stdout  # which has the traceback
        count = re.search(r"stat::number_of_executed_units:\s*(\d+)", output)
        tried[name] = int(count[1]) if count else 0
        if done.returncode:
            broken[name] = output[-4_000:]
        sys.stdout.write(f"{name:12} {tried[name]:>9,} inputs{' BROKEN' * (name in broken)}\n")
        sys.stdout.flush()
    for name, output in broken.items():
        sys.stdout.write(f"\n{name}:\n{output}\n")
    sys.stdout.write(f"{sum(tried.values()):,} inputs in all, {len(broken)} targets broken\n")
    return len(broken)


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        fuzz(*sys.argv[2:])
    sys.exit(fuzz_all(sys.argv[1], sys.argv[2:]))
