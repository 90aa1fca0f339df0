"""A saved classifier is inspected and verified by command."""

import json
from collections.abc import Callable

from typer.testing import Result

from seqsent.backend import choose_backend

Run = Callable[..., Result]


def test_a_model_is_inspected(run: Run, model: str) -> None:
    shown = run("inspect", model).stdout
    for part in ("gru", "units=3", "bad, good", "seqsent"):
        assert part in shown
    assert json.loads(run("inspect", model, "--json").stdout)["labels"] == ["bad", "good"]


def test_a_model_is_verified(run: Run, model: str) -> None:
    backend = choose_backend()
    result = run("verify", model, "--backends", backend)
    assert result.exit_code == 0
    assert backend in result.stdout
    (record,) = json.loads(run("verify", model, "--json").stdout)
    assert record["passed"]


def test_a_card_can_be_printed(run: Run, model: str) -> None:
    card = run("inspect", model, "--card").stdout
    assert card.startswith("# model.seqsent\n")
    for part in ("**bad**, **good**", "gru", "units=3", "validation texts", "--sure"):
        assert part in card
