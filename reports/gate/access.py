"""What of accessibility can be checked without a browser, and what axe-core said in one."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from parameters import InspectionError, Problem
from reports.gate.html_page import Page
from reports.gate.items import Found, Item
from reports.gate.publication import digest

__all__ = ["axe_result", "nothing_from_outside", "pages_accessible", "pdfs_accessible"]


_OUTSIDE = ("http:", "https:", "//", "ftp:", "ws:", "wss:")


def pages_accessible(pages: Mapping[str, Page]) -> Item:
    """Check language, title, landmarks, headings, text alternatives, tables, links and ids of every page."""
    found = [
        Found("fail", says, ", ".join(filter(None, (path, f"line {line}" if line else ""))))
        for path, page in pages.items()
        for says, line in _faults(page)
    ]
    return Item(
        "accessible-pages",
        "Pages are accessible, as far as needs no browser",
        f"{len(pages)} pages",
        tuple(found),
    )


def _faults(page: Page) -> Iterator[tuple[str, int]]:
    for name, value in (("language", page.lang), ("title", page.title)):
        if not value.strip():
            yield f"the page has no {name}", 0
    if "main" not in page.landmarks:
        yield "the page has no main part (main)", 0
    elif not any(href == "#main" for href, _, _ in page.links[:1]):
        yield "the first link does not skip to the main part", 0
    yield from _heading_faults(page)
    for alternative, line in page.images:
        if not (alternative or "").strip():
            yield "an image has no text alternative", line
    for table in page.tables:
        if not table.caption:
            yield "a table has no caption", table.line
        if not table.scopes:
            yield "a table has no headers", table.line
        if any(scope not in ("col", "row", "colgroup", "rowgroup") for scope in table.scopes):
            yield "a header of a table has no scope", table.line
    for _, words, line in page.links:
        if not words:
            yield "a link has no words", line
    counted = Counter(name for name, _ in page.ids)
    targets = set(counted)
    yield from (("an id is used twice", line) for name, line in page.ids if counted[name] > 1)
    for href, _, line in page.links:
        if href.startswith("#") and href[1:] not in targets:
            yield "a link inside the page leads nowhere", line


def _heading_faults(page: Page) -> Iterator[tuple[str, int]]:
    levels = [level for level, _, _ in page.headings]
    if levels.count(1) != 1 or levels[0] != 1:
        yield "the main part does not begin with its one main heading (h1)", 0
    for (before, _, _), (after, _, line) in pairwise(page.headings):
        if after > before + 1:
            yield "a heading skips a level", line


def nothing_from_outside(pages: Mapping[str, Page]) -> Item:
    """Check that no page loads anything from another place."""
    found = [
        Found("fail", "something is loaded from outside the site", f"{path}, line {line}", address)
        for path, page in pages.items()
        for address, line in page.loaded
        if address.strip().lower().startswith(_OUTSIDE)
    ]
    return Item(
        "nothing-from-outside", "No page loads anything from outside", f"{len(pages)} pages", tuple(found)
    )


def pdfs_accessible(pdfs: Mapping[str, bytes]) -> Item:
    """Check that every PDF says it is PDF/UA, is tagged, and has a language and a title that is shown."""
    found = [Found("fail", says, path) for path, data in pdfs.items() for says in _pdf_faults(data)]
    return Item(
        "accessible-pdf",
        "PDF files are tagged, titled and say they are PDF/UA",
        f"{len(pdfs)} files",
        tuple(found),
    )


def _pdf_faults(data: bytes) -> Iterator[str]:
    try:
        yield from _faults_of(PdfReader(io.BytesIO(data)))
    except Exception:  # pypdf raises whatever a broken file makes of its objects
        yield "the file cannot be read"


def _faults_of(reader: PdfReader) -> Iterator[str]:
    root: Any = reader.trailer["/Root"]
    described = root["/Metadata"].get_data() if "/Metadata" in root else b""
    if b"pdfuaid" not in described:
        yield "it does not say that it is PDF/UA"
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "it is not tagged"
    if not root.get("/Lang"):
        yield "it has no language"
    if not (reader.metadata and reader.metadata.title):
        yield "it has no title"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "its title is not shown by readers"


def axe_result(path: Path | None, pages: Mapping[str, bytes]) -> Item:
    """Take over what axe-core found in a browser, if somebody has run it.

    Parameters
    ----------
    path : Path or None
        JSON as axe-core writes it: a result, or a list of them, each with ``url`` and ``violations``, and
        with the ``sha256`` of the page where `inspection axe` wrote it.
    pages : mapping of str to bytes
        The pages that it has to have looked at, by their paths from the folder of the site.
    """
    title = "axe-core found nothing in a browser"
    if path is None:
        return Item(
            "axe", title, found=(Found("review", "nobody has given what inspection axe found (--axe)"),)
        )
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        results = read if isinstance(read, list) else [read]
        told = [
            (result.get("url", ""), violation) for result in results for violation in result["violations"]
        ]
        found = [Found("fail", f"axe-core: {violation['id']}", str(url)) for url, violation in told]
        seen = [(str(result.get("url", "")), result.get("sha256")) for result in results]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        remedy = "Save what axe.run() returns, for every page, as a JSON list."
        raise InspectionError([Problem(str(path), "", "", "is no result of axe-core.", remedy)]) from None
    for page, data in pages.items():
        # one run by hand gives a page's whole address, and no hash
        versions = {
            version for url, version in seen if url == page or (version is None and url.endswith(page))
        }
        if not versions:
            found.append(Found("review", "axe-core has not looked at this page", page))
        elif versions - {None, digest(data)}:
            found.append(Found("review", "axe-core has looked at another version of this page", page))
    return Item("axe", title, f"{len(results)} pages", tuple(found))
