"""Funnel limits: how far apart chance alone would put forces that do the same.

Limits are those of the binomial distribution itself (Spiegelhalter 2005), for the number of cases that a
force's share is worth in a comparison (`inspections.comparison.effective`). Where forces differ more than
chance allows as a rule, the limits are widened by the over-dispersion that is found, which is stated.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FEWEST_FORCES",
    "FEWEST_FOR_DISPERSION",
    "LEVELS",
    "Dispersion",
    "Limits",
    "binomial_limits",
    "dispersion",
    "pooled",
    "standing",
]

Numbers = NDArray[np.float64]

LEVELS = (0.95, 0.998)
"""About two and three standard deviations, as is usual for funnels."""

FEWEST_FORCES = 3
"""Of two forces, their difference says all that a funnel could."""

FEWEST_FOR_DISPERSION = 10
"""Forces of which a tenth at each end is at least one; below, nothing would be winsorised."""

_TENTH = 0.1


@dataclass(frozen=True)
class Limits:
    """The two ends between which chance alone would leave a share, both between 0 and 1."""

    low: float
    high: float


@dataclass(frozen=True)
class Dispersion:
    """How much more forces differ than chance alone would make them.

    Attributes
    ----------
    found : float or None
        Mean square of the winsorised z scores; None where there are too few forces to tell.
    factor : float
        By what the variance is multiplied: what was found, but never less than 1.
    """

    found: float | None
    factor: float

    @property
    def words(self) -> str:
        """The same in words, for a caption."""
        if self.found is None:
            return (
                f"over-dispersion cannot be estimated from fewer than {FEWEST_FOR_DISPERSION} forces, and "
                "the limits allow for none"
            )
        if self.factor > 1:
            return f"over-dispersion estimated at {self.found:.2f}, by which the limits are widened"
        return f"over-dispersion estimated at {self.found:.2f}, so the limits are not widened"


def pooled(shares: Numbers, numbers: Numbers) -> float:
    """The share of all forces together, each weighing as much as the cases behind its share.

    Parameters
    ----------
    shares : array, shape (forces,)
        Between 0 and 1.
    numbers : array, shape (forces,)
        Effective numbers of cases.
    """
    return float(numbers @ shares / numbers.sum())


def binomial_limits(target: float, number: float, *, level: float, factor: float = 1.0) -> Limits:
    """Exact binomial limits around a target share.

    A count lies beyond a limit where the chance of it, or of one further out, is below (1 - level) / 2.
    Between whole counts, and for a number of cases that is not whole, the incomplete beta function takes the
    place of the sum of binomial chances, with which it agrees at whole ones. Spiegelhalter (2005, appendix
    A.1.1) joins the steps by straight lines instead, which puts some counts outside that are likelier than
    they should be.

    Parameters
    ----------
    target : float
        Share around which the limits lie, between 0 and 1, neither included.
    number : float
        Effective number of cases, more than 0.
    level : float
        Chance of lying inside, such as 0.95.
    factor : float
        Over-dispersion: the variance is multiplied by it, which is to divide the number of cases.

    Returns
    -------
    Limits
        0 or 1 where not even none or all would be beyond.

    Examples
    --------
    >>> limits = binomial_limits(0.3, 40, level=0.95)
    >>> round(limits.low, 3), round(limits.high, 3)
    (0.151, 0.458)
    """
    from scipy.optimize import brentq

    n, tail = number / factor, (1 - level) / 2
    if _at_most(0.0, n, target) >= tail:
        low = 0.0
    else:
        low = brentq(lambda share: _at_most(share, n, target) - tail, 0.0, target)
    if _at_least(1.0, n, target) >= tail:
        high = 1.0
    else:
        high = brentq(lambda share: _at_least(share, n, target) - tail, target, 1.0)
    return Limits(float(low), float(high))


def dispersion(shares: Numbers, numbers: Numbers, *, target: float) -> Dispersion:
    """Multiplicative over-dispersion by Spiegelhalter (2005), from winsorised z scores.

    A tenth of the forces at either end are given the z score of the next one inwards, so that the few that
    truly stand out do not widen the limits meant to find them; the mean square of the scores is then the
    over-dispersion.

    Parameters
    ----------
    shares, numbers : array, shape (forces,)
        Shares between 0 and 1, and the effective numbers of cases behind them.
    target : float
        Share of all together, neither 0 nor 1.
    """
    from scipy.stats.mstats import winsorize

    if len(shares) < FEWEST_FOR_DISPERSION:
        return Dispersion(None, 1.0)
    scores = (shares - target) / np.sqrt(target * (1 - target) / numbers)
    found = float(np.mean(np.square(np.asarray(winsorize(scores, limits=(_TENTH, _TENTH))))))
    return Dispersion(found, max(1.0, found))


def standing(share: float, limits: Iterable[tuple[float, Limits]]) -> str:
    """Where a share lies, in words: within the limits, or beyond the widest that it is beyond.

    Parameters
    ----------
    share : float
        Between 0 and 1.
    limits : iterable of (float, Limits)
        Levels with their limits, the narrowest first.
    """
    where = "within the limits"
    for level, ends in limits:
        if share > ends.high:
            where = f"above the {100 * level:g}% limit"
        elif share < ends.low:
            where = f"below the {100 * level:g}% limit"
    return where


def _at_most(share: float, n: float, target: float) -> float:
    """Chance of a share as low as this, or lower."""
    from scipy.special import betainc

    count = n * share
    return 1.0 if count >= n else float(betainc(n - count, count + 1, 1 - target))


def _at_least(share: float, n: float, target: float) -> float:
    """Chance of a share as high as this, or higher."""
    from scipy.special import betainc

    count = n * share
    return 1.0 if math.isclose(count, 0) else float(betainc(count, n - count + 1, target))
