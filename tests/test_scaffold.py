"""A new plugin works as it is written, and nothing is written over."""

import os
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from seqsent import OptionError, OutputError
from seqsent.scaffold import new_plugin

QUICK = "not conforms or declares or defaults or refuses"


def install(project: Path, where: Path) -> dict[str, str]:
    """Leave what pip would; return an environment in which the project is installed."""
    described = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = where / f"{described['name'].replace('-', '_')}-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Name: {described['name']}\nVersion: 0.1.0\n")
    points = [f"{name} = {module}" for name, module in described["entry-points"]["seqsent"].items()]
    (info / "entry_points.txt").write_text("\n".join(["[seqsent]", *points, ""]))
    path = [str(project), str(where), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def test_its_tests_pass_as_it_stands(tmp_path: Path) -> None:
    project = new_plugin("my-words", tmp_path)
    done = subprocess.run(
        # The session `example` runs all checks, on an installed package.
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", QUICK],
        cwd=project,
        env=install(project, tmp_path / "site"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_its_files_speak_of_nothing_but_itself(tmp_path: Path) -> None:
    project = new_plugin("my-words", tmp_path)
    files = {str(file.relative_to(project)) for file in project.rglob("*") if file.is_file()}
    assert files == {
        "README.md",
        "pyproject.toml",
        "seqsent_my_words/__init__.py",
        "seqsent_my_words/model.py",
        "tests/test_my_words.py",
    }
    for file in files:
        assert "textcnn" not in (project / file).read_text(encoding="utf-8")
    readme = (project / "README.md").read_text(encoding="utf-8")
    for part in ("# seqsent-my-words", "seqsent_my_words/model.py", "opt_outs"):
        assert part in readme


@pytest.mark.parametrize("name", ["", "My", "2d", "a b", "../up", "-a", "a--b", "a_", "é"])
def test_a_name_that_no_package_could_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match="expected lower-case letters and digits"):
        new_plugin(name, tmp_path)


def test_a_name_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OptionError, match="'lstm' is there already, from seqsent:lstm"):
        new_plugin("lstm", tmp_path)
    mine = new_plugin("mine", tmp_path)
    install(mine, tmp_path / "site")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert metadata.version("seqsent-mine") == "0.1.0"
    with pytest.raises(OptionError, match="seqsent-mine is installed already, version 0.1.0"):
        new_plugin("mine", tmp_path / "elsewhere")


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "seqsent-mine").mkdir()
    with pytest.raises(OutputError, match="seqsent-mine exists already"):
        new_plugin("mine", tmp_path)
    assert [file.name for file in tmp_path.rglob("*")] == ["seqsent-mine"]


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: No such file or directory"):
        new_plugin("mine", tmp_path / "absent")


def test_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OutputError, match="No space left on device"):
        new_plugin("mine", tmp_path)
    assert list(tmp_path.iterdir()) == []
