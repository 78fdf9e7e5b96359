"""How sure a number is: 95 per cent intervals for shares, ratios, medians and balances.

Case files are drawn without replacement from a list of known length, so a share read from 60 of 200 files is
surer than one read from 60 of 20,000, and one read from all 200 is certain. Every interval here for a sample
of such a list uses its length. ``inspections/METHODS.md`` says how often each holds the truth.
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
    "Z_95",
    "Interval",
    "bootstrap",
    "bootstrap_median",
    "bootstrap_ratio",
    "hypergeometric",
    "mid_p",
    "redrawn_cases",
    "weighted_median",
    "wilson",
    "wilson_stratified",
]

Numbers = NDArray[np.float64]

Z_95 = 1.959963984540054
"""Standard normal deviate of a 95 per cent interval."""


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


def wilson(count: float, n: float, *, level: float = 0.95) -> Interval:
    """Wilson score interval for a share of cases drawn from a list too long to matter.

    Parameters
    ----------
    count, n : float
        Cases with the property, and cases looked at; an effective number need not be whole.
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
    share = count / n
    low, high = proportion_confint(count, n, alpha=1 - level, method="wilson")
    # rounding inside the formula can leave the estimate a hair outside its own interval at 0 and 1
    return Interval(min(float(low), share), max(float(high), share), "Wilson")


def wilson_stratified(counts: Numbers, read: Numbers, lengths: Numbers, *, level: float = 0.95) -> Interval:
    """Wilson interval for a share of a list from which strata were drawn unequally.

    The share is the mean of the strata's own, each weighted by its part W = N_h / N of the list. Where strata
    are alike, its variance is p (1 - p) times the sum of W^2 (N_h - n_h) / ((N_h - 1) n_h) (Cochran 1977,
    section 5.10), which is that of a simple sample of one over this sum: Wilson's interval is taken for that
    effective number of cases. Strata read whole add what is known of them, and no doubt. What differs between
    strata would make the share surer still; as few files of each are read, no credit is taken for it.

    Parameters
    ----------
    counts, read : array, shape (strata,)
        Cases with the property and cases read, at least one, of each stratum.
    lengths : array, shape (strata,)
        Length N_h of each stratum's list; an estimate where only a part of the list is looked at.
    level : float
        Coverage, 0.95 by default.

    Returns
    -------
    Interval
        Ends as shares of the whole list, never past what the cases read rule out.

    Examples
    --------
    >>> interval = wilson_stratified(np.array([4.0, 2.0]), np.array([8.0, 8.0]), np.array([8.0, 24.0]))
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.194, 0.523)
    """
    partly = read < lengths - 1e-9
    if not read.sum():
        return NO_INTERVAL
    if not partly.any():
        return CENSUS
    total, unsure = lengths.sum(), lengths[partly].sum()
    n, part = read[partly], lengths[partly] / unsure
    left = (lengths[partly] - n) / (lengths[partly] - 1)
    effective = 1 / np.sum(np.square(part) * left / n)
    inner = wilson(effective * float(part @ (counts[partly] / n)), effective, level=level)
    low, high = (counts[~partly].sum() + np.array([inner.low, inner.high]) * unsure) / total
    seen, ruled_out = counts.sum() / total, (read - counts).sum() / total
    return Interval(
        float(max(low, seen)), float(min(high, 1 - ruled_out)), "Wilson, weighted by stratum of a finite list"
    )


