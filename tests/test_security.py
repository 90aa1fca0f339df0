"""What docs/explanation/security.md promises of the package as a whole."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import seqsent

PACKAGE = Path(seqsent.__file__).parent
PLUGINS = PACKAGE.parent / "plugins"

SOURCES = sorted([*PACKAGE.rglob("*.py"), *PLUGINS.rglob("*.py")])

# What runs what a file says, or reads it without the checks of seqsent.untrusted.
FORBIDDEN_FUNCTIONS = {"eval", "exec", "compile", "__import__", "unpack_archive"}
FORBIDDEN_METHODS = {"extract", "extractall", "unpack_archive", "enable_unsafe_deserialization"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
FORBIDDEN_MODULES |= {"yaml", "code", "runpy"}


def violations(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in FORBIDDEN_FUNCTIONS:
                found.append(called.id)
            if isinstance(called, ast.Attribute) and called.attr in FORBIDDEN_METHODS:
                found.append(called.attr)
            for keyword in node.keywords:
                value = getattr(keyword.value, "value", None)
                if (keyword.arg, value) in [("safe_mode", False), ("allow_pickle", True)]:
                    found.append(f"{keyword.arg}={value}")
        modules = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [one for one in modules if one.partition(".")[0] in FORBIDDEN_MODULES]
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE.parent)))
def test_nothing_runs_what_a_file_says(path: Path) -> None:
    assert violations(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "keras.models.load_model(path, safe_mode=False)",
        "np.load(path, allow_pickle=True)",
        "import pickle",
        "from joblib import load",
        "eval(text)",
        "archive.extractall(folder)",
        "keras.config.enable_unsafe_deserialization()",
    ],
)
def test_what_would_is_noticed(source: str) -> None:
    assert violations(ast.parse(source))


def test_safe_mode_is_asked_for_where_networks_are_loaded() -> None:
    source = (PACKAGE / "network.py").read_text(encoding="utf-8")
    assert "load_model(file, compile=False, safe_mode=True)" in source
    assert "deserialize_keras_object(config, safe_mode=True)" in source
