"""A plan is checked before anything is done about it."""

from typing import Any

import pytest

from seqsent import OptionError, Plan


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("members", 0),
        ("pretrain", -1),
        ("threshold", 1.5),
        ("threshold", 0),
        ("threshold", float("nan")),
        ("threshold", "0.5"),
        ("mask_padding", 3),
        ("ngrams", "no"),
    ],
)
def test_a_plan_that_cannot_work_is_refused(field: str, value: Any) -> None:
    with pytest.raises(OptionError, match=f"{field}={value!r} arrived; expected"):
        Plan(**{field: value})