def mid_p(count: int, n: int, *, population: int, level: float = 0.95) -> Interval:
    """Interval for a share of a finite list from a simple draw: right on average, and nearly so everywhere.

    Keeps every number K of cases in the list under which counts less likely than the one seen, and half of
    those as likely, still have a chance above 1 - level: Sterne's test with the mid-p rule, for the
    hypergeometric distribution (Agresti and Gottard 2007 say why mid-p suits counts). Unlike
    :func:`hypergeometric` it may cover a little less than it says at some shares, and is far shorter.

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

    Examples
    --------
    >>> interval = mid_p(17, 24, population=212)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.509, 0.858)
    """
    _refuse_impossible(count, n, population)
    if n == 0:
        return NO_INTERVAL
    if n == population:
        return CENSUS
    present = np.arange(count, population - (n - count) + 1)
    # n + 1 counts no likelier than the one seen cannot add up to more than n + 1 times its chance
    present = present[(n + 1) * _chance(np.array([count]), n, present, population)[:, 0] > 1 - level]
    chances = _chance(np.arange(n + 1), n, present, population)
    seen = chances[:, [count]]
    rarer, as_rare = chances < seen * (1 - 1e-9), np.isclose(chances, seen, rtol=1e-9, atol=0)
    kept = present[(chances * (rarer + as_rare / 2)).sum(axis=1) > 1 - level]
    # of a list read nearly whole, the share of the files may lie between two shares the list can have
    low, high = min(kept[0] / population, count / n), max(kept[-1] / population, count / n)
    return Interval(float(low), float(high), "hypergeometric, mid-p")


def hypergeometric(count: int, n: int, *, population: int, level: float = 0.95) -> Interval:
    """Exact interval for a share of a finite list, by inverting the hypergeometric test.

    Keeps every number K of cases in the list of N under which a sample of n with this count, or one further
    out, still has a chance above (1 - level) / 2 on each side. Never covers less than it says, which suits a
    plan; :func:`mid_p` is shorter.

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

    _refuse_impossible(count, n, population)
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
    draws: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of a statistic of cases that are no sample, drawing whole cases again and again.

    For what a list shows of chance from year to year, such as a median of days over all its cases, and for
    statistics of pairs of readers. Of a sampled list, :func:`bootstrap_ratio` knows the length.

    Parameters
    ----------
    cases : array, shape (cases, k)
        One row a case, with whatever columns the statistic needs.
    statistic : callable
        Takes such an array and returns a number, or nan where it is undefined.
    seed : str
        Any text; the draws depend on it alone.
    draws : int
        Number of resamples.
    level : float
        Coverage, 0.95 by default.
    """
    if len(cases) < 2:
        return _ONE_CASE
    generator = _generator(seed)
    results = [statistic(cases[generator.choice(len(cases), size=len(cases))]) for _ in range(draws)]
    return _percentiles(np.array(results), level)


