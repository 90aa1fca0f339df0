"""The reference leaves nothing out that the package offers."""

import importlib.util
import inspect
import json
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import seqsent
from seqsent import errors, hookspecs
from seqsent.testing import list_checks

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
ERRORS = [
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, Exception)
]


def pages() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in sorted(REFERENCE.glob("*.md")))


@pytest.fixture(scope="module")
def listings() -> ModuleType:
    """Return what makes the reference's lists while the site is built."""
    path = ROOT / "docs" / "_ext" / "listings.py"
    spec = importlib.util.spec_from_file_location("listings", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("module", ["seqsent", "seqsent.layers", "seqsent.testing"])
def test_every_public_name_has_an_entry(module: str) -> None:
    text = pages()
    entries = set(re.findall(r"^ +(seqsent\.[\w.]+)$", text, flags=re.MULTILINE))
    entries |= set(re.findall(r"^\.\. py:data:: (seqsent\.[\w.]+)$", text, flags=re.MULTILINE))
    entries |= {
        f"seqsent.{name}" for name in re.findall(r"^\.\. autoexception:: (\w+)", text, re.M)
    }
    public = {f"{module}.{name}" for name in import_module(module).__all__}
    assert public - entries == set()


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_has_its_cause_and_its_cure(name: str) -> None:
    page = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    assert f".. autoexception:: {name}\n" in page
    doc = inspect.getdoc(getattr(seqsent, name)) or ""
    assert re.search(r"^Cause: \S.*\n(.+\n)*\nCure: \S", doc, flags=re.MULTILINE)


def test_every_hook_is_shown() -> None:
    page = (REFERENCE / "plugins.md").read_text(encoding="utf-8")
    assert ".. automodule:: seqsent.hookspecs\n   :members:\n" in page
    hooks = [value for name, value in vars(hookspecs).items() if name.startswith("seqsent_")]
    assert hooks
    # What automodule shows: the functions of that module with a docstring.
    assert all(hook.__doc__ and hook.__module__ == hookspecs.__name__ for hook in hooks)


@pytest.mark.parametrize(
    ("folder", "page"),
    [
        ("", "accuracy.md"),
        ("runs", "accuracy.md"),
        ("pieces", "accuracy.md"),
        ("shares", "accuracy-tried.md"),
        ("one-share", "accuracy-tried.md"),
        ("one-share-pieces", "accuracy-tried.md"),
        ("once", "accuracy-tried.md"),
        ("with-dropout", "accuracy-tried.md"),
    ],
)
def test_every_accuracy_measured_is_on_a_page(listings: ModuleType, folder: str, page: str) -> None:
    name = folder or "accuracy"
    text = (ROOT / "docs" / "explanation" / page).read_text(encoding="utf-8")
    assert f"```{{listing}} {name}\n```" in text
    shown = listings.LISTINGS[name]()
    files = sorted((ROOT / "benchmarks" / "accuracy" / folder).glob("*.json"))
    assert files
    for record in (json.loads(file.read_text(encoding="utf-8")) for file in files):
        for result in record["results"]:
            assert f"| {result['name']} | " in shown


@pytest.mark.parametrize("name", ["commands", "architectures", "checks"])
def test_every_list_is_on_a_page(listings: ModuleType, name: str) -> None:
    assert name in listings.LISTINGS
    assert f"```{{listing}} {name}\n```" in (REFERENCE / _home(name)).read_text(encoding="utf-8")


def _home(name: str) -> str:
    return {"checks": "testing.md"}.get(name, f"{name}.md")


def test_every_command_and_option_is_listed(listings: ModuleType) -> None:
    shown = listings.list_commands()
    for name, command in listings.commands().items():
        _, found, section = shown.partition(f"## seqsent {name}\n\n{command.help.splitlines()[0]}")
        assert found
        section, *_ = section.partition("\n## ")
        for parameter in command.params:
            assert _entry(parameter) in section
            assert parameter.help, f"{name} does not say what {parameter.name} is"
            assert parameter.help in section


def _entry(parameter: Any) -> str:
    form = max(parameter.opts, key=len)
    return f"{{option}} {form}"


def test_every_architecture_is_listed_with_its_options(listings: ModuleType) -> None:
    shown = listings.list_architectures()
    for architecture in map(seqsent.get_architecture, seqsent.list_architectures()):
        _, found, section = shown.partition(f"## {architecture.name}\n")
        assert found
        section, *_ = section.partition("\n## ")
        for option in architecture.options().values():
            assert f"`{option.name}: " in section
            assert option.doc in section


def test_every_check_is_listed(listings: ModuleType) -> None:
    shown = listings.list_checks()
    assert all(f"`{name}`\n: {purpose}\n" in shown for name, purpose in list_checks().items())


def test_every_environment_variable_is_explained_and_no_other() -> None:
    sources = (ROOT / "seqsent").rglob("*.py")
    used = {name for path in sources for name in _variables(path.read_text(encoding="utf-8"))}
    page = (REFERENCE / "environment.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^`(SEQSENT_\w+)`\n: \S", page, flags=re.MULTILINE))
    assert explained == used


def _variables(text: str) -> list[str]:
    return re.findall(r"\bSEQSENT_[A-Z_]+\b", text)
