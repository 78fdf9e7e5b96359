"""How many case files to read: what a number buys, and what a wanted margin costs.

A margin is half the length of the 95 per cent interval: "40 per cent, give or take 12 points". Strata, and a
simple draw from the whole list, are planned with the exact interval for a finite list: a plan should promise
no more than it keeps. What a sample dealt to strata says of the whole is planned with the interval that the
findings print.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from inspections.intervals import NO_INTERVAL, Interval, hypergeometric, mid_p, wilson_stratified

__all__ = [
    "EVERY_STRATUM",
    "OVERALL",
    "WANTED_MARGINS",
    "cases_for_margins",
    "cases_needed",
    "margin",
    "margins_bought",
]

OVERALL = "all strata together"
EVERY_STRATUM = "every stratum by itself"
WANTED_MARGINS = (0.05, 0.1, 0.15, 0.2)
UNKNOWN_SHARE = 0.5


def margin(n: int, population: int, *, expected_share: float = UNKNOWN_SHARE, level: float = 0.95) -> float:
    """Margin that reading n of a list's cases buys, by the exact hypergeometric interval.

    Parameters
    ----------
    n, population : int
        Case files read, at least 1, and length of the list they are drawn from.
    expected_share : float
        Share expected to show what is looked for, 0 to 1; at 0.5, the default, the margin is widest. Where it
        makes no whole number of files, the worse of the two counts beside it is planned for.
    level : float
        Coverage, 0.95 by default.

    Returns
    -------
    float
        Half the length of the interval, as a share: 0.12 is 12 points. 0 when every case is read.

    Examples
    --------
    >>> round(margin(20, 200), 3)
    0.215
    """
    if not 1 <= n <= population:
        raise ValueError("n and population must satisfy 1 <= n <= population")
    return max(
        _half(hypergeometric(count, n, population=population, level=level))
        for count in _whole_counts(n, expected_share)
    )


def cases_needed(
    wanted: float, population: int, *, expected_share: float = UNKNOWN_SHARE, level: float = 0.95
) -> int:
    """Fewest case files that keep a margin, however many more are read.

    The exact margin falls in a saw-tooth as n grows, since counts are whole: the number given is past the
    last tooth that breaks the margin.

    Parameters
    ----------
    wanted : float
        Margin as a share above 0: 0.1 is 10 points.
    population : int
        Length of the list, at least 1.
    expected_share, level : float
        As for `margin`.

    Examples
    --------
    >>> cases_needed(0.1, 200)
    68
    """
    if wanted <= 0 or population < 1:
        raise ValueError("the margin wanted must be above 0 and the list hold at least one case")

    def keeps(n: int) -> bool:
        return margin(n, population, expected_share=expected_share, level=level) <= wanted + 1e-12

    found = 1 + bisect_left(range(1, population + 1), True, key=keeps)
    rarer = max(min(expected_share, 1 - expected_share), 1 / population)
    tooth = math.ceil(2 / rarer)
    beyond = range(found, min(found + tooth, population))
    needed = 1 + max((n for n in beyond if not keeps(n)), default=found - 1)
    while needed > 1 and keeps(needed - 1):
        needed -= 1
    return needed


def margins_bought(
    strata: pd.DataFrame, *, expected_shares: Mapping[str, float] | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Margin that a sample buys in each stratum and overall.

    Parameters
    ----------
    strata : DataFrame
        ``stratum, frame, sample`` of a sample drawn or allotted; a stratum of which nothing is read has no
        margin.
    expected_shares : mapping, optional
        Stratum -> share expected to show what is looked for; 0.5 where none is given.
    level : float
        Coverage, 0.95 by default.

    Returns
    -------
    DataFrame
        ``stratum, frame, sample, expected_share, margin, method``: one row a stratum, then `OVERALL`. Margins
        are shares, blank where nothing was read.
    """
    table = strata[["stratum", "frame", "sample"]].reset_index(drop=True)
    table["expected_share"] = _expected(table["stratum"], expected_shares)
    rows = list(
        zip(table["sample"].astype(int), table["frame"].astype(int), table["expected_share"], strict=True)
    )
    table["margin"] = [
        margin(n, population, expected_share=share, level=level) if n else math.nan
        for n, population, share in rows
    ]
    table["method"] = [hypergeometric(0, n, population=population).method for n, population, _ in rows]
    overall = {
        "stratum": OVERALL,
        "frame": table["frame"].sum(),
        "sample": table["sample"].sum(),
        "expected_share": np.average(table["expected_share"], weights=table["frame"]),
    }
    half, method = _overall_margin(table, overall["expected_share"], level=level)
    return pd.concat(
        [table, pd.DataFrame([{**overall, "margin": half, "method": method}])], ignore_index=True
    )


