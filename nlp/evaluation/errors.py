"""The (unit, code) pairs on which table and gold differ in what counts, and the kind of each error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nlp.context import DEFAULTS, HISTORY_CODES
from nlp.evaluation.scores import ORIENTATIONS, Row, rows_by_unit, shared
from nlp.reader.corpus import GoldUnit

__all__ = [
    "KINDS",
    "count_kinds",
    "examples",
    "find_errors",
    "judged_rows",
    "rules_in_error",
    "with_words",
]

KINDS: Mapping[str, str] = {
    "unit boundary": "the other side has the code on a unit that overlaps this one: cut differently",
    "context: polarity": "both have the code, and differ on whether it is denied or was not done",
    "context: voice": "both have the code, and differ on who holds it",
    "context: status": "both have the code, and differ on whether it only might be done",
    "context: frame": "both have the code, and differ on whether it is about an earlier event",
    "context: form or limit": "both have the code, and differ on boilerplate or on a limited request",
    "one code too few or many": "both have a code of the orientation; this further one only one side has",
    "another code": "one code for another of the same orientation: the side is right, the ground is not",
    "taken for the other orientation": "the other side counts the opposite orientation, this side does not",
    "heard, held not to count": "the other side has another code of this orientation, which does not count",
    "beside the other orientation": "the other side has only codes of the opposite orientation on the unit",
    "taken for content or care": "the other side has only residual, care or liaison codes on the unit",
    "silence": "the other side has nothing on the unit",
}
"""What each kind means; a pair is of the first kind that fits, in this order."""

_COUNTING = {
    "polarity": ("affirmed",),
    "voice": ("police",),
    "status": ("done", "planned"),
    "frame": ("current",),
}

_COLUMNS = [
    *("unit_id", "case_id", "entry_no", "start", "end", "code", "side"),
    *("kind", "detail", "gold", "table", "rule_id"),
]


@dataclass(frozen=True)
class _Side:
    """What gold or table says of one unit: codes that count, codes held not to count, codes that cannot."""

    counted: frozenset[str]
    held: Mapping[str, Row]
    other: frozenset[str]

    def like(self, code: str) -> set[str]:
        """The codes that count and are of a code's orientation."""
        return {name for name in self.counted if name[:4] == code[:4]}


def find_errors(gold: Sequence[GoldUnit], table: pd.DataFrame) -> pd.DataFrame:
    """List the (unit, code) pairs that count on one side only.

    Parameters
    ----------
    gold
        Gold units, as `read_gold` gives them.
    table
        A coding table of the same notes.

    Returns
    -------
    DataFrame
        A row a pair: `unit_id, case_id, entry_no, start, end, code, side` ("missed" where only gold counts
        it, "wrongly counted" where only the table does), `kind` (of `KINDS`), `detail` (the attribute's
        value, or the other side's codes), `gold`, `table` (the codes that count on each side, parted by
        blanks), `rule_id` (of the table's rows with this code that count, or where none does of those that
        do not; parted by blanks where there are several).
    """
    inside, _ = rows_by_unit(gold, table)
    of_entry: dict[tuple[str, int], list[GoldUnit]] = {}
    for unit in gold:
        of_entry.setdefault((unit.case_id, unit.entry_no), []).append(unit)
    found = [
        error
        for unit in gold
        for error in _errors_of_unit(unit, of_entry[unit.case_id, unit.entry_no], inside)
    ]
    return pd.DataFrame(found, columns=_COLUMNS)


