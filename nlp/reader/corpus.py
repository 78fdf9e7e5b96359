"""Gold-coded corpora: case files whose units people (or, where their README says so, models) have coded.

A corpus is a folder. One whose name starts with "training" only trains the reader; every other corpus also
measures it, and the rules, each of its writers held out in turn.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from ruamel.yaml.error import YAMLError

from nlp.context import DEFAULTS, does_count
from parameters.plain_yaml import load_yaml

__all__ = [
    "CORPORA",
    "About",
    "Corpus",
    "CorpusError",
    "GoldCode",
    "GoldUnit",
    "corpora_hash",
    "read_about",
    "read_corpora",
    "read_gold",
]

_Made = TypeVar("_Made")

CORPORA = Path(__file__).parents[1] / "corpus"
TRAINS_ONLY = "training"
_NOTE_COLUMNS = ("case_id", "entry_no", "author_role", "entry_type", "text", "writer", "corpus")
_NEEDED = {
    "entries.jsonl": ("case_id", "entry_no", "text"),
    "gold.jsonl": ("unit_id", "start", "end", "codes"),
}


class CorpusError(Exception):
    """A corpus that cannot be used; the message names file and line and quotes no note."""


@dataclass(frozen=True)
class About:
    """What a corpus says of itself in its `corpus.yml`, which it may lack.

    Attributes
    ----------
    coded_by
        Who coded it, such as "language models" or "two researchers, a third adjudicating".
    fictional
        Whether its words are invented, and so may be shown to anybody.
    """

    coded_by: str = "not stated"
    fictional: bool = False


@dataclass(frozen=True)
class GoldCode:
    """One code of a unit with its context attributes, and whether it counts."""

    code: str
    attributes: Mapping[str, str]
    counts: bool


@dataclass(frozen=True)
class GoldUnit:
    """A coding unit as it was coded; `start` and `end` are code points of the entry's text."""

    unit_id: str
    case_id: str
    entry_no: int
    start: int
    end: int
    codes: tuple[GoldCode, ...]


@dataclass(frozen=True)
class Corpus:
    """Notes and their gold units.

    Attributes
    ----------
    notes
        Columns `case_id, entry_no, author_role, entry_type, text, writer, corpus` (its folder), the notes of
        a case together.
    units
        Gold units in the order of the notes.
    """

    notes: pd.DataFrame
    units: tuple[GoldUnit, ...]

    @property
    def writers(self) -> list[str]:
        """The writers of the notes, sorted."""
        return sorted(set(self.notes["writer"]))

    @property
    def measures(self) -> pd.Series[bool]:
        """Which notes are of corpora that measure, not only train."""
        return ~self.notes["corpus"].str.startswith(TRAINS_ONLY)

    @property
    def measured(self) -> Corpus:
        """The part that measures: all but the corpora that only train.

        Raises
        ------
        CorpusError
            When every corpus only trains.
        """
        if not self.measures.any():
            raise CorpusError(
                f"every corpus only trains, as its folder's name starts with {TRAINS_ONLY!r}, so there is "
                "nothing to measure on. Add a corpus whose folder has another name."
            )
        return self._part(self.notes[self.measures])

    def of_writers(self, writers: Iterable[str]) -> Corpus:
        """The part of the corpus that these writers wrote."""
        return self._part(self.notes[self.notes["writer"].isin(list(writers))])

    def _part(self, notes: pd.DataFrame) -> Corpus:
        cases = set(notes["case_id"])
        return Corpus(notes, tuple(unit for unit in self.units if unit.case_id in cases))


def read_corpora(folder: Path = CORPORA) -> Corpus:
    """Read every corpus below a folder: each a folder with `entries.jsonl` and `gold.jsonl`.

    An entry without `writer` is taken as written by the corpus itself, so that it is held out as a whole.

    Raises
    ------
    CorpusError
        When no corpus is found, a line is not readable, a field is missing, or two corpora share a case.
    """
    notes: list[dict[str, Any]] = []
    units: list[GoldUnit] = []
    for place in _places(folder):
        here = _read_lines(place / "entries.jsonl", partial(_note, corpus=place.name))
        shared = {note["case_id"] for note in here} & {note["case_id"] for note in notes}
        if shared:
            raise CorpusError(
                f"{place.name}: another corpus already has case {min(shared)}. Rename the cases."
            )
        gold = read_gold(place / "gold.jsonl")
        unknown = {(unit.case_id, unit.entry_no) for unit in gold} - {
            (note["case_id"], note["entry_no"]) for note in here
        }
        if unknown:
            case_id, entry_no = min(unknown)
            raise CorpusError(
                f"{place.name}/gold.jsonl: codes entry {case_id}/{entry_no}, which is not there."
            )
        notes += here
        units += gold
    table = pd.DataFrame(notes, columns=list(_NOTE_COLUMNS)).sort_values(
        ["case_id", "entry_no"], kind="stable"
    )
    units.sort(key=lambda unit: (unit.case_id, unit.entry_no, unit.start))
    return Corpus(table.reset_index(drop=True), tuple(units))


