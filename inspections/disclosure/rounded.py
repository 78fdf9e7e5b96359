"""Counts rounded for publication, and values worked out anew from them, so that none tells the exact count.

A share is printed beside its counts. Were the counts rounded and the share not, the count could be had from
the share; so could it from the ends of an interval. Both are therefore those of the rounded counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from inspections.disclosure.policy import Policy
from inspections.indicators.registry import Results
from inspections.indicators.rows import base_in_words, estimate_share

__all__ = ["with_rounded_counts"]

_NEARLY_ALL = 99.9
"""Per cent printed where a count rounds to its base but is not all of it."""


def with_rounded_counts(results: Results, policy: Policy) -> pd.DataFrame:
    """The indicator table with its counts rounded, and every number and word that rests on them.

    Medians of days stay as they are: they tell no count.

    Parameters
    ----------
    results : Results
        Indicators with the cases behind them.
    policy : Policy
        With base 1 the table is returned unchanged.
    """
    table = results.table.reset_index(drop=True)
    if policy.base == 1:
        return table
    behind = dict(list(results.cases.groupby(["indicator", "group"], sort=False)))
    rows = [
        _rounded(record, behind.get((record["indicator"], record["group"])), policy)
        for record in table.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=table.columns)


def _rounded(record: Mapping[Any, Any], cases: pd.DataFrame | None, policy: Policy) -> dict[str, Any]:
    counts = {
        name: None if pd.isna(record[name]) else policy.rounded(record[name])
        for name in ("numerator", "denominator", "cases", "weighted_to")
    }
    row = {**record, **counts}
    if record["status"] in ("shown", "zero") and record["unit"] != "days":
        row |= _value(record, counts, cases)
    words = {name: base_in_words(record[f"{name}_template"], row) for name in ("base", "base_unit")}
    return row | words


def _value(
    record: Mapping[Any, Any], counts: Mapping[str, Any], cases: pd.DataFrame | None
) -> dict[str, float | None]:
    """Value and ends as they would be of the rounded counts."""
    count, n = record["numerator"], record["denominator"]
    printed, base = counts["numerator"], counts["denominator"]
    found: dict[str, float | None]
    if cases is not None and record["counts"] == "cases" and not pd.isna(record["low"]):
        interval, share = estimate_share(cases, printed=(printed, base))
        ends = {"value": share, "low": interval.low, "high": interval.high}
        found = {name: None if end is None else 100 * end for name, end in ends.items()}
    else:
        # none, or no count at all: a balance put right by an audit rests on no count of the program's
        change = (printed / base) / (count / n) if printed else 1.0
        found = {
            name: None if pd.isna(record[name]) else change * record[name]
            for name in ("value", "low", "high")
        }
    if record["unit"] != "per cent":
        return found
    most = {"value": 100.0 if count == n else _NEARLY_ALL, "low": 100.0, "high": 100.0}
    return {name: None if end is None else min(end, most[name]) for name, end in found.items()}
