"""What pages list: commands, architectures and checks, asked of the package; what was measured.

Each function returns Markdown; the directive ``listing`` puts it into a page. Nothing here needs
Sphinx until the directive is used, so that a test can read the lists without a build.
"""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
BENCHMARK = ROOT / "benchmarks" / "accuracy.py"
FENCE = "```"


def commands() -> dict[str, Any]:
    """Return the commands of the command line by name, in the order of the alphabet."""
    from typer.main import get_group

    from seqsent.cli import app

    return dict(sorted(get_group(app).commands.items()))


def list_commands() -> str:
    """Describe every command with its arguments and options."""
    return "\n".join(
        line for name, command in commands().items() for line in _command(name, command)
    )


def _command(name: str, command: Any) -> Iterator[str]:
    title = f"seqsent {name}"
    context = command.context_class(command, info_name=title)
    yield from (f"(command-{name})=", f"## {title}", "", *command.help.splitlines(), "")
    yield from (f"{FENCE}console", " ".join([title, *command.collect_usage_pieces(context)]), FENCE)
    yield from (f"{FENCE}{{program}} {title}", FENCE)
    for parameter in command.params:
        form, meaning = parameter.get_help_record(context)
        yield from (f"{FENCE}{{option}} {form}", _plain(meaning), FENCE)


def _plain(text: str) -> str:
    """Set apart what the command line shows in brackets at the end of a line of help."""
    meaning, bracket, extra = text.partition("  [")
    return f"{meaning} *{extra.removesuffix(']')}*" if bracket else text


def list_architectures() -> str:
    """Describe every architecture that is installed, and its options."""
    import seqsent

    found = map(seqsent.get_architecture, seqsent.list_architectures())
    return "\n".join(line for architecture in found for line in _architecture(architecture))


def _architecture(architecture: Any) -> Iterator[str]:
    yield from (f"(architecture-{architecture.name})=", f"## {architecture.name}", "")
    yield from (f"{architecture.summary}. {architecture.reference}.", "")
    for option in architecture.options().values():
        yield from _term(f"`{option.name}: {option.type_name} = {option.default!r}`", option.doc)


def list_checks() -> str:
    """Say what each check of the kit protects."""
    from seqsent.testing import list_checks

    return "\n".join(
        line for name, purpose in list_checks().items() for line in _term(f"`{name}`", purpose)
    )


def _term(term: str, meaning: str) -> Iterator[str]:
    yield from (term, f": {meaning}", "")


def list_measured(folder: str = "") -> str:
    """Show how often presets were right, a table for each file of the benchmark's folder."""
    files = sorted((BENCHMARK.with_suffix("") / folder).glob("*.json"))
    records = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return "\n".join(line for record in records for line in _measured(record))


def _measured(record: dict[str, Any]) -> Iterator[str]:
    environment, results = record["environment"], record["results"]
    yield (
        f"**{record['data']}**, {record['learned from']:,} texts, {record['scored']:,} others to "
        f"score with; {environment['processor']}, {environment['threads']} thread(s), "
        f"{environment['backend']}, Keras {environment['keras']}:"
    )
    yield from ("", *runpy.run_path(str(BENCHMARK))["table"](results), "")


LISTINGS: dict[str, Callable[[], str]] = {
    "accuracy": list_measured,
    "architectures": list_architectures,
    "checks": list_checks,
    "commands": list_commands,
    "once": partial(list_measured, "once"),
    "one-share": partial(list_measured, "one-share"),
    "one-share-pieces": partial(list_measured, "one-share-pieces"),
    "pieces": partial(list_measured, "pieces"),
    "runs": partial(list_measured, "runs"),
    "shares": partial(list_measured, "shares"),
    "with-dropout": partial(list_measured, "with-dropout"),
}


def setup(app: Any) -> dict[str, bool]:
    """Give Sphinx the directive ``listing``."""
    from docutils import nodes
    from docutils.statemachine import StringList
    from sphinx.util.docutils import SphinxDirective

    class Listing(SphinxDirective):
        """Puts one of the lists into a page of Markdown."""

        required_arguments = 1

        def run(self) -> list[nodes.Node]:
            self.env.note_reread()  # what it lists changes without the page
            lines = LISTINGS[self.arguments[0]]().splitlines()
            place = nodes.Element()
            self.state.nested_parse(StringList(lines), 0, place, match_titles=True)
            return place.children

    app.add_directive("listing", Listing)
    return {"parallel_read_safe": True}
