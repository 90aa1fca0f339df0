"""The command line as a whole."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from seqsent import __version__

Run = Callable[..., Result]
Refused = Callable[..., str]


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which seqsent is the command line."""
    return subprocess.run(
        ["bash", "-c", f'seqsent() {{ "{sys.executable}" -m seqsent.cli "$@"; }}; {command}'],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_version(run: Run) -> None:
    assert run("--version").stdout == f"seqsent {__version__}\n"


def test_no_command_shows_the_commands(run: Run) -> None:
    shown = run().output
    for command in ("reproduce", "architectures", "plugins"):
        assert command in shown


def test_control_c_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("seqsent.registry.registry", interrupt)
    result = run("plugins")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "stopped: nothing more was written\n"


def ask_keras() -> None:
    from keras import ops

    ops.convert_to_numpy(ops.zeros((2**45,)))


@pytest.mark.each_backend
@pytest.mark.parametrize("ask", [lambda: bytearray(2**60), ask_keras])
def test_memory_that_is_used_up_is_one_line(
    ask: Callable[[], object], refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seqsent.registry.registry", ask)
    assert refused("plugins").startswith("the memory that this process may use is used up.")


def test_what_a_terminal_would_obey_is_shown_as_its_number(
    refused: Refused, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("\x1b[2Jfoo,b\na film,\n")
    line = refused("data", str(tmp_path / "a.csv"), "--label", "\x1b[2J:smile:\x9b")
    assert line.isprintable()
    assert "\\x1b[2J" in line
    assert ":smile:" in refused("data", ":smile:")


@pytest.mark.parametrize("command", ["data {}", "evaluate {model} {}", "explain {model} a\x1b[2J"])
def test_nothing_that_a_file_holds_is_obeyed_by_the_terminal(
    command: str, run: Run, model: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    labels = [f"\x1b[{number % 2}J" for number in range(40)]
    if "evaluate" in command:
        labels = ["good", "bad"] * 20
    lines = [f"film {number},{label}" for number, label in enumerate(labels)]
    path.write_text("\n".join(["\x1b[2Jtext,label", *lines]), encoding="utf-8")
    result = run(*command.format(path, model=model).split(" "))
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    assert "\\x1b" in result.output


@pytest.mark.parametrize("path", ["n" * 300, "n" * 5_000])
def test_a_path_that_is_too_long_is_one_line(path: str, refused: Refused, tmp_path: Path) -> None:
    for arguments in (
        ["data", path],
        ["reproduce", "--data", path],
        ["new-plugin", path, "--folder", str(tmp_path)],
    ):
        assert "File name too long" in refused(*arguments)


def test_square_brackets_in_paths_are_shown(
    run: Run, refused: Refused, model: str, tmp_path: Path
) -> None:
    path = tmp_path / "a[" / "b]:smile:.seqsent"
    path.parent.mkdir()
    path.write_bytes(Path(model).read_bytes())
    shown = run("inspect", str(path)).stdout
    assert "a[/b]:smile:.seqsent" in "".join(shown.split())
    assert refused("reproduce", "--data", "[/x]").startswith("[/x], the path")


@pytest.mark.parametrize(
    "arguments", ["--version", "--help", "data --help", "datasets", "datasets --json"]
)
def test_a_full_disk_or_a_reader_that_is_gone_ends_any_command(
    arguments: str, tmp_path: Path
) -> None:
    done = shell(f"seqsent {arguments} > /dev/full", tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "error: standard output cannot be written: No space left on device. Send it to another "
        "place.\n"
    )
    done = shell(f"seqsent {arguments} | true; exit ${{PIPESTATUS[0]}}", tmp_path)
    assert (done.returncode, done.stderr) == (141, "")


def test_answers_on_a_full_disk_are_one_line(model: str, tmp_path: Path) -> None:
    for arguments in ("predict {} a", "inspect {} --card", "explain {} a"):
        done = shell(f"seqsent {arguments.format(model)} > /dev/full", tmp_path)
        assert done.returncode == 2
        assert done.stderr.splitlines()[-1].startswith("error: standard output cannot be written")
        assert "Traceback" not in done.stderr


def test_closed_streams_are_empty_places(model: str, tmp_path: Path) -> None:
    for command in ("--version >&-", "datasets >&- 2>&-", "datasets <&- >&- 2>&-"):
        done = shell(f"seqsent {command}", tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = shell("seqsent --version <&- 2>&-", tmp_path)
    assert (done.returncode, done.stdout) == (0, f"seqsent {__version__}\n")
    done = shell(f"seqsent predict {model} <&-", tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: standard input is closed")
    assert "Traceback" not in done.stderr
