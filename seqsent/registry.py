"""Finds plugins through their entry points and holds what they provide."""

from __future__ import annotations

import os
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from importlib.metadata import EntryPoint, entry_points

import pluggy

from seqsent import hookspecs
from seqsent.architecture import Architecture
from seqsent.errors import PluginError, PluginWarning, UnknownArchitectureError, unknown_name

GROUP = "seqsent"


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
    provides : tuple of str
        The names of its architectures.
    reason : str
        Why it is not active.
    """

    name: str
    distribution: str
    version: str
    module: str
    status: str = "active"
    provides: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Registry:
    """The plugins that were found and the architectures they provide.

    Parameters
    ----------
    plugins : tuple of Plugin
        All of them, failed and disabled ones too.
    providers : mapping of str to list of (Plugin, Architecture)
        By architecture name; more than one provider is a conflict.
    """

    plugins: tuple[Plugin, ...] = ()
    providers: Mapping[str, list[tuple[Plugin, Architecture]]] = field(default_factory=dict)

    def list_architectures(self, pattern: str = "*") -> list[str]:
        """Return the names that match a shell pattern, sorted."""
        return sorted(name for name in self.providers if fnmatchcase(name, pattern))

    def get_architecture(self, name: str) -> Architecture:
        """Return the architecture of that name; see `seqsent.get_architecture`."""
        return self.provider(name)[1]

    def provider(self, name: str) -> tuple[Plugin, Architecture]:
        """Return the architecture of that name with the plugin that provides it."""
        found = self.providers.get(name)
        if found is None:
            raise UnknownArchitectureError(self._unknown(name))
        if len(found) > 1:
            raise PluginError(_conflict(name, [plugin for plugin, _ in found]))
        return found[0]

    def _unknown(self, name: str) -> str:
        message = unknown_name("architecture", str(name), self.providers)
        absent = [plugin for plugin in self.plugins if plugin.status != "active"]
        notes = [f"{plugin.name} is {plugin.status}: {plugin.reason}" for plugin in absent]
        return ". Left out: ".join([message, *(["; ".join(notes)] if notes else [])])


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
    return registry().list_architectures(pattern)


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
    return registry().get_architecture(name)


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
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    plugins: dict[str, Plugin] = {}
    providers: defaultdict[str, list[tuple[Plugin, Architecture]]] = defaultdict(list)
    for entry_point in sorted(found, key=lambda point: _describe(point).name):
        plugin = _describe(entry_point)
        if plugin.name in plugins:  # the same distribution, seen twice on the path
            continue
        plugin, architectures = _load(manager, plugin, entry_point)
        plugins[plugin.name] = plugin
        for architecture in architectures:
            providers[architecture.name].append((plugin, architecture))
    for name, provided in providers.items():
        if len(provided) > 1:
            _report(_conflict(name, [plugin for plugin, _ in provided]))
    return Registry(tuple(plugins.values()), dict(providers))


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
    manager: pluggy.PluginManager, plugin: Plugin, entry_point: EntryPoint
) -> tuple[Plugin, list[Architecture]]:
    if _disabled(plugin):
        return replace(plugin, status="disabled", reason="named in SEQSENT_DISABLE_PLUGINS"), []
    try:
        architectures = _architectures(manager, plugin.name, entry_point)
    # SystemExit too: a plugin must not be able to end the host's process.
    except (Exception, SystemExit) as error:
        if manager.has_plugin(plugin.name):
            manager.unregister(name=plugin.name)
        cause = f"{type(error).__name__}: {error}"
        failed = replace(plugin, status="failed", reason=cause)
        _report(f"plugin {plugin.name} (version {plugin.version}) was left out: {cause}", error)
        return failed, []
    names = tuple(architecture.name for architecture in architectures)
    return replace(plugin, provides=names), architectures


def _disabled(plugin: Plugin) -> bool:
    names = os.environ.get("SEQSENT_DISABLE_PLUGINS", "").split(",")
    return not {plugin.name, *plugin.name.split(":")}.isdisjoint(map(str.strip, names))


def _architectures(
    manager: pluggy.PluginManager, name: str, entry_point: EntryPoint
) -> list[Architecture]:
    """Load one plugin and take what its hooks yield."""
    module = entry_point.load()
    others = manager.get_plugins()
    manager.register(module, name=name)
    _check_hook_names(manager, module)
    hook = manager.subset_hook_caller("seqsent_architectures", others)
    yielded = [architecture for batch in hook() for architecture in batch]
    for architecture in yielded:
        if not isinstance(architecture, Architecture):
            raise PluginError(
                f"seqsent_architectures yielded a {type(architecture).__name__}; expected "
                "seqsent.Architecture"
            )
    names = [architecture.name for architecture in yielded]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PluginError(f"seqsent_architectures yielded {', '.join(twice)} more than once")
    return yielded


def _check_hook_names(manager: pluggy.PluginManager, module: object) -> None:
    """Refuse a misspelt hook, which pluggy would ignore."""
    specified = [name for name in vars(hookspecs) if name.startswith("seqsent_")]
    for caller in manager.get_hookcallers(module) or []:
        if not caller.has_spec():
            raise PluginError(unknown_name("hook", caller.name, specified))


def _conflict(name: str, plugins: list[Plugin]) -> str:
    names = " and ".join(plugin.name for plugin in plugins)
    return (
        f"architecture {name!r} is provided by {names}; expected one. Uninstall one of them or "
        f"switch it off: SEQSENT_DISABLE_PLUGINS={plugins[-1].name}"
    )


def _report(message: str, cause: BaseException | None = None) -> None:
    if os.environ.get("SEQSENT_STRICT_PLUGINS") == "1":
        raise PluginError(message) from cause
    warnings.warn(message, PluginWarning, stacklevel=2)
