"""Reports on paper and to a screen reader: what a PDF says of its parts, and how its pages break."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfua
import pytest
from conftest import Site
from pypdf import PdfReader
from test_report_render import without_quarto

from reports import RenderedReport, refresh, render
from reports.tables import Column, pipe_table

Element = tuple[str, Any]


@pytest.fixture(scope="module", params=[0, 1, 2], ids=["first", "second", "third"])
def report(request: pytest.FixtureRequest, site: Site) -> RenderedReport:
    return site.reports[request.param]


@pytest.fixture(scope="module")
def reader(report: RenderedReport) -> PdfReader:
    return PdfReader(report.pdf)


def elements(node: Any) -> Iterator[Element]:
    """Every element of a structure tree with its role, in the order in which it is read out."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from elements(child)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node["/S"].removeprefix("/"), node
        if "/K" in node:
            yield from elements(node["/K"])


def read_out(reader: PdfReader) -> list[Element]:
    root: Any = reader.trailer["/Root"]
    return list(elements(root["/StructTreeRoot"]["/K"]))


def page_lines(reader: PdfReader) -> list[list[str]]:
    """Lines of each page after the cover, without what runs at its head and foot."""
    running = re.compile(
        r"How .* investigates|.* is fictional$|Fictional Inspectorate of Constabulary|Page \d+ of"
    )
    pages = ([line.strip() for line in page.extract_text().splitlines()] for page in reader.pages[1:])
    return [[line for line in page if line and not running.match(line)] for page in pages]


def test_pdfua_finds_nothing(site: Site) -> None:
    report = pdfua.validate(str(site.reports[0].pdf))
    assert report.findings == ()
    # The rule on levels of headings fails on a title that is a number; the next test keeps it.
    assert {outcome.rule_id for outcome in report.skipped} <= {"UA-14-001"}


def test_headings_step_down_one_level_at_a_time(reader: PdfReader) -> None:
    levels = [int(role[1:]) for role, _ in read_out(reader) if re.fullmatch(r"H\d", role)]
    assert levels[0] == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []


def test_every_table_has_a_caption_and_headers_that_are_read_out_with_their_column(reader: PdfReader) -> None:
    tables = [node for role, node in read_out(reader) if role == "Table"]
    assert len(tables) > 10
    for table in tables:
        rows = [list(elements(node["/K"])) for role, node in elements(table["/K"]) if role == "TR"]
        header, body = rows[0], rows[1:]
        heads = [node for role, node in header if role == "TH"]
        scopes = [entry["/Scope"] for node in heads for entry in attributes(node) if "/Scope" in entry]
        assert scopes == ["/Column"] * len(heads)
        assert {sum(role in ("TH", "TD") for role, _ in row) for row in body} == {len(heads)}
    counted = Counter(role for role, _ in read_out(reader))
    assert counted["Caption"] == counted["Table"] + counted["Figure"]


def attributes(node: Any) -> list[Any]:
    told = node.get("/A", [])
    return [entry.get_object() for entry in (told if isinstance(told, list) else [told])]


def test_every_picture_has_its_words(reader: PdfReader) -> None:
    words = [node.get("/Alt") for role, node in read_out(reader) if role == "Figure"]
    assert [text.split()[:3] for text in words] == [["Two", "bars:", "charged,"], ["A", "dot", "for"]]


def test_bookmarks_lead_to_every_chapter(report: RenderedReport, reader: PdfReader) -> None:
    marks = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    html = report.html.read_text(encoding="utf-8").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    assert marks == re.findall(r'class="level2"[^>]*>\s*<h2[^>]*>(.*?)</h2>', html)


def test_no_page_begins_with_what_belongs_to_the_page_before(reader: PdfReader) -> None:
    firsts = [lines[0] for lines in page_lines(reader)]
    assert [line for line in firsts if line.startswith(("Strength of evidence", "Numbers:"))] == []


def test_no_page_ends_with_a_heading(reader: PdfReader) -> None:
    def titles(outline: list[Any]) -> Iterator[str]:
        for entry in outline:
            yield from titles(entry) if isinstance(entry, list) else [entry.title]

    headings = set(titles(reader.outline))
    assert [lines[-1] for lines in page_lines(reader)[1:] if lines[-1] in headings] == []


def test_a_short_table_stays_on_one_page_with_its_caption(
    project: Path, release_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_quarto(monkeypatch, project)
    names = [f"Table{number:02}" for number in range(30)]
    tables = [
        pipe_table(
            [Column("What", 1), Column("Words", 2)],
            ((f"{name}row{row}", "some words") for row in range(4)),
            caption=f"{name}caption",
            label=name.lower(),
        )
        for name in names
    ]
    text = project / "reports/northshire/index.qmd"
    added = "\n".join(["\n## Short tables\n", *tables])
    text.write_text(text.read_text(encoding="utf-8") + added, encoding="utf-8")
    refresh("northshire", release_folder, root=project)
    (report,) = render(["northshire"], site_folder=project / "_site", root=project)
    pages = ["".join(lines) for lines in page_lines(PdfReader(report.pdf))]
    for name in names:
        assert [(page.count(f"{name}row"), f"{name}caption" in page) for page in pages if name in page] == [
            (4, True)
        ]
