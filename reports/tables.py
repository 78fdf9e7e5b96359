"""Numbers, tables and quoted words as Markdown that reads the same in HTML and in PDF."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from parameters.words import load_words
from reports.labels import typeset
from reports.release import Indicator

__all__ = [
    "SMALL_BASE",
    "STATUS_NOTES",
    "WEIGHTED",
    "Column",
    "attribute",
    "counts_alone",
    "escape_note",
    "format_base",
    "format_date",
    "format_interval",
    "format_number",
    "format_result",
    "note_below",
    "pipe_table",
    "status_note",
    "weights_note",
]

STATUS_NOTES = {
    "suppressed": "**Suppressed** means that there is a number, and that it is hidden because so few cases "
    "lie behind it that a person could be recognised.",
    "zero": "**0** or **0%** means that we counted and found none.",
    "missing": "**Missing** means that there was nothing to count: no case of the kind the measure is about.",
    "not recorded": "**Not recorded** means that the force does not keep what the measure needs.",
}

_PUNCTUATION = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})
_INVISIBLE = {"Cc", "Cf", "Cs"}
# Pandoc keeps the column widths of a pipe table only when a line of it is longer than 72 characters.
_TABLE_WIDTH = 100
_MINUS = "\N{MINUS SIGN}"
_DASH = "\N{EN DASH}"
_HIDDEN = ("suppressed", "missing", "not recorded")
WEIGHTED = re.compile(r", (weighted to the [\d,]+ cases of the frame)$")
"""How a base ends that was weighted."""

SMALL_BASE = load_words().smallest_base
"""Below this many cases a share is given in counts alone."""


def escape_note(text: str) -> str:
    """Return words that were written by somebody else as Markdown that shows exactly those words.

    Everything a report quotes goes through here, in paragraphs, table cells and headings alike. White space
    collapses to single spaces, characters nobody can see are dropped, and every ASCII punctuation mark is
    escaped, so neither Pandoc nor Quarto finds markup, a shortcode or code in a note.

    Examples
    --------
    >>> print(escape_note("VIC *vague* |  @OIC"))
    VIC \\*vague\\* \\| \\@OIC
    """
    spaced = " ".join(text.split())
    visible = "".join(sign for sign in spaced if unicodedata.category(sign) not in _INVISIBLE)
    return " ".join(visible.split()).translate(_PUNCTUATION)


def attribute(text: str) -> str:
    """Return words as the value of a Markdown attribute, such as the text alternative of a figure."""
    return f'"{escape_note(text)}"'


def format_date(day: date) -> str:
    """Write a date the way a report does.

    Examples
    --------
    >>> format_date(date(2026, 11, 2))
    '2 November 2026'
    """
    return f"{day.day} {day:%B %Y}"


def format_number(value: float, unit: str) -> str:
    """Write a value in its unit: whole per cent, whole days, whole counts, a balance to two decimals.

    Halves go up. A percentage that would round to 0% or 100% without being it keeps one decimal.

    Examples
    --------
    >>> format_number(62.5, "per cent"), format_number(0.47, "per cent"), format_number(-0.21, "balance")
    ('63%', '0.5%', '−0.21')
    """
    if unit == "per cent":
        at_the_edge = 0 < value < 1 or 99 < value < 100
        return f"{_round(value, 1 if at_the_edge else 0)}%"
    if unit == "balance":
        size = _round(abs(value), 2)
        sign = "" if not size else "+" if value > 0 else _MINUS
        return f"{sign}{size}"
    whole = _round(value, 0)
    if unit == "days":
        return f"{whole:,} {'day' if whole == 1 else 'days'}"
    return f"{whole:,}"


def format_result(row: Indicator) -> str:
    """Write what an indicator says: its number, or in one or two words why there is none.

    A share behind which fewer than ten cases stand is given in counts alone, as in the findings.
    """
    if row.status in _HIDDEN:
        return row.status.capitalize()
    if counts_alone(row):
        return f"{row.numerator:,} of {row.denominator:,}"
    return format_number(row.value or 0, row.unit)


def format_interval(row: Indicator) -> str:
    """Write the interval of an indicator, or why it has none."""
    if row.status in _HIDDEN:
        return f"{_DASH} not given"
    if counts_alone(row) and not row.interval.startswith("every case"):
        return f"{_DASH} too few cases"
    if row.low is not None and row.high is not None:
        low = f"{_round(row.low, 0):,}" if row.unit == "days" else format_number(row.low, row.unit)
        return f"{low} to {format_number(row.high, row.unit)}"
    if row.interval.startswith("every case"):
        return "Every case counted"
    return f"{_DASH} {row.interval.removeprefix('no interval: ') or 'none'}"


def format_base(row: Indicator) -> str:
    """Write what an indicator was counted over, with the count itself where it is a plain count.

    A weighted percentage is not its count divided by its base, so the two are never run together.

    Examples
    --------
    ``17 of 24 sampled case files, weighted to the 212 cases of the frame``
    """
    counted = row.unit == "per cent" and row.numerator is not None and row.denominator is not None
    if counted and not counts_alone(row) and row.base.startswith(f"{row.denominator:,} "):
        return f"{row.numerator:,} of {row.base}"
    return row.base


def status_note(statuses: Iterable[str]) -> str:
    """Explain, below a table, the kinds of value other than plain numbers that are in it."""
    present = set(statuses)
    return " ".join(note for status, note in STATUS_NOTES.items() if status in present)


def weights_note(rows: Iterable[Indicator]) -> str:
    """Say once, below a table, to what its results are weighted; nothing where none is."""
    weighted = [found[1] for row in rows if (found := WEIGHTED.search(row.base))]
    return f"Where case files were sampled, results are {weighted[0]}." if weighted else ""


def note_below(notes: Sequence[str]) -> str:
    """Write Markdown notes below a table: one as a paragraph, more as a list; nothing for none."""
    text = "\n".join(f"- {note}" for note in notes) if len(notes) > 1 else "".join(notes)
    return f"::: {{.table-note}}\n{text}\n:::\n" if text else ""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, its share of the width (any unit) and whether it holds numbers."""

    heading: str
    width: int
    numeric: bool = False


def pipe_table(columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, caption: str, label: str) -> str:
    """Write a table with a caption and a label to refer to.

    Parameters
    ----------
    columns : sequence of Column
        The first column names the rows.
    rows : iterable of sequences
        A cell is any value; it is shown as text, with all its punctuation escaped.
    caption : str
        Plain text.
    label : str
        Without its prefix: ``pillar-1`` is referred to as ``@tbl-pillar-1``.

    Returns
    -------
    str
        A Markdown pipe table, ended by a newline.
    """
    lines = [
        _line(escape_note(column.heading) for column in columns),
        _line(_rule(column, sum(other.width for other in columns)) for column in columns),
        *(_line(escape_note(str(cell)) for cell in row) for row in rows),
    ]
    return "\n".join([*lines, "", f": {escape_note(typeset(caption))} {{#tbl-{label}}}", ""])


def counts_alone(row: Indicator) -> bool:
    """Whether a share is given in counts alone, because so few cases stand behind it."""
    return (
        row.unit == "per cent"
        and row.numerator is not None
        and row.denominator is not None
        and (row.cases or 0) < SMALL_BASE
    )


def _round(value: float, decimals: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(column: Column, total: int) -> str:
    dashes = "-" * max(3, round(_TABLE_WIDTH * column.width / total))
    return f"{dashes}:" if column.numeric else f":{dashes}"
