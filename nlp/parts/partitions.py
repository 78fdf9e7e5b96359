"""Notes in Parquet files cut into partitions of whole cases, each known by the hash of its notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.files import COLUMNS, NotesFileError, Numbering, check_columns, numbered
from nlp.parts.table_hash import TableHash

__all__ = ["Partition", "Plan", "Slice", "find_sources", "notes_hash", "notes_of", "plan"]

_ROWS = 1_000
_BUFFER = 1 << 20
"""Bytes read at a time of each column, so that a row group of any size takes little memory."""


class Slice(NamedTuple):
    """Rows of a file that stand together; the first row is 0."""

    file: str
    first: int
    rows: int


class Partition(NamedTuple):
    """Whole cases: rows of one file, or of several where a case goes on in the next one."""

    number: int
    slices: tuple[Slice, ...]
    notes: int
    hash: str

    @property
    def place(self) -> str:
        """Where its notes are, for people: "north.parquet, from note 1 on"."""
        first = self.slices[0]
        return f"{Path(first.file).name}, from note {first.first + 1} on"


class Plan(NamedTuple):
    """The partitions of all notes, in order, and how many cases begin again after another one."""

    partitions: list[Partition]
    returns: int


def find_sources(notes: Path) -> list[Path]:
    """The Parquet files of a dataset in the order of their names, or the one file.

    Raises
    ------
    NotesFileError
        When there is none.
    """
    if notes.is_file():
        if notes.suffix == ".parquet":
            return [notes]
        raise NotesFileError(
            f"{notes.name}: only Parquet is coded in parts. Save the notes as .parquet, or name one file for "
            "the coding: .parquet, .csv or .jsonl."
        )
    found = [
        path
        for path in sorted(notes.rglob("*.parquet"), key=lambda path: path.relative_to(notes).parts)
        if not any(part.startswith((".", "_")) for part in path.relative_to(notes).parts)
    ]
    if not found:
        raise NotesFileError(
            f"{notes}: holds no Parquet files. In parts only Parquet is coded: save the notes as .parquet."
        )
    return found


def plan(sources: Iterable[Path], size: int) -> Plan:
    """Cut notes into partitions: each file by itself, at the first new case from `size` notes on.

    Every note is read once and checked. A case that goes on in the next file stays in one partition, and one
    of more notes than `size` too, since names learnt in a case serve its later notes.

    Raises
    ------
    NotesFileError
        When a file is not whole, lacks a column or holds a note that cannot be placed.
    """
    made: list[Partition] = []
    numbering = Numbering()
    slices: list[Slice] = []
    hashed = notes_hash()

    def close() -> None:
        nonlocal slices, hashed
        made.append(Partition(len(made), tuple(slices), hashed.rows, hashed.hexdigest()))
        slices, hashed = [], notes_hash()

    for source in sources:
        whole = Slice(str(source), 0, -1)
        at = 0
        for batch in batches(whole):
            cuts: list[int] = []
            count = hashed.rows
            for row, begins in enumerate(_case_starts(batch, numbering, file=source.name, first=at + 1)):
                if begins and count and (at + row == 0 or count >= size):
                    cuts.append(row)
                    count = 0
                count += 1
            for begin, end in pairwise((0, *cuts, batch.num_rows)):
                if rows := end - begin:
                    _hash(hashed, batch.slice(begin, rows), file=source.name)
                    goes_on = bool(slices) and slices[-1].file == whole.file
                    before = slices.pop() if goes_on else Slice(whole.file, at + begin, 0)
                    slices.append(before._replace(rows=before.rows + rows))
                if end in cuts:
                    close()
            at += batch.num_rows
    if not slices and not made:
        slices.append(Slice(whole.file, 0, 0))  # a coding of no notes is a table without rows
    if slices:
        close()
    return Plan(made, numbering.returns)


def _case_starts(batch: pa.RecordBatch, numbering: Numbering, *, file: str, first: int) -> Iterator[bool]:
    needed = [name for name in ("case_id", "entry_no") if name in batch.schema.names]
    for row, note in enumerate(batch.select(needed).to_pylist(), start=first):
        before = numbering.case_id
        numbering.number(note, file=file, row=row)
        yield numbering.case_id != before


def _hash(hashed: TableHash, rows: pa.RecordBatch, *, file: str) -> None:
    try:
        hashed.update(rows)
    except pa.ArrowException:
        raise NotesFileError(
            f"{file}: a column cannot be read as text. Write {', '.join(COLUMNS)} as text or numbers."
        ) from None


def batches(part: Slice) -> Iterator[pa.RecordBatch]:
    """The rows of a slice, some at a time, of the columns that are read; all rows where `rows` is -1."""
    source = Path(part.file)
    if not source.is_file():
        raise NotesFileError(f"{source}: there is no such file. Check the path.")
    try:
        with pq.ParquetFile(source, pre_buffer=False, buffer_size=_BUFFER) as file:
            check_columns(source, file.schema_arrow.names)
            columns = [name for name in COLUMNS if name in file.schema_arrow.names]
            groups, skip, left = _row_groups(file.metadata, part)
            for batch in file.iter_batches(
                batch_size=_ROWS, row_groups=groups, columns=columns, use_threads=False
            ):
                if skip >= batch.num_rows:
                    skip -= batch.num_rows
                    continue
                if not left:
                    return
                rows = batch.slice(skip, left)
                skip, left = 0, left - rows.num_rows
                yield rows
    except (pa.ArrowException, OSError):
        raise NotesFileError(f"{source.name}: is not a whole Parquet file. Write it again.") from None


def _row_groups(metadata: pq.FileMetaData, part: Slice) -> tuple[list[int], int, int]:
    """The row groups that hold a slice, how many of their rows come before it, and how many rows it has."""
    last = metadata.num_rows if part.rows < 0 else part.first + part.rows
    groups: list[int] = []
    begins = skip = 0
    for number in range(metadata.num_row_groups):
        ends = begins + metadata.row_group(number).num_rows
        if ends > part.first and begins < last:
            if not groups:
                skip = part.first - begins
            groups.append(number)
        begins = ends
    return groups, skip, last - part.first


def notes_of(partition: Partition, hashed: TableHash) -> Iterator[dict[str, Any]]:
    """The notes of a partition with their entry numbers, hashed as they are read."""

    def read() -> Iterator[dict[str, Any]]:
        for part in partition.slices:
            for batch in batches(part):
                hashed.update(batch)
                yield from batch.to_pylist()

    first = partition.slices[0]
    yield from numbered(read(), file=Path(first.file).name, first=first.first + 1)


def notes_hash() -> TableHash:
    """A hash of notes, before any is read."""
    return TableHash(COLUMNS)
