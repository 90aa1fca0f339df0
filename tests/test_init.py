"""The public surface: explicit, complete, and light to import."""

import os
import subprocess
import sys

import pytest

import seqsent
from seqsent import errors


def test_every_public_name_loads() -> None:
    for name in seqsent.__all__:
        assert getattr(seqsent, name).__doc__
    assert set(seqsent.__all__) <= set(dir(seqsent))


def test_every_error_is_public() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and value.__module__ == errors.__name__
    }
    assert defined <= set(seqsent.__all__)


def test_errors_are_also_the_built_in_that_fits() -> None:
    assert issubclass(seqsent.UnknownArchitectureError, LookupError)
    assert issubclass(seqsent.DataError, ValueError)
    assert str(seqsent.UnknownArchitectureError("plain words")) == "plain words"


def test_type_checkers_see_what_python_sees() -> None:
    source = seqsent.__file__
    assert source is not None
    with open(source, encoding="utf-8") as file:
        text = file.read()
    for name in seqsent.__all__:
        assert f"import {name} as {name}\n" in text


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'absent'"):
        seqsent.absent  # noqa: B018


def test_the_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    assert seqsent.__version__ == version("seqsent")


def test_importing_seqsent_imports_nothing_heavy() -> None:
    heavy = "{'keras', 'jax', 'tensorflow', 'torch', 'sklearn', 'matplotlib', 'numpy', 'rich'}"
    done = subprocess.run(
        [sys.executable, "-c", f"import seqsent, sys; print({heavy} & set(sys.modules))"],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=True,
    )
    assert done.stdout.strip() == "set()"