def judged_rows(gold: Sequence[GoldUnit], table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a coding table that count and lie on gold units, and which of them are wrong.

    Returns
    -------
    DataFrame
        The columns of the table, and `gold_unit` (the unit a row belongs to, however the table's own is cut)
        and `wrong` (bool: the gold does not count the code there).
    """
    counted = {unit.unit_id: {code.code for code in unit.codes if code.counts} for unit in gold}
    inside, _ = rows_by_unit(gold, table)
    judged = [
        {**row, "gold_unit": unit_id, "wrong": row["code"] not in counted[unit_id]}
        for unit_id, rows in inside.items()
        for row in rows
        if row["counts"]
    ]
    return pd.DataFrame(judged, columns=[*table.columns, "gold_unit", "wrong"]).astype({"wrong": bool})


def count_kinds(errors: pd.DataFrame) -> pd.DataFrame:
    """How often each kind of error occurs, commonest first.

    Returns
    -------
    DataFrame
        A row a kind that occurs: `kind`, `missed`, `wrongly_counted`, `pairs`, `share` (of all errors),
        `means`.
    """
    counts = pd.crosstab(errors["kind"], errors["side"]).reindex(
        columns=["missed", "wrongly counted"], fill_value=0
    )
    counts = counts.rename(columns={"wrongly counted": "wrongly_counted"}).reindex(
        [kind for kind in KINDS if kind in counts.index]
    )
    pairs = counts.sum(axis=1)
    named = counts.assign(
        pairs=pairs, share=pairs / max(len(errors), 1), means=[KINDS[kind] for kind in counts.index]
    )
    named = named.rename_axis(index="kind", columns=None)
    return named.sort_values("pairs", ascending=False, kind="stable").reset_index()


def with_words(errors: pd.DataFrame, notes: pd.DataFrame) -> pd.DataFrame:
    """Errors with the `words` of their units; only for notes that anybody may read."""
    texts = {(note["case_id"], note["entry_no"]): note["text"] for note in notes.to_dict("records")}
    words = [
        " ".join(texts[row["case_id"], row["entry_no"]][row["start"] : row["end"]].split())
        for row in errors.to_dict("records")
    ]
    return errors.assign(words=words)


def examples(errors: pd.DataFrame, notes: pd.DataFrame, *, each: int) -> pd.DataFrame:
    """A few errors of every kind with their words, commonest kind first, spread over the case files.

    Parameters
    ----------
    errors
        As `find_errors` gives them; those of notes that are not given are left out.
    notes
        Notes that anybody may read.
    each
        How many of a kind.
    """
    open_to_all = errors[errors["case_id"].isin(notes["case_id"])]
    turn = open_to_all.groupby(["kind", "case_id"]).cumcount()
    order = {kind: at for at, kind in enumerate(count_kinds(open_to_all)["kind"])}
    spread = open_to_all.assign(turn=turn, order=open_to_all["kind"].map(order))
    spread = spread.sort_values(["order", "turn"], kind="stable").groupby("kind", sort=False).head(each)
    return with_words(spread, notes)[["kind", "side", "code", "detail", "gold", "table", "rule_id", "words"]]


def rules_in_error(errors: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Which rules' codings count wrongly most often, for whoever wants to mend one.

    Returns
    -------
    DataFrame
        A row a rule: `rule_id`, `counted` (its rows that count), `wrong`, `share` wrong; most wrong first.
    """
    counted = table[table["counts"].astype(bool)]["rule_id"].value_counts()
    wrong = errors[errors["side"] == "wrongly counted"]["rule_id"].str.split().explode().value_counts()
    found = pd.DataFrame({"counted": counted, "wrong": wrong}).fillna(0).astype(int).rename_axis("rule_id")
    found = found[found["wrong"] > 0].assign(share=lambda rows: rows["wrong"] / rows["counted"])
    return found.sort_values(["wrong", "share"], ascending=False, kind="stable").reset_index()


def _errors_of_unit(
    unit: GoldUnit, entry: Sequence[GoldUnit], inside: Mapping[str, Sequence[Row]]
) -> Iterator[tuple[str | int, ...]]:
    rows = inside.get(unit.unit_id, [])
    gold, table = _side_of_gold(unit), _side_of_table(rows)
    shown = " ".join(sorted(gold.counted)), " ".join(sorted(table.counted))
    for code in sorted(gold.counted ^ table.counted):
        missed = code in gold.counted
        mine, theirs = (gold, table) if missed else (table, gold)
        if _moved(code, unit, entry, inside, missed=missed):
            kind, detail = "unit boundary", ""
        else:
            kind, detail = _kind(code, mine, theirs)
        here = [row for row in rows if row["code"] == code]
        standing = [row for row in here if row["counts"]] or here
        rules = sorted({str(row.get("rule_id") or "") for row in standing})
        place = (unit.unit_id, unit.case_id, unit.entry_no, unit.start, unit.end)
        yield (*place, code, "missed" if missed else "wrongly counted", kind, detail, *shown, " ".join(rules))


def _kind(code: str, mine: _Side, theirs: _Side) -> tuple[str, str]:
    if code in theirs.held:
        attribute, value = _held_back_by(code, theirs.held[code])
        return f"context: {attribute}", value
    if alike := theirs.like(code):
        both = mine.counted & alike
        kind = "one code too few or many" if both else "another code"
        return kind, " ".join(sorted(both or alike))
    if across := {name for name in theirs.counted - mine.counted if name[:4] in ORIENTATIONS}:
        return "taken for the other orientation", " ".join(sorted(across))
    if held := sorted(name for name in theirs.held if name[:4] == code[:4]):
        return "heard, held not to count", " ".join(held)
    if beside := sorted({*theirs.counted, *theirs.held}):
        return "beside the other orientation", " ".join(beside)
    if theirs.other:
        return "taken for content or care", " ".join(sorted(theirs.other))
    return "silence", ""


def _held_back_by(code: str, values: Row) -> tuple[str, str]:
    """The attribute, and its value, that keeps a code from counting."""
    for attribute, allowed in _COUNTING.items():
        value = values.get(attribute) or DEFAULTS[attribute]
        if value not in allowed and not (attribute == "frame" and code in HISTORY_CODES):
            return attribute, value
    return "form or limit", "limited" if values.get("purpose") == "limited" else "boilerplate"


def _moved(
    code: str,
    unit: GoldUnit,
    entry: Sequence[GoldUnit],
    inside: Mapping[str, Sequence[Row]],
    *,
    missed: bool,
) -> bool:
    """Whether the code counts on the other side too, on a unit that overlaps this one but is not its own."""
    others = [other for other in entry if other.unit_id != unit.unit_id]
    if missed:
        return any(
            row["code"] == code and row["counts"] and shared(unit, row) > 0
            for other in others
            for row in inside.get(other.unit_id, ())
        )
    mine = [row for row in inside.get(unit.unit_id, ()) if row["code"] == code]
    return any(
        one.code == code and one.counts and shared(other, row) > 0
        for row in mine
        for other in others
        for one in other.codes
    )


def _side_of_gold(unit: GoldUnit) -> _Side:
    return _side((one.code, one.attributes, one.counts) for one in unit.codes)


def _side_of_table(rows: Sequence[Row]) -> _Side:
    return _side((row["code"], row, bool(row["counts"])) for row in rows)


def _side(codes: Iterable[tuple[str, Row, bool]]) -> _Side:
    codes = list(codes)
    counted = frozenset(code for code, _, counts in codes if counts)
    focus = {code: values for code, values, _ in codes if code[:4] in ORIENTATIONS and code not in counted}
    other = frozenset(code for code, _, _ in codes if code[:4] not in ORIENTATIONS)
    return _Side(counted, focus, other)