def bootstrap_ratio(
    top: Numbers,
    bottom: Numbers,
    weights: Numbers,
    *,
    strata: NDArray[np.str_],
    seed: str,
    draws: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of a ratio of two weighted totals, by Rao and Wu's rescaled bootstrap.

    Cases, not coding units, are drawn: units of one case share an officer, a supervisor and a story, and
    treating them as independent would make any interval far too short. Of the n_h cases read of a stratum,
    n_h - 1 are drawn again, and the weights are moved towards those drawn by the square root of the part of
    the stratum not read, so that a stratum read whole adds no doubt (Rao and Wu 1988; Rao, Wu and Yue 1992).

    Parameters
    ----------
    top, bottom : array, shape (cases,)
        What each case adds to the two totals, before weighting.
    weights : array, shape (cases,)
        Cases of the list each case stands for; the same within a stratum.
    strata : array of str, shape (cases,)
        The stratum of each case. One of which a single case was read shows no spread, and adds none.
    seed : str
        Any text; the draws depend on it alone.
    draws : int
        Number of resamples.
    level : float
        Coverage, 0.95 by default.

    Returns
    -------
    Interval
        In the unit of top / bottom.
    """
    if np.all(weights == 1):
        return CENSUS
    if len(top) < 2:
        return _ONE_CASE
    times = redrawn_cases(weights, strata, seed=seed, draws=draws)
    upper, lower = times @ (weights * top), times @ (weights * bottom)
    return _percentiles(np.where(lower > 0, upper / np.where(lower > 0, lower, 1), np.nan), level)


def bootstrap_median(
    values: Numbers,
    weights: Numbers,
    *,
    strata: NDArray[np.str_],
    seed: str,
    draws: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of a weighted median of sampled cases, by the bootstrap of `bootstrap_ratio`.

    Parameters
    ----------
    values : array, shape (cases,)
        One value a case; nan where a case has none, which keeps it in the draw of its stratum.
    weights, strata, seed, draws, level
        As for `bootstrap_ratio`.
    """
    known = ~np.isnan(values)
    if np.all(weights == 1):
        return CENSUS
    if known.sum() < 2:
        return _ONE_CASE
    times = redrawn_cases(weights, strata, seed=seed, draws=draws)[:, known]
    drawn = [weighted_median(values[known], row) for row in times * weights[known]]
    return _percentiles(np.array(drawn), level)


def weighted_median(values: Numbers, weights: Numbers) -> float:
    """Value with half of the weight on either side; midway between two where they share the middle.

    Parameters
    ----------
    values, weights : array, shape (cases,)
        Weights are not negative; nan is returned where they are all nil.

    Examples
    --------
    >>> weighted_median(np.array([3.0, 1.0, 8.0]), np.array([1.0, 1.0, 2.0]))
    5.5
    """
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    half = below[-1] / 2
    if not half > 0:
        return math.nan
    slack = 1e-9 * half  # sums of weights that should be equal may differ by a hair
    lower, upper = np.searchsorted(below, [half - slack, half + slack])
    return float((values[order[lower]] + values[order[upper]]) / 2)


def redrawn_cases(weights: Numbers, strata: NDArray[np.str_], *, seed: str, draws: int) -> Numbers:
    """How often each case counts when a sample is drawn again, by the bootstrap of `bootstrap_ratio`.

    Parameters
    ----------
    weights, strata, seed, draws
        As for `bootstrap_ratio`.

    Returns
    -------
    array, shape (draws, cases)
        Factors of the weights, 1 on average; 1 throughout where every case of the list was read.
    """
    generator = _generator(seed)
    times = np.ones((draws, len(weights)))
    for stratum in np.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        size, moved = len(rows), math.sqrt(1 - 1 / weights[rows[0]])
        if size > 1:
            drawn = generator.multinomial(size - 1, np.full(size, 1 / size), size=draws)
            times[:, rows] = 1 - moved + moved * size / (size - 1) * drawn
    return times


_ONE_CASE = Interval(None, None, "no interval: fewer than two cases")


def _percentiles(results: Numbers, level: float) -> Interval:
    defined = results[~np.isnan(results)]
    if not len(defined):
        return NO_INTERVAL
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    if math.isclose(low, high, rel_tol=1e-9, abs_tol=1e-12):
        return Interval(None, None, "no interval: the cases do not differ")
    return Interval(float(low), float(high), f"bootstrap of cases, {len(results):,} draws")


def _generator(seed: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(int(keyed_hash(seed, "bootstrap"), 16)))


def _chance(counts: NDArray[np.int_], n: int, present: NDArray[np.int_], population: int) -> Numbers:
    """Chance of each count (columns) for each number present (rows), much sooner than scipy.stats has it."""
    from scipy.special import betaln

    def log_choose(of: NDArray[np.int_] | int, some: NDArray[np.int_] | int) -> Numbers:
        return -betaln(of - some + 1, some + 1) - np.log(of + 1)

    there, absent = present[:, None], population - present[:, None]
    possible = (counts <= there) & (n - counts <= absent)
    chosen, others = np.minimum(counts, there), np.minimum(n - counts, absent)
    logs = log_choose(there, chosen) + log_choose(absent, others) - log_choose(population, n)
    return np.where(possible, np.exp(logs), 0.0)


def _refuse_impossible(count: int, n: int, population: int) -> None:
    if not 0 <= count <= n <= population:
        raise ValueError("count, n and population must satisfy 0 <= count <= n <= population")
