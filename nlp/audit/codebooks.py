"""Two codebooks side by side: what was changed in them, and what that does to the coding of some notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any, cast

import numpy as np
import pandas as pd

from nlp.audit.firing import UNIT
from nlp.codebook import Code, Codebook, Cue, Rule
from nlp.coder import CodedUnit, Coder
from nlp.evaluation.errors import judged_rows
from nlp.lots import DoubleCoder, code_lots
from nlp.processes import Processes
from nlp.reader.corpus import GoldUnit
from nlp.word_classes import WordClass

__all__ = [
    "Change",
    "code_by",
    "code_by_both",
    "compare_codebooks",
    "count_moves",
    "find_moves",
    "judge_moves",
    "version_problem",
]

_WORDING = frozenset(
    {"title", "definition", "include", "exclude", "grounding", "says", "examples", "match", "reject"}
)
"""Parts that people read and the coder does not."""
_PLACE = frozenset({"line", "rules"})
_WORTH_A_PROCESS = 2_000
"""Notes from which on another process saves more time than it takes to start."""


@dataclass(frozen=True)
class Change:
    """One thing that differs between two codebooks.

    Attributes
    ----------
    what
        "code", "rule", "word class" or "cue".
    name
        Its id or name.
    change
        "added", "removed" or "changed".
    parts
        The parts that changed, such as `find` or `definition`.
    may_recode
        Whether units may be coded otherwise because of it.
    """

    what: str
    name: str
    change: str
    parts: tuple[str, ...] = ()
    may_recode: bool = True

    def __str__(self) -> str:
        parts = f": {', '.join(self.parts)}" if self.parts else ""
        wording = "" if self.may_recode else " (wording only)"
        return f"{self.what} {self.name} {self.change}{parts}{wording}"


def compare_codebooks(old: Codebook, new: Codebook) -> list[Change]:
    """List what differs between two codebooks: codes, rules, word classes and cues."""
    kinds: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = [
        ("code", old.by_id, new.by_id),
        ("rule", _rules(old), _rules(new)),
        ("word class", _named(old.words), _named(new.words)),
        ("cue", _cues(old), _cues(new)),
    ]
    return [change for what, before, after in kinds for change in _compare(what, before, after)]


def version_problem(old: Codebook, new: Codebook) -> str:
    """What is wrong with the new codebook's version, or "": a change that may recode needs a new one."""
    may_recode = any(change.may_recode for change in compare_codebooks(old, new))
    order_changed = [cue.id for cue in old.cues] != [cue.id for cue in new.cues]
    if old.version == new.version and (may_recode or order_changed):
        return (
            f"both codebooks are version {new.version}, but units may be coded otherwise. Raise 'version' in "
            "codebook.yml, and say in CHANGELOG.md beside it what changed and why."
        )
    return ""


def _rules(book: Codebook) -> dict[str, Rule]:
    return {rule.id: rule for rule in book.rules()}


def _cues(book: Codebook) -> dict[str, Cue]:
    return {cue.id: cue for cue in book.cues}


def _named(words: Mapping[str, WordClass]) -> dict[str, WordClass]:
    """Word classes that have a name; words written straight into a pattern are part of their rule."""
    return {name: made for name, made in words.items() if not name.startswith('"')}


