"""What a worker does, in whatever process and on whatever machine: code one partition to a part."""

from __future__ import annotations

import os
import socket
import threading
from functools import lru_cache
from pathlib import Path

from nlp.codebook import Codebook, CodebookError, load_codebook
from nlp.coder import CodedUnit, Coder
from nlp.files import NotesFileError, as_table, open_parquet
from nlp.lots import DoubleCoder, code_lots
from nlp.parts.folder import Part, unfinished_name
from nlp.parts.partitions import notes_hash, notes_of
from nlp.parts.table_hash import TableHash
from nlp.parts.tasks import Outcome, Recipe, Task, code_fingerprint, reader_hash
from nlp.processes import place_of
from nlp.reader.reader import WEIGHTS
from parameters.disk import disk_problem

__all__ = ["code_partition"]

_one_at_a_time = threading.Lock()
"""A worker of a cluster may have several threads; a coder serves one."""


def code_partition(task: Task) -> Outcome:
    """Code one partition to a file without a name of its own; tells a problem rather than raising it.

    What an unforeseen error says is left out, since it may quote a note.
    """
    temporary = Path(task.folder) / unfinished_name(task.number)
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
        part = Part(task.key, read.rows, written.rows, units, dropped, words, written.hexdigest())
        told |= part.metadata()
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())


@lru_cache(maxsize=1)
def _coder(recipe: Recipe) -> DoubleCoder:
    """The coder of a recipe, built once in every process and only where the recipe can be kept to."""
    host = socket.gethostname()
    if recipe.code != code_fingerprint():
        raise NotesFileError(
            f"{host} has another version of this program, of Python or of a package than where the command "
            "was given. Install the same everywhere, from requirements.txt."
        )
    try:
        codebook: Codebook | None = load_codebook(recipe.codebook)
    except (CodebookError, OSError):
        codebook = None
    if codebook is None or codebook.hash != recipe.codebook_hash:
        raise NotesFileError(f"{host} does not find the same codebook in {recipe.codebook}. Keep it shared.")
    if recipe.reader != reader_hash(recipe.how):
        raise NotesFileError(
            f"{host} has no trained reader, or another one. Copy nlp/reader/{WEIGHTS.name} there from where "
            "the command was given."
        )
    return DoubleCoder(Coder(codebook), how=recipe.how, least=recipe.least)
