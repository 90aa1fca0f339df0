"""Every link of the built site that stays on it leads somewhere, anchors included."""

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

SITE = Path(__file__).parents[1] / "_build" / "html"
PAGES = [page for page in sorted(SITE.rglob("*.html")) if "_static" not in page.parts]


class Page(HTMLParser):
    """What a page can be linked by, and what it links."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors = {"", "top"}
        self.links: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value or "")
            elif name in ("href", "src") and value:
                self.links.add(value)


@cache
def parsed(path: Path) -> Page:
    return Page(path)


def test_the_site_is_built() -> None:
    assert SITE / "index.html" in PAGES, "build the site first: nox -s docs"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(SITE)))
def test_every_internal_link_leads_somewhere(path: Path) -> None:
    assert list(broken(path)) == []


def broken(path: Path) -> Iterator[str]:
    for link in sorted(parsed(path).links):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.is_file():
            yield f"{link}: no such file"
        elif target.suffix == ".html" and unquote(parts.fragment) not in parsed(target).anchors:
            yield f"{link}: no such anchor"
