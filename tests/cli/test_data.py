"""Labelled texts are looked at by command before training."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Run = Callable[..., Result]
Refused = Callable[..., str]


def test_classes_lengths_and_findings_are_shown(run: Run, tmp_path: Path) -> None:
    rows = ["text,label", *["a fine film,good"] * 30, *["dull,bad"] * 3, "?,bad"]
    (tmp_path / "texts.csv").write_text("\n".join(rows) + "\n")
    result = run("data", str(tmp_path / "texts.csv"))
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.split()[:3] == ["good", "30", "88.2%"] for line in lines)
    shown = " ".join(result.stdout.split())
    for finding in ("always answering so", "same words", "Texts without a word: 1"):
        assert finding in shown


def test_nothing_found_is_said(run: Run, tmp_path: Path) -> None:
    rows = [f"a film of its own number {number},{number % 2}" for number in range(200)]
    (tmp_path / "texts.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    shown = run("data", str(tmp_path / "texts.csv"), "--vocab-size", "1000").stdout
    assert ("Nothing found" in shown) != ("Findings" in shown)


def test_json_is_for_programs(run: Run, reviews: str) -> None:
    record = json.loads(run("data", reviews, "--json").stdout)
    assert sum(record["classes"].values()) == record["texts"] == 71
    assert isinstance(record["findings"], list)


def test_what_cannot_be_read_is_one_line(refused: Refused, tmp_path: Path) -> None:
    assert "does not exist" in refused("data", str(tmp_path / "absent.csv"))


@pytest.mark.parametrize("option", ["--maxlen", "--vocab-size"])
def test_numbers_that_cannot_be_used_are_refused(run: Run, reviews: str, option: str) -> None:
    result = run("data", reviews, option, "-5")
    assert result.exit_code == 2
    assert option in result.stderr


def test_a_data_set_is_named_in_the_place_of_a_file(
    run: Callable[..., Result], refused: Callable[..., str]
) -> None:
    result = run("data", "synthetic", "--json")
    assert "Read 5,000 texts: data set synthetic" in result.stderr
    assert json.loads(result.stdout)["texts"] == 5000
    assert "synthetic is a data set, not a file" in refused("data", "synthetic", "--text", "a")
    assert "synthetik does not exist" in refused("data", "synthetik")


def test_a_file_goes_before_a_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Result]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("good", "bad"):
        (tmp_path / "synthetic" / name).mkdir(parents=True)
        (tmp_path / "synthetic" / name / "1.txt").write_text(name * 9)
    assert "Read 2 texts: text from the .txt files" in run("data", "synthetic").stderr
