"""Open a force's extract as a table of texts, or say exactly why it cannot be opened.

Nothing is interpreted here: every cell stays as written, and every row keeps the number a person sees for it
in a spreadsheet (the first row is 1). Rows come in blocks, so that an extract of any size passes through
little memory; the same path reads thirty rows and ten million.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parameters import InspectionError, Problem, shown_path
from parameters.long_cells import long_cells_allowed
from parameters.models import Source
from parameters.suggestions import did_you_mean, listed

__all__ = ["RowNames", "SourceTable", "open_source_table", "other_columns", "row_list"]

BLOCK_ROWS = 50_000
ROWS_SHOWN = 5
ENCODINGS_SEEN = ("utf-8", "cp1252", "utf-16", "utf-16-le")
DELIMITERS_SEEN = {",": ",", ";": ";", "\t": "\\t", "|": "|"}
PIECE = 1 << 20
MOST_UNPACKED = 8 << 30
"""Bytes that an Excel extract may unpack to; a full sheet of long notes has four thousand million."""
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
WORKED_OUT = re.compile(rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^<>]*/>)\s*<(?:\w+:)?v>[^<]")
WRITTEN_BY_ARROW = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_integer,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_time,
)
MOST_COLUMNS = 16_384
"""As many as a sheet of Excel holds; more are no table."""
LONGEST_NAME = 60
NO_NAME = re.compile(r"[\d\s/:.,+TZ-]*\d[\d\s/:.,+TZ-]*|(?:\S+\s+){4}.*[.!?]\s*", re.DOTALL)
"""A number, a date or a sentence: what stands in a row of values, not in a row of names."""
PART = 1 << 32  # row keys of one part of an extract: part * PART + row number


@dataclass(frozen=True)
class RowNames:
    """How rows are named to a person; `parts` are the files or sheets of the extract, "" for the only one."""

    parts: tuple[str, ...]

    def __call__(self, key: int) -> str:
        """``row 17``, or ``2025-04.csv row 17`` where the extract has several parts."""
        part, row = divmod(int(key), PART)
        return f"{self.parts[part]} row {row}".lstrip()


@dataclass(frozen=True)
class _Part:
    """One file, sheet or result: its column names, and its rows as blocks of texts, to be read once."""

    name: str
    header: tuple[str, ...]
    blocks: Callable[[Sequence[str]], Iterator[pd.DataFrame]] = field(repr=False)


@dataclass(frozen=True)
class SourceTable:
    """A force's extract as written.

    Attributes
    ----------
    name : str
        The file, folder or database table, as named to a reader.
    header : tuple of str
        Names of its columns.
    row_names : RowNames
        Names rows from the index of the blocks.
    """

    name: str
    header: tuple[str, ...]
    row_names: RowNames
    _parts: tuple[_Part, ...] = field(repr=False)

    def blocks(self, columns: Iterable[str]) -> Iterator[pd.DataFrame]:
        """Texts of these columns, "" where empty, some ten thousand rows at a time. To be read once.

        Raises
        ------
        InspectionError
            Damaged rows, no rows at all, a connection that broke off.
        """
        wanted, rows = list(dict.fromkeys(columns)), 0
        for number, part in enumerate(self._parts):
            for block in part.blocks(wanted):
                rows += len(block)
                yield block.set_axis(block.index + number * PART, axis=0)
        if not rows:
            message, remedy = "has a header but no rows.", "Ask the force to send the extract again."
            raise InspectionError([Problem(self.name, "", "", message, remedy)])


@contextmanager
def open_source_table(source: Source, *, parameter_file: str) -> Iterator[SourceTable]:
    """Open one extract, to read it cell by cell as text.

    Parameters
    ----------
    source : Source
        File, folder, pattern or database, and how it is written.
    parameter_file : str
        Parameter file to name where a setting there is wrong.

    Raises
    ------
    InspectionError
        Missing file, wrong encoding or delimiter, files that differ in their columns, a database that cannot
        be reached.
    """
    with ExitStack() as open_things:
        if source.read_as == "database":
            from inspections.databases import open_database

            rows = open_things.enter_context(open_database(source, parameter_file=parameter_file))
            name, parts = rows.name, [_typed_part("", rows.header, rows.read, header_row=0)]
        else:
            name = shown_path(source.files()[0].parent if len(source.files()) > 1 else source.files()[0])
            parts = [
                part
                for path in source.files()
                for part in _open_file(source, path, parameter_file, open_things)
            ]
        if len(parts) > 1:
            _check_same_columns(parts, name)
        names = tuple(part.name for part in parts) if len(parts) > 1 else ("",)
        yield SourceTable(name, parts[0].header, RowNames(names), tuple(parts))


def row_list(labels: Sequence[str], count: int) -> str:
    """Name up to five rows, and how many more there are of `count`."""
    shown = labels[:ROWS_SHOWN]
    return ", ".join(shown) + f" and {count - len(shown)} more" if count > len(shown) else listed(shown)


def _open_file(source: Source, path: Path, parameter_file: str, open_things: ExitStack) -> list[_Part]:
    if not path.is_file():
        raise InspectionError([_missing_file(source, path, parameter_file)])
    match source.read_as:
        case "excel":
            return _open_excel(source, path, parameter_file, open_things)
        case "parquet":
            return [_open_parquet(path, open_things)]
        case _:
            return [_open_csv(source, path, parameter_file)]


def _missing_file(source: Source, path: Path, parameter_file: str) -> Problem:
    field = f"sources.{source.holds}.path"
    if path.is_dir():
        message = f"names the folder {shown_path(path)}, which holds no {source.read_as} file."
        return Problem(
            parameter_file, field, str(source.path), message, "Put the extract there, or correct format."
        )
    if "*" in path.name:
        message = f"is {shown_path(path)}, which fits no file."
        found = _beside(path.parent)
        remedy = f"The folder holds {row_list(found, len(found))}." if found else "The folder is empty."
        return Problem(parameter_file, field, str(source.path), message, remedy)
    message = f"names {shown_path(path)}, which does not exist."
    remedy = f"There is no folder {shown_path(path.parent)}."
    if path.parent.is_dir():
        remedy = did_you_mean(path.name, _beside(path.parent))
    return Problem(parameter_file, field, str(source.path), message, remedy)


def _beside(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(file.name for file in folder.iterdir() if file.is_file() and file.name[0] != ".")


def _check_same_columns(parts: Sequence[_Part], name: str) -> None:
    """Files or sheets of one extract that have other columns than the first of them."""
    first, problems = parts[0], []
    for part in parts[1:]:
        lacking = [column for column in first.header if column not in part.header]
        added = [column for column in part.header if column not in first.header]
        differences = [f"no {_some(lacking, last='or')}"] if lacking else []
        differences += [f"{_some(added)} besides"] if added else []
        if differences:
            message = f"{part.name} has other columns than {first.name}: {'; '.join(differences)}."
            remedy = "Ask the force for extracts with the same columns, or take the file out."
            problems.append(Problem(name, "", "", message, remedy))
    if problems:
        raise InspectionError(problems)


def _some(names: Sequence[str], *, last: str = "and") -> str:
    """Names of columns; their number alone where they may be words of a note."""
    if len(names) > ROWS_SHOWN or not all(map(_may_name_a_column, names)):
        return f"{len(names)} of its columns"
    return listed(names, last=last)


def other_columns(wanted: str, header: Sequence[str]) -> str:
    """What to do about a column that is not there; no header is shown that may be a row of values."""
    if all(map(_may_name_a_column, header)):
        return did_you_mean(wanted, header)
    return (
        "Its first row seems to hold values, not names of columns: say with header in which row the names "
        "stand, or ask the force for an extract with names."
    )


def _may_name_a_column(cell: str) -> bool:
    return len(cell) <= LONGEST_NAME and not NO_NAME.fullmatch(cell)


def _typed_part(
    name: str,
    header: Sequence[str],
    read: Callable[[Sequence[str]], Iterator[tuple[int, Sequence[Any]]]],
    *,
    header_row: int,
) -> _Part:
    """A part whose `read` gives row numbers and cells of some columns, as a library types them."""

    def blocks(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        rows = ((number, cells) for number, cells in read(columns) if number > header_row)
        while block := list(islice(rows, BLOCK_ROWS)):
            by_column = zip(*(cells for _, cells in block), strict=True)
            yield pd.DataFrame(
                {
                    column: pd.array([_as_text(value) for value in values], dtype="str")
                    for column, values in zip(columns, by_column, strict=True)
                },
                index=pd.Index([number for number, _ in block], dtype="int64"),
            )

    return _Part(name, tuple(header), blocks)


def _as_text(value: Any) -> str:
    """Text of a typed cell: dates as ISO, whole numbers without a decimal point."""
    if isinstance(value, str):
        return value
    if value is None or value is pd.NaT or value != value:
        return ""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float | Decimal) and value == value // 1:
        return str(int(value))
    return str(value)


def _open_csv(source: Source, path: Path, parameter_file: str) -> _Part:
    _check_encoding(source, path, parameter_file)
    rows = list(islice(_csv_rows(source, path), max(source.header_rows) if source.header != 1 else 1))
    if source.header == 1:
        written = [cells for _, cells in rows]
    else:
        written = [cells for number, cells in rows if number in source.header_rows]
    if not written or not any(any(cells) for cells in written):
        raise InspectionError([_no_header(source, shown_path(path))])
    _check_width(len(written[-1]), shown_path(path))
    header = _column_names([_filled_to_the_right(cells) for cells in written[:-1]], written[-1])
    _check_delimiter(header, source, path, parameter_file)
    last = rows[-1][0] if source.header == 1 else max(source.header_rows)

    def blocks(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        places = [header.index(column) for column in columns]
        uneven: list[str] = []
        rows = _even_rows(_csv_rows(source, path), last, len(header), uneven)
        while block := list(islice(rows, BLOCK_ROWS)):
            texts = {
                column: pd.array([cells[place] for _, cells in block], dtype="str")
                for column, place in zip(columns, places, strict=True)
            }
            yield pd.DataFrame(texts, index=pd.Index([number for number, _ in block], dtype="int64"))
        if uneven:
            message = f"has rows with more or fewer cells than the {len(header)} of its header: "
            message += f"{row_list(uneven, len(uneven))}."
            remedy = "Ask the force to export it again with every cell in quotes."
            raise InspectionError([Problem(shown_path(path), "", "", message, remedy)])

    return _Part(path.name, header, blocks)


def _check_width(columns: int, shown: str) -> None:
    if columns > MOST_COLUMNS:
        message = f"has {columns:,} columns; a table has no more than {MOST_COLUMNS:,}."
        raise InspectionError([Problem(shown, "", "", message, "Ask the force to send the extract again.")])


def _even_rows(
    rows: Iterator[tuple[int, list[str]]], header_row: int, width: int, uneven: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """Rows below the header with as many cells as it; the others are noted in `uneven`."""
    for number, cells in rows:
        if number > header_row and len(cells) == width:
            yield number, cells
        elif number > header_row:
            uneven.append(f"row {number} ({len(cells)})")


def _check_encoding(source: Source, path: Path, parameter_file: str) -> None:
    """Stop at a file that is not in the encoding given, or is UTF-8 where an older one was given."""
    shown, field = shown_path(path), f"sources.{source.holds}.encoding"
    with path.open("rb") as file:
        beginning = file.read(PIECE)
    wide = source.encoding.startswith(("utf-16", "utf-32"))
    line = 1 if not wide and _looks_wide(beginning) else _line_not_in(path, source.encoding)
    if line is not None:
        readable = [
            name for name in ENCODINGS_SEEN if name != source.encoding and _fits(path, name, beginning)
        ]
        remedy = "Ask the force to save it again as CSV UTF-8."
        if readable:
            choices = listed(readable, last="or")
            remedy = f"It can be read as {choices}: write encoding: {readable[0]}, then look at accents."
        message = f"is {source.encoding}, but line {line} of {shown} is not."
        raise InspectionError([Problem(parameter_file, field, source.encoding, message, remedy)])
    if wide or source.encoding.startswith("utf-8") or _line_not_in(path, "ascii") is None:
        return
    if _line_not_in(path, "utf-8") is None:
        message = (
            f"is {source.encoding}, but {shown} is UTF-8: accents and quotation marks would come out wrong."
        )
        raise InspectionError(
            [Problem(parameter_file, field, source.encoding, message, "Write encoding: utf-8.")]
        )


def _line_not_in(path: Path, encoding: str) -> int | None:
    """First line that is not text of this encoding; None where all is."""
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with path.open("rb") as file:
        while True:
            piece = file.read(PIECE)
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            except UnicodeError:
                return line
            if not piece:
                return None
            line += piece.count(b"\n")


def _has_wide_mark(data: bytes) -> bool:
    return data[:2] in (b"\xff\xfe", b"\xfe\xff")


def _looks_wide(data: bytes) -> bool:
    """Two bytes a character: marked so, or English text in which every other byte is zero."""
    return _has_wide_mark(data) or data.count(b"\0") > len(data) // 4


def _fits(path: Path, encoding: str, beginning: bytes) -> bool:
    """Whether a file may be in this encoding: it can be read so, and looks like it."""
    match encoding:
        case "utf-16":
            likely = _has_wide_mark(beginning)
        case "utf-16-le":
            likely = _looks_wide(beginning) and not _has_wide_mark(beginning)
        case _:
            likely = b"\0" not in beginning
    return likely and _line_not_in(path, encoding) is None


def _csv_rows(source: Source, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Row number and cells of every row that is not blank."""
    encoding = "utf-8-sig" if source.encoding == "utf-8" else source.encoding
    with path.open(encoding=encoding, newline="") as file, long_cells_allowed():
        reader = csv.reader(file, delimiter=source.delimiter, strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                if any(cells):
                    yield number, cells
        except csv.Error as error:
            ended = "unexpected end" in str(error)
            where = "the end of the file" if ended else f"line {reader.line_num}"
            message = f"breaks off at {where}: a quotation mark is not closed, or not doubled."
            remedy = "Ask the force to export it again with every cell in quotes and quotes inside doubled."
            raise InspectionError([Problem(shown_path(path), "", "", message, remedy)]) from None


def _no_header(source: Source, shown: str) -> Problem:
    if source.header == 1:
        return Problem(shown, "", "", "is empty.", "Ask the force to send the extract again.")
    message = f"has no names of columns in {listed(f'row {row}' for row in source.header_rows)}."
    return Problem(shown, "", "", message, f"Correct sources.{source.holds}.header.")


def _column_names(upper: Sequence[Sequence[str]], lowest: Sequence[str]) -> tuple[str, ...]:
    """Names of columns written over one or more rows: ``upper / lower``, each distinct part once."""
    names = []
    for place, last in enumerate(lowest):
        parts = [row[place].strip() if place < len(row) else "" for row in upper] + [last.strip()]
        names.append(" / ".join(dict.fromkeys(part for part in parts if part)))
    return tuple(names)


def _filled_to_the_right(cells: Sequence[str]) -> list[str]:
    """A heading over several columns stands in the first of them only, once saved as CSV."""
    filled: list[str] = []
    for cell in cells:
        filled.append(cell if cell.strip() or not filled else filled[-1])
    return filled


def _check_delimiter(header: Sequence[str], source: Source, path: Path, parameter_file: str) -> None:
    others = [
        mark for mark in DELIMITERS_SEEN if mark != source.delimiter and any(mark in cell for cell in header)
    ]
    if len(header) == 1 and others:
        shown, found = DELIMITERS_SEEN.get(source.delimiter, source.delimiter), DELIMITERS_SEEN[others[0]]
        message = f'is "{shown}", but the header of {shown_path(path)} is separated by "{found}".'
        field = f"sources.{source.holds}.delimiter"
        raise InspectionError(
            [Problem(parameter_file, field, shown, message, f'Write delimiter: "{found}".')]
        )


def _open_excel(source: Source, path: Path, parameter_file: str, open_things: ExitStack) -> list[_Part]:
    from inspections.workbook_files import WorkbookFaultError, open_workbook

    several = len(source.files()) > 1
    try:
        # Which cells are merged is known only to a workbook that is loaded whole.
        file = open_things.enter_context(path.open("rb"))
        whole = len(source.header_rows) > 1
        book = open_workbook(file, most=MOST_UNPACKED, read_only=not whole, data_only=True)
    except (WorkbookFaultError, OSError) as error:
        message = str(error) if isinstance(error, WorkbookFaultError) else "cannot be opened."
        remedy = "Open it in Excel and save it as .xlsx, without a password."
        raise InspectionError([Problem(shown_path(path), "", "", message, remedy)]) from None
    open_things.callback(book.close)
    if _was_never_worked_out(path):
        message = "holds formulas whose results were never worked out: these cells would be read as empty."
        remedy = "Open it in Excel and save it again, or ask the force for values in place of formulas."
        raise InspectionError([Problem(shown_path(path), "", "", message, remedy)])
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    wanted = source.sheets or tuple(sheets)[:1]
    if missing := [name for name in wanted if name not in sheets]:
        message = f'is "{missing[0]}", but {shown_path(path)} has no such sheet.'
        field = f"sources.{source.holds}.sheet"
        remedy = did_you_mean(missing[0], sheets)
        raise InspectionError([Problem(parameter_file, field, missing[0], message, remedy)])
    names = {name: " ".join(([path.name] if several else []) + [name] * (len(wanted) > 1)) for name in wanted}
    return [_open_sheet(source, sheets[name], names[name] or path.name, shown_path(path)) for name in wanted]


def _was_never_worked_out(path: Path) -> bool:
    """Whether a workbook holds formulas and the result of none: a program wrote it, and nobody opened it."""
    formulas = False
    with ZipFile(path) as parts:
        for name in parts.namelist():
            if not name.startswith("xl/worksheets/") or not name.endswith(".xml"):
                continue
            with parts.open(name) as sheet:
                before = b""  # what may begin in one piece and end in the next
                while piece := sheet.read(PIECE):
                    text = before + piece
                    if WORKED_OUT.search(text):
                        return False
                    formulas = formulas or FORMULA.search(text) is not None
                    before = text[-1000:]
    return formulas


def _open_sheet(source: Source, sheet: Any, name: str, shown: str) -> _Part:
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # exporters often write a wrong size
    rows = _sheet_rows(sheet, shown)
    if source.header == 1:
        written = list(islice(rows, 1))
    else:
        written = [row for row in islice(rows, max(source.header_rows)) if row[0] in source.header_rows]
    if not written:
        raise InspectionError([_no_header(source, shown)])
    headings = [[_as_text(cell) for cell in _with_merged(sheet, number, cells)] for number, cells in written]
    header = _column_names(headings[:-1], headings[-1])
    last = written[-1][0]

    def read(columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        places = [header.index(column) for column in columns]
        for number, cells in _sheet_rows(sheet, shown):
            yield number, [cells[place] if place < len(cells) else None for place in places]

    return _typed_part(name, header, read, header_row=last)


def _sheet_rows(sheet: Any, shown: str) -> Iterator[tuple[int, Sequence[Any]]]:
    """Row number and cells of every row of a sheet that is not blank."""
    rows, number = sheet.iter_rows(values_only=True), 0
    while True:
        try:
            cells = next(rows, None)
        except Exception:  # openpyxl raises whatever the archive, the XML or a cell happens to break
            message, remedy = f"is damaged after row {number}.", "Ask the force to send the extract again."
            raise InspectionError([Problem(shown, "", "", message, remedy)]) from None
        if cells is None:
            return
        number += 1
        if any(cell is not None and cell != "" for cell in cells):
            yield number, cells


def _with_merged(sheet: Any, row: int, cells: Sequence[Any]) -> list[Any]:
    """Cells of one row, each merged cell with the value that is shown over it."""
    filled = list(cells)
    ranges = sheet.merged_cells.ranges if hasattr(sheet, "merged_cells") else ()
    for merged in ranges:
        if merged.min_row <= row <= merged.max_row:
            value = sheet.cell(merged.min_row, merged.min_col).value
            for column in range(merged.min_col, min(merged.max_col, len(filled)) + 1):
                filled[column - 1] = value
    return filled


def _open_parquet(path: Path, open_things: ExitStack) -> _Part:
    try:
        file = pq.ParquetFile(path, pre_buffer=False, buffer_size=PIECE)
    except (pa.ArrowException, OSError):
        message, remedy = "cannot be opened as a Parquet file.", "Ask the force to send the extract again."
        raise InspectionError([Problem(shown_path(path), "", "", message, remedy)]) from None
    open_things.callback(file.close)

    def blocks(columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        first = 2  # as a spreadsheet would show it under a header
        try:
            for batch in file.iter_batches(BLOCK_ROWS, columns=list(columns)):
                texts = {name: _texts(batch.column(name)) for name in columns}
                index = pd.RangeIndex(first, first + len(batch))
                first += len(batch)
                yield pa.table(texts).to_pandas().set_axis(index, axis=0)
        except (pa.ArrowException, OSError):
            message = f"is damaged after row {first - 1}."
            remedy = "Ask the force to send the extract again."
            raise InspectionError([Problem(shown_path(path), "", "", message, remedy)]) from None

    return _Part(path.name, tuple(file.schema_arrow.names), blocks)


def _texts(cells: pa.Array) -> pa.Array:
    """Typed cells as `_as_text` would write them; the usual types a column at a time."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        return _texts(cells.cast(kind.value_type))
    if not any(is_kind(kind) for is_kind in WRITTEN_BY_ARROW):
        return pa.array([_as_text(value) for value in cells.to_pylist()], pa.large_string())
    return pc.fill_null(cells.cast(pa.large_string()), "")
