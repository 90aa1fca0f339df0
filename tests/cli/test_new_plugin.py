"""The command that writes a plugin says what to do next."""

from collections.abc import Callable
from pathlib import Path

from typer.testing import Result


def test_the_next_commands_are_shown(tmp_path: Path, run: Callable[..., Result]) -> None:
    shown = run("new-plugin", "mine", "--folder", str(tmp_path)).stdout
    assert f"cd {tmp_path / 'seqsent-mine'}" in shown
    assert "python -m pytest" in shown
    assert (tmp_path / "seqsent-mine" / "pyproject.toml").is_file()


def test_a_taken_name_is_refused_in_one_line(tmp_path: Path, refused: Callable[..., str]) -> None:
    assert "'gru' is there already" in refused("new-plugin", "gru", "--folder", str(tmp_path))
    assert list(tmp_path.iterdir()) == []
