"""Coding a file of notes straight to a file of codings, a batch at a time, however large it is."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from nlp.coder import CodedUnit, Coder, EntryCount

__all__ = ["NotesFileError", "code_file"]

_NEEDED = ("case_id", "text")
_BATCH = 5_000


class NotesFileError(ValueError):
    """A notes file that cannot be coded; the message says why and what to do, and quotes no note."""


class _Writer(Protocol):
    def __call__(self, rows: list[CodedUnit]) -> None: ...


def code_file(coder: Coder, source: Path, target: Path) -> EntryCount:
    """Code every note of a file; nothing stands under the target's name until all of it is written.

    Parameters
    ----------
    coder : Coder
        The coder, with its codebook.
    source : Path
        Notes as ``.csv`` (UTF-8) or ``.parquet`` with columns ``case_id, text`` and, where there are any,
        ``entry_no, author_role, entry_type``. The notes of a case stand together, in the order written.
        Without ``entry_no``, entries are numbered within their case.
    target : Path
        Coding table as ``.parquet``, ``.csv`` or ``.jsonl``.

    Returns
    -------
    EntryCount
        Totals: notes read as ``entry_no``, units, units dropped, words.

    Raises
    ------
    NotesFileError
        When the file is missing, of another kind, not UTF-8, lacks a column, or is the target itself.
    """
    if target.suffix not in _WRITERS:
        kinds = ", ".join(_WRITERS)
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
    temporary = target.with_name(f"{target.name}.unfinished")
    try:
        with _WRITERS[target.suffix](temporary) as write:
            coded = coder.code_stream(_numbered(_read(source), file=source.name))
            while batch := list(islice(coded, _BATCH)):
                write([row for note in batch for row in note.rows])
                notes += len(batch)
                units += sum(note.entry.units for note in batch)
                dropped += sum(note.entry.dropped for note in batch)
                words += sum(note.entry.words for note in batch)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
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
        with pq.ParquetFile(source) as file:
            _check_columns(source, file.schema_arrow.names)
            for batch in file.iter_batches(batch_size=_BATCH):
                yield from batch.to_pylist()
    except pa.ArrowInvalid:
        raise NotesFileError(f"{source.name}: is not a whole Parquet file. Write it again.") from None


def _read_csv(source: Path) -> Iterator[dict[str, Any]]:
    try:
        with pd.read_csv(
            source, dtype=str, keep_default_na=False, chunksize=_BATCH, encoding="utf-8-sig"
        ) as chunks:
            for chunk in chunks:
                _check_columns(source, chunk.columns)
                for row in chunk.to_dict("records"):
                    yield {str(name): value for name, value in row.items()}
    except UnicodeDecodeError:
        raise NotesFileError(f"{source.name}: is not UTF-8 text. Save it as CSV UTF-8.") from None
    except pd.errors.EmptyDataError:
        raise NotesFileError(f"{source.name}: is empty. It needs the columns {', '.join(_NEEDED)}.") from None
    except pd.errors.ParserError:
        message = f"{source.name}: some rows have more cells than the heading. Check quotes and delimiters."
        raise NotesFileError(message) from None


def _check_columns(source: Path, columns: Iterable[str]) -> None:
    missing = [name for name in _NEEDED if name not in set(columns)]
    if missing:
        raise NotesFileError(
            f"{source.name}: has no column {' and no column '.join(missing)}. Rename what holds them."
        )


def _numbered(notes: Iterable[dict[str, Any]], *, file: str) -> Iterator[dict[str, Any]]:
    """Notes with entry numbers: the file's own, or counted within each case."""
    case_id, number = None, 0
    finished: set[Any] = set()
    for row, note in enumerate(notes, start=1):
        if note["case_id"] != case_id:
            finished.add(case_id)
            case_id, number = note["case_id"], 0
        number += 1
        given = note.get("entry_no")
        if given in (None, ""):
            if case_id in finished:
                raise NotesFileError(
                    f"{file}: note {row} goes back to an earlier case. Sort notes by case, or number them."
                )
            yield {**note, "entry_no": number}
        elif str(given).strip().isdecimal():
            yield {**note, "entry_no": int(given)}
        else:
            raise NotesFileError(
                f"{file}: the entry_no of note {row} is not a whole number. Check that no column has shifted."
            )


@contextmanager
def _to_parquet(path: Path) -> Iterator[_Writer]:
    kinds = {"entry_no": pa.int64(), "unit_no": pa.int64(), "start": pa.int64(), "end": pa.int64()}
    schema = pa.schema(
        [
            (name, pa.bool_() if name == "counts" else kinds.get(name, pa.string()))
            for name in CodedUnit._fields
        ]
    )
    with pq.ParquetWriter(path, schema) as parquet:
        yield lambda rows: parquet.write_table(
            pa.Table.from_pylist([row._asdict() for row in rows], schema=schema)
        )


@contextmanager
def _to_csv(path: Path) -> Iterator[_Writer]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(CodedUnit._fields)
        yield writer.writerows


@contextmanager
def _to_jsonl(path: Path) -> Iterator[_Writer]:
    with path.open("w", encoding="utf-8") as file:
        yield lambda rows: file.writelines(
            json.dumps(row._asdict(), ensure_ascii=False) + "\n" for row in rows
        )


_WRITERS: dict[str, Any] = {".parquet": _to_parquet, ".csv": _to_csv, ".jsonl": _to_jsonl}