def cases_for_margins(
    sizes: Mapping[str, int],
    *,
    wanted: Sequence[float] = WANTED_MARGINS,
    expected_shares: Mapping[str, float] | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Case files needed for each of several margins, by stratum and for the whole list.

    Parameters
    ----------
    sizes : mapping
        Stratum -> number of its cases in the frame.
    wanted : sequence of float
        Margins, as shares.
    expected_shares : mapping, optional
        Stratum -> share expected; 0.5 where none is given.
    level : float
        Coverage, 0.95 by default.

    Returns
    -------
    DataFrame
        ``stratum, frame, expected_share, wanted_margin, cases``: one row a stratum and margin, then
        `EVERY_STRATUM`, what it costs to keep the margin in each of them, and `OVERALL`, what one simple draw
        from the whole list needs to keep it for the whole.
    """
    names = pd.Series(list(sizes), dtype=object)
    shares = _expected(names, expected_shares)
    lists = [(str(name), sizes[name], float(share)) for name, share in zip(names, shares, strict=True)]
    whole = sum(sizes.values())
    together = (OVERALL, whole, sum(count * share for _, count, share in lists) / whole)
    table = pd.DataFrame(
        [
            {
                "stratum": name,
                "frame": count,
                "expected_share": share,
                "wanted_margin": target,
                "cases": cases_needed(target, count, expected_share=share, level=level),
            }
            for name, count, share in [*lists, together]
            for target in wanted
        ]
    )
    in_strata = table[table["stratum"] != OVERALL]
    every = in_strata.groupby("wanted_margin", sort=False, as_index=False)["cases"].sum()
    every = every.assign(stratum=EVERY_STRATUM, frame=whole, expected_share=together[2])
    return pd.concat([in_strata, every[table.columns], table[table["stratum"] == OVERALL]], ignore_index=True)


def _expected(names: pd.Series, expected_shares: Mapping[str, float] | None) -> pd.Series:
    return names.map(expected_shares or {}).fillna(UNKNOWN_SHARE).astype(float)


def _overall_margin(table: pd.DataFrame, share: float, *, level: float) -> tuple[float, str]:
    """With the interval the findings print, at the strata's own expected shares."""
    strata = table[table["sample"] > 0].astype({"sample": float, "frame": float})
    read, lengths = strata["sample"].to_numpy(), strata["frame"].to_numpy()
    if not len(strata):
        return math.nan, NO_INTERVAL.method
    if np.ptp(lengths / read) < 1e-9:
        n, population = int(read.sum()), int(lengths.sum())
        each = [mid_p(count, n, population=population, level=level) for count in _whole_counts(n, share)]
        return max(map(_half, each)), each[0].method
    # files show it in part, so that each stratum's share is the one expected
    interval = wilson_stratified(strata["expected_share"].to_numpy() * read, read, lengths, level=level)
    return _half(interval), interval.method


def _whole_counts(n: int, share: float) -> set[int]:
    return {math.floor(n * share), math.ceil(n * share)}


def _half(interval: Interval) -> float:
    if interval.low is None or interval.high is None:
        return 0.0
    return (interval.high - interval.low) / 2
