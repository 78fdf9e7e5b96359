"""Coding more notes than one process should: by partitions, each exactly once, by any number of workers.

A part is a Parquet file of the coding of one partition. It says in its own metadata what it was made of and
by, so that nothing kept elsewhere can disagree with it; it has its name only when it is whole. The manifest,
written last, says that all parts are there.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from nlp.codebook import Codebook, CodebookError, load_codebook
from nlp.coder import CodedUnit, Coder
from nlp.combine import LEAST_PROBABILITY, Combination
from nlp.files import NotesFileError, as_table, open_parquet
from nlp.lots import DoubleCoder, code_lots
from nlp.partitions import Partition, TableHash, find_sources, notes_hash, notes_of, plan
from nlp.processes import Processes, WorkerLostError, place_of
from nlp.reader import load_reader
from nlp.reader.reader import WEIGHTS
from parameters.disk import disk_problem, write_whole

__all__ = [
    "MANIFEST",
    "NOTES_A_PART",
    "Engine",
    "Job",
    "Outcome",
    "Recipe",
    "Task",
    "check_whole",
    "code_partition",
    "code_parts",
    "coding_hash",
    "in_processes",
    "in_turn",
]

NOTES_A_PART = 50_000
MANIFEST = "_manifest.json"
"""Its name begins with a line, so that what reads the folder as one table passes over it."""

_PART = re.compile(r"part-(\d{6})\.parquet")
_UNFINISHED = re.compile(r"\.part-\d{6}\.[0-9a-f]{32}\.unfinished|\._manifest\.json\.\d+\.new")
_LOCK = ".lock"
_TOLD = b"inspection"
_PACKAGES = ("numpy", "pandas", "scipy", "spacy")
_TRIES = 2


class Recipe(NamedTuple):
    """What decides the coding of a note besides its words: plain values, the same wherever it is coded.

    Attributes
    ----------
    codebook, codebook_hash, codebook_version
        The codebook's folder, and what must be found in it.
    how, least
        See `combine`.
    reader
        SHA-256 of the trained reader's weights; empty where the rules stand alone.
    code
        Fingerprint of this program and of the packages it codes with.
    """

    codebook: str
    codebook_hash: str
    codebook_version: str
    how: Combination
    least: float
    reader: str
    code: str


class Task(NamedTuple):
    """One partition to be coded: paths and numbers, no note."""

    partition: Partition
    recipe: Recipe
    folder: str

    @property
    def number(self) -> int:
        """Of the partition and its part."""
        return self.partition.number

    @property
    def key(self) -> str:
        """Hash of all that decides the part's rows: its notes and the recipe."""
        _, *recipe = self.recipe
        return hashlib.sha256(json.dumps([self.partition.hash, *recipe]).encode()).hexdigest()


class Outcome(NamedTuple):
    """What became of a task: an unfinished file to be given its name, or why there is none."""

    number: int
    file: str = ""
    problem: str = ""


class _Part(NamedTuple):
    """What a part's own metadata say of it."""

    key: str
    notes: int
    rows: int
    units: int
    dropped: int
    words: int
    hash: str


Engine = Callable[[Sequence[Task]], Iterator[Outcome]]
"""Does tasks in any order by `code_partition` and gives back each outcome once."""


@dataclass(frozen=True)
class Job:
    """Notes to be coded in parts.

    Attributes
    ----------
    notes
        A Parquet file, or a folder of them read in the order of their names. Notes of a case stand together.
    folder
        For the parts and nothing else; made if it is not there.
    codebook
        Its folder.
    how, least
        See `combine`.
    notes_a_part
        At least so many, but for the last part of a file; a part ends where a case does.
    """

    notes: Path
    folder: Path
    codebook: Path
    how: Combination = "either"
    least: float = LEAST_PROBABILITY
    notes_a_part: int = NOTES_A_PART


