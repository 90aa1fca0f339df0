"""report.html is whole in itself, well formed, and says what the table says."""

import base64
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from seqsent import OutputError
from seqsent.reports import write_report
from seqsent.reports.page import write_page
from seqsent.reports.summary import summary
from seqsent.reports.tables import baseline_rows, experiment_rows, notes
from seqsent.results import Comparison

Make = Callable[..., Comparison]

VOID = {"meta", "img"}
LINKING = {"src", "srcset", "href", "action", "data", "poster", "background"}


class Page(HTMLParser):
    """Collects text and links; fails where tags do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.alternatives: list[str] = []
        self.words: list[str] = []
        self.style = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        assert "style" not in dict(attrs)
        self.links += [value or "" for name, value in attrs if name in LINKING]
        self.alternatives += [value or "" for name, value in attrs if name == "alt"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.style += data
        else:
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)


def read(comparison: Comparison, tmp_path: Path) -> Page:
    write_page(comparison, tmp_path / "report.html")
    return Page((tmp_path / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize("num_seeds", [1, 3])
@pytest.mark.parametrize("published", [True, False])
def test_the_page_holds_every_figure(
    make_comparison: Make, tmp_path: Path, num_seeds: int, published: bool
) -> None:
    comparison = make_comparison(num_seeds=num_seeds, published=published)
    page = read(comparison, tmp_path)
    for row in experiment_rows(comparison) + baseline_rows(comparison):
        parts = [row.name]
        for cell in row.cells:
            parts += [cell.figure, cell.spread, f"({cell.published})" if cell.published else ""]
        assert " ".join(filter(None, parts)) in page.text
    for sentence in summary(comparison) + notes(comparison):
        assert sentence in page.text
    assert comparison.data.fingerprint in page.text
    assert all(f"{name} {text}" in page.text for name, text in comparison.environment.items())


def test_the_page_needs_nothing_else(make_comparison: Make, tmp_path: Path) -> None:
    page = read(make_comparison(), tmp_path)
    assert len(page.links) == 4
    assert all(link.startswith("data:image/svg+xml;base64,") for link in page.links)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert "url(" not in page.style
    assert "@import" not in page.style


def test_pictures_are_whole_images_that_refer_only_to_themselves(
    make_comparison: Make, tmp_path: Path
) -> None:
    page = read(make_comparison(), tmp_path)
    assert len(page.alternatives) == len(page.links)
    assert all(page.alternatives)
    for link in page.links:
        picture = base64.b64decode(link.partition(",")[2]).decode("utf-8")
        root = ElementTree.fromstring(picture)
        references = [
            value
            for element in root.iter()
            for name, value in element.attrib.items()
            if name.endswith("href")
        ]
        references += re.findall(r"url\((.*?)\)", picture)
        assert references
        assert all(reference.startswith("#") for reference in references)


@pytest.mark.parametrize("name", ["<b>bold</b>", '"quoted" & $title', "long-" * 40, "감성"])
def test_names_are_text_and_not_tags(make_comparison: Make, tmp_path: Path, name: str) -> None:
    page = read(make_comparison([name], data_name=f"data {name}"), tmp_path)
    assert "b" not in page.tags
    assert name in page.text
    assert any(name in alternative for alternative in page.alternatives)


@pytest.mark.parametrize(("names", "title"), [(["a"], "1 experiment on"), ("ab", "2 experiments")])
def test_the_title_counts(make_comparison: Make, tmp_path: Path, names: str, title: str) -> None:
    assert read(make_comparison(names, num_epochs=1), tmp_path).text.startswith(title)


def test_a_report_is_page_figures_and_records(make_comparison: Make, tmp_path: Path) -> None:
    comparison = make_comparison(num_seeds=2)
    folder = tmp_path / "new" / "folder"
    write_report(comparison, folder)
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.*")} == {
        "report.html",
        "metrics.json",
        "histories.csv",
        *(
            f"figures/{name}.{kind}"
            for name in ("accuracy", "lengths", "loss-simplernn-onehot", "loss-lstm-dropout")
            for kind in ("png", "svg")
        ),
    }
    kept = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert len(kept["runs"]) == 4


def test_two_reports_of_one_comparison_are_the_same(make_comparison: Make, tmp_path: Path) -> None:
    for name in ("one.html", "two.html"):
        write_page(make_comparison(), tmp_path / name)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_a_folder_that_cannot_be_written_is_named(make_comparison: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written to .*file"):
        write_report(make_comparison(), tmp_path / "file")
