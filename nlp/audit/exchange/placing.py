"""Codings read from a project, laid on the notes as the force gave them and on their coding units."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from nlp.audit.exchange.codings import CODINGS
from nlp.audit.exchange.positions import exchanged, from_exchanged
from nlp.audit.exchange.reading import ReadProject
from nlp.units import cut_units

__all__ = ["Placed", "coded_units", "codings_by_unit", "place", "write_corpus"]

MOST_OF = 0.5
"""A coding is of a unit when it covers half of the unit, or half of the coding lies in it."""
_NOTE = ["case_id", "entry_no"]
_ENTRY = (*_NOTE, "entered_at", "author_role", "entry_type", "text", "writer")


@dataclass(frozen=True, repr=False)
class Placed:
    """Codings in the places of the notes.

    Attributes
    ----------
    codings : DataFrame
        Columns `codings.CODINGS`.
    moved : int
        Codings whose words stand elsewhere in the note than in the project, and were found.
    no_note : int
        Codings of texts that are not among the notes; left out.
    lost : int
        Codings whose words the note does not hold, or holds more than once elsewhere; left out.
    """

    codings: pd.DataFrame
    moved: int
    no_note: int
    lost: int

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was moved or left out, and how often."""
        told = {
            "codings stand elsewhere in the note than in the project, whose text was edited": self.moved,
            "codings are of texts that are not among the notes; left out": self.no_note,
            "codings are of words that the note does not hold once; left out": self.lost,
        }
        return tuple(f"{number}: {what}." for what, number in told.items() if number)

    def __repr__(self) -> str:
        """Sizes only: the memos may hold notes."""
        return f"Placed({len(self.codings)} codings, {self.moved} moved, {self.no_note + self.lost} left out)"


def place(project: ReadProject, notes: pd.DataFrame) -> Placed:
    """Lay a project's codings on the notes they are about.

    Where a text is that of its note, as it should be, a coding's place is exact. Where it was edited, the
    coded words are looked for: at their place, else wherever the note has them once.

    Parameters
    ----------
    project : ReadProject
        As `read_project` gives it.
    notes : DataFrame
        ``case_id, entry_no, text``, as they were exported.
    """
    ours = _texts(notes)
    theirs = _texts(project.texts)
    rows: list[tuple[object, ...]] = []
    moved = no_note = lost = 0
    for case_id, entry_no, start, end, code, coder, memo in _rows(project.codings):
        key = (case_id, entry_no)
        if key not in ours:
            no_note += 1
            continue
        note, text = exchanged(ours[key]), theirs[key]
        found = start if note == text else _find(note, text[start:end], start)
        if found is None:
            lost += 1
            continue
        moved += found != start
        span = (from_exchanged(ours[key], at) for at in (found, found + end - start))
        rows.append((*key, *span, code, coder, memo))
    table = pd.DataFrame(rows, columns=list(CODINGS)).astype({"entry_no": int, "start": int, "end": int})
    return Placed(table, moved, no_note, lost)


