"""Every rule that fires on some notes, read once: what each finds, and what would stand without it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from nlp.coder import CodedUnit, Coder, ReadNote
from nlp.combine import LEAST_PROBABILITY, Combination, combine
from nlp.decide import Given

__all__ = ["UNIT", "Firing", "LeftOut", "changes", "joined", "leave_one_out", "read_firing"]

UNIT = ["case_id", "entry_no", "unit_no"]
Left = Literal["rule_id", "code"]
_FIRED = [*UNIT, "start", "end", "code", "rule_id", "counts", "trigger_start", "trigger_end"]


@dataclass(frozen=True)
class Firing:
    """Notes as the rules read them, before any code gives way.

    Attributes
    ----------
    coder
        The rules.
    notes
        Each note with its units and all that its rules gave them, in the order of the notes.
    fired
        A row a unit and rule that fires there: `case_id, entry_no, unit_no, start, end, code, rule_id,
        counts, trigger_start, trigger_end` (code points of the note; the first place that counts, where it
        fires more than once), and `note`, the place in `notes`.
    table
        The rules' coding table.
    """

    coder: Coder
    notes: tuple[ReadNote, ...]
    fired: pd.DataFrame
    table: pd.DataFrame


@dataclass(frozen=True)
class LeftOut:
    """What would be coded if one rule after another, or one code after another, did not exist.

    Attributes
    ----------
    units
        The units that might be coded otherwise: `left` (the rule or code), `case_id, entry_no, unit_no`.
    before, after
        The coding of those units with everything, and without `left`: the columns of a coding table and
        `left`.
    """

    units: pd.DataFrame
    before: pd.DataFrame
    after: pd.DataFrame

    def table_without(self, left: str, coding: pd.DataFrame) -> pd.DataFrame:
        """The whole coding table as it would be without one rule or code."""
        mine = self.units[self.units["left"] == left]
        touched = pd.MultiIndex.from_frame(coding[UNIT]).isin(pd.MultiIndex.from_frame(mine[UNIT]))
        after = self.after.loc[self.after["left"] == left, list(coding.columns)]
        return pd.concat([coding[~touched], after]).sort_values(
            [*UNIT, "code"], ignore_index=True, kind="stable"
        )


def read_firing(notes: pd.DataFrame, coder: Coder) -> Firing:
    """Read notes once, keeping every rule that fires.

    Parameters
    ----------
    notes
        As for `Coder.code_notes`.
    coder
        The rules.
    """
    read = tuple(coder.read_stream(notes.to_dict("records")))
    fired = pd.DataFrame(
        [row for at, note in enumerate(read) for row in _fired(note, at)], columns=[*_FIRED, "note"]
    )
    rows = [
        row
        for note in read
        for unit_no, unit in enumerate(note.units, start=1)
        if unit.given
        for row in coder.settle(note, unit_no)
    ]
    return Firing(coder, read, fired.astype({"counts": bool}), _as_table(rows))


def joined(parts: Sequence[Firing]) -> Firing:
    """The notes of several forces, read by one codebook, as one."""
    moved, fired = 0, []
    for part in parts:
        fired.append(part.fired.assign(note=part.fired["note"] + moved))
        moved += len(part.notes)
    return Firing(
        parts[0].coder,
        tuple(note for part in parts for note in part.notes),
        pd.concat(fired, ignore_index=True),
        pd.concat([part.table for part in parts], ignore_index=True),
    )


def _fired(note: ReadNote, at: int) -> Iterator[tuple[Any, ...]]:
    for unit_no, (unit, given, _) in enumerate(note.units, start=1):
        place = (note.entry.case_id, note.entry.entry_no, unit_no, unit.start, unit.end)
        first: dict[str, Given] = {}
        for one in sorted(given, key=lambda one: (not one.counts, one.start)):
            first.setdefault(one.rule.id, one)
        for rule_id in sorted(first):
            one = first[rule_id]
            yield (*place, one.code, rule_id, one.counts, one.start, one.end, at)


def _as_table(rows: Iterable[CodedUnit]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(CodedUnit._fields)).astype({"counts": bool})


def leave_one_out(
    firing: Firing,
    by_reader: pd.DataFrame,
    *,
    by: Left,
    how: Combination = "either",
    least: float = LEAST_PROBABILITY,
) -> LeftOut:
    """Leave out one rule after another, or one code after another, and settle the units it fires on anew.

    Nothing is read again: what a rule found was kept, and whether another rule or the reader then gives a
    code, or a code that had given way comes back, is decided as it is when notes are coded.

    Parameters
    ----------
    firing
        The notes.
    by_reader
        The trained reader's own coding table of the notes; empty where it was not asked.
    by
        "rule_id", or "code": then the reader's codings of that code are left out too.
    how, least
        As for `combine`.
    """
    fired = firing.fired[[by, *UNIT, "note"]].drop_duplicates().rename(columns={by: "left"})
    if by == "code":
        places = firing.fired[[*UNIT, "note"]].drop_duplicates(UNIT)
        heard = by_reader[["code", *UNIT]].rename(columns={"code": "left"}).merge(places, on=UNIT, how="left")
        fired = pd.concat([fired, heard]).drop_duplicates(["left", *UNIT])
    units = fired.sort_values(["left", *UNIT], ignore_index=True, kind="stable")
    standing = combine(firing.table, by_reader, how=how, least=least)
    rules_of: dict[str, frozenset[str]] = {}
    for rule in firing.coder.codebook.rules():
        name = rule.id if by == "rule_id" else rule.code
        rules_of[name] = rules_of.get(name, frozenset()) | {rule.id}
    rules = _as_table(_settled_without(units, firing, rules_of))
    reader = _at_places(units, by_reader)
    if by == "code":
        reader = reader[reader["code"] != reader["left"]]
    # the place in `units` stands for the case, so that all are joined at once
    after = combine(rules, reader[list(CodedUnit._fields)], how=how, least=least)
    at = after["case_id"].astype(int)
    after = after.assign(left=units["left"].to_numpy()[at], case_id=units["case_id"].to_numpy()[at])
    before = _at_places(units, standing)
    before = before.assign(case_id=units["case_id"].to_numpy()[before["case_id"].astype(int)])
    return LeftOut(units[["left", *UNIT]], before, after)


def _settled_without(
    units: pd.DataFrame, firing: Firing, rules_of: Mapping[str, frozenset[str]]
) -> Iterator[CodedUnit]:
    at_rules = units[units["note"].notna()]
    for place, left, unit_no, note in at_rules[["left", "unit_no", "note"]].itertuples(name=None):
        for row in firing.coder.settle(firing.notes[int(note)], unit_no, without=rules_of[left]):
            yield row._replace(case_id=place)


def _at_places(units: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a coding table at each of the units; the unit's place stands for the case."""
    placed = units[["left", *UNIT]].rename_axis("place").reset_index()
    return table.merge(placed, on=UNIT).drop(columns="case_id").rename(columns={"place": "case_id"})


