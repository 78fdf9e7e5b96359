"""Shares of cells of which some units were read, and intervals of ratios worked out from them.

A share of n units drawn unequally is as sure as one of fewer drawn equally: Korn and Graubard (1998) take
that number for Clopper and Pearson's interval, here it is taken for the mid-p rule's, which holds small
counts without being as wide. A ratio of totals of shares has the interval of Donner and Zou (2012, MOVER-R):
a candidate is kept unless top less candidate times bottom is farther from nought than the square root of the
sum of its parts' squared distances to their own ends. The parts keep their skew so, however few units are
behind them, and an estimate of nothing missed keeps its doubt.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import betainc

__all__ = ["Share", "effective_number", "mid_p_limits", "ratio_interval", "share_of"]

Numbers = NDArray[np.float64]
_TAIL = 0.025
_NOTHING = 1e-9


@dataclass(frozen=True)
class Share:
    """A share of a cell: its estimate, and the ends of its interval (95%)."""

    estimate: float
    low: float
    high: float


def share_of(present: NDArray[np.bool_], weights: Numbers, *, number: float) -> Share:
    """Share of the units of a cell that have something, from those of them that were read.

    Parameters
    ----------
    present : array of bool, shape (units,)
        Whether each unit read has it.
    weights : array, shape (units,)
        Units each stands for.
    number : float
        Units of a simple draw that would tell as much; infinite where all were read.
    """
    estimate = float(weights @ present / weights.sum())
    if math.isinf(number):
        return Share(estimate, estimate, estimate)
    low, high = mid_p_limits(number * estimate, number)
    return Share(estimate, min(low, estimate), max(high, estimate))


def effective_number(weights: Numbers, stand_for: Numbers | None = None) -> float:
    """Units of a simple draw from an endless list that would tell as much; infinite where all were read.

    n* = (sum of v w)^2 / (sum of v^2 w (w - 1)), which takes account of cells read nearly whole.

    Parameters
    ----------
    weights : array, shape (units,)
        Units w of its stratum that each unit read stands for, at least 1.
    stand_for : array, shape (units,), optional
        Units v of a longer list that each unit of the stratum stands for in its turn; by default one.

    Examples
    --------
    >>> round(effective_number(np.array([2.0, 2.0, 2.0, 2.0])), 1)
    8.0
    """
    beyond = np.ones_like(weights) if stand_for is None else stand_for
    spread = float((np.square(beyond) * weights * (weights - 1)).sum())
    return math.inf if math.isclose(spread, 0, abs_tol=1e-12) else float(beyond @ weights) ** 2 / spread


def mid_p_limits(count: float, number: float) -> tuple[float, float]:
    """Ends of the mid-p interval (95%) of a share; counts need not be whole.

    Examples
    --------
    >>> low, high = mid_p_limits(0, 60)
    >>> round(low, 3), round(high, 3)
    (0.0, 0.049)
    """

    def below(share: float) -> float:
        """Half of the distribution behind either end of Clopper and Pearson's interval."""
        at_least = betainc(count, number - count + 1, share) if count > _NOTHING else 1.0
        more = betainc(count + 1, number - count, share) if number - count > _NOTHING else 0.0
        return float(at_least + more) / 2

    # the jump at nought or one of counts of none or all is of a half, more than either tail
    low = 0.0 if count <= _NOTHING else float(brentq(lambda share: below(share) - _TAIL, 0, 1))
    high = 1.0 if number - count <= _NOTHING else float(brentq(lambda share: below(share) - 1 + _TAIL, 0, 1))
    return low, high


def ratio_interval(
    top: Numbers,
    bottom: Numbers,
    shares: list[Share],
    *,
    known: tuple[float, float] = (0.0, 0.0),
    bounds: tuple[float, float] = (0.0, 1.0),
    spread: Callable[[float], float] = lambda candidate: 0.0,
) -> tuple[float, float, float]:
    """A ratio of two totals of shares, and the ends of its interval (95%).

    Parameters
    ----------
    top, bottom : array, shape (shares,)
        What a share of one would add to either total.
    shares : list of Share
        The shares, taken to be independent.
    known : (float, float)
        What is in either total for sure.
    bounds : (float, float)
        Where the ratio can lie.
    spread : callable
        Squared half-width that top less candidate times bottom has by something else than the shares.

    Returns
    -------
    (float, float, float)
        Ratio and ends; not a number where there is nothing below the line.
    """
    estimates, lows, highs = (
        np.array([getattr(share, name) for share in shares]) for name in ("estimate", "low", "high")
    )
    above, below = known[0] + float(top @ estimates), known[1] + float(bottom @ estimates)
    if math.isclose(below, 0, abs_tol=1e-12):
        return math.nan, math.nan, math.nan
    ratio = above / below

    def slack(candidate: float, *, upper: bool) -> float:
        """How far the difference at a candidate could still go beyond nought."""
        difference, weights = above - candidate * below, top - candidate * bottom
        ends = np.where((weights > 0) == upper, highs, lows)
        reach = math.sqrt(float(np.square(weights * (ends - estimates)).sum()) + spread(candidate))
        return reach + difference if upper else reach - difference

    def end(bound: float, *, upper: bool) -> float:
        way = bound - ratio
        return ratio + way * _kept(lambda part: slack(ratio + way * part, upper=upper))

    return ratio, end(bounds[0], upper=False), end(bounds[1], upper=True)


def _kept(slack: Callable[[float], float]) -> float:
    """What part of the way from the estimate to the bound candidates are kept."""
    if slack(1.0) >= 0:
        return 1.0
    return 0.0 if slack(0.0) <= _NOTHING else float(brentq(slack, 0.0, 1.0))
