"""Days as people write them in a text, read in one way by who lists them and by who looks for them again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

__all__ = ["days_written"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TURN = 30
"""Years of two digits above it were in the last century."""

_WRITTEN = (
    (re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b"), (0, 1, 2)),
    (re.compile(r"\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})\b"), (2, 1, 0)),
    (re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([A-Z][a-z]{2,8}),? (\d{4}|\d{2})\b", re.I), (2, 1, 0)),
    (re.compile(r"\b([A-Z][a-z]{2,8}) (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b", re.I), (2, 0, 1)),
)
"""Ways to write a day, each with the places of its year, month and day; of two numbers the day is first."""


def days_written(text: str) -> Iterator[tuple[str, int]]:
    """Give every day in a text as 1987-06-01, in whatever way it is written, and where it stands.

    A day that does not exist is left out. Nothing depends on the day on which the text is read.

    Examples
    --------
    >>> list(days_written("born 1.6.87, seen 3rd of May 2025"))
    [('1987-06-01', 5), ('2025-05-03', 18)]
    """
    for pattern, order in _WRITTEN:
        for found in pattern.finditer(text):
            year, month, day = (found[place + 1] for place in order)
            if (read := _day(year, month, day)) is not None:
                yield read, found.start()


def _day(year: str, month: str, day: str) -> str | None:
    short = month[:3].lower()
    try:
        number = int(month) if month.isdigit() else _MONTHS.index(short) + 1
        whole = int(year) if len(year) == 4 else int(year) + (1900 if int(year) > _TURN else 2000)
        return date(whole, number, int(day)).isoformat()
    except ValueError:
        return None
