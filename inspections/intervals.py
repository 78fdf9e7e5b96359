"""How sure a number is: 95 per cent intervals for shares, medians and balances.

Case files are drawn without replacement from a list of known length, so a share read from 60 of 200 files is
surer than one read from 60 of 20,000. Where that length is known it is used.

How often a 95 per cent interval holds the truth, in per cent of 10,000 simulated samples from a list of 300,
at 49 true shares from 0.02 to 0.98 (lowest, mean and highest of the 49; in brackets, at how many per cent of
them it lies between 94 and 97). The last two rows are of as many cases from each of four unequal strata:

    cases read                10                       20                       60
    Wilson, finite list       90.2  95.8  98.7  (57)   92.3  95.3  97.9  (73)   93.6  95.5  98.4  (80)
    exact hypergeometric      95.2  98.3  99.6  (12)   95.2  97.8  99.7  (31)   95.6  96.9  98.7  (57)
    weighted, strata alike    93.9  95.6  97.4  (92)   94.2  95.7  97.2  (98)   95.9  96.8  97.6  (65)
    weighted, strata differ   95.7  96.9  98.4  (59)   95.6  97.1  98.2  (45)   97.3  98.2  98.6  (0)

No interval lies between 94 and 97 everywhere. Counts are whole, so with few cases coverage leaps from one
true share to the next. Wilson's is right on average and falls short at some shares (at 0.40 with 10 cases).
The exact one never falls short and must therefore cover too often, most at shares up to 0.1 or from 0.9 on:
99.0, 98.9 and 98.0 there on average with 10, 20 and 60 cases. The weighted one takes no credit for
stratifying or for the length of the list, so it errs wide where strata differ or much of the list is read.
To repeat it:
``pytest -m slow -s tests/inspections/test_coverage_simulation.py``.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inspections.hashing import keyed_hash

__all__ = [
    "CENSUS",
    "NO_INTERVAL",
    "Interval",
    "bootstrap",
    "hypergeometric",
    "wilson",
    "wilson_weighted",
]

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """The two ends of an interval, in the unit of the estimate, and how it was made.

    ``low`` and ``high`` are None where no interval applies; ``method`` then says why.
    """

    low: float | None
    high: float | None
    method: str


CENSUS = Interval(None, None, "every case counted: no sampling error")
NO_INTERVAL = Interval(None, None, "no interval: nothing to estimate from")


def wilson(count: float, n: float, *, population: float | None = None, level: float = 0.95) -> Interval:
    """Wilson score interval for a share, narrowed when the list it was drawn from is finite.

    Sampling n of N cases without replacement multiplies the variance of a share by (N - n) / (N - 1). That is
    the variance of a sample of n* = n (N - 1) / (N - n) drawn with replacement, so Wilson's interval is taken
    for the same share of n*. With the whole list in hand there is nothing left to estimate.

    Parameters
    ----------
    count, n : float
        Cases with the property, and cases looked at.
    population : float, optional
        Length N of the list the cases were drawn from.
    level : float
        Coverage, 0.95 by default.

    Returns
    -------
    Interval
        Ends as shares between 0 and 1.

    Examples
    --------
    >>> interval = wilson(43, 59)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.604, 0.826)
    """
    from statsmodels.stats.proportion import proportion_confint

    if n <= 0:
        return NO_INTERVAL
    if population is not None and population <= n:
        return CENSUS
    effective, method = n, "Wilson"
    if population is not None:
        effective = n * (population - 1) / (population - n)
        method = "Wilson with finite population correction"
    share = count / n
    low, high = proportion_confint(share * effective, effective, alpha=1 - level, method="wilson")
    # rounding inside the formula can leave the estimate a hair outside its own interval at 0 and 1
    return Interval(min(float(low), share), max(float(high), share), method)


def wilson_weighted(present: Numbers, weights: Numbers, *, level: float = 0.95) -> Interval:
    """Wilson interval for a share weighted by stratum.

    The share is the ratio estimate sum(w y) / sum(w). Its interval is Wilson's for Kish's effective number of
    cases, sum(w)^2 / sum(w^2). That ignores what stratifying and a short list save, so it errs wide.

    Parameters
    ----------
    present : array of 0 and 1, shape (n,)
        Whether each case has the property.
    weights : array, shape (n,)
        Cases of the frame each sampled case stands for.
    level : float
        Coverage, 0.95 by default.
    """
    if len(present) == 0:
        return NO_INTERVAL
    if np.all(weights == 1):
        return CENSUS
    effective = float(weights.sum() ** 2 / np.square(weights).sum())
    share = float(np.average(present, weights=weights))
    interval = wilson(share * effective, effective, level=level)
    return Interval(interval.low, interval.high, "Wilson, weighted by stratum (Kish effective sample)")


def hypergeometric(count: int, n: int, *, population: int, level: float = 0.95) -> Interval:
    """Exact interval for a share of a finite list, by inverting the hypergeometric test.

    Keeps every number K of cases in the list of N under which a sample of n with this count, or one further
    out, still has a chance above (1 - level) / 2 on each side. Never covers less than it says; Wilson's is
    shorter.

    Parameters
    ----------
    count, n : int
        Cases with the property, and cases drawn.
    population : int
        Length N of the list, at least n.
    level : float
        Coverage, 0.95 by default.

    Returns
    -------
    Interval
        Ends as shares of the list, between 0 and 1.
    """
    from scipy.stats import hypergeom

    if not 0 <= count <= n <= population:
        raise ValueError("count, n and population must satisfy 0 <= count <= n <= population")
    if n == 0:
        return NO_INTERVAL
    if n == population:
        return CENSUS
    tail = (1 - level) / 2
    possible = range(count, population - (n - count) + 1)
    # more cases in the list make a count as high as this likelier, and one as low as this less likely
    lowest = bisect_left(possible, True, key=lambda k: bool(hypergeom.sf(count - 1, population, k, n) > tail))
    beyond = bisect_left(possible, True, key=lambda k: bool(hypergeom.cdf(count, population, k, n) <= tail))
    low, high = possible[lowest] / population, possible[beyond - 1] / population
    return Interval(low, high, "exact hypergeometric")


def bootstrap(
    cases: Numbers,
    statistic: Callable[[Numbers], float],
    *,
    seed: str,
    strata: NDArray[np.str_] | None = None,
    draws: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of a statistic, drawing whole cases again and again.

    Cases, not coding units, are drawn: units of one case share an officer, a supervisor and a story, and
    treating them as independent would make any interval far too short. Within strata the number of cases is
    held. No finite population correction is made, so the interval errs wide for a short list.

    Parameters
    ----------
    cases : array, shape (cases, k)
        One row a case, with whatever columns the statistic needs.
    statistic : callable
        Takes such an array and returns a number, or nan where it is undefined.
    seed : str
        Any text; the draws depend on it alone.
    strata : array of str, shape (cases,), optional
        The stratum of each case.
    draws : int
        Number of resamples.
    level : float
        Coverage, 0.95 by default.
    """
    if len(cases) < 2:
        return Interval(None, None, "no interval: fewer than two cases")
    generator = np.random.Generator(np.random.PCG64(int(keyed_hash(seed, "bootstrap"), 16)))
    labels = np.zeros(len(cases), dtype=int) if strata is None else np.unique(strata, return_inverse=True)[1]
    members = [np.flatnonzero(labels == stratum) for stratum in range(labels.max() + 1)]
    results = [
        statistic(cases[np.concatenate([generator.choice(rows, size=len(rows)) for rows in members])])
        for _ in range(draws)
    ]
    defined = [value for value in results if not math.isnan(value)]
    if not defined:
        return NO_INTERVAL
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    if low == high:
        return Interval(None, None, "no interval: the cases do not differ")
    return Interval(float(low), float(high), f"bootstrap of cases, {draws:,} draws")
