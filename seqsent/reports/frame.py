"""What every page has: a frame that needs nothing else, and the parts that fill it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from string import Template

from matplotlib.figure import Figure

from seqsent.reports import figures


def fill_frame(title: str, lead: str, main: str) -> str:
    """Return a whole page.

    Parameters
    ----------
    title, lead : str
        What the page is about, and what it says in short; plain text.
    main : str
        The rest, as HTML.

    Returns
    -------
    str
        HTML that opens without a network.
    """
    return fill("frame.html", title=escape(title), lead=escape(lead), main=main)


def fill(name: str, **parts: str) -> str:
    """Return one of this package's HTML files with its parts in place."""
    text = files("seqsent.reports").joinpath(name).read_text(encoding="utf-8")
    return Template(text).substitute(parts)


def picture(figure: Figure, alt: str, caption: str = "") -> str:
    """Embed a picture as an image of its own, where its ids cannot meet another's."""
    source = base64.b64encode(figures.svg(figure)).decode("ascii")
    legend = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return (
        f'<figure><img alt="{escape(alt)}" src="data:image/svg+xml;base64,{source}">'
        f"{legend}</figure>"
    )


def definitions(entries: Mapping[str, str]) -> str:
    """Return names with what they stand for."""
    lines = (f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in entries.items())
    return "<dl>\n" + "\n".join(lines) + "\n</dl>"
