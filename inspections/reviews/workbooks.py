"""Workbooks that go out to people and come back: text stays text, bytes repeat, and changes are found."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.functions import tostring

from inspections.workbook_files import WorkbookFaultError, open_workbook
from parameters import Problem, shown_path
from parameters.suggestions import listed

__all__ = [
    "FACTS_SHEET",
    "STAGE",
    "Writable",
    "cell_list",
    "changed_cells",
    "entry_numbers",
    "finish_sheet",
    "fit_row",
    "head_row",
    "is_formula",
    "new_workbook",
    "open_returned",
    "plain",
    "put",
    "put_formula",
    "put_input",
    "put_value",
    "read_facts",
    "save",
    "write_facts",
]

FACTS_SHEET = "_form"
MOST_CELLS_NAMED = 12
BEYOND = 500
MOST_FACTS = 10_000
MOST_UNPACKED = 512 << 20
"""Bytes that a workbook which came back may unpack to; forms and coding workbooks have a few million."""
FONT = "Arial"
HEAD = PatternFill("solid", fgColor="1D3557")
STAGE = PatternFill("solid", fgColor="DCE6F1")
INPUT = PatternFill("solid", fgColor="FFFFFF")
_LINE = Side(style="thin", color="A6A6A6")
GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
Writable = str | int | date

_STARTS_A_FORMULA = tuple("=+-@\t\r")
_NOT_IN_A_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_CELL = 32_767


def new_workbook(title: str, sheets: Iterable[str]) -> tuple[Workbook, dict[str, Worksheet]]:
    """An empty workbook with these sheets, and its sheets by name."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.properties.title = _NOT_IN_A_CELL.sub("\ufffd", title)
    workbook.properties.creator = "rasso-inspection"
    workbook.calculation.fullCalcOnLoad = True
    return workbook, {name: workbook.create_sheet(name) for name in sheets}


def put(
    sheet: Worksheet,
    place: str,
    value: Writable,
    *,
    bold: bool = False,
    size: float = 11,
    color: str = "000000",
    wrapped: bool = True,
    grid: bool = False,
) -> Cell:
    """Write a value; text is text, even where it begins like a formula."""
    cell = sheet[place]
    put_value(cell, value)
    cell.font = Font(name=FONT, size=size, bold=bold, color=color)
    cell.alignment = Alignment(horizontal="left", wrap_text=wrapped, vertical="top")
    if grid:
        cell.border = GRID
    return cell


def put_value(cell: Cell, value: object) -> None:
    """Set a cell's value; text is text, without what a cell cannot hold: controls, and more than it takes."""
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = _NOT_IN_A_CELL.sub("\ufffd", value)[:LONGEST_CELL]
    cell.data_type, cell.quotePrefix = "s", value.startswith(_STARTS_A_FORMULA)


def put_formula(
    sheet: Worksheet, place: str, formula: str, *, bold: bool = False, grid: bool = False
) -> Cell:
    """Write a formula of the toolkit's own; nothing from data ever enters one."""
    cell = put(sheet, place, formula, bold=bold, wrapped=False, grid=grid)
    cell.data_type, cell.quotePrefix = "f", False
    return cell


def put_input(sheet: Worksheet, place: str, *, format_: str = "@") -> Cell:
    """An empty cell for a person to fill in; as text, so that 3-5 does not become a date."""
    cell = sheet[place]
    cell.number_format = format_
    cell.font = Font(name=FONT, size=11)
    cell.fill, cell.border = INPUT, GRID
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.protection = Protection(locked=False)
    return cell


def head_row(sheet: Worksheet, row: int, headings: Mapping[str, str]) -> None:
    """Column letters -> headings, white on dark."""
    for column, heading in headings.items():
        cell = put(sheet, f"{column}{row}", heading, bold=True, color="FFFFFF", grid=True)
        cell.fill = HEAD
    sheet.row_dimensions[row].height = 30


def fit_row(sheet: Worksheet, row: int, *texts: tuple[str, float, float]) -> None:
    """Height that shows the longest of these texts; each with the width of its column and its size in points.

    Neither Excel nor LibreOffice works out heights of wrapped rows when it opens a file. A row still grows
    when something longer is typed into it.
    """
    heights = [
        sum(len(wrap(line, int(width * 1.15 * 11 / size))) or 1 for line in text.splitlines()) * size * 1.3
        for text, width, size in texts
    ]
    sheet.row_dimensions[row].height = round(max(heights)) + 4