def codings_by_unit(codings: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Each coding with each of the units it is of.

    People mark words as they like: half a unit, or three units at once. A coding is of every unit that it
    covers half of, and of one in which half of the coding lies; by this a mark that runs a word too far
    does not code the next unit.

    Parameters
    ----------
    codings : DataFrame
        Columns `codings.CODINGS`, in the places of the notes.
    units : DataFrame
        ``unit_id, case_id, entry_no, start, end``.

    Returns
    -------
    DataFrame
        The codings with ``unit_id``, a row for each unit a coding is of.
    """
    places = units[["unit_id", *_NOTE, "start", "end"]]
    pairs = codings.merge(places, on=_NOTE, suffixes=("", "_of_unit"))
    shared = pairs[["end", "end_of_unit"]].min(axis=1) - pairs[["start", "start_of_unit"]].max(axis=1)
    lengths = pd.concat(
        [pairs["end"] - pairs["start"], pairs["end_of_unit"] - pairs["start_of_unit"]], axis=1
    )
    here = (shared > 0) & (shared >= MOST_OF * lengths.min(axis=1))
    return pairs.loc[here, ["unit_id", *codings.columns]].reset_index(drop=True)


def coded_units(codings: pd.DataFrame, notes: pd.DataFrame) -> pd.DataFrame:
    """The coding units that codings are of, as `codings_by_unit` has it.

    Parameters
    ----------
    codings : DataFrame
        Columns `codings.CODINGS`, in the places of the notes.
    notes : DataFrame
        ``case_id, entry_no, text``.

    Returns
    -------
    DataFrame
        ``unit_id`` (case/entry/unit, as in the corpora), ``case_id, entry_no, unit_no, start, end`` of the
        unit, ``code, coder``: a row for each code that a coder gave a unit.
    """
    coded = set(zip(codings["case_id"], codings["entry_no"], strict=True))
    units = pd.DataFrame(
        [
            (f"{case_id}/{entry_no}/{number}", case_id, entry_no, number, start, end)
            for (case_id, entry_no), text in _texts(notes).items()
            if (case_id, entry_no) in coded
            for number, start, end in _units(text)
        ],
        columns=["unit_id", *_NOTE, "unit_no", "start", "end"],
    )
    given = codings_by_unit(codings, units)[["unit_id", "code", "coder"]].drop_duplicates()
    return units.merge(given.sort_values(["code", "coder"], kind="stable"), on="unit_id")


def write_corpus(
    folder: Path, notes: pd.DataFrame, codings: pd.DataFrame, coders: Iterable[str]
) -> list[Path]:
    """Write notes and coded units in the format of `nlp/corpus`: an entries file, and a file a coder.

    Restricted: the entries file holds every note. A unit that a coder gave no code is written without any:
    whoever coded in a project is taken to have read all of it.

    Parameters
    ----------
    folder : Path
        Where to write; made where it is missing.
    notes, codings : DataFrame
        As for `coded_units`.
    coders : iterable of str
        Whose files to write.

    Returns
    -------
    list of Path
        The files written: ``entries.jsonl``, then ``coder-<name>.jsonl``. Adjudicated into one
        ``gold.jsonl``, they make a corpus.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = [name for name in _ENTRY if name in notes]
    written = [folder / "entries.jsonl"]
    _write_lines(written[0], (_plain(row) for row in notes[kept].to_dict("records")))
    given = coded_units(codings, notes)
    for coder in coders:
        own = given[given["coder"] == coder]
        codes = {str(unit): list(group) for unit, group in own.groupby("unit_id")["code"]}
        written.append(folder / f"coder-{_file_name(coder)}.jsonl")
        _write_lines(written[-1], _unit_lines(notes, codes))
    return written


def _rows(codings: pd.DataFrame) -> Iterator[tuple[str, int, int, int, str, str, str]]:
    yield from codings[list(CODINGS)].itertuples(index=False, name=None)


def _texts(notes: pd.DataFrame) -> dict[tuple[str, int], str]:
    return {
        (str(case_id), int(entry_no)): text
        for case_id, entry_no, text in zip(notes["case_id"], notes["entry_no"], notes["text"], strict=True)
    }


def _find(note: str, words: str, start: int) -> int | None:
    if note.startswith(words, start):
        return start
    first = note.find(words)
    return first if first >= 0 and note.find(words, first + 1) < 0 else None


def _units(text: str) -> Iterator[tuple[int, int, int]]:
    for number, unit in enumerate(cut_units(text).units, start=1):
        yield number, unit.start, unit.end


def _unit_lines(notes: pd.DataFrame, codes: Mapping[str, list[str]]) -> Iterator[dict[str, Any]]:
    for (case_id, entry_no), text in _texts(notes).items():
        for number, start, end in _units(text):
            unit_id = f"{case_id}/{entry_no}/{number}"
            given = [{"code": code} for code in codes.get(unit_id, [])]
            yield {"unit_id": unit_id, "start": start, "end": end, "codes": given, "flags": []}


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Values as JSON has them; what is not known is left out."""
    known = {str(name): value for name, value in row.items() if not pd.isna(value)}
    if "entry_no" in known:
        known["entry_no"] = int(known["entry_no"])
    if isinstance(moment := known.get("entered_at"), pd.Timestamp):
        known["entered_at"] = moment.isoformat(timespec="minutes")
    return known


def _file_name(coder: str) -> str:
    return re.sub(r"[^\w]+", "-", coder.casefold()).strip("-") or "unnamed"


def _write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
