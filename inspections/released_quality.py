"""What may be published about the quality of a force's data.

A count is of cases of the frame, never of rows: one case with five odd notes is one case. A share by quarter
is given as a range in words, and only where that does not tell that few cases have the field, or few lack it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from inspections.completeness import NOT_A_GAP
from inspections.disclosure import Decision, Released, log_of, release_gaps, with_status
from inspections.suppression import Atoms, Rule

__all__ = ["RANGES", "found_in_cases", "release_completeness", "release_data_gaps", "release_quality"]

RANGES = ((0.0, "none"), (0.5, "under half"), (0.9, "half to under 90%"), (1.0, "90% or more"))
"""Upper end of a range of shares, and its name; at the end itself only for none. Above them all: all."""


def release_data_gaps(gaps: pd.DataFrame, decision: Decision) -> Released:
    """Hide small counts of empty fields, of every table.

    Parameters
    ----------
    gaps : DataFrame
        As `inspections.completeness.find_gaps` gives it, of the frame.
    decision : Decision
        What was decided on the indicators, which print the counts of the fields of cases too.
    """
    policy = decision.policy
    of_cases = gaps["table"] == "cases"
    by_indicator = release_gaps(gaps[of_cases], decision)
    others = gaps[~of_cases]
    counts = [others["missing"], others["of"] - others["missing"]]
    small = pd.concat([count.fillna(0).map(policy.is_small) for count in counts], axis=1).any(axis=1)
    status = others["status"].mask(small, "suppressed")
    hidden = with_status(others, ["missing", "of"], hidden=small, policy=policy).assign(status=status)
    names = hidden.loc[small, "table"] + ": " + hidden.loc[small, "field"]
    log = log_of("gaps", ((name, "primary") for name in names), policy)
    table = pd.concat([by_indicator.table, hidden]).sort_index()
    return Released(table, pd.concat([by_indicator.log, log], ignore_index=True))


def found_in_cases(quality: pd.DataFrame, frame: Collection[str]) -> dict[str, Atoms]:
    """Cases of the frame that show what a check found, by row of the released table.

    Parameters
    ----------
    quality : DataFrame
        As `inspections.data_quality.grade_data` gives it.
    frame : collection of str
        References of the cases that could be drawn.
    """
    whole = frozenset(frame)
    atoms = {_row_name(row): whole.intersection(row["cases"]) for row in quality.to_dict("records")}
    return {name: cases for name, cases in atoms.items() if cases}


def release_quality(
    quality: pd.DataFrame, gaps: Released, decision: Decision, *, frame: Collection[str]
) -> Released:
    """Hide small counts of what was found in the data, and whatever would give them away.

    What was found in no case of the frame is not listed.

    Parameters
    ----------
    quality : DataFrame
        As `inspections.data_quality.grade_data` gives it.
    gaps : Released
        The released gaps, whose counts are taken over.
    decision : Decision
        Made with the cases of `found_in_cases` as the table ``data_quality``.
    frame : collection of str
        References of the cases that could be drawn.

    Returns
    -------
    Released
        ``grade, table, field, found, cases, of, effect, measures, status``. ``cases`` is blank where hidden,
        where nothing is held (``not recorded``) and where it cannot be told by case (``not counted``).
    """
    of_gap = quality["found"].isin(["empty", "not held", "never filled in"]) & quality["in_frame"].isna()
    kept = quality[of_gap | quality["in_frame"].isna() | (quality["in_frame"] > 0)]
    of_gaps = {
        (name, field): numbers
        for name, field, *numbers in gaps.table[["table", "field", "missing", "of", "status"]].itertuples(
            index=False, name=None
        )
    }
    atoms, rules, policy = found_in_cases(kept, frame), decision.of("data_quality"), decision.policy
    numbers: list[tuple[Any, Any, str]] = []
    for row, gap in zip(kept.to_dict("records"), of_gap[kept.index], strict=True):
        name = _row_name(row)
        if gap:
            missing, of, status = of_gaps[row["table"], row["field"]]
            numbers.append((missing, of, status))
        elif name not in atoms:
            numbers.append((pd.NA, pd.NA, "not counted"))
        elif name in rules:
            numbers.append((pd.NA, pd.NA, "suppressed"))
        else:
            numbers.append((policy.rounded(len(atoms[name])), policy.rounded(len(frame)), "shown"))
    table = kept[["grade", "table", "field", "found", "effect", "measures"]].reset_index(drop=True)
    table[["cases", "of", "status"]] = pd.DataFrame(numbers, index=table.index, dtype=object)
    table = table.astype({"cases": "Int64", "of": "Int64", "status": "str"})
    columns = ["grade", "table", "field", "found", "cases", "of", "effect", "measures", "status"]
    return Released(table[columns], log_of("data_quality", rules.items(), policy))


def _row_name(row: Mapping[Any, Any]) -> str:
    return f"{row['table']}, {row['field']}: {row['found']}"


def release_completeness(quarters: pd.DataFrame, decision: Decision) -> Released:
    """Tell by quarter how far each field is filled in, as a range in words.

    How many cases a quarter has is told nowhere, so "all" and "none" tell no count.

    Parameters
    ----------
    quarters : DataFrame
        As `inspections.completeness.completeness_by_quarter` gives it, of the frame.
    decision : Decision
        What was decided on the indicators: where they hide how many cases lack a field, no quarter of it is
        told, as the only one that is not full would tell.

    Returns
    -------
    Released
        ``field, quarter, filled, status``: the fields that should be filled in. ``filled`` is one of `RANGES`
        or "all"; blank where a part of the cases has the field and few have it or few lack it
        (``suppressed``), and where in no case of the quarter it should be filled in (``missing``).
    """
    policy = decision.policy
    told = quarters["expected"] & ~quarters["field"].isin(NOT_A_GAP)
    table = quarters[told].reset_index(drop=True)
    lacking = table["of"] - table["filled"]
    in_part = table["filled"].gt(0) & lacking.gt(0)
    small = in_part & (table["filled"].map(policy.is_small) | lacking.map(policy.is_small))
    hidden = ("missing-fields: " + table["field"]).isin(list(decision.of("indicators")))
    words = [
        _range(filled / of) if of else "" for filled, of in zip(table["filled"], table["of"], strict=True)
    ]
    status = np.select([small | hidden, table["of"] == 0], ["suppressed", "missing"], "shown")
    names = table["field"] + ": " + table["quarter"].astype(str)
    rules: list[tuple[str, Rule]] = [(name, "primary") for name in names[small]]
    rules += [(name, "secondary") for name in names[hidden & ~small]]
    released = table[["field", "quarter"]].assign(
        filled=pd.Series(words, index=table.index, dtype="str").mask(small | hidden, ""), status=status
    )
    return Released(released, log_of("completeness", rules, policy))


def _range(share: float) -> str:
    if share == 0:
        return "none"
    return next((name for end, name in RANGES[1:] if share < end), "all")
