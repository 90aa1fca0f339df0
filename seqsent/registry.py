"""Finds plugins through their entry points and holds what they provide."""

from __future__ import annotations

import os
import traceback
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import pluggy

from seqsent import hookspecs
from seqsent.architecture import Architecture
from seqsent.backend import choose_backend
from seqsent.dataset import Dataset
from seqsent.errors import (
    BackendError,
    PluginError,
    PluginWarning,
    SeqsentError,
    UnknownArchitectureError,
    UnknownDatasetError,
    unknown_name,
)
from seqsent.guard import KerasContents, in_one_line, named_when_slow

if TYPE_CHECKING:
    from seqsent.datasets import Texts

GROUP = "seqsent"

Provided = TypeVar("Provided", Architecture, Dataset)


@dataclass(frozen=True)
class Plugin:
    """An installed plugin and what became of it.

    Parameters
    ----------
    name : str
        ``distribution:entry_point``, unique among installed plugins.
    distribution, version : str
        The package that brought it.
    module : str
        What the entry point names.
    status : {"active", "failed", "disabled"}
        Whether its architectures can be used.
    architectures, datasets : tuple of str
        The names of what it provides.
    reason : str
        Why it is not active, in one line.
    traceback : str
        Where it failed, if it did.
    """

    name: str
    distribution: str
    version: str
    module: str
    status: str = "active"
    architectures: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    reason: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class Providers(Generic[Provided]):
    """Everything of one kind that plugins provide.

    Parameters
    ----------
    kind : str
        What it is, as a noun.
    unknown : type
        The error for a name that nobody provides.
    by_name : mapping of str to list of (Plugin, Architecture or Dataset)
        More than one provider of a name is a conflict.
    absent : tuple of Plugin
        Those that failed or are switched off, to be named beside what is unknown.
    """

    kind: str
    unknown: type[SeqsentError]
    by_name: Mapping[str, list[tuple[Plugin, Provided]]] = field(default_factory=dict)
    absent: tuple[Plugin, ...] = ()

    def names(self, pattern: str = "*") -> list[str]:
        """Return the names that match a shell pattern, sorted."""
        return sorted(name for name in self.by_name if fnmatchcase(name, pattern))

    def usable(self) -> list[tuple[Plugin, Provided]]:
        """Return what exactly one plugin provides, sorted by name."""
        return [found[0] for _, found in sorted(self.by_name.items()) if len(found) == 1]

    def get(self, name: str) -> tuple[Plugin, Provided]:
        """Return what has that name, with the plugin that provides it."""
        found = self.by_name.get(name)
        if found is None:
            raise self.unknown(self._unknown(name))
        if len(found) > 1:
            raise PluginError(_conflict(self.kind, name, found))
        return found[0]

    def _unknown(self, name: str) -> str:
        message = unknown_name(self.kind, str(name), self.by_name)
        absent = [f"{plugin.name} is {plugin.status}: {plugin.reason}" for plugin in self.absent]
        return f"{message}. Left out: {'; '.join(absent)}" if absent else message


@dataclass(frozen=True)
class Registry:
    """The plugins that were found and what they provide.

    Parameters
    ----------
    plugins : tuple of Plugin
        All of them, failed and disabled ones too.
    architectures, datasets : Providers
        What the active ones provide.
    """

    plugins: tuple[Plugin, ...] = ()
    architectures: Providers[Architecture] = Providers("architecture", UnknownArchitectureError)
    datasets: Providers[Dataset] = Providers("data set", UnknownDatasetError)


@cache
def registry() -> Registry:
    """Return the registry of this process, built at the first question."""
    return load_registry(entry_points(group=GROUP))


def list_architectures(pattern: str = "*") -> list[str]:
    """List the architectures that installed plugins provide.

    Parameters
    ----------
    pattern : str
        A shell pattern: ``"*lstm*"``.

    Returns
    -------
    list of str
        Sorted names. No encoder is imported for it.
    """
    return registry().architectures.names(pattern)


def get_architecture(name: str) -> Architecture:
    """Return an architecture by name.

    Parameters
    ----------
    name : str
        As `list_architectures` gives it.

    Returns
    -------
    Architecture

    Raises
    ------
    UnknownArchitectureError
        When no plugin provides it; says which name is closest and which plugins failed.
    PluginError
        When two plugins provide it.
    """
    return registry().architectures.get(name)[1]


def list_datasets(pattern: str = "*") -> list[str]:
    """List the data sets that installed plugins provide.

    Parameters
    ----------
    pattern : str
        A shell pattern: ``"*reviews*"``.

    Returns
    -------
    list of str
        Sorted names. No data set is loaded for it.
    """
    return registry().datasets.names(pattern)


def load_dataset(name: str) -> Texts:
    """Load the labelled texts of a named data set.

    Parameters
    ----------
    name : str
        As `list_datasets` gives it.

    Returns
    -------
    Texts

    Raises
    ------
    UnknownDatasetError
        When no plugin provides it.
    PluginError
        When two plugins provide it, or the one that does cannot load it.
    """
    return registry().datasets.get(name)[1].load()


