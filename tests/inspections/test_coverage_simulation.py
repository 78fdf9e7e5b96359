"""How often the intervals hold the truth: 10,000 simulated samples from a list whose truth is known.

Run it with ``pytest -m slow -s tests/inspections/test_coverage_simulation.py``; -s prints the table that the
documentation of `inspections.intervals` carries.
"""

import re

import numpy as np
import pandas as pd
import pytest

from inspections import intervals
from inspections.intervals import Interval, hypergeometric, wilson, wilson_weighted
from inspections.sampling import Frame, draw_sample
from parameters import models

pytestmark = pytest.mark.slow

STRATA = np.array([30, 60, 90, 120])
CASES = int(STRATA.sum())
SAMPLES = 10_000
PRESENT = range(6, 295, 6)  # shares 0.02, 0.04, ... 0.98 of 300 cases
READ = {10: [2, 2, 3, 3], 20: [5, 5, 5, 5], 60: [15, 15, 15, 15]}
UNEVEN = np.array([2, 1.5, 0.9, 0.575])  # times the overall share; the mean over the cases is 1
ROWS = {
    "Wilson, finite list": "wilson",
    "exact hypergeometric": "exact",
    "weighted, strata alike": "alike",
    "weighted, strata differ": "differ",
}
COLUMNS = ["lowest", "mean", "highest", "within"]
TOLERANCES = [0.7, 0.7, 0.7, 8]  # another random generator would move a figure by as much, hardly by more


def holds(interval: Interval, share: float) -> bool:
    return interval.low - 1e-12 <= share <= interval.high + 1e-12


def unweighted(method: str, n: int, generator: np.random.Generator) -> list[float]:
    """Per cent of simple samples whose interval holds the true share, for each number present."""
    make = wilson if method == "wilson" else hypergeometric
    made = [make(count, n, population=CASES) for count in range(n + 1)]
    found = []
    for present in PRESENT:
        counts = generator.hypergeometric(present, CASES - present, n, size=SAMPLES)
        held = np.array([holds(interval, present / CASES) for interval in made])
        found.append(100 * held[counts].mean())
    return found


def present_by_stratum(present: int, method: str) -> np.ndarray:
    """Cases present in each stratum: the same share everywhere, or higher in the small strata."""
    rarer = min(present, CASES - present) / CASES
    spread = UNEVEN if method == "differ" else np.ones(len(STRATA))
    counts = np.round(spread * rarer * STRATA).astype(int)
    return counts if present <= CASES / 2 else STRATA - counts


def weighted(method: str, n: int, generator: np.random.Generator) -> list[float]:
    """The same for samples of as many cases from every stratum, weighted back to the list."""
    read = np.array(READ[n])
    weights = np.repeat(STRATA / read, read)
    made: dict[tuple[int, ...], Interval] = {}

    def interval_of(counts: tuple[int, ...]) -> Interval:
        if counts not in made:
            seen = [np.arange(size) < count for count, size in zip(counts, read, strict=True)]
            made[counts] = wilson_weighted(np.concatenate(seen).astype(float), weights)
        return made[counts]

    found = []
    for present in PRESENT:
        there = present_by_stratum(present, method)
        drawn = [
            generator.hypergeometric(k, size - k, m, size=SAMPLES)
            for k, size, m in zip(there, STRATA, read, strict=True)
        ]
        results, times = np.unique(np.stack(drawn, axis=1), axis=0, return_counts=True)
        held = [holds(interval_of(tuple(map(int, row))), there.sum() / CASES) for row in results]
        found.append(100 * np.average(held, weights=times))
    return found


@pytest.fixture(scope="module")
def coverage() -> pd.DataFrame:
    rows = []
    for title, method in ROWS.items():
        for n in READ:
            generator = np.random.Generator(np.random.PCG64([n, len(title)]))
            simulate = unweighted if method in {"wilson", "exact"} else weighted
            found = np.array(simulate(method, n, generator))
            within = 100 * np.mean((found >= 94) & (found <= 97))
            edges = found[np.abs(np.array(PRESENT) / CASES - 0.5) >= 0.4 - 1e-9].mean()
            rows.append((title, n, found.min(), found.mean(), found.max(), within, edges))
    table = pd.DataFrame(rows, columns=["interval", "n", *COLUMNS, "edges"])
    print("\n" + table.round(1).to_string(index=False))
    return table.set_index(["interval", "n"])


def test_the_exact_interval_never_covers_less_than_it_says(coverage):
    # 0.65 is three standard errors of 95 per cent counted in 10,000 samples
    assert coverage.loc["exact hypergeometric", "lowest"].min() > 95 - 0.65


def test_the_exact_interval_covers_too_much_with_few_cases(coverage):
    assert coverage.loc[("exact hypergeometric", 10), "mean"] > 97
    at_the_edges = coverage.loc["exact hypergeometric", "edges"].tolist()
    assert at_the_edges == pytest.approx([99.0, 98.9, 98.0], abs=0.4)  # as the documentation says


def test_wilson_covers_as_often_as_it_says_on_average_but_not_at_every_share(coverage):
    rows = coverage.loc["Wilson, finite list"]
    assert rows["mean"].between(94, 97).all()
    assert rows["lowest"].between(88, 94).all()


def test_the_weighted_interval_errs_wide_rather_than_narrow(coverage):
    for title in ("weighted, strata alike", "weighted, strata differ"):
        rows = coverage.loc[title]
        assert rows["mean"].between(95, 98.5).all()
        assert rows["lowest"].gt(92.5).all()


def test_the_documentation_of_the_intervals_gives_these_figures(coverage):
    lines = {
        title: [float(figure) for figure in re.findall(r"\d+(?:\.\d)?", line)]
        for line in intervals.__doc__.splitlines()
        for title in ROWS
        if line.strip().startswith(title)
    }
    assert set(lines) == set(ROWS)
    for title, printed in lines.items():
        simulated = coverage.loc[title, COLUMNS].to_numpy()
        assert (np.abs(np.reshape(printed, simulated.shape) - simulated) <= TOLERANCES).all(), title


def test_the_toolkits_own_draw_is_fair_and_its_intervals_hold_the_truth():
    cases = pd.DataFrame(
        {"case_id": [f"NS-{n:03}" for n in range(100)], "decision": ["charged"] * 30 + ["open"] * 70}
    )
    present = cases["case_id"].str[-1].isin(list("0369"))  # 40 of 100
    times, held, draws = pd.Series(0, index=cases["case_id"]), 0, 1000
    for seed in range(draws):
        drawn = draw_sample(Frame(cases, ()), models.Sample(size=20), seed=f"seed {seed}").cases
        times[drawn["case_id"]] += 1
        seen = drawn["case_id"].isin(cases.loc[present, "case_id"]).to_numpy(dtype=float)
        held += holds(wilson_weighted(seen, drawn["weight"].to_numpy()), 0.4)
    chance = np.where(cases["decision"] == "charged", 10 / 30, 10 / 70)
    off = (times.to_numpy() - draws * chance) / np.sqrt(draws * chance * (1 - chance))
    assert np.abs(off).max() < 4.5
    assert 0.8 < np.square(off).mean() < 1.2
    assert 0.94 < held / draws <= 0.995
