"""Every code block of the README and of the site's pages runs.

The blocks of a page run in order. Those in Python share their names; of those for a shell, the
lines that call ``seqsent`` run, in a folder with the files of ``conftest.py``. A comment
``<!-- skip: reason -->`` on the line before a block leaves it out. A block of ``text`` is what the
block before it prints, figures aside.
"""

import io
import logging
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from seqsent import choose_backend
from seqsent.cli import app

ROOT = Path(__file__).parents[2]
LEFT_OUT = {"_build", "examples"}  # what is built; a project of its own, with its own session
SHELL = {"console", "sh"}
PRINTED = {"text"}
SHOWN = {"csv", "html", "ini", "json", "markdown", "toml"}  # to be read, not run

# What would never end, and what asks for another backend than this process has.
INSTEAD = {"tail -f ": "cat ", "--backend jax": f"--backend {choose_backend()}"}

FENCE = re.compile(
    r"(?:^[ ]*<!-- skip: (?P<reason>[^\n]+?) -->\n)?"
    r"^(?P<indent>[ ]*)(?P<fence>`{3,})(?P<language>[^\n`]*)\n(?P<code>.*?)^(?P=indent)(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A block of code and where it is."""

    page: Path
    line: int
    language: str
    code: str
    reason: str | None

    def __str__(self) -> str:
        """Return page and line."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start("code"))
        code = textwrap.dedent(found["code"])
        yield Block(page, line, found["language"].strip(), code, found["reason"])


PAGES = [
    ROOT / "README.md",
    *(
        page
        for page in sorted((ROOT / "docs").rglob("*.md"))
        if LEFT_OUT.isdisjoint(page.relative_to(ROOT / "docs").parts)
    ),
]
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
RUN = [block for block in BLOCKS if block.language in {"python", *SHELL, *PRINTED}]


@pytest.mark.parametrize(
    "page", dict.fromkeys(block.page for block in RUN), ids=lambda page: str(page.relative_to(ROOT))
)
def test_its_blocks_run(
    page: Path,
    samples: Path,
    labelled: dict[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    subtests: pytest.Subtests,
) -> None:
    shutil.copytree(samples, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    # As `basicConfig` has it on a page.
    caplog.handler.setFormatter(logging.Formatter(logging.BASIC_FORMAT))
    names: dict[str, Any] = {"__name__": "page", **labelled}
    printed = ""
    for block in RUN:
        if block.page != page:
            continue
        with subtests.test(block=str(block)):
            if block.language in PRINTED:
                assert lines_of(block.code) <= lines_of(printed)
                continue
            caplog.clear()
            printed = run(block, names) + caplog.text


def run(block: Block, names: dict[str, Any]) -> str:
    """Return what a block prints, where it can be run; one in Python reads and leaves names."""
    if block.reason:
        pytest.skip(f"{block}: {block.reason}")
    if block.language == "python":
        with redirect_stdout(io.StringIO()) as printed:
            # Empty lines before it, so that a traceback has the page's line numbers.
            exec(compile("\n" * block.line + block.code, block.page, "exec"), names)
        return printed.getvalue()
    commands = list(commands_of(block.code))
    if not commands:
        pytest.skip(f"{block}: none of its lines calls seqsent")
    return "".join(map(run_command, commands))


def lines_of(text: str) -> set[str]:
    """Return the lines without what differs from run to run: figures, and room made for them."""
    without_figures = re.sub(r"\d[\d.,]*(?:e[+-]\d+)?", "#", text)
    return {" ".join(re.sub("─+", "─", line).split()) for line in without_figures.splitlines()}


def commands_of(code: str) -> Iterator[str]:
    """Give the lines that begin with ``seqsent``, or have it behind a pipe."""
    for line in code.replace("\\\n", " ").splitlines():
        command = line.removeprefix("$ ")
        if re.match(r"seqsent |[^#]*\| *seqsent ", command):
            for shown, run in INSTEAD.items():
                command = command.replace(shown, run)
            yield command


def run_command(command: str) -> str:
    """Return what a command prints; here where it needs no shell, because Keras is imported."""
    asked, _, read = command.partition(" < ")
    if set(asked + read) & set("|<>&;$*"):
        shell = ["bash", "-o", "pipefail", "-c", command]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(shell, env={**os.environ, "PATH": path}, capture_output=True)
        assert done.returncode == 0, f"{command}: {done.stderr.decode()}"
        return done.stdout.decode()
    given = Path(read).read_text(encoding="utf-8") if read else None
    result = CliRunner().invoke(app, shlex.split(asked, comments=True)[1:], input=given)
    assert result.exit_code == 0, f"{command}: {result.output} {result.exception!r}"
    return result.output


def test_every_block_is_of_a_language_that_is_run_or_only_shown() -> None:
    known = {"python", *SHELL, *PRINTED, *SHOWN}
    unknown = [f"{b}: {b.language or 'none'}" for b in BLOCKS if not known & {b.language}]
    # A directive in braces is no code, unless it is one that shows code.
    assert [entry for entry in unknown if not re.search(r": \{(?!code|literal)", entry)] == []
