"""New plugins: a project that works, to be changed from there."""

from __future__ import annotations

import os
import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

from seqsent.errors import OptionError, OutputError
from seqsent.registry import registry

# The name of the example that every new plugin is made from.
EXAMPLE = "textcnn"

# Of a package's name as pip knows it, in lower case.
_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")

_GOING_ON = """
## Going on

What `{module}/model.py` computes is still the example's convolutions. To make it yours:

1. Write your encoder there. Its keyword-only parameters are the options; their annotations,
   defaults and the docstring are what users see. Its result has one row per text.
2. Say what it is in `{module}/__init__.py`, and in this file.
3. Run the tests. They begin with the checks that every architecture must pass; a failure says what
   to do. A check that cannot hold is left out by name, with the reason:
   `parametrize_with_checks(["{name}"], opt_outs={{"CHECK": "REASON"}})`.

`dependencies` in `pyproject.toml` pins the versions of seqsent whose hooks and options this plugin
was tested with. To publish it: `python -m build && python -m twine upload dist/*`.
"""


def new_plugin(name: str, parent: Path) -> Path:
    """Write a project with an architecture in it, complete with tests that pass.

    It is made from the files of the example plugin, so that it cannot fall behind them.

    Parameters
    ----------
    name : str
        What the architecture will be called; the package will be ``seqsent-NAME``.
    parent : Path
        The folder to write the project's folder into.

    Returns
    -------
    Path
        The project's folder.

    Raises
    ------
    OptionError
        When the name cannot be used, or is taken by an installed plugin.
    OutputError
        When the folder exists or cannot be written; nothing is left behind.
    """
    _check_name(name)
    folder = parent / f"seqsent-{name}"
    if os.path.lexists(folder):
        raise OutputError(f"{folder} exists already; expected a new folder. Choose another name.")
    try:
        with TemporaryDirectory(dir=parent, prefix=".seqsent-") as unfinished:
            project = Path(unfinished, folder.name)
            _write(project, name)
            project.rename(folder)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}. Name a folder that can be "
            "written to."
        ) from error
    return folder


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise OptionError(
            f"name {name!r} arrived; expected lower-case letters and digits, with single '-' or "
            "'_' between them, beginning with a letter"
        )
    found = registry().architectures.by_name.get(name)
    if found:
        raise OptionError(
            f"architecture {name!r} is there already, from {found[0][0].name}; choose another name"
        )
    try:
        installed = distribution(f"seqsent-{name}")
    except PackageNotFoundError:
        return
    raise OptionError(
        f"a package seqsent-{name} is installed already, version {installed.version}; choose "
        "another name"
    )


def _write(project: Path, name: str) -> None:
    """Copy the example with its name replaced."""
    module = name.replace("-", "_")
    example = _example()
    for source in sorted(example.rglob("*")):
        if source.is_file() and source.suffix in {".md", ".py", ".toml"}:
            path = str(source.relative_to(example)).replace(EXAMPLE, module)
            target = project / path
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8")
            # In names of modules and files an underscore stands before it, and belongs in it.
            text = text.replace(f"_{EXAMPLE}", f"_{module}").replace(EXAMPLE, name)
            target.write_text(text, encoding="utf-8")
    going_on = _GOING_ON.format(name=name, module=f"seqsent_{module}")
    with (project / "README.md").open("a", encoding="utf-8") as readme:
        readme.write(going_on)


def _example() -> Path:
    """Return the example's folder: in the wheel beside this file, in a checkout with the docs."""
    installed = Path(__file__).with_name("example")
    checkout = Path(__file__).parents[1] / "docs" / "examples" / f"seqsent-{EXAMPLE}"
    return installed if installed.is_dir() else checkout
