"""A folder of parts: what each part says of itself, which of them stand, and the manifest of all.

A part is a Parquet file of the coding of one partition. It says in its own metadata what it was made of and
by, so that nothing kept elsewhere can disagree with it; it has its name only when it is whole. The manifest,
written last, says that all parts are there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from nlp.coder import CodedUnit
from nlp.files import NotesFileError
from nlp.parts.table_hash import TableHash
from nlp.parts.tasks import Task, package_versions

__all__ = [
    "MANIFEST",
    "Part",
    "check_whole",
    "coding_hash",
    "held",
    "make_manifest",
    "part_name",
    "standing",
    "sweep",
    "unfinished_name",
]

MANIFEST = "_manifest.json"
"""Its name begins with a line, so that what reads the folder as one table passes over it."""

_PART = re.compile(r"part-(\d{6})\.parquet")
_UNFINISHED = re.compile(r"\.part-\d{6}\.[0-9a-f]{32}\.unfinished")
_LOCK = ".lock"
_TOLD = "inspection"


class Part(NamedTuple):
    """What a part's own metadata say of it."""

    key: str
    notes: int
    rows: int
    units: int
    dropped: int
    words: int
    hash: str

    def metadata(self) -> dict[str, str]:
        """As it is written into the Parquet file."""
        return {_TOLD: json.dumps(self._asdict())}


def part_name(number: int) -> str:
    """Under which a part stands when it is whole."""
    return f"part-{number:06}.parquet"


def unfinished_name(number: int) -> str:
    """A name of its own for a part that is being written, whoever else may be at it."""
    return f".part-{number:06}.{uuid4().hex}.unfinished"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make the folder, keep every other run out of it, and clear what a killed one left unfinished."""
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        with FileLock(folder / _LOCK, timeout=0, mode=0o600):
            sweep(folder)
            yield
    except Timeout:
        raise NotesFileError(
            f"{folder}: another run is at work there. Wait until it is done, or stop it."
        ) from None


def sweep(folder: Path) -> None:
    """Remove what was left unfinished."""
    for path in folder.iterdir():
        if _UNFINISHED.fullmatch(path.name):
            path.unlink(missing_ok=True)


def standing(folder: Path, tasks: Sequence[Task], *, replace: bool) -> set[int]:
    """Numbers of the parts that are as they should be; others are removed, or refused."""
    keys = {part_name(task.number): task.key for task in tasks}
    found, stale = set(), []
    for path in sorted(folder.iterdir()):
        if path.name == MANIFEST or path.name.startswith("."):
            continue
        part = _read_part(path) if _PART.fullmatch(path.name) else None
        if part is None:
            raise NotesFileError(
                f"{path}: is no part of a coding. Give the parts a folder with nothing else in it."
            )
        if part.key == keys.get(path.name):
            found.add(int(path.name[5:11]))
        elif part.key:
            stale.append(path)
    if stale and not replace:
        raise NotesFileError(
            f"{folder}: {len(stale)} of the parts there are of other notes, another codebook or version, or "
            "other settings. Give another folder, or --replace to have them replaced."
        )
    if stale:
        (folder / MANIFEST).unlink(missing_ok=True)
    for path in stale:
        path.unlink()
    return found


def _read_part(path: Path) -> Part | None:
    """What a part says of itself; an empty key where the file is damaged, None where it is something else."""
    try:
        told = (pq.read_metadata(path).metadata or {}).get(_TOLD.encode())
    except (pa.ArrowException, OSError):
        return Part("", 0, 0, 0, 0, 0, "")
    try:
        return Part(**json.loads(told)) if told else None
    except (ValueError, TypeError):
        return None


def make_manifest(folder: Path, tasks: Sequence[Task], *, returns: int) -> dict[str, Any]:
    """Read every part back, hold it against what it says of itself, and hash the whole."""
    whole = TableHash(CodedUnit._fields)
    parts = []
    for task in tasks:
        path = folder / part_name(task.number)
        part = _read_part(path)
        if part is None or part.key != task.key or _hash_rows(path, whole) != part.hash:
            raise NotesFileError(
                f"{path}: is damaged. Delete it and give the same command again: only that part is made anew."
            )
        parts.append(part)
    names = ("notes", "rows", "units", "dropped", "words")
    totals = {name: sum(getattr(part, name) for part in parts) for name in names}
    if (totals["notes"], totals["rows"]) != (sum(task.partition.notes for task in tasks), whole.rows):
        raise NotesFileError(f"{folder}: notes and parts do not add up. Give the same command again.")
    recipe = tasks[0].recipe._asdict()
    return {
        "parts": [
            {"file": part_name(task.number), "notes": part.notes, "rows": part.rows, "hash": part.hash}
            for task, part in zip(tasks, parts, strict=True)
        ],
        **totals,
        "hash": whole.hexdigest(),
        "cases_begun_again": returns,
        "recipe": {name: value for name, value in recipe.items() if name != "codebook"},
        "packages": package_versions(),
    }


def _hash_rows(path: Path, whole: TableHash) -> str:
    """Add the rows of a Parquet file to a hash; their own hash."""
    mine = TableHash(CodedUnit._fields)
    try:
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for batch in file.iter_batches(use_threads=False):
                mine.update(batch)
                whole.update(batch)
    except (pa.ArrowException, OSError):
        return ""
    return mine.hexdigest()


def coding_hash(coding: Path) -> str:
    """The hash of a coding's rows in their order, of one Parquet file or of a folder of parts.

    See `TableHash`. It is the same however the coding is cut into files.
    """
    whole = TableHash(CodedUnit._fields)
    for path in [coding] if coding.is_file() else sorted(coding.glob("part-*.parquet")):
        if not _hash_rows(path, whole):
            raise NotesFileError(f"{path.name}: is not a whole Parquet file. Write it again.")
    return whole.hexdigest()


def check_whole(folder: Path) -> dict[str, Any]:
    """The manifest of a folder of parts.

    Raises
    ------
    NotesFileError
        When there is none: the coding is unfinished, or the folder holds something else.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        there = sorted(path.name for path in folder.glob("part-*.parquet"))
        if [part["file"] for part in manifest["parts"]] == there:
            return manifest
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise NotesFileError(
        f"{folder}: holds no finished coding. Give the command that began it again: parts done are kept."
    )