def load_registry(found: Iterable[EntryPoint]) -> Registry:
    """Load plugins one by one, so that a broken one stops no other.

    pluggy's own entry-point loader ends at the first plugin that raises and skips a second
    entry point of the same name without a word; hence this one.

    Parameters
    ----------
    found : iterable of EntryPoint
        The entry points to load. ``SEQSENT_DISABLE_PLUGINS`` (names, separated by commas)
        leaves some out, ``SEQSENT_STRICT_PLUGINS=1`` makes a broken one raise.

    Returns
    -------
    Registry

    Warns
    -----
    PluginWarning
        Once for each plugin that failed and for each name provided twice.

    Raises
    ------
    PluginError
        Instead of the warning, in strict mode.
    """
    # For a plugin that imports Keras already now.
    with suppress(BackendError):
        choose_backend()
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    keras = KerasContents.now()
    plugins: dict[str, Plugin] = {}
    architectures: defaultdict[str, list[tuple[Plugin, Architecture]]] = defaultdict(list)
    datasets: defaultdict[str, list[tuple[Plugin, Dataset]]] = defaultdict(list)
    for entry_point in sorted(found, key=lambda point: _describe(point).name):
        plugin = _describe(entry_point)
        if plugin.name in plugins:  # the same distribution, seen twice on the path
            continue
        plugin, its_architectures, its_datasets = _load(manager, plugin, entry_point, keras)
        plugins[plugin.name] = plugin
        for architecture in its_architectures:
            architectures[architecture.name].append((plugin, architecture))
        for dataset in its_datasets:
            datasets[dataset.name].append((plugin, dataset))
    absent = tuple(plugin for plugin in plugins.values() if plugin.status != "active")
    loaded = Registry(
        tuple(plugins.values()),
        Providers("architecture", UnknownArchitectureError, dict(architectures), absent),
        Providers("data set", UnknownDatasetError, dict(datasets), absent),
    )
    for providers in (loaded.architectures, loaded.datasets):
        for name, provided in providers.by_name.items():
            if len(provided) > 1:
                _report(_conflict(providers.kind, name, provided))
    return loaded


def _describe(entry_point: EntryPoint) -> Plugin:
    distribution = entry_point.dist
    name = distribution.name if distribution else "unknown"
    return Plugin(
        name=f"{name}:{entry_point.name}",
        distribution=name,
        version=distribution.version if distribution else "",
        module=entry_point.value,
    )


def _load(
    manager: pluggy.PluginManager, plugin: Plugin, entry_point: EntryPoint, keras: KerasContents
) -> tuple[Plugin, list[Architecture], list[Dataset]]:
    if _disabled(plugin):
        reason = "named in SEQSENT_DISABLE_PLUGINS"
        return replace(plugin, status="disabled", reason=reason), [], []
    try:
        try:
            with named_when_slow(plugin.name):
                architectures, datasets = _ask(manager, plugin, entry_point)
        finally:
            keras.put_back(f"plugin {plugin.name}", plugin.module)
    except KeyboardInterrupt:
        raise
    # SystemExit too: a plugin must not be able to end the host's process.
    except BaseException as error:
        if manager.has_plugin(plugin.name):
            manager.unregister(name=plugin.name)
        cause = in_one_line(error)
        where = "".join(traceback.format_exception(error))
        failed = replace(plugin, status="failed", reason=cause, traceback=where)
        _report(f"plugin {plugin.name} (version {plugin.version}) was left out: {cause}", error)
        return failed, [], []
    names = [tuple(one.name for one in provided) for provided in (architectures, datasets)]
    return replace(plugin, architectures=names[0], datasets=names[1]), architectures, datasets


def _ask(
    manager: pluggy.PluginManager, plugin: Plugin, entry_point: EntryPoint
) -> tuple[list[Architecture], list[Dataset]]:
    """Import a plugin and take what it yields."""
    module = entry_point.load()
    others = manager.get_plugins()
    manager.register(module, name=plugin.name)
    _check_hook_names(manager, module)
    architectures = _yielded(manager, others, "seqsent_architectures", Architecture)
    datasets = _yielded(manager, others, "seqsent_datasets", Dataset)
    return (
        [replace(architecture, plugin=plugin.name) for architecture in architectures],
        [replace(dataset, plugin=plugin.name) for dataset in datasets],
    )


def _disabled(plugin: Plugin) -> bool:
    names = os.environ.get("SEQSENT_DISABLE_PLUGINS", "").split(",")
    return not {plugin.name, *plugin.name.split(":")}.isdisjoint(map(str.strip, names))


def _yielded(
    manager: pluggy.PluginManager, others: set[Any], hook: str, kind: type[Provided]
) -> list[Provided]:
    """Take what the one plugin that is not among the others yields."""
    call = manager.subset_hook_caller(hook, others)
    yielded = [one for batch in call() for one in batch]
    for one in yielded:
        if not isinstance(one, kind):
            raise PluginError(
                f"{hook} yielded a {type(one).__name__}; expected seqsent.{kind.__name__}"
            )
    names = [one.name for one in yielded]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PluginError(f"{hook} yielded {', '.join(twice)} more than once")
    return yielded


def _check_hook_names(manager: pluggy.PluginManager, module: object) -> None:
    """Refuse a misspelt hook, which pluggy would ignore."""
    specified = [name for name in vars(hookspecs) if name.startswith("seqsent_")]
    for caller in manager.get_hookcallers(module) or []:
        if not caller.has_spec():
            raise PluginError(unknown_name("hook", caller.name, specified))


def _conflict(kind: str, name: str, provided: Iterable[tuple[Plugin, Any]]) -> str:
    names = [plugin.name for plugin, _ in provided]
    return (
        f"{kind} {name!r} is provided by {' and '.join(names)}; expected one. Uninstall one of "
        f"them or switch it off: SEQSENT_DISABLE_PLUGINS={names[-1]}"
    )


def _report(message: str, cause: BaseException | None = None) -> None:
    if os.environ.get("SEQSENT_STRICT_PLUGINS") == "1":
        raise PluginError(message) from cause
    warnings.warn(message, PluginWarning, stacklevel=2)
