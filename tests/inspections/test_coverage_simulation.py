"""How often the intervals hold the truth, and how often any interval could.

A list of 300 cases whose truth is known, in four strata, is sampled 10,000 times for each of 49 true shares.
``pytest -m slow -s tests/inspections/test_coverage_simulation.py`` prints the tables of METHODS.md.
"""

import re
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import hypergeom

from inspections.intervals import Interval, hypergeometric, mid_p, wilson_stratified
from inspections.sampling import Frame, draw_sample
from parameters import PROJECT, models

STRATA = np.array([30, 60, 90, 120])
CASES = int(STRATA.sum())
SAMPLES = 10_000
PRESENT = range(6, 295, 6)  # shares 0.02, 0.04, ... 0.98 of 300 cases
READ = {10: (2, 2, 3, 3), 20: (5, 5, 5, 5), 60: (15, 15, 15, 15)}
LOWEST, HIGHEST = 0.94, 0.97
# shares in the strata over the share in the list; their mean over the cases is 1
UNEVEN = np.array([2, 1.5, 0.9, 0.575])
METHODS = {
    "mid-p": "simple draw, mid-p",
    "exact": "simple draw, exact",
    "alike": "weighted, strata alike",
    "differ": "weighted, strata differ",
}


def holds(interval: Interval, share: float) -> bool:
    return interval.low - 1e-12 <= share <= interval.high + 1e-12


def within(coverage: np.ndarray) -> np.ndarray:
    return (coverage >= LOWEST) & (coverage <= HIGHEST)


# --- the coverage of our intervals, counted over everything that can be drawn ----------------------------


def present_by_stratum(present: int, method: str) -> np.ndarray:
    """Cases present in each stratum: the same share everywhere, or higher in the small strata."""
    rarer = min(present, CASES - present)
    wanted = (UNEVEN if method == "differ" else 1) * STRATA * rarer / CASES
    counts = np.floor(wanted + 1e-9)
    order = np.argsort(counts - wanted, kind="stable")
    counts[order[: int(rarer - counts.sum())]] += 1
    return (counts if present <= CASES / 2 else STRATA - counts).astype(int)


@cache
def intervals_of(method: str, n: int) -> dict[tuple[int, ...], Interval]:
    """The interval of every outcome: a count, or a count in each stratum."""
    if method in ("mid-p", "exact"):
        make = mid_p if method == "mid-p" else hypergeometric
        return {(count,): make(count, n, population=CASES) for count in range(n + 1)}
    if method == "differ":
        return intervals_of("alike", n)
    outcomes = product(*(range(read + 1) for read in READ[n]))
    read, lengths = np.array(READ[n], dtype=float), STRATA.astype(float)
    return {counts: wilson_stratified(np.array(counts, dtype=float), read, lengths) for counts in outcomes}


@cache
def lists_of(method: str, n: int, present: int) -> tuple[tuple[int, int, int], ...]:
    """The lists drawn from: cases present, length, and cases read of each."""
    if method in ("mid-p", "exact"):
        return ((present, CASES, n),)
    return tuple(zip(present_by_stratum(present, method).tolist(), STRATA.tolist(), READ[n], strict=True))


def coverage(method: str, n: int) -> np.ndarray:
    """Chance that the interval holds the truth, for each number present."""
    made = intervals_of(method, n)
    outcomes = np.array(list(made))
    low, high = (np.array([getattr(interval, end) for interval in made.values()]) for end in ("low", "high"))
    found = []
    for present in PRESENT:
        chances = np.ones(len(outcomes))
        for place, (there, length, read) in enumerate(lists_of(method, n, present)):
            chances *= hypergeom.pmf(np.arange(read + 1), length, there, read)[outcomes[:, place]]
        held = (low - 1e-12 <= present / CASES) & (present / CASES <= high + 1e-12)
        found.append(chances[held].sum())
    return np.array(found)


# --- what any interval could cover ------------------------------------------------------------------------


def is_attainable(present: int, n: int) -> bool:
    """Whether any set of counts at all has a chance within the band, so that an interval could be made."""
    chances = hypergeom.pmf(np.arange(n + 1), CASES, present, n)
    left_out = np.zeros(1)  # chances of sets of counts left out, each once, to six decimals
    for chance in chances[chances <= 1 - LOWEST]:
        sums = np.concatenate([left_out, left_out + chance])
        left_out = np.unique(np.round(sums[sums <= 1 - LOWEST + 1e-4], 6))
    return bool((left_out >= 1 - HIGHEST - 1e-4).any())


def most_attainable(n: int) -> int:
    """Most of the shares at which one interval, whose ends rise with the count, can be within the band.

    The counts under which such an interval holds a share run from a first to a last, and neither falls as the
    share rises; so this is the longest chain of runs within the band of which neither end falls.
    """
    chains: list[tuple[int, int, int]] = []
    for present in PRESENT:
        below = np.concatenate([[0], np.cumsum(hypergeom.pmf(np.arange(n + 1), CASES, present, n))])
        first, last = np.nonzero(within(below[None, 1:] - below[:-1, None]))
        chains += [
            (a, b, 1 + max((length for c, d, length in chains if c <= a and d <= b), default=0))
            for a, b in zip(first.tolist(), last.tolist(), strict=True)
        ]
    return max(length for _, _, length in chains)


UNATTAINABLE = {10: [0.02, 0.06, 0.12, 0.18, 0.82, 0.88, 0.94, 0.98], 20: [0.06, 0.94], 60: [0.02, 0.98]}
MOST = {10: 36, 20: 43, 60: 45}


