"""A round of the audit in other software: out as a project to code blind, and a coder's project back in.

The project holds each note as far as its last unit drawn, with every unit drawn marked, and nothing the
machine said. What a workbook asks in columns of its own, context and flags, is asked with codes there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from inspections.audit.rounds import Round
from inspections.audit.workbooks import FLAGS, MEANINGS
from inspections.reviews.allotment import slug
from nlp.audit.exchange import (
    MACHINE,
    ProjectCode,
    ReadProject,
    codings_by_unit,
    is_machine,
    place,
    project_codes,
    write_project,
)
from nlp.codebook import FOCUS, Codebook
from nlp.context import DEFAULTS
from parameters import InspectionError, Problem, shown_path
from parameters.disk import write_whole
from parameters.suggestions import listed

__all__ = [
    "FINISHED",
    "TO_CODE",
    "Brought",
    "bring_in",
    "brought_path",
    "codes_of_round",
    "export_round",
    "read_brought",
]

TO_CODE, FINISHED = "unit-to-code", "note-finished"
_SAMPLE = f"{MACHINE}sample"
_OF_ROUND: Mapping[str, str] = {
    TO_CODE: "Marks each unit of the round. Give these words your codes; leave this mark as it is.",
    FINISHED: "Give it to any words of a note once you have read all its marked units: those you gave no "
    "code are then taken to have none. Without it they are taken as not coded yet.",
    "boilerplate": "A form's or letter's standing text.",
    "quote": "Somebody else's words, copied in.",
    "role-unclear": "Who is meant stays open. Give the unit no victim-credibility or suspect-focus code.",
    "bad-unit": "The unit is cut wrongly. Code what is there.",
}
_USUAL = {*DEFAULTS.items(), ("purpose", "unstated")}
_MOST_TOLD = 10


@dataclass(frozen=True)
class Brought:
    """A coder's project as it was brought into a round.

    Attributes
    ----------
    path : Path
        What was written.
    coded, units : int
        Units coded, and units of the round.
    remarks : tuple of str
        What was left out or moved, and how often.
    """

    path: Path
    coded: int
    units: int
    remarks: tuple[str, ...]


def codes_of_round(codebook: Codebook) -> list[ProjectCode]:
    """The codebook's codes, and those that stand for context, flags and how far a coder is."""
    context = [
        ProjectCode(f"{name}-{value}", "context", when)
        for name, values in MEANINGS.items()
        for value, when in values.items()
        if (name, value) not in _USUAL
    ]
    round_ = [ProjectCode(name, "audit round", says) for name, says in _OF_ROUND.items()]
    return [*project_codes(codebook), *context, *round_]


def export_round(held: Round, codebook: Codebook, coder: str, target: Path) -> int:
    """Write a round as a project in which one of its coders codes blind. Restricted: it holds notes.

    Returns
    -------
    int
        Notes written.

    Raises
    ------
    InspectionError
        When the coder is not of this round.
    """
    coder = _coder(held, coder)
    notes = _notes(held)
    marks = held.units[["case_id", "entry_no", "start", "end"]].assign(code=TO_CODE, coder=_SAMPLE, memo="")
    name = f"{held.name} round"
    codes = codes_of_round(codebook)
    write_project(target, notes, marks, codes, name=name, people=[coder], as_at=held.dated)
    return len(notes)


def bring_in(held: Round, codebook: Codebook, coder: str, project: ReadProject) -> Brought:
    """Take a coder's coding out of a project, and keep it with the round as that coder's.

    A context code holds for the codes whose words it shares, a flag for the unit. A residual code beside
    another gives way, as it does everywhere.

    Raises
    ------
    InspectionError
        When the coder is not of this round, the project holds several people's coding and none of theirs, or
        a unit is coded in a way that no workbook would take.
    """
    coder = _coder(held, coder)
    placed = place(project, _notes(held))
    own = _of_person(placed.codings, coder)
    declared = own[own["code"] == FINISHED]
    finished = set(zip(declared["case_id"], declared["entry_no"], strict=True))
    marks = codings_by_unit(own, held.units)
    by_unit = {str(unit): rows for unit, rows in marks.groupby("unit_id")}
    told: list[str] = []
    lines = []
    dropped = 0
    for unit in held.units.sort_values(["case_id", "entry_no", "unit_no"]).to_dict("records"):
        where = f"case {unit['case_id']}, entry {unit['entry_no']}, unit {unit['unit_no']}"
        rows = by_unit.get(unit["unit_id"], marks.iloc[:0])
        given, flags = _given(rows, codebook), [flag for flag in FLAGS if flag in set(rows["code"])]
        kept = _residual_last(given, codebook)
        told += [f"{where} {what}" for what in _slips(kept, flags, codebook)]
        dropped += len(given) - len(kept)
        if kept or "role-unclear" in flags or (unit["case_id"], unit["entry_no"]) in finished:
            codes = [{"code": code, **_plain(values)} for code, values in kept.items()]
            comment = "\n".join(dict.fromkeys(memo for memo in rows["memo"] if memo))
            line = {"unit_id": unit["unit_id"], "codes": codes, "flags": flags, "comment": comment}
            lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    if told:
        remedy = "Put it right in the program, export the project again, and bring that in."
        more = [f"and {len(told) - _MOST_TOLD} more"] if len(told) > _MOST_TOLD else []
        message = "\n  ".join(["cannot be taken as it is:", *told[:_MOST_TOLD], *more])
        raise InspectionError([Problem(f"coding of {coder}", "", "", message, remedy)])
    path = brought_path(held, coder)
    path.parent.mkdir(exist_ok=True)
    write_whole(path, "".join(lines))
    remarks = [*project.remarks, *placed.remarks]
    if dropped:
        remarks.append(f"{dropped}: residual codes stood beside another code; left out.")
    return Brought(path, len(lines), len(held.units), tuple(remarks))


