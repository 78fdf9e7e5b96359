"""A round of the audit: the units drawn for it, and what has to be kept to score it later.

A folder holds rounds, each in a folder of its own: ``round.json``, ``frame.parquet`` (every unit, without
words), ``coding.parquet`` (the machine's), ``units.parquet`` (those drawn, with weights), ``notes.parquet``
(of those drawn), ``cases.parquet``, ``workbooks/``, and ``brought/`` where coding came from other programs.
All of it is restricted; only workbooks go to coders.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd

from inspections.reviews.allotment import REVIEWER, slug
from nlp.audit.draw import DrawError, draw_units, frame_of
from nlp.codebook import Codebook
from parameters import InspectionError, Problem, shown_path
from parameters.disk import write_whole
from parameters.problems import as_written
from parameters.suggestions import listed

__all__ = ["SIZES", "ForceNotes", "Round", "make_round", "open_round", "rounds_in"]

SIZES = {"training": 100, "pilot": 200, "main": 1000}
"""Units of each kind of round, unless another number is asked for."""
ROUND = re.compile(r"(training|pilot|main)(?:-([2-9]|[1-9]\d))?")
RECORD = "round.json"
_UNDATED = date(2000, 1, 1)
_TABLES = ("frame", "coding", "units", "notes", "cases")


@dataclass(frozen=True, repr=False)
class ForceNotes:
    """Notes of one force, or of a table of anybody's, as they were coded.

    Attributes
    ----------
    force : str
        Its short name.
    notes, coding : DataFrame
        As an inspection keeps them.
    cases : DataFrame
        ``case_id, weight, stratum`` of the files drawn; a table of anybody's stands for itself alone.
    """

    force: str
    notes: pd.DataFrame
    coding: pd.DataFrame
    cases: pd.DataFrame


@dataclass(frozen=True)
class Round:
    """A round as kept. Its tables hold case material: restricted.

    Attributes
    ----------
    folder : Path
        Where it is kept.
    name : str
        ``training``, ``pilot``, ``main``, or one of these with a number, such as ``main-2``.
    coders : tuple of str
        Who codes; every coder codes every unit.
    forces : tuple of str
        Whose notes.
    seed : str
        Seed of the draw.
    codebook : str
        Version and hash of the codebook that coders are given.
    dated : date
        Written into workbooks, so that making one again gives the same bytes.
    """

    folder: Path
    name: str
    coders: tuple[str, ...]
    forces: tuple[str, ...]
    seed: str
    codebook: str
    dated: date

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Every unit that could be drawn, as `nlp.audit.draw.frame_of` lists them; without words."""
        return self._table("frame")

    @cached_property
    def coding(self) -> pd.DataFrame:
        """The machine's coding, with the ``unit_id`` of each row."""
        return self._table("coding")

    @cached_property
    def units(self) -> pd.DataFrame:
        """The units drawn, a row each, with ``stratum`` and ``weight`` (units of the frame it stands for)."""
        return self._table("units")

    @cached_property
    def notes(self) -> pd.DataFrame:
        """The notes of the units drawn, whole."""
        return self._table("notes")

    @cached_property
    def cases(self) -> pd.DataFrame:
        """The case files behind the frame: ``case_id, weight, stratum, force``."""
        return self._table("cases")

    @property
    def workbooks(self) -> Path:
        """Folder of the coders' workbooks."""
        return self.folder / "workbooks"

    @property
    def gold(self) -> Path:
        """Folder of the settled coding, a corpus."""
        return self.folder / "gold"

    def _table(self, name: str) -> pd.DataFrame:
        remedy = "Restore what was kept with the round; a draw is not made twice."
        with as_written(shown_path(self.folder / f"{name}.parquet"), remedy=remedy):
            return pd.read_parquet(self.folder / f"{name}.parquet")


def make_round(
    folder: Path,
    name: str,
    material: Sequence[ForceNotes],
    coders: Sequence[str],
    *,
    codebook: Codebook,
    seed: str,
    size: int | None = None,
) -> Round:
    """Draw the units of a round and keep it, or add coders to one that is there.

    A round that is there is never drawn again: whoever codes, and where they are, stays as it is. Units of
    earlier rounds are not drawn again.

    Raises
    ------
    InspectionError
        When names are unusable, the round is another's, or the draw cannot be made.
    """
    kind = _check(name, coders)
    place, forces = folder / name, tuple(sorted(force.force for force in material))
    if (place / RECORD).exists():
        return _join(open_round(place), coders, forces=forces, codebook=codebook, seed=seed, size=size)
    earlier = [open_round(path) for path in rounds_in(folder)]
    try:
        frames = [frame_of(force.notes, force.coding, force=force.force) for force in material]
        frame = pd.concat(frames, ignore_index=True)
        if frame["unit_id"].duplicated().any():
            raise DrawError(
                "two forces have a case of the same reference. Audit them in folders of their own."
            )
        without = {unit for one in earlier for unit in one.units["unit_id"]}
        units = draw_units(
            frame, size or SIZES[kind], seed=f"{seed} {name}", without=without, sparing=kind != "main"
        )
    except DrawError as error:
        raise InspectionError([Problem(f"audit round {name}", "", "", str(error), "")]) from None
    unit = ["case_id", "entry_no", "unit_no"]
    coding = pd.concat([force.coding for force in material], ignore_index=True)
    coding = coding.merge(frame[[*unit, "unit_id"]], on=unit, how="left", validate="many_to_one")
    notes = pd.concat([force.notes for force in material], ignore_index=True)
    drawn = units[["case_id", "entry_no"]].drop_duplicates()
    cases = pd.concat([force.cases.assign(force=force.force) for force in material], ignore_index=True)
    dates = pd.to_datetime(notes["entered_at"]).max() if "entered_at" in notes else pd.NaT
    place.mkdir(parents=True, exist_ok=True)
    for table, kept in (
        ("frame", frame),
        ("coding", coding),
        ("units", units),
        ("notes", notes.merge(drawn, on=["case_id", "entry_no"])),
        ("cases", cases),
    ):
        kept.to_parquet(place / f"{table}.parquet", index=False)
    return _keep(
        Round(
            folder=place,
            name=name,
            coders=tuple(coders),
            forces=forces,
            seed=seed,
            codebook=_version(codebook),
            dated=_UNDATED if pd.isna(dates) else dates.date(),
        )
    )


