"""Whether what disclosure control hid stays hidden in everything published together."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from reports.gate.html_page import Block, Page
from reports.gate.items import Found, Grade, Item
from reports.gate.pieces import Contents, normal
from reports.gate.words import words_of
from reports.labels import group_label
from reports.release import Indicator, Release
from reports.source import read_source
from reports.tables import format_number

__all__ = ["hidden_stays_hidden", "release_hides", "tables_agree"]

_HIDDEN = ("suppressed", "missing", "not recorded")
_NUMBERS = (
    "numerator", "denominator", "value", "low", "high", "units", "cases", "missing", "of", "balance",
    "filled",
)  # fmt: skip
_CELL = re.compile(r"(?<!\\)\|")
_LABEL = re.compile(r"^\s*: .*\{#(tbl-[\w-]+)\}\s*$")


def release_hides(data: Mapping[str, bytes]) -> Item:
    """Find rows of released tables that are hidden and carry a number all the same."""
    found, rows = [], 0
    for path, content in data.items():
        if path.endswith(".csv"):
            for number, row in enumerate(csv.DictReader(io.StringIO(content.decode("utf-8"))), 2):
                rows += 1
                filled = [name for name in _NUMBERS if row.get(name)]
                if row.get("status") in _HIDDEN and filled:
                    says = f"is {row['status']} and yet has: {', '.join(filled)}"
                    found.append(Found("fail", says, f"{path}, row {number}"))
    return Item(
        "release-hides", "No hidden row of a released table carries a number", f"{rows:,} rows", tuple(found)
    )


def tables_agree(folder: Path, pages: Mapping[str, Page]) -> Item:
    """Find tables of rendered pages that are not those that the release folder gives, cell by cell."""
    wanted: dict[str, list[list[str]]] = {}
    for text in sorted(folder.glob("*.qmd")):
        wanted |= dict(_pipe_tables(read_source(text).text))
    shown = {table.id: (path, table) for path, page in pages.items() for table in page.tables if table.id}
    found = []
    for name, rows in wanted.items():
        if name not in shown:
            found.append(Found("fail", "a table that is on no page", name))
            continue
        path, table = shown[name]
        where = f"{path}, table at line {table.line}"
        if len(table.rows) != len(rows):
            found.append(Found("fail", "a table with rows too many or too few", where))
        for number, (has, should) in enumerate(zip(table.rows, rows, strict=False), 1):
            if has != should:
                found.append(
                    Found("fail", "a row that is not as released", f"{where}, row {number}", " | ".join(has))
                )
    return Item(
        "tables-agree", "Rendered tables are the released ones", f"{len(wanted)} tables", tuple(found)
    )


def _pipe_tables(text: str) -> Iterator[tuple[str, list[list[str]]]]:
    rows: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("|"):
            rows.append([_unescaped(cell) for cell in _CELL.split(line.strip().strip("|"))])
        elif label := _LABEL.match(line):
            yield label[1], [row for place, row in enumerate(rows) if place != 1]
            rows = []
        elif line.strip():
            rows = []


def _unescaped(cell: str) -> str:
    return " ".join(normal(re.sub(r"\\(.)", r"\1", cell)).split())


@dataclass(frozen=True)
class _Hidden:
    """A hidden number as it would be printed, and what it would be printed beside."""

    row: str
    beside: tuple[tuple[str, ...], ...]
    strong: re.Pattern[str]
    weak: re.Pattern[str] | None


def hidden_stays_hidden(
    release: Release, measured: pd.DataFrame, pages: Mapping[str, Page], others: Iterable[Contents]
) -> Item:
    """Look wherever a hidden number would be printed: beside its measure's name, in whatever file.

    Parameters
    ----------
    release : Release
        Says which rows are hidden, and what they and the findings on them are called.
    measured : DataFrame
        ``restricted/indicators``: the numbers before disclosure control.
    pages : mapping of str to Page
        Rendered pages.
    others : iterable of Contents
        All other files, read by :func:`reports.gate.pieces.read_file`.

    Returns
    -------
    Item
        "3 of 17" beside the name of the hidden measure fails, its percentage is for review.
    """
    hidden = [each for row in _hidden_rows(release) if (each := _printed(row, release, measured)) is not None]
    blocks = [(path, f"line {block.line}", block) for path, page in pages.items() for block in page.blocks]
    blocks += [
        (piece.file, piece.part, Block("", line, 0))
        for contents in others
        for piece in contents.pieces
        for line in piece.text.splitlines()
    ]
    found = [
        Found(each_grade, says, ", ".join(filter(None, (path, where))), f"{each.row}: {block.text}")
        for path, where, block in blocks
        if any(sign.isdigit() for sign in block.text)
        for each in hidden
        for each_grade, says in _told(each, block)
    ]
    looked_at = f"{len(hidden)} hidden numbers, looked for in {len(blocks):,} sentences, rows and lines"
    return Item("hidden-numbers", "No hidden number is printed anywhere", looked_at, tuple(found))


def _hidden_rows(release: Release) -> Iterator[Indicator]:
    yield from (row for row in (*release.indicators, *release.answers) if row.status == "suppressed")


def _printed(row: Indicator, release: Release, measured: pd.DataFrame) -> _Hidden | None:
    exact = measured[(measured["indicator"] == row.id) & (measured["group"] == row.group)]
    if exact.empty or pd.isna(exact.iloc[0]["numerator"]) or pd.isna(exact.iloc[0]["denominator"]):
        return None
    numerator, denominator, value = (
        float(exact.iloc[0][name]) for name in ("numerator", "denominator", "value")
    )
    about = release.finding(row.finding_id)
    beside = [_folded(row.label), *([_folded(about.title)] if about else [])]
    group = () if row.whole_force else _folded(group_label(row.group, indicator=row.id))
    share = row.unit == "per cent" and not pd.isna(value)
    percent = re.escape(format_number(value, "per cent").removesuffix("%")) if share else ""
    return _Hidden(
        f"{row.id}, {row.group}",
        tuple((*words, *group) if place == 0 else words for place, words in enumerate(beside)),
        re.compile(rf"(?<![\d,.]){numerator:,.0f} (?:out )?of (?:the |all )?{denominator:,.0f}(?![\d,.]*\d)"),
        re.compile(rf"(?<![\d,.]){percent}\s?(?:%|per ?cent\b)") if percent else None,
    )


def _told(hidden: _Hidden, block: Block) -> Iterator[tuple[Grade, str]]:
    strong = hidden.strong.search(block.text)
    weak = hidden.weak is not None and hidden.weak.search(block.text)
    if strong or weak:
        words = words_of(f"{block.about} {block.text}").folded
        if any(_holds(words, beside) for beside in hidden.beside):
            if strong:
                yield "fail", "a hidden count beside the name of its measure"
            else:
                yield "review", "a percentage that is also a hidden one, beside the name of its measure"


def _holds(words: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return bool(wanted) and f" {' '.join(wanted)} " in f" {' '.join(words)} "


def _folded(text: str) -> tuple[str, ...]:
    return words_of(normal(text)).folded
