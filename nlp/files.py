"""Coding a file of notes straight to a file of codings, a lot at a time, however large it is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.coder import CodedUnit, EntryCount
from nlp.lots import DoubleCoder, Encode, code_lots
from nlp.processes import WorkerFailedError, WorkerLostError
from parameters.disk import whole_file
from parameters.long_cells import long_cells_allowed

__all__ = [
    "COLUMNS",
    "NotesFileError",
    "Numbering",
    "as_table",
    "check_columns",
    "code_file",
    "numbered",
    "open_parquet",
]

COLUMNS = ("case_id", "entry_no", "author_role", "entry_type", "text")
"""Those that are read of a file of notes; it may have others."""
_NEEDED = ("case_id", "text")
_ROWS_READ = 1_000
_LONGEST_NUMBER = 18
_MOST_COLUMNS, _LONGEST_HEADING = 16_384, 1 << 20
_ROWS_WRITTEN = 50_000
"""Rows of a Parquet row group: fewer make a file slow to read."""


class NotesFileError(ValueError):
    """A notes file that cannot be coded; the message says why and what to do, and quotes no note."""


def code_file(coder: DoubleCoder, source: Path, target: Path, *, jobs: int = 1) -> EntryCount:
    """Code every note of a file; nothing stands under the target's name until all of it is written.

    Parameters
    ----------
    coder : DoubleCoder
        The rules, and how the trained reader's codings are joined to theirs.
    source : Path
        Notes as ``.csv`` (UTF-8) or ``.parquet`` with columns ``case_id, text`` and, where there are any,
        ``entry_no, author_role, entry_type``. The notes of a case stand together, in the order written.
        Without ``entry_no``, entries are numbered within their case.
    target : Path
        Coding table as ``.parquet``, ``.csv`` or ``.jsonl``.
    jobs : int
        Processes that code side by side. The coding table is the same to the byte, whatever the number.

    Returns
    -------
    EntryCount
        Totals: notes read as ``entry_no``, units, units dropped, words.

    Raises
    ------
    NotesFileError
        When the file is missing, of another kind, not UTF-8, lacks a column, or is the target itself.
    """
    if target.suffix not in _FORMATS:
        kinds = ", ".join(_FORMATS)
        raise NotesFileError(
            f"{target.name}: a coding table is written as one of {kinds}. Change the ending."
        )
    if not target.parent.is_dir():
        raise NotesFileError(f"{target.parent}: there is no such folder. Make it first.")
    if target.resolve() == source.resolve():
        raise NotesFileError(
            f"{target.name}: holds the notes, and would be lost. Give the codings another name."
        )
    notes = units = dropped = words = 0
    encode, open_file = _FORMATS[target.suffix]
    try:
        with whole_file(target) as beside, open_file(beside) as write:
            read = numbered(_read(source), file=source.name)
            for lot in code_lots(read, coder, encode, jobs=jobs):
                write(lot.rows)
                notes += lot.total.entry_no
                units += lot.total.units
                dropped += lot.total.dropped
                words += lot.total.words
    except WorkerLostError:
        raise NotesFileError(
            f"{source.name}: a process that coded its notes was ended from outside. Try with fewer jobs."
        ) from None
    except WorkerFailedError as error:
        raise NotesFileError(
            f"{source.name}: cannot be coded: {error}. Report it, without the notes."
        ) from None
    return EntryCount("", notes, units, dropped, words)


def _read(source: Path) -> Iterator[dict[str, Any]]:
    if not source.is_file():
        raise NotesFileError(f"{source}: there is no such file. Check the path.")
    if source.suffix == ".parquet":
        yield from _read_parquet(source)
    elif source.suffix == ".csv":
        yield from _read_csv(source)
    else:
        raise NotesFileError(
            f"{source.name}: notes are read from .csv or .parquet. Save them as one of these."
        )


def _read_parquet(source: Path) -> Iterator[dict[str, Any]]:
    try:
        with pq.ParquetFile(source, pre_buffer=False) as file:
            check_columns(source, file.schema_arrow.names)
            columns = [name for name in COLUMNS if name in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=_ROWS_READ, columns=columns):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError):
        raise NotesFileError(f"{source.name}: is not a whole Parquet file. Write it again.") from None


def _read_csv(source: Path) -> Iterator[dict[str, Any]]:
    """The rows below the heading, none of them shorter or longer than it.

    pandas is not asked: where the first row has a cell too many, as an unquoted comma makes one, it takes the
    first column for an index, and every note would be read as the reference of its case.
    """
    with source.open("rb") as file:
        if file.readline(_LONGEST_HEADING).count(b",") >= _MOST_COLUMNS:
            raise NotesFileError(f"{source.name}: has more columns than a table has. Check what it is.")
    try:
        with source.open(encoding="utf-8-sig", newline="") as text, long_cells_allowed():
            rows = (cells for cells in csv.reader(text, strict=True) if any(cells))
            heading = next(rows, [])
            if not heading:
                raise NotesFileError(f"{source.name}: is empty. It needs the columns {', '.join(_NEEDED)}.")
            check_columns(source, heading)
            for number, cells in enumerate(rows, start=1):
                if len(cells) != len(heading):
                    raise NotesFileError(
                        f"{source.name}: note {number} has {len(cells)} instead of {len(heading)} cells. "
                        "Put every text in quotation marks, and double those inside it."
                    )
                yield dict(zip(heading, cells, strict=True))
    except UnicodeDecodeError:
        raise NotesFileError(f"{source.name}: is not UTF-8 text. Save it as CSV UTF-8.") from None
    except csv.Error:
        raise NotesFileError(
            f"{source.name}: a quotation mark is not closed, or not doubled within a text. Save it again."
        ) from None


def check_columns(source: Path, columns: Sequence[str]) -> None:
    """Refuse a table of notes that lacks a column, or has one that is read twice.

    Raises
    ------
    NotesFileError
        With the columns' names.
    """
    missing = [name for name in _NEEDED if name not in columns]
    if missing:
        raise NotesFileError(
            f"{source.name}: has no column {' and no column '.join(missing)}. Rename what holds them."
        )
    if twice := [name for name in COLUMNS if columns.count(name) > 1]:
        raise NotesFileError(
            f"{source.name}: has more than one column {twice[0]}. Rename all but the one that is meant."
        )


class Numbering:
    """Entry numbers of notes as they come: the file's own, or counted within each case.

    Attributes
    ----------
    case_id
        Of the last note.
    returns
        Cases begun again after another one, with entry numbers of the file's own.
    """

    def __init__(self) -> None:
        self.case_id = ""
        self.returns = 0
        self._number = 0
        self._finished: set[str] = set()

    def number(self, note: Mapping[str, Any], *, file: str, row: int) -> int:
        """The entry number of the next note, which stands in this row of this file."""
        if note["case_id"] in (None, ""):
            raise NotesFileError(f"{file}: note {row} has no case_id. Say which case it belongs to.")
        case_id = str(note["case_id"])
        if case_id != self.case_id:
            self._finished.add(self.case_id)
            self.returns += case_id in self._finished
            self.case_id, self._number = case_id, 0
        self._number += 1
        given = note.get("entry_no")
        if given in (None, ""):
            if case_id in self._finished:
                raise NotesFileError(
                    f"{file}: note {row} goes back to an earlier case. Sort notes by case, or number them."
                )
            return self._number
        if str(given).strip().isdecimal() and len(str(given)) <= _LONGEST_NUMBER:
            return int(given)
        raise NotesFileError(
            f"{file}: the entry_no of note {row} is not a whole number. Check that no column has shifted."
        )


def numbered(notes: Iterable[dict[str, Any]], *, file: str, first: int = 1) -> Iterator[dict[str, Any]]:
    """Notes with their case references as text and their entry numbers; the first stands in row `first`."""
    numbering = Numbering()
    for row, note in enumerate(notes, start=first):
        entry_no = numbering.number(note, file=file, row=row)
        yield {**note, "case_id": numbering.case_id, "entry_no": entry_no}


class _Format(NamedTuple):
    """A kind of file: what is made of a lot of rows, and how a file of such lots is written."""

    encode: Encode
    open: Callable[[Path], AbstractContextManager[Callable[[Any], object]]]


_NUMBERS = ("entry_no", "unit_no", "start", "end")
_SCHEMA = pa.schema(
    [
        (name, pa.bool_() if name == "counts" else pa.int64() if name in _NUMBERS else pa.string())
        for name in CodedUnit._fields
    ]
)


def as_table(rows: list[CodedUnit]) -> pa.Table:
    """Rows of a coding table as Arrow keeps them."""
    columns = zip(*rows, strict=True) if rows else [()] * len(_SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_SCHEMA)


@contextmanager
def open_parquet(path: Path, told: Mapping[str, str] | None = None) -> Iterator[Callable[[pa.Table], object]]:
    """Write a coding table lot by lot; what is `told` at the end goes into the file's own metadata."""
    waiting: list[pa.Table] = []

    def write(table: pa.Table) -> None:
        waiting.append(table)
        if sum(map(len, waiting)) >= _ROWS_WRITTEN:
            write_out()

    def write_out() -> None:
        file.write_table(pa.concat_tables(waiting).combine_chunks())
        waiting.clear()

    with pq.ParquetWriter(path, _SCHEMA) as file:
        yield write
        if waiting:
            write_out()
        if told:
            file.add_key_value_metadata(dict(told))


def _as_csv(rows: list[CodedUnit]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue()


@contextmanager
def _csv(path: Path) -> Iterator[Callable[[str], object]]:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(CodedUnit._fields)
        yield file.write


def _as_jsonl(rows: list[CodedUnit]) -> str:
    return "".join(json.dumps(row._asdict(), ensure_ascii=False) + "\n" for row in rows)


@contextmanager
def _jsonl(path: Path) -> Iterator[Callable[[str], object]]:
    with path.open("w", encoding="utf-8") as file:
        yield file.write


_FORMATS = {
    ".parquet": _Format(as_table, open_parquet),
    ".csv": _Format(_as_csv, _csv),
    ".jsonl": _Format(_as_jsonl, _jsonl),
}