def open_round(folder: Path) -> Round:
    """Open a round that is kept.

    Raises
    ------
    InspectionError
        When there is none, or a part of it is missing.
    """
    path = folder / RECORD
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        tuples = {name: tuple(kept.pop(name)) for name in ("coders", "forces")}
        found = Round(**{**kept, **tuples, "folder": folder, "dated": date.fromisoformat(kept["dated"])})
    except OSError:
        remedy = "Draw it first: inspection audit sample."
        raise InspectionError([Problem(shown_path(path), "", "", "cannot be opened.", remedy)]) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        remedy = "Restore it as it was written by inspection audit sample."
        raise InspectionError(
            [Problem(shown_path(path), "", "", "is not the record of a round.", remedy)]
        ) from None
    missing = [f"{name}.parquet" for name in _TABLES if not (folder / f"{name}.parquet").is_file()]
    if missing:
        remedy = "Restore what was kept with the round; a draw is not made twice."
        raise InspectionError([Problem(shown_path(folder), listed(missing), "", "missing.", remedy)])
    return found


def rounds_in(folder: Path) -> list[Path]:
    """Folders of the rounds of an audit, in the order in which rounds are held."""
    order = list(SIZES)
    found = [(ROUND.fullmatch(path.parent.name), path.parent) for path in folder.glob(f"*/{RECORD}")]
    known = [(order.index(match[1]), int(match[2] or 1), path) for match, path in found if match]
    return [path for _, _, path in sorted(known)]


def check_codebook(held: Round, codebook: Codebook) -> None:
    """Refuse a codebook other than the one that coders were given.

    Raises
    ------
    InspectionError
        When version or hash differ.
    """
    if held.codebook != _version(codebook):
        message = "is another than the one this round was drawn with."
        remedy = "Name that codebook with --codebook, or draw a new round."
        raise InspectionError([Problem(f"audit round {held.name}", "codebook", "", message, remedy)])


def _version(codebook: Codebook) -> str:
    return f"{codebook.version} {codebook.hash}"


def _keep(held: Round) -> Round:
    kept = {name: value for name, value in asdict(held).items() if name != "folder"}
    text = json.dumps({**kept, "dated": held.dated.isoformat()}, indent=2, ensure_ascii=False) + "\n"
    write_whole(held.folder / RECORD, text)
    return held


def _join(
    held: Round,
    coders: Sequence[str],
    *,
    forces: tuple[str, ...],
    codebook: Codebook,
    seed: str,
    size: int | None,
) -> Round:
    check_codebook(held, codebook)
    differs = [
        name
        for name, asked, kept in (
            ("forces", forces, held.forces),
            ("seed", seed, held.seed),
            ("units", size or len(held.units), len(held.units)),
        )
        if asked != kept
    ]
    if differs:
        message = f"was drawn with other {listed(differs)}."
        remedy = "Ask for it as it was drawn, to add coders; or name another round, such as main-2."
        raise InspectionError([Problem(f"audit round {held.name}", "", "", message, remedy)])
    known = {slug(name) for name in held.coders}
    return _keep(replace(held, coders=(*held.coders, *(name for name in coders if slug(name) not in known))))


def _check(name: str, coders: Iterable[str]) -> str:
    problems, named = [], list(coders)
    match = ROUND.fullmatch(name)
    if not match:
        message = "is not the name of a round."
        remedy = "Write training, pilot or main; a second of a kind is main-2."
        problems.append(Problem("audit", "round", name, message, remedy))
    for coder in named:
        if not REVIEWER.fullmatch(coder) or coder != coder.strip():
            remedy = "Write up to 40 letters, digits, spaces, full stops, apostrophes and hyphens."
            problems.append(Problem("audit", "coder", coder, "cannot be the name of a workbook.", remedy))
    twice = [coder for coder in named if Counter(map(slug, named))[slug(coder)] > 1]
    if twice or not named:
        remedy = "Name every coder, and each once."
        problems.append(Problem("audit", "coders", listed(twice), "are missing or named twice.", remedy))
    if problems or not match:
        raise InspectionError(problems)
    return match[1]
