"""What there is: ``seqsent architectures``, ``datasets``, ``plugins`` and ``presets``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from seqsent.cli.answers import Command, output, print_json
from seqsent.cli.app import AsJson, app, table


@app.command(cls=Command)
def architectures(
    name: Annotated[str | None, typer.Argument(help="Show the options of this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the architectures, or the options of one."""
    from seqsent.registry import get_architecture, registry

    if name is not None:
        _show_options(get_architecture(name), as_json)
        return
    _list(registry().architectures.usable(), as_json)


@app.command(cls=Command)
def datasets(as_json: AsJson = False) -> None:
    """List the data sets that can be named in the place of a file."""
    from seqsent.registry import registry

    _list(registry().datasets.usable(), as_json)


@app.command(cls=Command)
def presets(
    name: Annotated[str | None, typer.Argument(help="Show the plan of this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the presets of `seqsent train`, or all that one of them decides."""
    from seqsent.presets import PRESETS, get_preset

    if name is not None:
        preset = get_preset(name)
        pieces = asdict(preset.plan)
        pieces |= pieces.pop("recipe")
        others = dict(preset.with_unlabelled)
        if as_json:
            print_json({"name": name, "plan": pieces, "with_unlabelled": others})
            return
        rows = [*pieces.items(), *((f"{k}, with --unlabelled", v) for k, v in others.items())]
        output.print(table(["piece", "value"], [(name, str(value)) for name, value in rows]))
        return
    if as_json:
        print_json([{"name": one.name, "summary": one.summary} for one in PRESETS.values()])
        return
    output.print(table(["name", "summary"], [(p.name, p.summary) for p in PRESETS.values()]))


def _list(provided: list[tuple[Any, Any]], as_json: bool) -> None:
    """Print what plugins provide, a line each."""
    columns = ["name", "summary", "reference", "plugin"]
    rows = [(one.name, one.summary, one.reference, plugin.name) for plugin, one in provided]
    if as_json:
        records = [dict(zip(columns, row, strict=True)) for row in rows]
        print_json(records)
        return
    output.print(table(columns, rows))


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
        print_json({"name": architecture.name, "options": records})
        return
    shown = f"{architecture.name}: {architecture.summary} ({architecture.reference})"
    output.print(shown, markup=False)
    rows = [(o.name, o.type_name, repr(o.default), o.doc) for o in options]
    output.print(table(["option", "type", "default", "meaning"], rows))


@app.command(cls=Command)
def plugins(
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show where a plugin failed, line by line.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the installed plugins, what they provide, and why one failed."""
    from seqsent.registry import registry

    found = registry().plugins
    if as_json:
        print_json([asdict(plugin) for plugin in found])
        return
    rows = [
        (p.name.partition(":")[2], p.distribution, p.version, p.status, _provides(p)) for p in found
    ]
    output.print(table(["plugin", "distribution", "version", "status", "provides"], rows))
    for plugin in found:
        if plugin.reason and verbose:
            where = plugin.traceback or plugin.reason
            output.print(
                f"\n{plugin.name} ({plugin.module})\n{where}", markup=False, soft_wrap=True
            )
        elif plugin.reason:
            output.print(f"{plugin.name}: {plugin.reason}", markup=False, soft_wrap=True)
    if not verbose and any(plugin.traceback for plugin in found):
        output.print("Where a plugin failed: seqsent plugins --verbose")


def _provides(plugin: Any) -> str:
    return ", ".join([*plugin.architectures, *(f"{name} (data)" for name in plugin.datasets)])
