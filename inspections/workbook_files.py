"""Excel files from elsewhere: opened only where they cannot harm, and every fault told in plain words.

A small file can claim a row number, a merged cell or a link that makes a reader fill memory with empty cells.
What openpyxl raises depends on what is broken: the archive, the XML, a style, a number; all mean the same.
"""

from __future__ import annotations

import re
from typing import IO, Any
from zipfile import ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.cell import range_boundaries

from parameters.archives import archive_fault

__all__ = ["WorkbookFaultError", "open_workbook"]

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_CELLS = 1_000_000
PIECE = 1 << 20
_UNREADABLE = "cannot be opened as an Excel workbook."
_ROW = re.compile(rb'<(?:\w{1,20}:)?row\s[^<>]{0,200}?\br="(\d+)"')
_AREA = re.compile(rb'<(?:\w{1,20}:)?(?:mergeCell|hyperlink)\s[^<>]{0,2000}?\bref="([^"<>]{0,60})"')


class WorkbookFaultError(Exception):
    """An Excel file that is not read; the words follow its name, as in ``cannot be opened``."""


def open_workbook(file: IO[bytes], *, most: int, **options: Any) -> Workbook:
    """Open an Excel file with openpyxl.

    Parameters
    ----------
    file : file
        The file, open for as long as the workbook is read.
    most : int
        Bytes that it may unpack to.
    **options
        As for `openpyxl.load_workbook`.

    Raises
    ------
    WorkbookFaultError
        When it is no workbook, is damaged, or claims a size that no workbook has.
    """
    if fault := archive_fault(file, most=most, otherwise=_UNREADABLE):
        raise WorkbookFaultError(fault)
    try:
        if _claims_too_much(file):
            raise WorkbookFaultError("has a row or a merged cell beyond what a sheet can hold.")
        book = load_workbook(file, **options)
    except (WorkbookFaultError, MemoryError):
        raise
    except Exception:
        raise WorkbookFaultError(_UNREADABLE) from None
    if not book.worksheets:
        raise WorkbookFaultError("holds no sheet with cells.")
    return book


def _claims_too_much(file: IO[bytes]) -> bool:
    """Whether a sheet names a row beyond the last, or areas of very many cells."""
    cells = 0
    with ZipFile(file) as parts:
        for name in parts.namelist():
            if not name.endswith(".xml") or name.startswith("docProps/"):
                continue
            with parts.open(name) as sheet:
                before = b""  # what may begin in one piece and end in the next
                while piece := sheet.read(PIECE):
                    text = before + piece
                    if any(len(row) > 7 or int(row) > LAST_ROW for row in _ROW.findall(text)):
                        return True
                    cells += sum(_cells(area.decode("ascii", "replace")) for area in _AREA.findall(text))
                    before = text[-3000:]
                if cells > MOST_CELLS:
                    return True
    return False


def _cells(area: str) -> int:
    """Cells of an area such as A1:C3; very many for one that no sheet has."""
    try:
        first_column, first_row, last_column, last_row = range_boundaries(area)
    except (ValueError, TypeError):
        return 0
    if None in (first_column, first_row, last_column, last_row):
        return LAST_ROW
    return (last_column - first_column + 1) * (last_row - first_row + 1)
