"""A rendered page as a reader meets it: blocks of text, tables, headings, images, links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from reports.gate.pieces import normal

__all__ = ["Block", "Page", "Table", "read_page"]

_BLOCKS = {
    "p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "caption", "figcaption", "blockquote", "td", "th", "dt",
    "dd", "title", "summary", "pre", "div", "section", "tr", "table", "ul", "ol", "figure", "main", "footer",
}  # fmt: skip
_VOID = {"br", "hr", "img", "col", "link", "meta", "input", "wbr", "source", "area", "base", "embed", "track"}
_LOADS = ("src", "srcset", "data", "poster", "background", "href", "xlink:href")
"""Attributes by which anything but a link makes a browser ask for something."""
_ADDRESS = re.compile(r"[\"'`(]\s*(?!http://www\.w3\.org/)((?:\w+:)?//[^\s\"'`()]+)")
"""An address in a style sheet or a script; those of the W3C name a language, and nobody asks for them."""

_HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True)
class Block:
    """A paragraph, list item, heading, caption, row of a table or text alternative.

    Parameters
    ----------
    tag : str
        ``tr`` for a row, ``alt`` for a text alternative, else the element's name.
    text : str
        Its words; cells of a row with a bar between them.
    line : int
        Where it starts.
    about : str
        Caption of the table it is a row of.
    main : bool
        Whether it lies in the main part of the page.
    """

    tag: str
    text: str
    line: int
    about: str = ""
    main: bool = True


@dataclass
class Table:
    """A table with its id, caption, rows of cells, and the scopes of its headers.

    Quarto gives id and caption to a figure around the table.
    """

    id: str
    line: int
    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)
    scopes: list[str | None] = field(default_factory=list)


@dataclass
class Page:
    """What the checks of accessibility, numbers and suppression need of a page."""

    lang: str = ""
    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    headings: list[tuple[int, str, int]] = field(default_factory=list)
    images: list[tuple[str | None, int]] = field(default_factory=list)
    links: list[tuple[str, str, int]] = field(default_factory=list)
    loaded: list[tuple[str, int]] = field(default_factory=list)
    ids: list[tuple[str, int]] = field(default_factory=list)
    landmarks: set[str] = field(default_factory=set)


def read_page(text: str) -> Page:
    """Read an HTML page."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[str] = []
        self._ids: list[str] = []
        self._figcaption = ""
        self._words: list[str] = []
        self._line = 1
        self._table: Table | None = None
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._link: tuple[str, int] | None = None
        self._link_words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told, line = dict(attrs), self.getpos()[0]
        if tag in _BLOCKS and self._cell is None:
            self._flush()
            self._line = line
        if tag in ("td", "th"):
            self._cell = []
        if tag not in _VOID:
            self._open.append(tag)
            self._ids.append(told.get("id") or "")
        self._keep_attributes(tag, told, line)
        if tag == "table":
            around = (name for name in reversed(self._ids) if name.startswith("tbl-"))
            caption = self._figcaption if "figure" in self._open else ""
            self._table = Table(told.get("id") or next(around, ""), line, caption)
            self.page.tables.append(self._table)
        elif tag == "tr":
            self._row = []
        elif tag == "th" and self._table is not None:
            self._table.scopes.append(told.get("scope"))
        elif tag == "a":
            self._link, self._link_words = (told.get("href") or "", line), [told.get("aria-label") or ""]
        elif tag == "br" or (tag in _BLOCKS and self._cell is not None):
            self.handle_data(" ")

    def _keep_attributes(self, tag: str, told: dict[str, str | None], line: int) -> None:
        if tag == "html":
            self.page.lang = told.get("lang") or ""
        if tag in ("main", "nav", "header", "footer"):
            self.page.landmarks.add(tag)
        if name := told.get("id"):
            self.page.ids.append((name, line))
        if tag == "img":
            self.page.images.append((told.get("alt"), line))
            if told.get("alt"):
                self._keep("alt", str(told["alt"]), line)
        for name in _LOADS if tag not in ("a", "area") else ():
            value = told.get(name) or ""
            parts = value.split(",") if name == "srcset" else [value]
            self.page.loaded += [(part.strip(), line) for part in parts if part.strip()]
        self._keep_addresses(told.get("style") or "", line)

    def _keep_addresses(self, code: str, line: int) -> None:
        """Keep what a style sheet or a script names: `url(...)`, `@import "..."`, any address in quotes."""
        self.page.loaded += [(address, line) for address in _ADDRESS.findall(code)]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            if self._row is not None:
                self._row.append(_plain(self._cell))
            self._cell = None
        elif tag in _BLOCKS and self._cell is None:
            self._flush()
        if tag == "a" and self._link is not None:
            href, line = self._link
            self.page.links.append((href, _plain(self._link_words), line))
            self._link = None
        if tag == "tr" and self._row is not None:
            if self._table is not None:
                self._table.rows.append(self._row)
                self._keep("tr", " | ".join(self._row), self.getpos()[0], about=self._table.caption)
            self._row = None
        if tag == "table":
            self._table = None
        if tag in self._open:
            while self._open[-1] != tag:
                self._close()
            self._close()

    def _close(self) -> None:
        self._ids.pop()
        if self._open.pop() == "figure":
            self._figcaption = ""

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("script", "style"):
            self._keep_addresses(data, self.getpos()[0])
            return
        (self._words if self._cell is None else self._cell).append(data)
        if self._link is not None:
            self._link_words.append(data)

    def _flush(self) -> None:
        text, self._words = _plain(self._words), []
        if text:
            self._keep_block(next((tag for tag in reversed(self._open) if tag in _BLOCKS), ""), text)

    def _keep_block(self, tag: str, text: str) -> None:
        if tag == "title":
            self.page.title = text
        elif tag == "caption" and self._table is not None:
            self._table.caption = text
        elif tag == "figcaption":
            self._figcaption = text
        if tag in _HEADINGS and "main" in self._open:
            self.page.headings.append((_HEADINGS[tag], text, self._line))
        self._keep(tag, text, self._line)

    def _keep(self, tag: str, text: str, line: int, *, about: str = "") -> None:
        self.page.blocks.append(Block(tag, text, line, about, "main" in self._open))


def _plain(words: list[str]) -> str:
    return " ".join(normal("".join(words)).split())
