"""Two readings of the same notes side by side: which rows stand, and where people should look.

The rules and the trained reader code the same units, so a unit is found in both tables by case, entry and
unit number. Every row keeps its `source`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from nlp.coder import Coder
from nlp.reader import load_reader, stated_probability

__all__ = [
    "COMBINATIONS",
    "LEAST_PROBABILITY",
    "Combination",
    "Readings",
    "combine",
    "differences",
    "read_twice",
]

Combination = Literal["rules", "reader", "either", "both", "rules-first", "reader-first"]
COMBINATIONS: tuple[Combination, ...] = get_args(Combination)
LEAST_PROBABILITY = 0.1
"""Chosen on writers held out: as many units are found, of either orientation, as the gold has."""
_UNIT = ["case_id", "entry_no", "unit_no"]
_CODING = [*_UNIT, "code"]


@dataclass(frozen=True)
class Readings:
    """Notes as the rules read them, as the reader reads them, and as they are coded in the end.

    Attributes
    ----------
    table
        The coding table that stands.
    entries
        Per note: units, units dropped, words.
    differences
        Units for people to look at, as `differences` gives them; none where only one of the two was asked.
    by_reader
        The reader's own coding table, before the two were joined; empty where it was not asked.
    reader
        Which trained reader was asked, as its rows name it; empty where none was.
    """

    table: pd.DataFrame
    entries: pd.DataFrame
    differences: pd.DataFrame
    by_reader: pd.DataFrame
    reader: str


def read_twice(
    notes: pd.DataFrame, coder: Coder, *, how: Combination = "either", least: float = LEAST_PROBABILITY
) -> Readings:
    """Code notes by the rules and by the trained reader, and join the two.

    Parameters
    ----------
    notes
        Columns `case_id, entry_no, text`; `author_role` and `entry_type` are used where present.
    coder
        The rules.
    how, least
        See `combine`. The reader is not asked where the rules stand alone.
    """
    rules = coder.code_notes(notes)
    if how == "rules":
        differ = differences(rules.table, rules.table)
        return Readings(rules.table, rules.entries, differ, rules.table.iloc[:0], reader="")
    reader = load_reader()
    read = reader.read(notes, codebook_version=coder.codebook.version)
    table = combine(rules.table, read, how=how, least=least)
    return Readings(table, rules.entries, differences(rules.table, read), read, reader=reader.id)


def combine(
    rules: pd.DataFrame,
    reader: pd.DataFrame,
    *,
    how: Combination = "either",
    least: float = LEAST_PROBABILITY,
) -> pd.DataFrame:
    """Join the rules' coding table and the reader's into one.

    Parameters
    ----------
    rules, reader
        Coding tables of the same notes.
    how
        - ``rules``: the rules alone.
        - ``reader``: the reader alone.
        - ``either``: what either found. Where both gave a code to a unit, the rules' row stands, with its
          words, unless only the reader's counts.
        - ``both``: the rules' rows that count for the reader too; other codes as the rules have them.
        - ``rules-first``: the rules; the reader only on units where the rules found no victim-credibility
          or suspect-focus code at all.
        - ``reader-first``: the reader's codes; where the rules gave the same code, the rules' row and so
          their context.
    least
        Rows the reader itself gives a lower probability than this are left out first. It bears on
        every way but ``rules`` and ``reader``.

    Returns
    -------
    DataFrame
        A coding table: no unit has a code twice, and a residual code stands only where nothing else does.
    """
    if how not in COMBINATIONS:
        raise ValueError(
            f"{how!r} is no way to combine two readings. Choose one of {', '.join(COMBINATIONS)}."
        )
    if how == "rules":
        return rules
    if how == "reader":
        return reader
    reader = reader[stated_probability(reader) >= least]
    found = pd.concat(_chosen(rules, reader, how=how), ignore_index=True)
    found = found.drop_duplicates(_CODING)
    return _residual_last(found).sort_values(_CODING, ignore_index=True, kind="stable")


def _chosen(rules: pd.DataFrame, reader: pd.DataFrame, *, how: Combination) -> list[pd.DataFrame]:
    """The rows that may stand; of two for one code of one unit the first stands."""
    if how == "either":
        return [
            rules[rules["counts"]],
            reader[reader["counts"]],
            rules[~rules["counts"]],
            reader[~reader["counts"]],
        ]
    if how == "both":
        agreed = rules["counts"] & _among(rules, reader[reader["counts"]], by=_CODING)
        return [rules[agreed | ~rules["counts"]]]
    if how == "rules-first":
        return [rules, reader[~_among(reader, rules[rules["orientation"] != "other"], by=_UNIT)]]
    return [rules[_among(rules, reader, by=_CODING)], reader]


def _among(table: pd.DataFrame, other: pd.DataFrame, *, by: list[str]) -> pd.Series[bool]:
    """Which rows of a table have a row of the other with the same unit (and code)."""
    keys = pd.MultiIndex.from_frame(table[by])
    return pd.Series(keys.isin(pd.MultiIndex.from_frame(other[by])), index=table.index)


def _residual_last(table: pd.DataFrame) -> pd.DataFrame:
    """Drop residual codes beside any other code, and all but the first of several."""
    residual = table["code"].isin(["oth-account-content", "oth-evidence-neutral", "oth-admin"])
    beside = _among(table, table[~residual], by=_UNIT)
    alone = table[residual & ~beside].drop_duplicates(_UNIT)
    return pd.concat([table[~residual], alone])


def differences(rules: pd.DataFrame, reader: pd.DataFrame) -> pd.DataFrame:
    """The units on which the two readings differ in what counts, for people to look at.

    Returns
    -------
    DataFrame
        A row a unit: `case_id, entry_no, unit_no, start, end`, then `differ_on` ("orientation" where one
        finds a focus the other does not, else "code"), `rules` and `reader` (the codes that count for
        each, parted by blanks), `confidence` (the reader's, "low" if any of its codes is low). Differences
        of orientation first, and among them those the reader is surer of.
    """
    where = [*_UNIT, "start", "end"]
    counted = {
        "rules": rules[rules["counts"].astype(bool)],
        "reader": reader[reader["counts"].astype(bool)],
    }
    sides = {
        name: table.groupby(where)["code"].agg(lambda codes: " ".join(sorted(set(codes))))
        for name, table in counted.items()
    }
    unsure = set(
        counted["reader"]
        .loc[counted["reader"]["confidence"] == "low", where]
        .itertuples(index=False, name=None)
    )
    found = pd.DataFrame(sides).fillna("").rename_axis(where).reset_index()
    found = found[found["rules"] != found["reader"]]
    same = [
        _orientations(ours) == _orientations(theirs)
        for ours, theirs in zip(found["rules"], found["reader"], strict=True)
    ]
    found.insert(len(where), "differ_on", ["code" if alike else "orientation" for alike in same])
    found["confidence"] = [
        "low" if key in unsure else "high" for key in found[where].itertuples(index=False, name=None)
    ]
    order = found.assign(by_code=found["differ_on"] == "code", unsure=found["confidence"] == "low")
    return order.sort_values(["by_code", "unsure", *_UNIT], ignore_index=True, kind="stable").drop(
        columns=["by_code", "unsure"]
    )


def _orientations(codes: str) -> set[str]:
    return {code[:4] for code in codes.split()}
