"""What each rule finds, whom it overlaps with, and where it is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from nlp.audit.firing import UNIT, Firing
from nlp.codebook import Codebook
from nlp.evaluation.errors import find_errors, judged_rows
from nlp.reader.corpus import GoldUnit

__all__ = ["overlaps", "precision_of_rules", "rule_table", "wrong_instances"]

_COUNTS = ["fires", "cases", "forces", "stands", "counted", "same_code", "other_code", "alone"]


def rule_table(
    firing: Firing, *, by_reader: pd.DataFrame | None = None, forces: pd.Series | None = None
) -> pd.DataFrame:
    """What every rule of the codebook does on some notes.

    Parameters
    ----------
    firing
        The notes.
    by_reader
        The trained reader's own coding table of them, where it was asked.
    forces
        The force of each case, by `case_id`; by default all are of one.

    Returns
    -------
    DataFrame
        A row a rule, in the codebook's order: `code, rule_id, says`; units on which it `fires`, their `cases`
        and `forces`; units of which its row `stands` in the rules' table, and of these `counted`; units it
        shares with another rule of the `same_code`, and of an `other_code`; units where it `alone` gives the
        code; `unheard`, counted units where the reader was asked and does not count the code (missing where
        it was not).
    """
    fired = firing.fired.assign(one=1)
    unit_code = fired.groupby([*UNIT, "code"])["rule_id"].transform("size")
    of_unit = fired.groupby(UNIT)["rule_id"].transform("size")
    fired["same_code"], fired["other_code"] = unit_code > 1, of_unit > unit_code
    fired["alone"] = unit_code == 1
    fired["force"] = fired["case_id"].map(forces) if forces is not None else ""
    standing = firing.table
    counted = standing[standing["counts"].astype(bool)]
    by_rule = fired.groupby("rule_id")
    table = pd.DataFrame(
        {
            "fires": by_rule.size(),
            "cases": by_rule["case_id"].nunique(),
            "forces": by_rule["force"].nunique(),
            "stands": standing.groupby("rule_id").size(),
            "counted": counted.groupby("rule_id").size(),
            **{name: by_rule[name].sum() for name in ("same_code", "other_code", "alone")},
        }
    )
    said = _wording(firing.coder.codebook)
    table = said.join(table.fillna(0).astype(int), on="rule_id")
    table[_COUNTS] = table[_COUNTS].fillna(0).astype(int)
    if by_reader is None or by_reader.empty:
        return table.assign(unheard=pd.Series(pd.NA, index=table.index, dtype="Int64"))
    heard = pd.MultiIndex.from_frame(by_reader.loc[by_reader["counts"].astype(bool), [*UNIT, "code"]])
    apart = counted[~pd.MultiIndex.from_frame(counted[[*UNIT, "code"]]).isin(heard)]
    return table.assign(
        unheard=table["rule_id"].map(apart.groupby("rule_id").size()).fillna(0).astype("Int64")
    )


def _wording(codebook: Codebook) -> pd.DataFrame:
    return pd.DataFrame(
        [(rule.code, rule.id, rule.says) for rule in codebook.rules()], columns=["code", "rule_id", "says"]
    )


def overlaps(firing: Firing, *, least: int = 2) -> pd.DataFrame:
    """Pairs of rules that fire on the same units, most often first.

    Returns
    -------
    DataFrame
        A row a pair: `rule_id, other`, `units` shared (at least so many as `least`), `share` of the units of
        the one that fires on fewer, and `same_code`.
    """
    fired = firing.fired[[*UNIT, "rule_id", "code"]]
    pairs = fired.merge(fired.rename(columns={"rule_id": "other", "code": "other_code"}), on=UNIT)
    pairs = pairs[pairs["rule_id"] < pairs["other"]]
    counts = pairs.groupby(["rule_id", "other"]).agg(
        units=("code", "size"), code=("code", "first"), other_code=("other_code", "first")
    )
    found = counts[counts["units"] >= least].reset_index()
    fires = fired["rule_id"].value_counts()
    fewer = found[["rule_id", "other"]].apply(lambda rules: rules.map(fires)).min(axis=1)
    found = found.assign(share=found["units"] / fewer, same_code=found["code"] == found["other_code"])
    order = ["rule_id", "other", "units", "share", "same_code"]
    return found.sort_values(["units", "share"], ascending=False, ignore_index=True, kind="stable")[order]


def precision_of_rules(gold: Sequence[GoldUnit], table: pd.DataFrame) -> pd.DataFrame:
    """How often what a rule counts is right, where units were coded by others.

    Parameters
    ----------
    gold
        Units of a corpus (`read_gold`), or of an adjudicated audit.
    table
        A coding table of the same notes; rows outside the units of the gold are left out.

    Returns
    -------
    DataFrame
        By `rule_id`, of the rules that count anything on a gold unit: `audited` (pairs of gold unit and code
        counted by it), `wrong`, `precision`.
    """
    judged = judged_rows(gold, table).drop_duplicates(["gold_unit", "code", "rule_id"])
    found = judged.groupby("rule_id").agg(audited=("wrong", "size"), wrong=("wrong", "sum")).astype(int)
    return found.assign(precision=1 - found["wrong"] / found["audited"])


def wrong_instances(gold: Sequence[GoldUnit], table: pd.DataFrame, *, rule_id: str = "") -> pd.DataFrame:
    """The counted codings of rules that the gold does not count, with the kind of each error.

    Returns
    -------
    DataFrame
        As `find_errors` gives them, of one rule or of all.
    """
    errors = find_errors(gold, table)
    wrong = errors[errors["side"] == "wrongly counted"].reset_index(drop=True)
    return wrong[[rule_id in rules.split() for rules in wrong["rule_id"]]] if rule_id else wrong