@pytest.mark.parametrize("n", READ)
def test_of_a_simple_draw_no_interval_can_be_within_the_band_at_every_share(n):
    found = [present / CASES for present in PRESENT if not is_attainable(present, n)]
    assert found == UNATTAINABLE[n]
    assert most_attainable(n) == MOST[n] < len(PRESENT)


@pytest.mark.parametrize(("n", "least", "lowest"), [(10, 34, 0.933), (20, 35, 0.924), (60, 38, 0.931)])
def test_the_mid_p_interval_is_right_on_average_and_nearly_as_often_within_the_band_as_any(n, least, lowest):
    found = coverage("mid-p", n)
    assert within(found).sum() >= least
    assert 0.949 <= found.mean() <= 0.961
    assert found.min() >= lowest


@pytest.mark.parametrize("n", READ)
def test_the_exact_interval_never_covers_less_than_it_says(n):
    assert coverage("exact", n).min() >= 0.95


@pytest.mark.parametrize("n", [10, 20])
def test_the_weighted_interval_is_right_on_average_where_strata_are_alike_and_wide_where_they_differ(n):
    alike, differ = coverage("alike", n), coverage("differ", n)
    assert 0.95 <= alike.mean() <= 0.96
    assert alike.min() >= 0.935
    assert alike.mean() < differ.mean() < 0.975
    assert differ.min() >= 0.95


# --- 10,000 simulated samples -----------------------------------------------------------------------------


def simulated(method: str, n: int) -> np.ndarray:
    """Share of simulated samples whose interval holds the truth, for each number present."""
    generator = np.random.Generator(np.random.PCG64([n, list(METHODS).index(method)]))
    made, found = intervals_of(method, n), []
    for present in PRESENT:
        drawn = [
            generator.hypergeometric(there, length - there, read, size=SAMPLES)
            for there, length, read in lists_of(method, n, present)
        ]
        outcomes, times = np.unique(np.stack(drawn, axis=1), axis=0, return_counts=True)
        held = [holds(made[tuple(outcome.tolist())], present / CASES) for outcome in outcomes]
        found.append(np.average(held, weights=times))
    return np.array(found)


@pytest.mark.slow
@pytest.mark.parametrize("n", READ)
@pytest.mark.parametrize("method", METHODS)
def test_ten_thousand_simulated_samples_agree_with_the_chances(method, n):
    chances = coverage(method, n)
    off = (simulated(method, n) - chances) / np.sqrt(chances * (1 - chances) / SAMPLES)
    assert np.abs(off).max() < 4
    assert np.square(off).mean() < 2


def summary() -> pd.DataFrame:
    rows = []
    for method, title in METHODS.items():
        for n in READ:
            found = coverage(method, n)
            figures = [100 * found.min(), 100 * found.mean(), 100 * found.max(), within(found).sum()]
            rows.append([title, n, *figures])
    return pd.DataFrame(rows, columns=["interval", "n", "lowest", "mean", "highest", "within"])


def by_share() -> pd.DataFrame:
    return pd.DataFrame(
        {(method, n): 100 * coverage(method, n) for method in METHODS if method != "exact" for n in READ},
        index=[present / CASES for present in PRESENT],
    )


def printed_rows(page: str, opening: str) -> list[list[float]]:
    rows = [line for line in page.splitlines() if re.match(opening, line)]
    return [[float(figure) for figure in re.findall(r"\d+(?:\.\d+)?", row)] for row in rows]


@pytest.mark.slow
def test_the_methods_page_gives_these_figures():
    page = (PROJECT / "inspections" / "METHODS.md").read_text(encoding="utf-8")
    whole, shares = summary(), by_share()
    print("\n" + whole.round(1).to_string(index=False) + "\n" + shares.round(1).to_string())
    figures = whole.drop(columns="interval").to_numpy(dtype=float)
    printed = printed_rows(page, r"\| (simple draw|weighted)")
    assert np.abs(np.array(printed) - figures).max() <= 0.051
    half = shares[shares.index <= 0.5].reset_index().to_numpy()
    assert np.abs(np.array(printed_rows(page, r"\| 0\.\d\d \|")) - half).max() <= 0.051
    assert shares.to_numpy() == pytest.approx(shares.to_numpy()[::-1])  # the other half is its mirror image


@pytest.mark.slow
def test_the_toolkits_own_draw_is_fair_and_its_intervals_hold_the_truth():
    cases = pd.DataFrame(
        {"case_id": [f"NS-{n:03}" for n in range(100)], "decision": ["charged"] * 30 + ["open"] * 70}
    )
    present = cases["case_id"].str[-1].isin(list("0369"))  # 40 of 100
    times, held, draws = pd.Series(0, index=cases["case_id"]), 0, 1000
    for seed in range(draws):
        drawn = draw_sample(Frame(cases, ()), models.Sample(size=20), seed=f"seed {seed}").cases
        times[drawn["case_id"]] += 1
        seen = drawn["case_id"].isin(cases.loc[present, "case_id"])
        counts = seen.groupby(drawn["stratum"]).sum().reindex(["charged", "open"]).to_numpy(dtype=float)
        held += holds(wilson_stratified(counts, np.array([10.0, 10]), np.array([30.0, 70])), 0.4)
    chance = np.where(cases["decision"] == "charged", 10 / 30, 10 / 70)
    off = (times.to_numpy() - draws * chance) / np.sqrt(draws * chance * (1 - chance))
    assert np.abs(off).max() < 4.5
    assert 0.8 < np.square(off).mean() < 1.2
    assert 0.935 < held / draws < 0.985
