from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from inspections.intervals import bootstrap, hypergeometric, wilson, wilson_weighted


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        (43, 59, 0.604, 0.826),  # smallest action rate in 59 files of Iliuta and others 2025
        (17, 24, 0.508, 0.851),
        (0, 10, 0.0, 0.278),  # Wilson by hand: z^2 / (n + z^2)
        (10, 10, 0.722, 1.0),
    ],
)
def test_wilson_gives_the_published_ends(count, n, low, high):
    interval = wilson(count, n)
    assert (round(interval.low, 3), round(interval.high, 3)) == (low, high)


def test_a_short_list_narrows_the_interval_by_the_formula():
    # 24 of 212 without replacement is as good as 24 * 211 / 188 = 26.936 with it
    corrected, by_hand = wilson(17, 24, population=212), wilson(17 / 24 * 26.9361702, 26.9361702)
    assert corrected.low == pytest.approx(by_hand.low)
    assert corrected.high == pytest.approx(by_hand.high)
    assert corrected.method == "Wilson with finite population correction"


def test_with_every_case_read_there_is_no_interval_and_nothing_else_pretends():
    assert wilson(3, 24, population=24).low is None
    assert hypergeometric(3, 24, population=24).method == "every case counted: no sampling error"
    assert wilson_weighted(np.array([1.0, 0.0]), np.array([1.0, 1.0])).high is None


def test_no_cases_give_no_interval():
    assert wilson(0, 0).low is None
    assert wilson_weighted(np.array([]), np.array([])).low is None
    assert hypergeometric(0, 0, population=9).low is None
    assert (
        bootstrap(np.ones((1, 1)), lambda rows: 1.0, seed="s").method == "no interval: fewer than two cases"
    )


@given(st.integers(1, 60), st.integers(0, 60), st.integers(0, 400))
def test_wilson_holds_the_estimate_and_narrows_as_the_list_gets_shorter(n, count, more):
    count = min(count, n)
    wide, narrow = wilson(count, n), wilson(count, n, population=n + more + 1)
    assert 0 <= wide.low <= count / n <= wide.high <= 1
    assert narrow.high - narrow.low <= wide.high - wide.low + 1e-9


@pytest.mark.parametrize("population", [12, 30])
def test_the_exact_interval_covers_at_least_as_often_as_it_says(population):
    n = 10
    for present in range(population + 1):
        covered = 0.0
        for count in range(max(0, n - population + present), min(n, present) + 1):
            interval = hypergeometric(count, n, population=population)
            if interval.low <= present / population <= interval.high:
                covered += hypergeom.pmf(count, population, present, n)
        assert covered >= 0.95 - 1e-12


def test_the_exact_interval_agrees_with_counting_every_sample():
    # 1 of 3 drawn from 5: with K of 5 present, chances counted over all 10 samples
    def chance(present: int, test) -> float:
        samples = list(combinations([1] * present + [0] * (5 - present), 3))
        return sum(test(sum(s)) for s in samples) / len(samples)

    kept = [
        k for k in range(1, 4) if chance(k, lambda s: s >= 1) > 0.025 and chance(k, lambda s: s <= 1) > 0.025
    ]
    interval = hypergeometric(1, 3, population=5)
    assert (interval.low, interval.high) == (min(kept) / 5, max(kept) / 5)


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="must satisfy"):
        hypergeometric(5, 4, population=10)


def test_unequal_weights_count_for_fewer_cases():
    present = np.array([1.0, 1, 0, 0])
    weights = np.array([1.0, 1, 3, 3])
    interval = wilson_weighted(present, weights)
    # ratio estimate 2/8; Kish 64/20 = 3.2 cases
    expected = wilson(0.25 * 3.2, 3.2)
    assert (interval.low, interval.high) == (expected.low, expected.high)


def test_bootstrap_is_the_same_twice_and_changes_with_the_seed():
    rows = np.arange(40, dtype=float).reshape(-1, 1)
    middle = lambda drawn: float(np.median(drawn))  # noqa: E731
    first = bootstrap(rows, middle, seed="a", draws=300)
    assert first == bootstrap(rows, middle, seed="a", draws=300)
    assert first != bootstrap(rows, middle, seed="b", draws=300)
    assert first.low < 19.5 < first.high
    assert first.method == "bootstrap of cases, 300 draws"


def test_bootstrap_of_a_mean_agrees_with_the_normal_interval():
    rows = np.random.Generator(np.random.PCG64(1)).normal(50, 10, size=(400, 1))
    interval = bootstrap(rows, lambda drawn: float(drawn.mean()), seed="a")
    half = 1.96 * rows.std() / 20
    assert interval.low == pytest.approx(rows.mean() - half, abs=0.15)
    assert interval.high == pytest.approx(rows.mean() + half, abs=0.15)


def test_strata_keep_their_number_of_cases():
    rows, strata = np.array([[0.0], [2], [9], [9]]), np.array(["a", "a", "b", "b"])
    interval = bootstrap(rows, lambda drawn: float(drawn.mean()), seed="a", strata=strata, draws=200)
    assert (interval.low, interval.high) == (4.5, 5.5)


def test_cases_that_do_not_differ_give_no_interval_rather_than_a_certain_one():
    interval = bootstrap(np.ones((9, 1)), lambda drawn: float(drawn.mean()), seed="a", draws=50)
    assert (interval.low, interval.method) == (None, "no interval: the cases do not differ")
