"""``seqsent architectures`` and ``seqsent plugins``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from seqsent.cli.app import AsJson, app, output, table


@app.command()
def architectures(
    name: Annotated[str | None, typer.Argument(help="Show the options of this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the architectures, or the options of one."""
    from seqsent.registry import get_architecture, registry

    if name is not None:
        _show_options(get_architecture(name), as_json)
        return
    found = [registry().provider(known) for known in _usable()]
    if as_json:
        records = [
            {
                "name": architecture.name,
                "summary": architecture.summary,
                "reference": architecture.reference,
                "plugin": plugin.name,
            }
            for plugin, architecture in found
        ]
        typer.echo(json.dumps(records, indent=2))
        return
    rows = [(a.name, a.summary, a.reference, plugin.name) for plugin, a in found]
    output.print(table(["name", "summary", "reference", "plugin"], rows))


def _usable() -> list[str]:
    """Return the architectures that exactly one plugin provides."""
    from seqsent.registry import registry

    providers = registry().providers
    return [name for name in registry().list_architectures() if len(providers[name]) == 1]


def _show_options(architecture: Any, as_json: bool) -> None:
    options = architecture.options().values()
    if as_json:
        records = [
            {
                "name": option.name,
                "type": option.type_name,
                "default": option.default,
                "doc": option.doc,
            }
            for option in options
        ]
        typer.echo(json.dumps({"name": architecture.name, "options": records}, indent=2))
        return
    output.print(f"{architecture.name}: {architecture.summary} ({architecture.reference})")
    rows = [(o.name, o.type_name, repr(o.default), o.doc) for o in options]
    output.print(table(["option", "type", "default", "meaning"], rows))


@app.command()
def plugins(as_json: AsJson = False) -> None:
    """List the installed plugins, with the reason where one failed."""
    from seqsent.registry import registry

    found = registry().plugins
    if as_json:
        typer.echo(json.dumps([asdict(plugin) for plugin in found], indent=2))
        return
    rows = [(p.name, p.version, p.status, ", ".join(p.provides) or p.reason) for p in found]
    output.print(table(["plugin", "version", "status", "provides"], rows))
