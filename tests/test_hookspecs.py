"""Every hook is argument-free and documented by a plugin that works."""

import doctest
import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pluggy
import pytest

from seqsent import Dataset, build_model, hookspecs

HOOKS = {
    name: hook
    for name, hook in vars(hookspecs).items()
    if name.startswith("seqsent_") and inspect.isfunction(hook)
}


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_a_hook_takes_no_arguments(hook: Callable[..., Any]) -> None:
    assert not inspect.signature(hook).parameters


@pytest.mark.parametrize("name", HOOKS)
def test_the_docstring_is_a_working_plugin(name: str) -> None:
    example = doctest.DocTestFinder().find(HOOKS[name], name)[0]
    plugin: dict[str, Any] = {}
    for statement in example.examples:
        exec(statement.source, plugin)

    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(SimpleNamespace(**{name: plugin[name]}))
    (yielded,) = getattr(manager.hook, name)()
    for provided in yielded:
        if isinstance(provided, Dataset):
            assert len(provided.load())
        else:
            assert build_model(provided, vocab_size=9, maxlen=3).count_params()
