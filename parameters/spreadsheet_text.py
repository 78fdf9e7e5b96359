"""Words of somebody else in a CSV file that people open in Excel: shown as words, never worked out.

CSV has no sign for text. An apostrophe before what begins like a formula keeps every spreadsheet program from
working it out; who reads the file back takes it off again, so that nothing is lost. Tables that only programs
read (codings from ``inspection code`` and ``inspection audit``) are left exact: give them a name in .xlsx to
look at them in Excel.
"""

from __future__ import annotations

import re

import pandas as pd

__all__ = ["guarded", "guarded_table", "unguarded"]

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?\d[\d.,]{0,30}(?:e[+-]?\d{1,3})?%?", re.IGNORECASE)


def guarded(text: str) -> str:
    """A text as it is written into a cell.

    Examples
    --------
    >>> guarded("=1+1"), guarded("-0.2"), guarded("'=x")
    ("'=1+1", '-0.2', "''=x")
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """A text as it was before :func:`guarded`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def guarded_table(table: pd.DataFrame) -> pd.DataFrame:
    """A table with every text in it, and every name of a column, as it is written into a cell.

    Every line end is one sign: a carriage return alone would end the row for some that read the file.
    """

    def cell(value: object) -> object:
        return guarded(re.sub(r"\r\n?", "\n", value)) if isinstance(value, str) else value

    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    written = table.assign(**{str(name): table[name].map(cell) for name in texts if isinstance(name, str)})
    return written.rename(columns=cell)