def code_parts(
    job: Job,
    engine: Engine | None = None,
    *,
    replace: bool = False,
    progress: Callable[[int, int], object] = lambda done, parts: None,
) -> dict[str, Any]:
    """Code the notes of a job: what a run before has left of it stands, the rest is done, and all is checked.

    The rows are those that coding all notes in one process gives, in that order, whatever the engine, the
    number of its workers and the size of parts.

    Parameters
    ----------
    job
        What to code.
    engine
        Who does the work; by default this process.
    replace
        Whether parts of other notes, another codebook or other settings may be replaced.
    progress
        Called with the number of parts that stand and the number of all.

    Returns
    -------
    dict
        The manifest: `parts, notes, rows, units, dropped, words, hash, cases_begun_again, recipe, packages`.

    Raises
    ------
    NotesFileError
        When notes cannot be read, the folder holds something else, another run is at work in it, or a part
        cannot be coded. Parts already there are kept.
    """
    sources = _checked(job)
    with _held(job.folder):
        planned = plan(sources, job.notes_a_part)
        recipe = _recipe(job)
        folder = str(job.folder.resolve())
        tasks = [Task(partition, recipe, folder) for partition in planned.partitions]
        standing = _standing(job.folder, tasks, replace=replace)
        missing = [task for task in tasks if task.number not in standing]
        if missing:
            (job.folder / MANIFEST).unlink(missing_ok=True)
        progress(len(tasks) - len(missing), len(tasks))
        try:
            for done, number in enumerate(_done(missing, engine or in_turn), start=1):
                standing.add(number)
                progress(len(tasks) - len(missing) + done, len(tasks))
        finally:
            _sweep(job.folder)
        manifest = _manifest(job, tasks, returns=planned.returns)
        write_whole(job.folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
        return manifest


def _done(tasks: Sequence[Task], engine: Engine) -> Iterator[int]:
    """Numbers of parts as they get their names."""
    of = {task.number: task for task in tasks}
    for outcome in engine(tasks):
        task = of.pop(outcome.number)
        if outcome.problem:
            raise NotesFileError(f"{task.partition.place}: {outcome.problem}")
        (Path(task.folder) / outcome.file).replace(Path(task.folder) / _name(task.number))
        yield task.number
    if of:
        raise NotesFileError("Not every part was coded. Give the same command again.")


def in_turn(tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Code partitions in this process, one after another."""
    yield from map(code_partition, tasks)


def in_processes(jobs: int) -> Engine:
    """Code partitions side by side in processes of this machine; one that is lost is tried once more."""

    def engine(tasks: Sequence[Task]) -> Iterator[Outcome]:
        waiting = deque(tasks)
        tried = {task.number: 0 for task in tasks}
        of = {task.number: task for task in tasks}
        with Processes(jobs, _start) as processes:
            while waiting or processes.busy:
                try:
                    while waiting and processes.free:
                        task = waiting.popleft()
                        tried[task.number] += 1
                        processes.give(task.number, task)
                    _, outcome = processes.take()
                except WorkerLostError as lost:
                    if tried[lost.number] < _TRIES:
                        waiting.appendleft(of[lost.number])
                        continue
                    outcome = Outcome(lost.number, problem=LOST_TWICE)
                yield outcome

    return engine


LOST_TWICE = (
    "the process that coded these notes was ended from outside, and so was the one that tried again. "
    "Give fewer jobs, so that each has more memory, and the same command again: parts done are kept."
)


def _start() -> Callable[[Task], Outcome]:
    return code_partition


_one_at_a_time = threading.Lock()
"""A worker of a cluster may have several threads; a coder serves one."""


def code_partition(task: Task) -> Outcome:
    """Code one partition to a file without a name of its own; tells a problem rather than raising it.

    What an unforeseen error says is left out, since it may quote a note.
    """
    temporary = Path(task.folder) / f".{_name(task.number).removesuffix('.parquet')}.{uuid4().hex}.unfinished"
    try:
        with _one_at_a_time:
            _write(task, temporary)
        return Outcome(task.number, file=temporary.name)
    except NotesFileError as error:
        problem = str(error)
    except OSError as error:
        told = disk_problem(error, temporary.parent)
        problem = str(told) if told else f"{place_of(error)}: {os.strerror(error.errno or 0)}."
    except Exception as error:
        problem = f"cannot be coded: {place_of(error)}. Report this without notes."
    temporary.unlink(missing_ok=True)
    return Outcome(task.number, problem=problem)


def _write(task: Task, temporary: Path) -> None:
    coder = _coder(task.recipe)
    if not temporary.parent.is_dir():
        raise NotesFileError(
            f"{socket.gethostname()} does not see {temporary.parent}. "
            "Notes, codebook and output must have the same paths on every machine of a cluster."
        )
    temporary.touch(mode=0o600, exist_ok=False)
    read, written = notes_hash(), TableHash(CodedUnit._fields)
    units = dropped = words = 0
    told: dict[str, str] = {}
    with open_parquet(temporary, told) as write:
        for lot in code_lots(notes_of(task.partition, read), coder, as_table):
            write(lot.rows)
            written.update(lot.rows)
            units += lot.total.units
            dropped += lot.total.dropped
            words += lot.total.words
        if (read.rows, read.hexdigest()) != (task.partition.notes, task.partition.hash):
            raise NotesFileError("the notes have changed since the command began. Give it again.")
        part = _Part(task.key, read.rows, written.rows, units, dropped, words, written.hexdigest())
        told[_TOLD.decode()] = json.dumps(part._asdict())
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())


@lru_cache(maxsize=1)
def _coder(recipe: Recipe) -> DoubleCoder:
    """The coder of a recipe, built once in every process and only where the recipe can be kept to."""
    host = socket.gethostname()
    if recipe.code != code_fingerprint():
        raise NotesFileError(
            f"{host} has another version of this program, of Python or of a package than where the command "
            "was given. Install the same everywhere, from constraints.txt."
        )
    try:
        codebook: Codebook | None = load_codebook(recipe.codebook)
    except (CodebookError, OSError):
        codebook = None
    if codebook is None or codebook.hash != recipe.codebook_hash:
        raise NotesFileError(f"{host} does not find the same codebook in {recipe.codebook}. Keep it shared.")
    if recipe.reader != _reader_hash(recipe.how):
        raise NotesFileError(
            f"{host} has no trained reader, or another one. Copy nlp/reader/{WEIGHTS.name} there from where "
            "the command was given."
        )
    return DoubleCoder(Coder(codebook), how=recipe.how, least=recipe.least)


def _recipe(job: Job) -> Recipe:
    codebook = load_codebook(job.codebook)
    if job.how != "rules":
        load_reader()  # trained once, before every process would
    return Recipe(
        str(job.codebook.resolve()),
        codebook.hash,
        codebook.version,
        job.how,
        job.least if job.how not in ("rules", "reader") else 0.0,
        _reader_hash(job.how),
        code_fingerprint(),
    )


def _reader_hash(how: Combination) -> str:
    return _hash_of(WEIGHTS) if how != "rules" and WEIGHTS.is_file() else ""


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=1)
def code_fingerprint() -> str:
    """SHA-256 of the code of this room and the versions of Python and of the packages it codes with."""
    room = Path(__file__).parent
    digest = hashlib.sha256(json.dumps(_versions()).encode())
    for source in (*sorted(room.glob("*.py")), *sorted((room / "reader").glob("*.py"))):
        digest.update(source.name.encode() + source.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _versions() -> dict[str, str]:
    python = ".".join(platform.python_version_tuple()[:2])
    return {"python": python, **{package: version(package) for package in _PACKAGES}}


def _checked(job: Job) -> list[Path]:
    """The files of notes, where the job can be done at all."""
    if not job.notes.exists():
        raise NotesFileError(f"{job.notes}: there is no such file or folder. Check the path.")
    notes, folder = job.notes.resolve(), job.folder.resolve()
    if folder == notes or notes.is_relative_to(folder) or folder.is_relative_to(notes):
        raise NotesFileError(
            f"{job.folder}: the parts would lie among the notes. Give them a folder elsewhere."
        )
    if not folder.parent.is_dir():
        raise NotesFileError(f"{job.folder.parent}: there is no such folder. Make it first.")
    if folder.exists() and not folder.is_dir():
        raise NotesFileError(f"{job.folder}: is a file. Give the parts a folder of their own.")
    return find_sources(notes)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Make the folder, keep every other run out of it, and clear what a killed one left unfinished."""
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        with FileLock(folder / _LOCK, timeout=0, mode=0o600):
            _sweep(folder)
            yield
    except Timeout:
        raise NotesFileError(
            f"{folder}: another run is at work there. Wait until it is done, or stop it."
        ) from None


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        if _UNFINISHED.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _standing(folder: Path, tasks: Sequence[Task], *, replace: bool) -> set[int]:
    """Numbers of the parts that are as they should be; others are removed, or refused."""
    keys = {_name(task.number): task.key for task in tasks}
    standing, stale = set(), []
    for path in sorted(folder.iterdir()):
        if path.name == MANIFEST or path.name.startswith("."):
            continue
        part = _read_part(path) if _PART.fullmatch(path.name) else None
        if part is None:
            raise NotesFileError(
                f"{path}: is no part of a coding. Give the parts a folder with nothing else in it."
            )
        if part.key == keys.get(path.name):
            standing.add(int(path.name[5:11]))
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
    return standing


def _read_part(path: Path) -> _Part | None:
    """What a part says of itself; an empty key where the file is damaged, None where it is something else."""
    try:
        told = (pq.read_metadata(path).metadata or {}).get(_TOLD)
    except (pa.ArrowException, OSError):
        return _Part("", 0, 0, 0, 0, 0, "")
    return _Part(**json.loads(told)) if told else None


def _name(number: int) -> str:
    return f"part-{number:06}.parquet"


def _manifest(job: Job, tasks: Sequence[Task], *, returns: int) -> dict[str, Any]:
    """Read every part back, hold it against what it says of itself, and hash the whole."""
    whole = TableHash(CodedUnit._fields)
    parts = []
    for task in tasks:
        path = job.folder / _name(task.number)
        part = _read_part(path)
        if part is None or part.key != task.key or _hash_rows(path, whole) != part.hash:
            raise NotesFileError(
                f"{path}: is damaged. Delete it and give the same command again: only that part is made anew."
            )
        parts.append(part)
    names = ("notes", "rows", "units", "dropped", "words")
    totals = {name: sum(getattr(part, name) for part in parts) for name in names}
    if (totals["notes"], totals["rows"]) != (sum(task.partition.notes for task in tasks), whole.rows):
        raise NotesFileError(f"{job.folder}: notes and parts do not add up. Give the same command again.")
    recipe = tasks[0].recipe._asdict()
    return {
        "parts": [
            {"file": _name(task.number), "notes": part.notes, "rows": part.rows, "hash": part.hash}
            for task, part in zip(tasks, parts, strict=True)
        ],
        **totals,
        "hash": whole.hexdigest(),
        "cases_begun_again": returns,
        "recipe": {name: value for name, value in recipe.items() if name != "codebook"},
        "packages": _versions(),
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