def brought_path(held: Round, coder: str) -> Path:
    """Where a coder's coding is kept that was brought in from another program."""
    return held.folder / "brought" / f"{held.name}-{slug(coder)}.jsonl"


def read_brought(held: Round, coder: str) -> list[dict[str, Any]] | None:
    """What a coder coded in another program, a dict a finished unit; None where nothing was brought in.

    Raises
    ------
    InspectionError
        When the file is not as it was written.
    """
    path = brought_path(held, coder)
    if not path.is_file():
        return None
    known = set(held.units["unit_id"])
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        if all(row["unit_id"] in known and {"codes", "flags", "comment"} <= set(row) for row in rows):
            return rows
    except (ValueError, KeyError, TypeError):
        pass
    message, remedy = "is not what was brought in.", "Bring the project in again: inspection audit import."
    raise InspectionError([Problem(shown_path(path), "", "", message, remedy)])


def _coder(held: Round, name: str) -> str:
    """The round's coder of that name, as the round writes it."""
    for coder in held.coders:
        if slug(coder) == slug(name):
            return coder
    remedy = f"Its coders are {listed(held.coders)}. Add one with inspection audit sample --coder."
    raise InspectionError(
        [Problem(f"audit round {held.name}", "coder", name, f'"{name}" is not of this round.', remedy)]
    )


def _notes(held: Round) -> pd.DataFrame:
    """The notes as far as their last unit drawn: a unit is coded from itself and what stands above it."""
    key = ["case_id", "entry_no"]
    last = held.units.groupby(key)["end"].max().rename("last").reset_index()
    notes = held.notes.merge(last, on=key)
    texts = [text[:end] for text, end in zip(notes["text"], notes["last"], strict=True)]
    return notes.assign(text=texts).drop(columns="last").astype({"entry_no": int})


def _of_person(codings: pd.DataFrame, coder: str) -> pd.DataFrame:
    """The coder's own rows; where one person coded under another name, theirs."""
    codings = codings[~is_machine(codings["coder"])]
    people = sorted(set(codings["coder"]))
    theirs = [name for name in people if slug(name) == slug(coder)] or (people if len(people) == 1 else [])
    if people and not theirs:
        message = f"holds coding of {len(people)} people, none of them {coder}."
        remedy = "Export the project with that person's coding alone, or under the name the round has."
        raise InspectionError([Problem("project", "", "", message, remedy)])
    return codings[codings["coder"].isin(theirs) & (codings["code"] != TO_CODE)]


def _given(rows: pd.DataFrame, codebook: Codebook) -> dict[str, dict[str, set[str]]]:
    """Codes of a unit with the values of context that share their words."""
    known = {f"{name}-{value}": (name, value) for name, values in MEANINGS.items() for value in values}
    context = rows[rows["code"].isin(known)]
    given: dict[str, dict[str, set[str]]] = {}
    for row in rows[rows["code"].isin(codebook.by_id)].sort_values("code").to_dict("records"):
        values = given.setdefault(row["code"], {})
        beside = context[(context["start"] < row["end"]) & (context["end"] > row["start"])]
        for name, value in map(known.__getitem__, beside["code"]):
            if _takes(row["code"], name):
                values.setdefault(name, set()).add(value)
    return given


def _takes(code: str, name: str) -> bool:
    if name == "purpose":
        return code == "vic-records-trawl"
    return code.startswith(FOCUS) or name == "confidence" or (code, name) == ("oth-account-content", "voice")


def _slips(
    given: Mapping[str, Mapping[str, set[str]]], flags: list[str], codebook: Codebook
) -> Iterator[str]:
    if len(given) > 1 and any(codebook.by_id[code].residual for code in given):
        yield f"has {len(given)} residual codes; one is enough."
    for code, values in given.items():
        for name, found in values.items():
            if len(found) > 1:
                yield f"gives {code} {len(found)} values of {name}."
    if "role-unclear" in flags and any(code.startswith(FOCUS) for code in given):
        yield "is role-unclear and has a victim or suspect code."


def _residual_last(
    given: Mapping[str, dict[str, set[str]]], codebook: Codebook
) -> dict[str, dict[str, set[str]]]:
    """The codes of a unit without the residual ones, where there are others."""
    others = {code: values for code, values in given.items() if not codebook.by_id[code].residual}
    return others or dict(given)


def _plain(values: Mapping[str, set[str]]) -> dict[str, str]:
    return {name: next(iter(found)) for name, found in sorted(values.items())}
