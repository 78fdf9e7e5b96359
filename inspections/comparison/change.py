"""Change since an earlier inspection: the difference of two samples, how sure it is, and a test of it.

Both inspections drew their own files, so both have their own doubt. A share's interval is Newcombe's, from
the Wilson intervals of the two effective numbers of files; other measures have the square-and-add interval
from their two published intervals (Newcombe 1998; Zou and Donner 2008). Of one force many measures are
tested at once, so the chances are adjusted by Holm's method.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inspections.intervals import Z_95

__all__ = ["Change", "Estimate", "adjusted", "change_of_estimates", "change_of_shares"]


@dataclass(frozen=True)
class Change:
    """A difference, later less earlier, in the unit of the measure.

    Attributes
    ----------
    difference, low, high : float
        The difference and the ends of its 95 per cent interval.
    chance : float
        Two-sided chance of a difference as large, were there none.
    method : str
        How the interval was made.
    """

    difference: float
    low: float
    high: float
    chance: float
    method: str


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 per cent interval, and the part of the list behind it that was not read.

    Attributes
    ----------
    unread : float
        Between 0 and 1; 1 where the interval is of chance from year to year rather than of a sample.
    """

    value: float
    low: float
    high: float
    unread: float = 1.0

    @property
    def reaches(self) -> tuple[float, float]:
        """How far the interval reaches down and up, were its files from an endless list."""
        wider = 1 / math.sqrt(self.unread)
        return (self.value - self.low) * wider, (self.high - self.value) * wider


def change_of_shares(before: tuple[float, float], now: tuple[float, float]) -> Change:
    """Difference of two shares: Newcombe's hybrid score interval, and the score test.

    Parameters
    ----------
    before, now : (float, float)
        A share between 0 and 1, and the effective number of cases behind it.

    Returns
    -------
    Change
        In percentage points.

    Examples
    --------
    >>> change = change_of_shares((48 / 80, 80), (56 / 70, 70))
    >>> round(change.difference, 1), round(change.low, 1), round(change.high, 1)
    (20.0, 5.2, 33.4)
    """
    from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

    (first, n_first), (second, n_second) = before, now
    low, high = confint_proportions_2indep(
        n_second * second, n_second, n_first * first, n_first, method="newcomb", compare="diff"
    )
    alike = math.isclose(first, second, abs_tol=1e-12)
    chance = 1.0
    if not alike:
        counts, numbers = [n_second * second, n_first * first], [n_second, n_first]
        chance = float(proportions_ztest(counts, numbers)[1])
    return Change(
        100 * (second - first),
        100 * float(low),
        100 * float(high),
        chance,
        "Newcombe, from two Wilson intervals",
    )


def change_of_estimates(before: Estimate, now: Estimate) -> Change | None:
    """Difference of two estimates by squaring and adding how far their intervals reach.

    Parameters
    ----------
    before, now : Estimate
        In the unit of the measure.

    Returns
    -------
    Change or None
        None where one of the lists was read whole, so that nothing tells how sure its value is.
    """
    from scipy.stats import norm

    if not before.unread or not now.unread:
        return None
    (below_before, above_before), (below_now, above_now) = before.reaches, now.reaches
    difference = now.value - before.value
    down, up = math.hypot(below_now, above_before), math.hypot(above_now, below_before)
    towards_none = down if difference > 0 else up
    chance = 1.0
    if difference:
        chance = float(2 * norm.sf(Z_95 * abs(difference) / towards_none)) if towards_none else 0.0
    return Change(
        difference, difference - down, difference + up, chance, "square-and-add, from two intervals"
    )


def adjusted(chances: Sequence[float]) -> list[float]:
    """Chances adjusted for being so many, by Holm's method.

    Parameters
    ----------
    chances : sequence of float
        Of all measures tested of one force.
    """
    from statsmodels.stats.multitest import multipletests

    if not chances:
        return []
    return [float(chance) for chance in multipletests(list(chances), method="holm")[1]]
