"""A job of coding in parts: planned, done by an engine, checked; stopped at any time, it goes on later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.combine import LEAST_PROBABILITY, Combination
from nlp.files import NotesFileError
from nlp.parts.engines import Engine, in_turn
from nlp.parts.folder import MANIFEST, held, make_manifest, part_name, standing, sweep
from nlp.parts.partitions import find_sources, plan
from nlp.parts.tasks import Task, recipe_of
from parameters.disk import write_whole

__all__ = ["Job", "code_parts"]

_NOTES_A_PART = 50_000


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
    notes_a_part: int = _NOTES_A_PART


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
    with held(job.folder):
        planned = plan(sources, job.notes_a_part)
        recipe = recipe_of(job.codebook, job.how, job.least)
        folder = str(job.folder.resolve())
        tasks = [Task(partition, recipe, folder) for partition in planned.partitions]
        there = standing(job.folder, tasks, replace=replace)
        missing = [task for task in tasks if task.number not in there]
        if missing:
            (job.folder / MANIFEST).unlink(missing_ok=True)
        progress(len(there), len(tasks))
        try:
            for done in _done(missing, engine or in_turn):
                progress(len(there) + done, len(tasks))
        finally:
            sweep(job.folder)
        manifest = make_manifest(job.folder, tasks, returns=planned.returns)
        write_whole(job.folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
        return manifest


def _done(tasks: Sequence[Task], engine: Engine) -> Iterator[int]:
    """How many parts have got their names, after each."""
    of = {task.number: task for task in tasks}
    for done, outcome in enumerate(engine(tasks), start=1):
        task = of.pop(outcome.number)
        if outcome.problem:
            raise NotesFileError(f"{task.partition.place}: {outcome.problem}")
        (Path(task.folder) / outcome.file).replace(Path(task.folder) / part_name(task.number))
        yield done
    if of:
        raise NotesFileError("Not every part was coded. Give the same command again.")


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
