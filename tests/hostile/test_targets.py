"""Whatever bytes arrive: an answer, or an error that a user can read."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.targets import TARGETS

FOUND = Path(__file__).parent / "found"

# Those that build a network take long.
FEW = {"config": 12, "weights": 12, "seqsent": 12, "tokenizer": 12, "state": 20}


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_whole_is_read(name: str) -> None:
    for example in TARGETS[name].examples():
        TARGETS[name].read(example)


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_damaged_is_read_or_refused(name: str) -> None:
    target = TARGETS[name]

    @settings(
        max_examples=FEW.get(name, 60),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.sampled_from(target.examples()), st.integers(0, 2**32))
    def check(example: bytes, seed: int) -> None:
        target.survives(target.mutate(example, Random(seed)))

    check()


@pytest.mark.parametrize("case", sorted(FOUND.glob("*-*")), ids=lambda path: path.name)
def test_what_a_fuzzer_found_is_read_or_refused(case: Path) -> None:
    TARGETS[case.name.partition("-")[0]].survives(case.read_bytes())
