"""How many cases a force's share is worth when it is set beside that of another force or another year.

A force's own interval says how far the share of the files read may be from that of its list, so it takes the
length of the list into account. A comparison asks something else: whether chance alone would make forces
differ that do the same. Chance also decided which cases came in, so here a list read whole is not certain: it
is worth its own length (Cochran 1977, section 2.14).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from inspections.intervals import CENSUS, Z_95

__all__ = ["comparison_number", "kish"]

_OF_UNITS = re.compile(r"[\d,]+ (?!sampled case files).* sampled case files")
"""How the base of a share of units begins: "84 counted units in 23 sampled case files"."""

_NOTHING = "no interval to go by"


def kish(strata: Iterable[Mapping[str, Any]]) -> float | None:
    """Effective number of the files read: how many of equal weight would tell as much (Kish 1965).

    Parameters
    ----------
    strata : iterable of mapping
        Released strata: ``frame``, the cases of the stratum, and ``sample``, the files read of it.

    Returns
    -------
    float or None
        (Sum of weights)^2 / sum of squared weights; None where disclosure control hid a stratum.

    Examples
    --------
    >>> kish([{"frame": 30, "sample": 10}, {"frame": 10, "sample": 10}])
    16.0
    """
    lengths = [(row["frame"], row["sample"]) for row in strata]
    if not lengths or any(frame is None or read is None for frame, read in lengths):
        return None
    read_of = [(frame, read) for frame, read in lengths if read]
    total = sum(frame for frame, _ in read_of)
    spread = sum(frame**2 / read for frame, read in read_of)
    return total**2 / spread if spread else None


def comparison_number(row: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[float | None, str]:
    """Effective number of cases behind a released share, and how it was found.

    Parameters
    ----------
    row : mapping
        A released row in per cent, shown or zero.
    facts : mapping
        The released ``force.json`` of the same force.

    Returns
    -------
    number : float or None
        None where nothing released tells how sure the share is.
    how : str
        In words.
    """
    n, of_units = float(row["denominator"]), bool(_OF_UNITS.match(str(row["base"])))
    if row["interval"] == CENSUS.method:
        return (None, _NOTHING) if of_units else (n, "every one counted")
    effective, read = kish(facts["strata"]), facts["counts"]["sample"]
    if effective is not None and not of_units:
        return n * min(effective / read, 1.0), "files read, by their weights"
    unread = 1 - min(read / facts["counts"]["frame"], 1.0)
    worth = _worth(float(row["value"]) / 100, row["low"], row["high"])
    if worth is None or not unread:
        return None, _NOTHING
    return min(worth * unread, n), "worked back from the interval"


def _worth(share: float, low: float, high: float) -> float | None:
    """Number of cases of which Wilson's interval would have the farther of the two ends."""
    if pd.isna(low) or pd.isna(high):
        return None
    ends = [float(end) / 100 for end in (low, high)]
    found = [
        Z_95**2 * end * (1 - end) / (share - end) ** 2
        for end in ends
        if not math.isclose(end, share, abs_tol=1e-9) and 0 < end < 1
    ]
    return min(found) if found else None
