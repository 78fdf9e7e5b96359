"""Coding notes lot by lot, in one process or several: the same codings in the same order either way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from typing import Any, NamedTuple

import pandas as pd

from nlp.codebook import Codebook
from nlp.coder import CodedUnit, Coder, EntryCount
from nlp.combine import LEAST_PROBABILITY, Combination, combine
from nlp.processes import Processes
from nlp.reader import Reader, load_reader
from nlp.roles import CaseMemory

__all__ = ["CodedLot", "DoubleCoder", "code_lots"]

Lot = list[dict[str, Any]]
Encode = Callable[[list[CodedUnit]], Any]

_NOTES = 1_000
_CHARACTERS = 1_000_000
_WAITING = 3
"""Lots under way or waiting for an earlier one, for each process."""


@dataclass(frozen=True)
class DoubleCoder:
    """Codes some notes after others by both readings, where one table would be too large.

    Attributes
    ----------
    coder
        The rules.
    how, least
        See `combine`. The reader is not asked where the rules stand alone.
    """

    coder: Coder
    how: Combination = "either"
    least: float = LEAST_PROBABILITY

    @cached_property
    def reader(self) -> Reader:
        """The trained reader, loaded when first asked."""
        return load_reader()

    def code_lot(self, notes: Lot, memory: CaseMemory) -> tuple[list[CodedUnit], EntryCount]:
        """Code notes of which those of a case stand together; `memory` holds the names learnt so far.

        Returns
        -------
        tuple
            The rows in the notes' order, and their totals (notes as `entry_no`).
        """
        coded = list(self.coder.code_stream(notes, memory=memory))
        total = EntryCount(
            "",
            len(notes),
            units=sum(note.entry.units for note in coded),
            dropped=sum(note.entry.dropped for note in coded),
            words=sum(note.entry.words for note in coded),
        )
        if self.how == "rules":
            return [row for note in coded for row in note.rows], total
        read = self.reader.read_stream(notes, codebook_version=self.coder.codebook.version)
        # by place in the lot: a file of anybody's may give two notes of a case one number
        sides = [
            pd.DataFrame(
                [row._replace(case_id=0, entry_no=at) for at, rows in enumerate(side) for row in rows],
                columns=list(CodedUnit._fields),
            ).astype({"counts": bool})
            for side in ([note.rows for note in coded], read)
        ]
        table = combine(sides[0], sides[1], how=self.how, least=self.least)
        rows = map(CodedUnit._make, table.itertuples(index=False, name=None))
        places = [(note["case_id"], note["entry_no"]) for note in notes]
        placed = [
            row._replace(case_id=places[row.entry_no][0], entry_no=places[row.entry_no][1]) for row in rows
        ]
        return placed, total


class CodedLot(NamedTuple):
    """A lot's rows as `encode` made them, its totals (notes as `entry_no`), and the names it learnt."""

    rows: Any
    total: EntryCount
    memory: CaseMemory


def code_lots(
    notes: Iterable[dict[str, Any]], coder: DoubleCoder, encode: Encode, *, jobs: int = 1
) -> Iterator[CodedLot]:
    """Code notes in lots of about a thousand, and make of each lot's rows what is to be kept.

    Parameters
    ----------
    notes
        The notes of a case stand together, in the order written.
    coder
        The coder; every process builds its own from its codebook.
    encode
        What to make of the rows of a lot: a function of a module, so that other processes find it.
    jobs
        Processes to code in. Few notes are coded in this one, whatever is asked for.

    Raises
    ------
    WorkerLostError, WorkerFailedError
        When a process ends before its work, or meets an error nobody foresaw.
    """
    lots = _lots(notes)
    start = list(islice(lots, 2))
    lots = chain(start, lots)
    if jobs == 1 or len(start) < 2:
        memory = CaseMemory()
        for lot in lots:
            yield _code(coder, lot, memory, encode)
    else:
        yield from _code_apart(coder, lots, encode, jobs)


def _lots(notes: Iterable[dict[str, Any]]) -> Iterator[Lot]:
    """Whole cases while they are of any usual size; a case that is not goes on in the next lot."""
    lot: Lot = []
    size = 0.0
    for note in notes:
        if size >= 2 or (size >= 1 and note["case_id"] != lot[-1]["case_id"]):
            yield lot
            lot, size = [], 0.0
        lot.append(note)
        size += 1 / _NOTES + len(str(note["text"])) / _CHARACTERS
    if lot:
        yield lot


def _code(coder: DoubleCoder, lot: Lot, memory: CaseMemory, encode: Encode) -> CodedLot:
    rows, total = coder.code_lot(lot, memory)
    return CodedLot(encode(rows), total, memory)


def _code_apart(coder: DoubleCoder, lots: Iterable[Lot], encode: Encode, jobs: int) -> Iterator[CodedLot]:
    codebook = coder.coder.codebook
    # read-only mappings cannot be sent to another process; plain ones can
    plain = replace(codebook, words=dict(codebook.words), by_id=dict(codebook.by_id))
    if coder.how != "rules":
        load_reader()  # trained once, before every process would
    done: dict[int, CodedLot] = {}
    first = 0
    before: Lot = []
    with Processes(jobs, _start, plain, coder.how, coder.least, encode) as processes:
        for number, lot in enumerate(lots):
            goes_on = bool(before) and before[-1]["case_id"] == lot[0]["case_id"]
            while True:
                while first < number - 1 and first in done:
                    yield done.pop(first)
                    first += 1
                waits = goes_on and number - 1 not in done
                if processes.free and number - first <= _WAITING * jobs and not waits:
                    break
                done.update([processes.take()])
            processes.give(number, (lot, done[number - 1].memory if goes_on else CaseMemory()))
            before = lot
        while processes.busy or done:
            while first in done:
                yield done.pop(first)
                first += 1
            if processes.busy:
                done.update([processes.take()])


def _start(
    codebook: Codebook, how: Combination, least: float, encode: Encode
) -> Callable[[tuple[Lot, CaseMemory]], CodedLot]:
    coder = DoubleCoder(Coder(codebook), how, least)
    return lambda task: _code(coder, *task, encode)
