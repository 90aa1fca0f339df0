"""What Markdown needs to be told."""

from __future__ import annotations

import re


def plain(text: str) -> str:
    """Keep a text from being read as Markdown."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)