def _compare(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        if name not in old or name not in new:
            # an unused word class changes nothing, and a code's rules are listed by themselves
            yield Change(
                what, name, "added" if name in new else "removed", may_recode=what in ("rule", "cue")
            )
            continue
        parts = tuple(
            field.name
            for field in fields(new[name])
            if field.name not in _PLACE and getattr(old[name], field.name) != getattr(new[name], field.name)
        )
        if parts := _without_lines(parts, old[name], new[name]):
            yield Change(what, name, "changed", parts, may_recode=not _WORDING.issuperset(parts))


def _without_lines(parts: tuple[str, ...], old: object, new: object) -> tuple[str, ...]:
    """Drop a code's examples where only the lines they stand on differ."""
    if not isinstance(old, Code) or not isinstance(new, Code) or "examples" not in parts:
        return parts
    same = [(one.id, one.text, one.kind, one.codes, one.counted) for one in old.examples] == [
        (one.id, one.text, one.kind, one.codes, one.counted) for one in new.examples
    ]
    return tuple(part for part in parts if part != "examples" or not same)


def code_by(codebook: Codebook, notes: pd.DataFrame, *, jobs: int = 1) -> pd.DataFrame:
    """The coding table of notes by the rules of one codebook, in several processes where there are many."""
    coder = DoubleCoder(Coder(codebook), how="rules")
    records = cast("list[dict[str, Any]]", notes.to_dict("records"))
    lots = code_lots(records, coder, list, jobs=jobs)
    rows: list[CodedUnit] = [row for lot in lots for row in lot.rows]
    return pd.DataFrame(rows, columns=list(CodedUnit._fields)).astype({"counts": bool})


def code_by_both(
    old: Codebook, new: Codebook, notes: pd.DataFrame, *, jobs: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The coding tables of notes by the rules of two codebooks; of many notes each in a process of its own.

    Raises
    ------
    WorkerLostError, WorkerFailedError
        When a process ends before its work, or meets an error nobody foresaw.
    """
    if jobs == 1 or len(notes) < _WORTH_A_PROCESS:
        return code_by(old, notes), code_by(new, notes)
    # read-only mappings cannot be sent to another process; plain ones can
    plain = replace(new, words=dict(new.words), by_id=dict(new.by_id))
    each = jobs // 2
    with Processes(1, _start, plain, each) as processes:
        processes.give(0, notes)
        by_old = code_by(old, notes, jobs=each)
        _, by_new = processes.take()
        return by_old, by_new


def _start(codebook: Codebook, jobs: int) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return partial(code_by, codebook, jobs=jobs)


def find_moves(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The units that count for other codes in one coding table than in another of the same notes.

    Returns
    -------
    DataFrame
        A row a unit: `case_id, entry_no, unit_no, start, end`, `move` ("gained" where it counted for nothing
        before, "lost" where it counts for nothing now, else "moved"), `old`, `new` (the codes it counts for,
        parted by blanks), `old_rules`, `new_rules`.
    """
    where = [*UNIT, "start", "end"]
    counted = {name: table[table["counts"].astype(bool)] for name, table in (("old", old), ("new", new))}
    keys = {name: pd.MultiIndex.from_frame(table[[*UNIT, "code"]]) for name, table in counted.items()}
    differs = pd.concat(
        [
            counted["old"].loc[~keys["old"].isin(keys["new"]), where],
            counted["new"].loc[~keys["new"].isin(keys["old"]), where],
        ]
    ).drop_duplicates()
    found = differs.sort_values(where, ignore_index=True, kind="stable")
    for name, table in counted.items():
        mine = table.merge(differs, on=where).sort_values("code", kind="stable").groupby(where)
        joined = mine.agg(codes=("code", " ".join), rules=("rule_id", " ".join)).reset_index()
        joined = joined.rename(columns={"codes": name, "rules": f"{name}_rules"})
        found = found.merge(joined, on=where, how="left")
    found = found.fillna({name: "" for name in ("old", "new", "old_rules", "new_rules")})
    move = pd.Series("moved", index=found.index).mask(found["old"] == "", "gained")
    found.insert(len(where), "move", move.mask(found["new"] == "", "lost"))
    return found[[*where, "move", "old", "new", "old_rules", "new_rules"]]


def judge_moves(gold: Sequence[GoldUnit], old: pd.DataFrame, new: pd.DataFrame) -> dict[str, int]:
    """How many codings a change of the codebook takes away and adds, and how many of them are wrong.

    Parameters
    ----------
    gold
        Units that others coded.
    old, new
        The two coding tables; codings of other units are left out.

    Returns
    -------
    dict
        `removed, removed_wrong, added, added_wrong`: counted codings, a unit and code each.
    """
    key = ["case_id", "entry_no", "unit_no", "code"]
    judged = {
        name: judged_rows(gold, table).set_index(key)["wrong"] for name, table in (("old", old), ("new", new))
    }
    found: dict[str, int] = {}
    for name, mine, other in (("removed", "old", "new"), ("added", "new", "old")):
        moved = judged[mine][~judged[mine].index.isin(judged[other].index)]
        found |= {name: len(moved), f"{name}_wrong": int(moved.sum())}
    return found


def count_moves(
    old: pd.DataFrame, new: pd.DataFrame, moves: pd.DataFrame, *, forces: pd.Series | None = None
) -> pd.DataFrame:
    """What a change of the codebook does to each code, force by force.

    Parameters
    ----------
    old, new
        The two coding tables.
    moves
        As `find_moves` gives them.
    forces
        The force of each case, by `case_id`; by default all are of one, without a name.

    Returns
    -------
    DataFrame
        A row a force and code that changes: `force, code`, units that count for it in `old` and `new`, and
        of the difference those `gained` from nothing, `lost` to nothing, `moved_in` from and `moved_out` to
        other codes (a unit that only gains or loses a further code is among them).
    """
    tables = []
    for name, table in (("old", old), ("new", new)):
        counted = table[table["counts"].astype(bool)].drop_duplicates([*UNIT, "code"])
        tables.append(counted.groupby([_force(counted, forces), "code"]).size().rename(name))
    sides = []
    for mine, other, alone, beside in (
        ("new", "old", "gained", "moved_in"),
        ("old", "new", "lost", "moved_out"),
    ):
        rows = moves.assign(force=_force(moves, forces), code=moves[mine].str.split()).explode("code")
        rows = rows[rows["code"].notna()]
        pairs = zip(rows["code"], rows[other], strict=True)
        rows = rows[np.array([code not in codes.split() for code, codes in pairs], dtype=bool)]
        sides.append(rows[rows["move"] == alone].groupby(["force", "code"]).size().rename(alone))
        sides.append(rows[rows["move"] == "moved"].groupby(["force", "code"]).size().rename(beside))
    table = pd.concat([*tables, *sides], axis=1).fillna(0).astype(int)
    table = table[["old", "new", "gained", "lost", "moved_in", "moved_out"]].rename_axis(["force", "code"])
    changed = table[["gained", "lost", "moved_in", "moved_out"]].any(axis=1)
    return table[changed].sort_index().reset_index()


def _force(table: pd.DataFrame, forces: pd.Series | None) -> pd.Series:
    named = table["case_id"].map(forces) if forces is not None else pd.Series("", index=table.index)
    return named.rename("force")
