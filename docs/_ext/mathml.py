"""Equations as MathML, which browsers draw themselves: no script and no network."""

from __future__ import annotations

from typing import Any

from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util.math import get_node_equation_number


def _inline(writer: Any, node: Any) -> None:
    writer.body.append(tex2mathml(node.astext()))


def _block(writer: Any, node: Any) -> None:
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = get_node_equation_number(writer, node)
        writer.body.append(f'<span class="eqno">({number})</span>')
    writer.body.append(tex2mathml(node.astext(), as_block=True) + "</div>\n")


def setup(app: Any) -> dict[str, bool]:
    """Give Sphinx the renderer ``mathml``."""

    def leave_out(visit: Any) -> Any:
        def visit_and_skip(writer: Any, node: Any) -> None:
            from docutils import nodes

            visit(writer, node)
            raise nodes.SkipNode

        return visit_and_skip

    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(leave_out(_inline), None),
        block_renderers=(leave_out(_block), None),
    )
    return {"parallel_read_safe": True}
