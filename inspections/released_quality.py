"""What may be published about the quality of a force's data.

A count is of cases of the frame, never of rows: one case with five odd notes is one case. A share by quarter
is given as a range in words, and only where neither the cases with the field filled in nor those without it
are few, so that no count of a quarter can be worked out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from inspections.completeness import NOT_A_GAP
from inspections.disclosure import Policy, Released, release_gaps
from inspections.indicators.registry import Results
from inspections.suppression import Atoms, sets_to_hide

__all__ = ["RANGES", "release_completeness", "release_data_gaps", "release_quality"]

RANGES = ((0.0, "none"), (0.5, "under half"), (0.9, "half to under 90%"), (1.0, "90% or more"))
"""Upper end of a range of shares, and its name; at the end itself only for none. Above them all: all."""

_OF_THE_DATA = ("missing-fields", "outcome-coding", "dates-out-of-order")
_LOG = ["table", "row", "rule", "why"]


def release_data_gaps(gaps: pd.DataFrame, indicators: Released, *, policy: Policy) -> Released:
    """Hide small counts of empty fields, of every table.

    Parameters
    ----------
    gaps : DataFrame
        As `inspections.completeness.find_gaps` gives it, of the frame.
    indicators : Released
        The released indicators, which print the counts of the fields of cases too.
    policy : Policy
        Threshold.
    """
    of_cases = gaps["table"] == "cases"
    by_indicator = release_gaps(gaps[of_cases], indicators, policy=policy)
    others = gaps[~of_cases]
    counts = [others["missing"], others["of"] - others["missing"]]
    small = pd.concat([count.fillna(0).map(policy.is_small) for count in counts], axis=1).any(axis=1)
    hidden = others.assign(
        missing=others["missing"].mask(small),
        of=others["of"].mask(small),
        status=others["status"].mask(small, "suppressed"),
    )
    names = hidden.loc[small, "table"] + ": " + hidden.loc[small, "field"]
    log = [("gaps", name, "primary", f"fewer than {policy.threshold} rows") for name in names]
    table = pd.concat([by_indicator.table, hidden]).sort_index()
    logs = [part for part in (by_indicator.log, pd.DataFrame(log, columns=_LOG)) if len(part)]
    return Released(table, pd.concat(logs, ignore_index=True) if logs else by_indicator.log)


def release_quality(
    quality: pd.DataFrame,
    gaps: Released,
    results: Results,
    indicators: Released,
    *,
    frame: pd.Series,
    policy: Policy,
) -> Released:
    """Hide small counts of what was found in the data, and whatever would give them away.

    What was found in no case of the frame is not listed. The indicators of the data's quality count some of
    the same cases: what they hide stays hidden here, and what they show is reckoned with.

    Parameters
    ----------
    quality : DataFrame
        As `inspections.data_quality.grade_data` gives it.
    gaps : Released
        The released gaps, whose counts are taken over.
    results : Results
        The indicators and the cases behind them.
    indicators : Released
        The released indicators.
    frame : Series of str
        References of the cases that could be drawn.
    policy : Policy
        Threshold.

    Returns
    -------
    Released
        ``grade, table, field, found, cases, of, effect, measures, status``. ``cases`` is blank where hidden,
        where nothing is held (``not recorded``) and where it cannot be told by case (``not counted``).
    """
    of_gap = quality["found"].isin(["empty", "not held", "never filled in"]) & quality["in_frame"].isna()
    kept = quality[of_gap | quality["in_frame"].isna() | (quality["in_frame"] > 0)]
    table = kept[["grade", "table", "field", "found", "effect", "measures"]].reset_index(drop=True)
    names = ["table", "field", "missing", "of", "status"]
    counts = {
        (name, field): numbers
        for name, field, *numbers in gaps.table[names].itertuples(index=False, name=None)
    }
    whole = frozenset(frame)
    atoms = [whole.intersection(cases) for cases in kept["cases"]]
    hidden = _rows_to_hide(atoms, whole, results, indicators, policy)
    numbers: list[tuple[Any, Any, str]] = []
    for row, gap in enumerate(of_gap[kept.index]):
        if gap:
            missing, of, status = counts[table["table"][row], table["field"][row]]
            numbers.append((missing, of, status))
        elif not atoms[row]:
            numbers.append((pd.NA, pd.NA, "not counted"))
        elif row in hidden:
            numbers.append((pd.NA, pd.NA, "suppressed"))
        else:
            numbers.append((len(atoms[row]), len(whole), "shown"))
    table[["cases", "of", "status"]] = pd.DataFrame(numbers, index=table.index, dtype=object)
    table = table.astype({"cases": "Int64", "of": "Int64", "status": "str"})
    columns = ["grade", "table", "field", "found", "cases", "of", "effect", "measures", "status"]
    why = {
        "primary": f"fewer than {policy.threshold} cases",
        "secondary": "would let a hidden count be worked out",
    }
    log = [
        ("data_quality", f"{table['field'][row]}: {table['found'][row]}", rule, why[rule])
        for row, rule in sorted(hidden.items())
    ]
    return Released(table[columns], pd.DataFrame(log, columns=_LOG))


def _rows_to_hide(
    atoms: list[Atoms], whole: Atoms, results: Results, indicators: Released, policy: Policy
) -> dict[int, str]:
    """Rows whose number of cases must not be told, and by which rule."""
    shown, untold = _cases_of_indicators(results, indicators)
    printed = {row: cases for row, cases in enumerate(atoms) if cases}
    small = {
        row
        for row, cases in printed.items()
        if policy.is_small(len(cases)) or policy.is_small(len(whole - cases))
    }
    sizes = dict.fromkeys(whole, 1.0)
    first = {printed[row] for row in small} | untold
    rests = {whole - cases for cases in printed.values() if policy.is_small(len(whole - cases))}
    away = first | sets_to_hide(
        [*printed.values(), *shown, *untold, whole],
        sizes,
        hidden=first - shown,
        protected=sorted(first | rests, key=sorted),
        threshold=policy.threshold,
        fixed=[*(shown - untold), whole],
    )
    return {
        row: "primary" if row in small else "secondary"
        for row, cases in printed.items()
        if row in small or (cases in away and cases not in shown)
    }


def _cases_of_indicators(results: Results, indicators: Released) -> tuple[set[Atoms], set[Atoms]]:
    """Cases counted by the indicators of the data's quality: whose number is shown, and whose is hidden."""
    shown: set[Atoms] = set()
    untold: set[Atoms] = set()
    rows = indicators.table[["indicator", "group", "status"]].itertuples(index=False, name=None)
    status = {(name, part): told for name, part, told in rows}
    behind = results.cases[results.cases["indicator"].isin(_OF_THE_DATA)]
    for (indicator, group), cases in behind.groupby(["indicator", "group"], sort=True):
        counted: Atoms = frozenset(cases.loc[cases["counted"].astype(bool), "case_id"])
        if counted:
            (untold if status[str(indicator), str(group)] == "suppressed" else shown).add(counted)
    return shown - untold, untold


