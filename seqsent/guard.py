"""What foreign code does beside what it was asked for: noticed, undone if possible, said."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from types import ModuleType
from typing import Any

from seqsent.errors import PluginError, PluginWarning

# Longer than any sound plugin takes to say what it provides.
_SLOW = 10.0


def in_one_line(error: BaseException) -> str:
    """Return what an error says, even one that fails when it is asked."""
    return " ".join("".join(traceback.format_exception_only(error)).split())


@contextmanager
def named_when_slow(plugin: str, seconds: float = _SLOW) -> Iterator[None]:
    """Say which plugin is being waited for, because nothing can end one that hangs.

    Parameters
    ----------
    plugin : str
        Its name.
    seconds : float
        How long nothing is said.

    Warns
    -----
    PluginWarning
        From another thread, once.
    """
    message = (
        f"plugin {plugin} has taken {seconds:g} seconds to load and is not done. If it hangs, "
        f"stop and switch it off: SEQSENT_DISABLE_PLUGINS={plugin}"
    )
    timer = Timer(seconds, warnings.warn, (message, PluginWarning))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@dataclass(frozen=True)
class KerasContents:
    """What Keras' modules and classes hold: it belongs to everybody, and any code can change it.

    Parameters
    ----------
    of : mapping of module or class to mapping of str to object
        What each name stands for; nothing where Keras is not imported.
    """

    of: Mapping[Any, Mapping[str, Any]]

    @classmethod
    def now(cls) -> KerasContents:
        """Return what they hold now."""
        if not hasattr(sys.modules.get("keras"), "Model"):
            return cls({})
        found = [module for name, module in sys.modules.items() if _package(name) == "keras"]
        modules = [module for module in found if isinstance(module, ModuleType)]
        values = [value for module in modules for value in vars(module).values()]
        classes = {value for value in values if isinstance(value, type)}
        owners = [*modules, *(one for one in classes if _package(one.__module__) == "keras")]
        return cls({owner: dict(vars(owner)) for owner in owners})

    def put_back(self, who: str, module: str) -> None:
        """Undo what was replaced since, and say by whom.

        Parameters
        ----------
        who : str
            Whose code ran, for the message.
        module : str
            Where that is. Where Keras was imported only now, nothing is known of before; what
            comes out of this package cannot be Keras' own.

        Warns
        -----
        PluginWarning
            When something was replaced.

        Raises
        ------
        PluginError
            When it cannot be put back.
        """
        if not self.of:
            _refuse_foreign(who, module)
        replaced = [
            (owner, name) for owner, before in self.of.items() for name in _changed(owner, before)
        ]
        for owner, name in replaced:
            if name in self.of[owner]:
                setattr(owner, name, self.of[owner][name])
            else:
                delattr(owner, name)
        if replaced:
            warnings.warn(
                f"{who} replaced {_shown(replaced)}; it was put back, so {who} may not work",
                PluginWarning,
                stacklevel=3,
            )


def _changed(owner: Any, before: Mapping[str, Any]) -> list[str]:
    now = vars(owner)
    replaced = [name for name, value in before.items() if now.get(name) is not value]
    # What is new in a class hides what it inherits; a module gets new ones by imports.
    added = now.keys() - before.keys() if isinstance(owner, type) else ()
    return [*replaced, *added]


def _refuse_foreign(who: str, module: str) -> None:
    """Refuse parts of Keras that come out of a plugin's own package."""
    foreign = [
        (owner, name)
        for owner, names in KerasContents.now().of.items()
        for name, value in names.items()
        if _package(getattr(value, "__module__", None)) == _package(module)
    ]
    if foreign:
        raise PluginError(
            f"{who} replaced {_shown(foreign)}, which nothing in this process can put back. Start "
            "again without it: SEQSENT_DISABLE_PLUGINS"
        )


def _package(module: object) -> str:
    return module.partition(".")[0] if isinstance(module, str) else ""


def _shown(places: list[tuple[Any, str]]) -> str:
    """Name places as users do: those of the public modules, if there are any."""
    names = sorted(f"{owner.__name__}.{name}" for owner, name in places)
    public = [name for name in names if not name.startswith("keras.src")] or names
    more = f" and {len(public) - 3} more" if len(public) > 3 else ""
    return ", ".join(public[:3]) + more
