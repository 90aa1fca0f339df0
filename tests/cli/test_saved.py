"""A saved classifier is inspected and verified by command."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import Result

from seqsent import load
from seqsent.artifact import save
from seqsent.backend import choose_backend
from seqsent.verification import Verification

Run = Callable[..., Result]


def test_a_model_is_inspected(run: Run, model: str) -> None:
    shown = run("inspect", model).stdout
    for part in ("gru", "units=3", "bad, good", "seqsent"):
        assert part in shown
    assert json.loads(run("inspect", model, "--json").stdout)["labels"] == ["bad", "good"]


def test_what_a_file_says_at_length_is_shown_in_brief(run: Run, model: str, tmp_path: Path) -> None:
    lines = {f"line {number}": "a film " * 1_000 for number in range(1_000)}
    long = replace(load(model), about={"numbers": list(range(100_000)), "lines": lines})
    save(long, tmp_path / "long.seqsent")
    shown = " ".join(run("inspect", str(tmp_path / "long.seqsent")).stdout.split())
    assert "18, 19, and 99,980 more" in shown
    assert "and 980 more" in shown
    assert len(shown) < 10_000


def test_a_model_is_verified(run: Run, model: str) -> None:
    result = run("verify", model, "--backends", choose_backend(), "--json")
    assert result.exit_code == 0
    (record,) = json.loads(result.stdout)
    assert (record["backend"], record["passed"]) == (choose_backend(), True)


def test_how_each_backend_answers_is_shown(
    run: Run, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Verification("jax", 0.0), Verification("torch", 1e-7)]
    monkeypatch.setattr("seqsent.verification.verify", lambda *_: found)
    shown = run("verify", model).stdout
    assert "jax" in shown
    assert "torch" in shown
    assert "NO" not in shown


def test_a_model_that_answers_otherwise_is_an_error(
    run: Run, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [Verification("jax", 0.0), Verification("torch", 0.5)]
    monkeypatch.setattr("seqsent.verification.verify", lambda *_: found)
    result = run("verify", model)
    assert result.exit_code == 2
    assert "NO" in result.stdout
    assert "does not answer alike everywhere" in result.stderr


def test_a_backend_that_cannot_answer_says_why(
    run: Run, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = choose_backend()
    monkeypatch.setattr("seqsent.verification._ASK", "raise SystemExit('no memory left')")
    result = run("verify", model, "--backends", backend)
    assert result.exit_code == 2
    assert f"error: {backend} could not answer: no memory left" in result.stderr


def test_a_card_can_be_printed(run: Run, model: str) -> None:
    card = run("inspect", model, "--card").stdout
    assert card.startswith("# model.seqsent\n")
    for part in ("**bad**, **good**", "gru", "units=3", "validation texts", "--sure"):
        assert part in card
