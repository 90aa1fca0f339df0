"""Equations as MathML, which browsers draw themselves: no script and no network."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util.math import get_node_equation_number

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
ACCENTS = "~ˆˇ¯˙¨→"
NAMED = re.compile("&(?!(?:amp|lt|gt|quot);)[A-Za-z]+;")  # characters that XML has no names for


def mathml(tex: str, block: bool = False) -> str:
    r"""Return an equation as MathML.

    docutils sets the index of an accented letter, as in ``\tilde{c}_t``, under the letter; it is
    moved to where an index belongs.
    """
    ElementTree.register_namespace("", NAMESPACE)
    root = ElementTree.fromstring(NAMED.sub(_unescape, tex2mathml(tex, as_block=block)))
    for node in root.iter(f"{{{NAMESPACE}}}munderover"):
        letter, index, accent = node
        if (accent.text or "") in ACCENTS:
            accented = ElementTree.Element(f"{{{NAMESPACE}}}mover", accent="true")
            accented.extend([letter, accent])
            node.tag = f"{{{NAMESPACE}}}msub"
            node[:] = [accented, index]
    return ElementTree.tostring(root, encoding="unicode")


def _unescape(found: re.Match[str]) -> str:
    return html.unescape(found[0])


def _inline(writer: Any, node: Any) -> None:
    writer.body.append(mathml(node.astext()))


def _block(writer: Any, node: Any) -> None:
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = get_node_equation_number(writer, node)
        writer.body.append(f'<span class="eqno">({number})</span>')
    writer.body.append(mathml(node.astext(), block=True) + "</div>\n")


def _whole(visit: Callable[[Any, Any], None]) -> tuple[Callable[[Any, Any], None], None]:
    """Return a visitor that leaves nothing of a node for others to write."""

    def visit_whole(writer: Any, node: Any) -> None:
        visit(writer, node)
        raise nodes.SkipNode

    return visit_whole, None


def setup(app: Any) -> dict[str, bool]:
    """Give Sphinx the renderer ``mathml``."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=_whole(_inline), block_renderers=_whole(_block)
    )
    return {"parallel_read_safe": True}