def release_completeness(quarters: pd.DataFrame, policy: Policy) -> Released:
    """Tell by quarter how far each field is filled in, as a range in words.

    Parameters
    ----------
    quarters : DataFrame
        As `inspections.completeness.completeness_by_quarter` gives it, of the frame.
    policy : Policy
        Threshold.

    Returns
    -------
    Released
        ``field, quarter, filled, status``: the fields that should be filled in. ``filled`` is one of `RANGES`
        or "all"; blank where few cases have the field, or few lack it (``suppressed``), and where in no case
        of the quarter it should be filled in (``missing``).
    """
    told = quarters["expected"] & ~quarters["field"].isin(NOT_A_GAP)
    table = quarters[told].reset_index(drop=True)
    lacking = table["of"] - table["filled"]
    small = table["filled"].map(policy.is_small) | lacking.map(policy.is_small)
    words = [
        _range(filled / of) if of else "" for filled, of in zip(table["filled"], table["of"], strict=True)
    ]
    status = np.select([small, table["of"] == 0], ["suppressed", "missing"], "shown")
    log = [
        ("completeness", f"{field}: {quarter}", "primary", f"fewer than {policy.threshold} cases")
        for field, quarter in table.loc[small, ["field", "quarter"]].itertuples(index=False, name=None)
    ]
    released = table[["field", "quarter"]].assign(
        filled=pd.Series(words, index=table.index, dtype="str").mask(small, ""), status=status
    )
    return Released(released, pd.DataFrame(log, columns=_LOG))


def _range(share: float) -> str:
    if share == 0:
        return "none"
    return next((name for end, name in RANGES[1:] if share < end), "all")
