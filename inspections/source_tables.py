"""Open a force's extract as a table of texts, or say exactly why it cannot be opened.

Nothing is interpreted here: every cell stays as written, and every row keeps the number a person sees for it
in a spreadsheet (the header is row 1).
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pandas as pd

from parameters import InspectionError, Problem, shown_path
from parameters.models import Source
from parameters.suggestions import did_you_mean, listed

__all__ = ["SourceTable", "read_source_table", "row_list"]

ROWS_SHOWN = 5
ENCODINGS_SEEN = ("utf-8", "cp1252", "utf-16", "utf-16-le")
DELIMITERS_SEEN = {",": ",", ";": ";", "\t": "\\t", "|": "|"}


@dataclass(frozen=True)
class SourceTable:
    """A force's extract as written.

    Attributes
    ----------
    rows : DataFrame
        Texts, "" where empty; the index is the row number in the file.
    file : str
        The file, as named to a reader.
    """

    rows: pd.DataFrame = field(repr=False)
    file: str


def read_source_table(source: Source, *, parameter_file: str) -> SourceTable:
    """Read one extract, cell by cell as text.

    Parameters
    ----------
    source : Source
        Path, format, encoding, delimiter and sheet.
    parameter_file : str
        Parameter file to name where a setting there is wrong.

    Raises
    ------
    InspectionError
        Missing file, wrong encoding or delimiter, damaged rows, no rows.
    """
    path, shown = source.file, shown_path(source.file)
    if not path.is_file():
        raise InspectionError([_missing_file(source, path, parameter_file)])
    match source.read_as:
        case "csv":
            rows = _read_csv(source, path, parameter_file)
        case "excel":
            rows = _read_excel(source, path, parameter_file)
        case "parquet":
            rows = _read_parquet(path)
    if rows.empty:
        message, remedy = "has a header but no rows.", "Ask the force to send the extract again."
        raise InspectionError([Problem(shown, "", "", message, remedy)])
    return SourceTable(rows, shown)


def row_list(labels: Sequence[str]) -> str:
    """Name up to five rows, and how many more there are."""
    shown = labels[:ROWS_SHOWN]
    return (
        ", ".join(shown) + f" and {len(labels) - ROWS_SHOWN} more"
        if len(labels) > ROWS_SHOWN
        else listed(shown)
    )


def _missing_file(source: Source, path: Path, parameter_file: str) -> Problem:
    field = f"sources.{source.table}.path"
    if path.is_dir():
        message = f"names {shown_path(path)}, which is a folder."
        return Problem(parameter_file, field, source.path, message, "Name a file in it.")
    message = f"names {shown_path(path)}, which does not exist."
    remedy = f"There is no folder {shown_path(path.parent)}."
    if path.parent.is_dir():
        beside = [file.name for file in path.parent.iterdir() if file.is_file() and file.name[0] != "."]
        remedy = did_you_mean(path.name, sorted(beside))
    return Problem(parameter_file, field, source.path, message, remedy)


def _read_csv(source: Source, path: Path, parameter_file: str) -> pd.DataFrame:
    text = _decode(path.read_bytes(), source, shown_path(path), parameter_file)
    lines = _csv_rows(text, source.delimiter, shown_path(path))
    header = lines[0][1] if lines else []
    _check_delimiter(header, source, parameter_file)
    _check_lengths(lines, shown_path(path))
    return _as_table(
        header, [cells for _, cells in lines[1:]], [number for number, _ in lines[1:]], shown_path(path)
    )


def _decode(data: bytes, source: Source, shown: str, parameter_file: str) -> str:
    """Text of a file; a byte order mark is dropped."""
    wide = source.encoding.startswith(("utf-16", "utf-32"))
    looks_wide = _has_wide_mark(data) or _looks_wide(data)
    try:
        if looks_wide and not wide:
            raise UnicodeDecodeError(source.encoding, data, 0, 1, "two bytes a character")
        text = data.decode("utf-8-sig" if source.encoding == "utf-8" else source.encoding)
    except UnicodeError as error:
        raise InspectionError([_wrong_encoding(error, data, source, shown, parameter_file)]) from None
    if (
        not wide
        and not source.encoding.startswith("utf-8")
        and not data.isascii()
        and _decodes(data, "utf-8")
    ):
        raise InspectionError([_utf8_after_all(source, shown, parameter_file)])
    return text


def _wrong_encoding(
    error: UnicodeError, data: bytes, source: Source, shown: str, parameter_file: str
) -> Problem:
    start = error.start if isinstance(error, UnicodeDecodeError) else 0
    line = data[:start].count(b"\n") + 1
    readable = [name for name in ENCODINGS_SEEN if name != source.encoding and _decodes(data, name)]
    remedy = "Ask the force to save it again as CSV UTF-8."
    if readable:
        choices = listed(readable, last="or")
        remedy = f"It can be read as {choices}: write encoding: {readable[0]}, then look at accents."
    message = f"is {source.encoding}, but line {line} of {shown} is not."
    return Problem(parameter_file, f"sources.{source.table}.encoding", source.encoding, message, remedy)


def _utf8_after_all(source: Source, shown: str, parameter_file: str) -> Problem:
    message = f"is {source.encoding}, but {shown} is UTF-8: accents and quotation marks would come out wrong."
    field = f"sources.{source.table}.encoding"
    return Problem(parameter_file, field, source.encoding, message, "Write encoding: utf-8.")


def _has_wide_mark(data: bytes) -> bool:
    return data[:2] in (b"\xff\xfe", b"\xfe\xff")


def _looks_wide(data: bytes) -> bool:
    """English text at two bytes a character: every other byte is zero."""
    return data.count(b"\0") > len(data) // 4


def _decodes(data: bytes, encoding: str) -> bool:
    fits = {"utf-16": _has_wide_mark(data), "utf-16-le": _looks_wide(data) and not _has_wide_mark(data)}
    if not fits.get(encoding, b"\0" not in data):
        return False
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True


def _csv_rows(text: str, delimiter: str, shown: str) -> list[tuple[int, list[str]]]:
    """Row number and cells of every row that is not blank."""
    with _long_cells_allowed():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            return [(number, cells) for number, cells in enumerate(reader, start=1) if any(cells)]
        except csv.Error as error:
            ended = "unexpected end" in str(error)
            where = "the end of the file" if ended else f"line {reader.line_num}"
            message = f"breaks off at {where}: a quotation mark is not closed, or not doubled."
            remedy = "Ask the force to export it again with every cell in quotes and quotes inside doubled."
            raise InspectionError([Problem(shown, "", "", message, remedy)]) from None


@contextmanager
def _long_cells_allowed() -> Iterator[None]:
    """The csv module refuses cells over 128 kB; an over-long note is to be refused by its row instead."""
    usual = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        yield
    finally:
        csv.field_size_limit(usual)


def _check_delimiter(header: list[str], source: Source, parameter_file: str) -> None:
    others = [
        mark for mark in DELIMITERS_SEEN if mark != source.delimiter and any(mark in cell for cell in header)
    ]
    if len(header) == 1 and others:
        shown, found = DELIMITERS_SEEN.get(source.delimiter, source.delimiter), DELIMITERS_SEEN[others[0]]
        message = f'is "{shown}", but the header of {shown_path(source.file)} is separated by "{found}".'
        field = f"sources.{source.table}.delimiter"
        raise InspectionError(
            [Problem(parameter_file, field, shown, message, f'Write delimiter: "{found}".')]
        )


def _check_lengths(lines: list[tuple[int, list[str]]], shown: str) -> None:
    wanted = len(lines[0][1]) if lines else 0
    uneven = [f"row {number} ({len(cells)})" for number, cells in lines if len(cells) != wanted]
    if uneven:
        message = f"has rows with more or fewer cells than the {wanted} of its header: {row_list(uneven)}."
        remedy = "Ask the force to export it again with every cell in quotes."
        raise InspectionError([Problem(shown, "", "", message, remedy)])


def _as_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int], shown: str
) -> pd.DataFrame:
    if not header:
        raise InspectionError(
            [Problem(shown, "", "", "is empty.", "Ask the force to send the extract again.")]
        )
    names = [name.strip() for name in header]
    index = pd.Index(list(numbers), name="row", dtype="int64")
    return pd.DataFrame(list(rows), columns=pd.Index(names, dtype="str"), index=index, dtype="str")


def _read_excel(source: Source, path: Path, parameter_file: str) -> pd.DataFrame:
    shown = shown_path(path)
    try:
        with pd.ExcelFile(path, engine="openpyxl") as book:
            sheets = [str(name) for name in book.sheet_names]
            sheet = source.sheet or sheets[0]
            if sheet not in sheets:
                raise InspectionError([_missing_sheet(source, sheets, parameter_file)])
            cells = pd.read_excel(book, sheet_name=sheet, header=None, dtype=object, keep_default_na=False)
    except (BadZipFile, ValueError, KeyError, OSError):
        message, remedy = (
            "cannot be opened as an Excel workbook.",
            "Open it in Excel and save it as .xlsx, without a password.",
        )
        raise InspectionError([Problem(shown, "", "", message, remedy)]) from None
    texts = cells.map(_as_text)
    texts = texts[(texts != "").any(axis=1)]
    numbers = [int(number) + 1 for number in texts.index]
    rows = texts.to_numpy().tolist()
    return _as_table(rows[0] if rows else [], rows[1:], numbers[1:], shown)


def _missing_sheet(source: Source, sheets: list[str], parameter_file: str) -> Problem:
    message = f'is "{source.sheet}", but {shown_path(source.file)} has no such sheet.'
    field = f"sources.{source.table}.sheet"
    return Problem(parameter_file, field, str(source.sheet), message, did_you_mean(str(source.sheet), sheets))


def _read_parquet(path: Path) -> pd.DataFrame:
    shown = shown_path(path)
    try:
        cells = pd.read_parquet(path)
    except (ValueError, OSError):
        message, remedy = "cannot be opened as a Parquet file.", "Ask the force to send the extract again."
        raise InspectionError([Problem(shown, "", "", message, remedy)]) from None
    texts = cells.astype(object).map(_as_text)
    numbers = range(2, len(texts) + 2)
    return _as_table([str(name) for name in texts.columns], texts.to_numpy().tolist(), list(numbers), shown)


def _as_text(value: Any) -> str:
    """Text of a typed cell: dates as ISO, whole numbers without a decimal point."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