def read_about(folder: Path = CORPORA) -> dict[str, About]:
    """What every corpus below a folder says of itself, by its folder's name.

    Raises
    ------
    CorpusError
        When a `corpus.yml` holds anything but `coded_by` and `fictional`.
    """
    return {place.name: _about(place / "corpus.yml") for place in _places(folder)}


def read_gold(path: Path) -> list[GoldUnit]:
    """Read gold units, a JSON object a line; `unit_id` is case/entry/unit.

    Raises
    ------
    CorpusError
        When a line is not readable, lacks a field, or holds one of another kind.
    """
    return _read_lines(path, _unit)


def corpora_hash(folder: Path = CORPORA) -> str:
    """A fingerprint (SHA-256) of every corpus file the reader learns from."""
    digest = hashlib.sha256()
    for place in _places(folder):
        for name in _NEEDED:
            digest.update((place / name).read_bytes())
    return digest.hexdigest()


def _places(folder: Path) -> list[Path]:
    places = sorted(path.parent for path in folder.glob("*/gold.jsonl"))
    if not places:
        raise CorpusError(
            f"{folder}: holds no corpus. A corpus is a folder with entries.jsonl and gold.jsonl."
        )
    return places


def _about(path: Path) -> About:
    if not path.is_file():
        return About()
    try:
        found = load_yaml(_text(path))
    except YAMLError as error:
        raise CorpusError(f"{path}: not valid YAML. {error}") from None
    known = {"coded_by": str, "fictional": bool}
    if not isinstance(found, dict) or any(
        not isinstance(value, known.get(str(name), ())) for name, value in found.items()
    ):
        raise CorpusError(
            f"{path}: may hold 'coded_by: a text' and 'fictional: true or false', nothing else."
        )
    return About(**found)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CorpusError(
            f"{path}: there is no such file. A corpus has entries.jsonl and gold.jsonl."
        ) from None
    except UnicodeDecodeError:
        raise CorpusError(f"{path}: is not UTF-8 text. Save it as UTF-8.") from None


def _read_lines(path: Path, read: Callable[[dict[str, Any]], _Made]) -> list[_Made]:
    made = []
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise CorpusError(f"{path}, line {number}: not valid JSON.") from None
        needed = _NEEDED.get(path.name, _NEEDED["gold.jsonl"])
        missing = [name for name in needed if not isinstance(found, dict) or name not in found]
        if missing:
            raise CorpusError(
                f"{path}, line {number}: has no {' and no '.join(missing)}. Add what is missing."
            )
        try:
            made.append(read(found))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            raise CorpusError(
                f"{path}, line {number}: a field is of the wrong kind. See nlp/corpus/development/README.md."
            ) from None
    return made


def _note(entry: dict[str, Any], *, corpus: str) -> dict[str, Any]:
    note = {name: entry.get(name) or "" for name in _NOTE_COLUMNS}
    told = {"case_id": str(entry["case_id"]), "entry_no": int(entry["entry_no"])}
    return {**note, **told, "writer": note["writer"] or corpus, "corpus": corpus}


def _unit(line: dict[str, Any]) -> GoldUnit:
    case_id, entry_no, _ = line["unit_id"].rsplit("/", 2)
    flags = line.get("flags") or ()
    codes = tuple(_code(code, flags) for code in line["codes"])
    return GoldUnit(line["unit_id"], case_id, int(entry_no), int(line["start"]), int(line["end"]), codes)


def _code(code: dict[str, str], flags: Iterable[str]) -> GoldCode:
    values = {**DEFAULTS, **{name: value for name, value in code.items() if name != "code" and value}}
    values["boilerplate"] = "true" if "boilerplate" in flags else ""
    return GoldCode(code["code"], values, does_count(code["code"], values))
