"""Whether every number of a page comes from the release folder, and every percentage says of how many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from reports.authors_yaml import read_authors_text
from reports.gate.html_page import Page
from reports.gate.items import Found, Item
from reports.gate.pieces import Contents, normal
from reports.gate.writing import texts_of
from reports.recommendations import Decisions
from reports.source import read_source

__all__ = ["numbers_trace", "percentages_have_bases", "typed_numbers"]

_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w,]*[A-Za-z_])")
_LABEL = re.compile(r"\b(?:Table|Figure|Page)s?\s*\d+(?:\s*of\s*\d+)?")
_NOT_PROSE = re.compile(
    r"\A---\n.*?\n---\n|<!--.*?-->|\{\{<.*?>\}\}|\{[#.][^}\n]*\}|\]\([^)\n]*\)|@(?:tbl|fig|sec)-[\w-]+|^\s*\d+\.\s",
    re.DOTALL | re.MULTILINE,
)
_PER_CENT = re.compile(r"\d\s?(?:%|per ?cent\b)")
_NO_MEASURE = re.compile(
    r"(?:\d+% to )?(?:under|over|below|above|at least|at most|at) \d+%|\d+% or more|0 or 0% means|"
    r"\d+\s?(?:%|per ?cent) (?:confidence )?intervals?"
)
_BASE = re.compile(
    r"\b(?:of|among) (?:the |all |these |those |its |their )?(?!(?:19|20)\d\d\b)\d[\d,]*\b|\b\d[\d,]* \(\d|"
    r"\b\d[\d,]* (?:[\w'’-]+ ){0,6}(?:cases|case files|files|units|requests|victims|suspects|officers|people|"
    r"answers|entries|notes|rows)\b"
)
"""Words that say of how many: "of 36", "12 (33%)", "36 sampled case files"; "of 2026" is a year."""


def typed_numbers(folder: Path, decisions: Decisions) -> Item:
    """List the numbers that an author typed, for somebody to compare with their source.

    Parameters
    ----------
    folder : Path
        ``reports/<force>``.
    decisions : Decisions
        Of ``recommendations.yml``.
    """
    found = [
        Found("review", "a number typed by hand", f"reports/{folder.name}/{path.name}, line {line}", number)
        for path in sorted(folder.glob("*.qmd"))
        for line, number in _typed(read_authors_text(path))
    ]
    found += [
        Found("review", "a number typed by hand", f"recommendations.yml, {where}", number)
        for where, text in texts_of(decisions)
        for number in _NUMBER.findall(text)
    ]
    return Item("typed-numbers", "No number in the author's prose was typed by hand", found=tuple(found))


def _typed(text: str) -> Iterator[tuple[int, str]]:
    prose = _NOT_PROSE.sub(lambda found: "\n" * found[0].count("\n"), text)
    for number, line in enumerate(prose.splitlines(), 1):
        yield from ((number, found) for found in _NUMBER.findall(line))


def numbers_trace(
    folder: Path, pages: Mapping[str, Page], pdfs: Mapping[str, Contents], *, beside: Iterable[str] = ()
) -> Item:
    """Find numbers in rendered pages that neither the release folder nor the author's text put there.

    Parameters
    ----------
    folder : Path
        ``reports/<force>`` with its partials, which come from the release folder.
    pages : mapping of str to Page
        The rendered pages by path.
    pdfs : mapping of str to Contents
        PDF files by path; their numbers must be those of the pages.
    beside : iterable of str
        Further texts that numbers may come from.
    """
    sources = [*beside]
    for text in sorted(folder.glob("*.qmd")):
        source = read_source(text)
        sources += [source.text, *_flat(source.metadata)]
    generated = folder / "_generated"
    files = [*generated.glob("*.md"), *generated.glob("*.json"), generated / "register.csv"]
    sources += [path.read_text(encoding="utf-8") for path in sorted(files) if path.is_file()]
    known = {number for text in sources for number in _numbers(text.replace("\\", ""))}
    found, shown = [], set[str]()
    for path, page in pages.items():
        for block in page.blocks:
            numbers = _numbers(block.text) if block.main else []
            shown.update(numbers)
            found += [
                Found(
                    "fail",
                    "a number that nothing in the release folder accounts for",
                    f"{path}, line {block.line}",
                    number,
                )
                for number in numbers
                if number not in known
            ]
    for path, contents in pdfs.items():
        found += [
            Found("fail", "a number that the web page does not print", f"{path}, {where}", number)
            for where, number in _numbers_of_pdf(contents)
            if number not in shown
        ]
    looked_at = f"{len(shown):,} different numbers on {len(pages)} pages and in {len(pdfs)} PDF files"
    return Item(
        "numbers-trace", "Every number printed comes from the release folder", looked_at, tuple(found)
    )


def _numbers_of_pdf(contents: Contents) -> Iterator[tuple[str, str]]:
    """Give the numbers of a PDF with where they stand, without those of pages, tables and figures.

    None of a PDF that cannot be read: it fails as one that is not accessible.
    """
    pages = next((piece for piece in contents.pieces if piece.part == "text"), None)
    texts = [] if pages is None else list(pages.stretches())
    for where, text in texts:
        yield from ((where, number) for number in _numbers(_without_page_numbers(text, len(texts))))


def _without_page_numbers(text: str, pages: int) -> str:
    """Leave out a number that stands alone at the end of a line of contents, or on a line by itself."""
    kept = (line for line in text.splitlines() if not (line.strip().isdigit() and int(line) <= pages))
    return "\n".join(re.sub(r"(?:\. ?){3,}\d+\s*$", "", line) for line in kept)


def _numbers(text: str) -> list[str]:
    return [found.rstrip(",") for found in _NUMBER.findall(_LABEL.sub("", normal(text)))]


def _flat(values: Any) -> Iterator[str]:
    if isinstance(values, Mapping):
        for value in values.values():
            yield from _flat(value)
    elif isinstance(values, list):
        for value in values:
            yield from _flat(value)
    else:
        yield str(values)


def percentages_have_bases(pages: Mapping[str, Page]) -> Item:
    """Find percentages that do not say of how many: in the same paragraph or row, or the table's caption."""
    found, seen = [], 0
    for path, page in pages.items():
        for block in page.blocks:
            if not _PER_CENT.search(_NO_MEASURE.sub("", block.text)):
                continue
            seen += 1
            if not (_BASE.search(block.text) or _BASE.search(block.about)):
                says = "a percentage that does not say of how many"
                found.append(Found("fail", says, f"{path}, line {block.line}", block.text))
    looked_at = f"{seen:,} sentences, rows and text alternatives with a percentage"
    return Item("percentages", "Every percentage says of how many", looked_at, tuple(found))