def finish_sheet(
    sheet: Worksheet, *, widths: Mapping[str, float], freeze: str = "", titles: str = "", area: str = ""
) -> None:
    """Column widths, frozen panes, print set-up, and protection of everything but the cells to fill in."""
    for column, width in widths.items():
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = freeze or None
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.print_title_rows = titles or None
    if area:
        sheet.print_area = area
    sheet.oddFooter.left.text = "Restricted: case material"
    sheet.oddFooter.center.text = "&A"
    sheet.oddFooter.right.text = "Page &P of &N"
    sheet.protection.sheet = True
    sheet.protection.formatRows = sheet.protection.formatColumns = False  # False: allowed


def write_facts(workbook: Workbook, facts: Mapping[str, str]) -> None:
    """Keep what a workbook is on a hidden sheet, to be recognised by when it comes back."""
    sheet = workbook.create_sheet(FACTS_SHEET)
    for row, (name, value) in enumerate(facts.items(), start=1):
        put(sheet, f"A{row}", name)
        put(sheet, f"B{row}", value)
    sheet.sheet_state = "hidden"
    sheet.protection.sheet = True
    workbook.security.lockStructure = True


def read_facts(workbook: Workbook) -> dict[str, str]:
    """What a workbook says it is; empty for one that this toolkit did not make."""
    if FACTS_SHEET not in workbook.sheetnames:
        return {}
    sheet = workbook[FACTS_SHEET]
    rows = sheet.iter_rows(max_col=2, max_row=min(sheet.max_row, MOST_FACTS), values_only=True)
    return {str(name): str(value) for name, value in rows if name is not None}


class _InMemory(ExcelWriter):
    """Writes sheets straight into the workbook: openpyxl itself writes each to a temporary file first."""

    def write_worksheet(self, ws: Worksheet) -> None:
        ws._drawing = SpreadsheetDrawing()
        writer = WorksheetWriter(ws, BytesIO())
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], writer.out.getvalue())
        self.manifest.append(ws)


def save(workbook: Workbook, path: Path, *, dated: date) -> None:
    """Write a workbook so that the same content gives the same bytes, on any day."""
    moment = datetime.combine(dated, time())
    written = BytesIO()
    _InMemory(workbook, zipfile.ZipFile(written, "w")).save()
    workbook.properties.created = workbook.properties.modified = moment
    with zipfile.ZipFile(written) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            content = made.read(name)
            if name == "docProps/core.xml":
                content = tostring(workbook.properties.to_tree())
            if name.startswith("xl/worksheets/"):  # a height that is no one's wish may change as people type
                content = content.replace(b' customHeight="1"', b"")
            entry = zipfile.ZipInfo(name, date_time=moment.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            kept.writestr(entry, content)


def open_returned(path: Path) -> Workbook | Problem:
    """Open a workbook that came back, or say why not."""
    try:
        with path.open("rb") as file:
            return open_workbook(file, most=MOST_UNPACKED)
    except OSError:
        return Problem(
            shown_path(path), "", "", "cannot be opened.", "Close it elsewhere; check that you may read it."
        )
    except WorkbookFaultError:
        remedy = "Open it, save it as Excel workbook (.xlsx), and hand it in again."
        return Problem(shown_path(path), "", "", "is not a workbook that can be read.", remedy)


def changed_cells(returned: Worksheet, made: Worksheet) -> list[str]:
    """Cells outside those to fill in that no longer hold what the form was made with.

    Cells with formulas are passed over: spreadsheet programs rewrite them, and nothing is read from them.
    """
    rows = range(1, max(made.max_row, min(returned.max_row, made.max_row + BEYOND)) + 1)
    columns = range(1, max(made.max_column, min(returned.max_column, made.max_column + BEYOND // 10)) + 1)
    pairs = ((made.cell(row, column), returned.cell(row, column)) for row in rows for column in columns)
    return [
        found.coordinate
        for wanted, found in pairs
        if wanted.protection.locked and wanted.data_type != "f" and plain(wanted) != plain(found)
    ]


def plain(cell: Cell) -> str:
    """What a cell shows, as text without outer spaces."""
    value: Any = cell.value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).replace("\r\n", "\n").strip()


def is_formula(cell: Cell) -> bool:
    """Whether a cell holds a formula or the error of one, not something a person wrote."""
    return cell.data_type in ("f", "e")


def entry_numbers(cell: Cell) -> tuple[int, ...] | None:
    """Numbers of log entries in a cell, in order and each once; None where it holds anything else."""
    parts = [part for part in re.split(r"[\s,;&]+", plain(cell)) if part]
    if is_formula(cell) or any(not re.fullmatch(r"[0-9]{1,9}", part) for part in parts):
        return None
    return tuple(sorted({int(part) for part in parts}))


def cell_list(cells: Iterable[str]) -> str:
    """``C7, C9 and C12``; a long list is cut."""
    names = list(cells)
    if len(names) > MOST_CELLS_NAMED:
        names = [*names[:MOST_CELLS_NAMED], f"{len(names) - MOST_CELLS_NAMED} more"]
    return listed(names)