def changes(left: LeftOut) -> pd.DataFrame:
    """What leaving something out does to what counts.

    Returns
    -------
    DataFrame
        A row a rule or code that fires, `left` as index: `units` it fires on, `lost` and `gained` (codings
        that count: unit and code), `victim`, `suspect` (change in counted units of the orientation) and
        `cases` (case files in which anything of this changes); largest change first.
    """
    key = ["left", *UNIT]
    before, after = (table[table["counts"].astype(bool)] for table in (left.before, left.after))
    had, has = (pd.MultiIndex.from_frame(table[[*key, "code"]]) for table in (before, after))
    lost, gained = before[~had.isin(has)], after[~has.isin(had)]
    table = pd.DataFrame(
        {
            "units": left.units.groupby("left").size(),
            "lost": lost.groupby("left").size(),
            "gained": gained.groupby("left").size(),
            **{
                name: _units(after, orientation).sub(_units(before, orientation), fill_value=0)
                for name, orientation in (("victim", "victim-credibility"), ("suspect", "suspect-focus"))
            },
            "cases": pd.concat([lost, gained]).groupby("left")["case_id"].nunique(),
        }
    )
    table = table.fillna(0).astype(int).rename_axis("left")
    size = table["victim"].abs() + table["suspect"].abs()
    order = table.assign(size=size, all=table["lost"] + table["gained"])
    return order.sort_values(["size", "all"], ascending=False, kind="stable")[list(table.columns)]


def _units(table: pd.DataFrame, orientation: str) -> pd.Series:
    mine = table[table["orientation"] == orientation].drop_duplicates(["left", *UNIT])
    return mine.groupby("left").size()
