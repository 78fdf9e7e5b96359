from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import binom, fisher_exact, hypergeom, norm

from inspections.intervals import (
    CENSUS,
    bootstrap,
    bootstrap_median,
    bootstrap_ratio,
    hypergeometric,
    mid_p,
    weighted_median,
    wilson,
    wilson_stratified,
)


def stratified(counts, read, lengths, **more):
    return wilson_stratified(*(np.array(values, dtype=float) for values in (counts, read, lengths)), **more)


# --- published worked values ----------------------------------------------------------------------------


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


ACLS_MEMBERS = np.array([9100, 1950, 5500, 10850, 2100, 5500, 9000])
ACLS_READ = np.array([636, 451, 481, 611, 493, 575, 588])
ACLS_WOMEN = np.array([38, 27, 18, 19, 36, 13, 26]) / 100


def test_a_stratified_share_of_a_textbook_has_its_published_error_or_a_hair_more():
    # Lohr, Sampling: Design and Analysis, members of seven learned societies who are women: 24.65 per cent,
    # standard error 0.0071 with each stratum's own variance and the finite population correction
    published = 0.2465 + 0.0071 * norm.ppf([0.025, 0.975])
    interval = stratified(ACLS_READ * ACLS_WOMEN, ACLS_READ, ACLS_MEMBERS)
    assert [interval.low, interval.high] == pytest.approx(published.tolist(), abs=0.001)
    assert interval.high - interval.low >= np.ptp(published)


@pytest.mark.parametrize(("count", "outside"), [(45, (110, 161)), (2, (1, 19))])
def test_the_exact_interval_is_the_published_one_without_the_numbers_it_rules_out(count, outside):
    # README of the R package samplingbook (Kauermann and Kuechenhoff 2010), 100 of 300 employees asked; it
    # prints the first number ruled out at each end: 1 of 300, though 2 had said yes
    interval = hypergeometric(count, 100, population=300)
    assert (300 * interval.low, 300 * interval.high) == pytest.approx((outside[0] + 1, outside[1] - 1))


def test_a_short_list_narrows_the_bootstrap_as_much_as_the_published_standard_error():
    # data set fpc of the R package survey: 5 of 15 and 3 of 12 read, standard error of the mean 0.6160407;
    # 0.7412683 as if the lists were endless
    values = np.array([2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2])
    strata, stands_for = np.array(list("aaaaabbb")), np.array([3.0] * 5 + [4.0] * 3)

    def width(times: float) -> float:
        weights = times * stands_for
        drawn = bootstrap_ratio(values, np.ones(8), weights, strata=strata, seed="s", draws=4000)
        return drawn.high - drawn.low

    assert width(1) / width(1e9) == pytest.approx(0.6160407 / 0.7412683, rel=0.03)
    assert width(1e9) == pytest.approx(2 * norm.ppf(0.975) * 0.7412683, rel=0.05)


# --- independent oracles --------------------------------------------------------------------------------


def test_the_variance_behind_the_stratified_interval_is_that_of_all_possible_samples():
    # every sample of 2 of 4, 2 of 6 and 3 of 3; a third of the first two strata has the property
    lengths, read, present = [3, 6, 3], [2, 2, 3], [1, 2, 1]
    draws = [
        [sum(case < there for case in drawn) / n for drawn in combinations(range(size), n)]
        for size, n, there in zip(lengths, read, present, strict=True)
    ]
    shares = [np.dot(lengths, found) / sum(lengths) for found in product(*draws)]
    effective = (1 / 3) * (2 / 3) / (np.var(shares) * (12 / 9) ** 2)  # of the 9 cases not all read
    inner = wilson(effective / 3, effective, level=0.5)
    interval = stratified([2 / 3, 2 / 3, 1], read, lengths, level=0.5)
    assert interval.low == pytest.approx((1 + 9 * inner.low) / 12)
    assert interval.high == pytest.approx((1 + 9 * inner.high) / 12)


@pytest.mark.parametrize(("counts", "read"), [([3, 4], [5, 20]), ([1, 9], [10, 10]), ([2, 30], [4, 60])])
def test_the_stratified_ends_solve_the_score_equation(counts, read):
    lengths = np.array([30.0, 200.0])
    part, read = lengths / lengths.sum(), np.array(read)
    share = float(part @ (np.array(counts) / read))
    per_case = np.sum(part**2 * (lengths - read) / ((lengths - 1) * read))

    def off(p: float) -> float:
        return abs(share - p) - norm.ppf(0.975) * np.sqrt(p * (1 - p) * per_case)

    interval = stratified(counts, read, lengths)
    assert interval.low == pytest.approx(brentq(off, 1e-9, share))
    assert interval.high == pytest.approx(brentq(off, share, 1 - 1e-9))


@pytest.mark.parametrize(("n", "population"), [(10, 30), (7, 12), (20, 45)])
def test_the_mid_p_interval_keeps_what_scipys_own_two_sided_test_does_not_reject(n, population):
    for count in range(n + 1):
        kept = []
        for present in range(count, population - n + count + 1):
            table = [[count, n - count], [present - count, population - n - present + count]]
            chances = hypergeom.pmf(np.arange(n + 1), population, present, n)
            as_rare = chances[np.isclose(chances, chances[count], rtol=1e-6)].sum()
            if fisher_exact(table).pvalue - as_rare / 2 > 0.05:
                kept.append(present)
        interval = mid_p(count, n, population=population)
        assert (interval.low, interval.high) == (min(kept) / population, max(kept) / population)


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


# --- what a reader relies on ----------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.integers(1, 40), st.integers(0, 40), st.integers(1, 200))
def test_simple_intervals_hold_the_estimate_and_never_leave_what_was_seen(n, count, unread):
    count, population = min(count, n), n + unread
    for make in (mid_p, hypergeometric):
        interval = make(count, n, population=population)
        assert count / population <= interval.low <= count / n <= interval.high
        assert interval.high <= 1 - (n - count) / population + 1e-12


def test_a_list_read_nearly_whole_leaves_an_interval_that_holds_the_share_of_the_files():
    interval = mid_p(1, 19, population=20)
    assert interval.low == 1 / 20
    assert interval.high == 1 / 19


@given(st.integers(2, 40), st.integers(2, 300))
def test_more_cases_with_the_property_never_lower_an_end(n, unread):
    made = [mid_p(count, n, population=n + unread) for count in range(n + 1)]
    assert np.all(np.diff([interval.low for interval in made]) >= 0)
    assert np.all(np.diff([interval.high for interval in made]) >= 0)


STRATUM = st.integers(1, 12).flatmap(
    lambda read: st.tuples(st.integers(0, read), st.just(read), st.integers(0, 60))
)


@given(st.lists(STRATUM, min_size=1, max_size=5))
def test_a_stratified_interval_holds_the_estimate_and_never_leaves_what_was_seen(strata):
    counts, read, unread = np.array(strata, dtype=float).T
    lengths = read + unread
    share = np.sum(lengths * counts / read) / lengths.sum()
    interval = wilson_stratified(counts, read, lengths)
    if not unread.any():
        assert interval == CENSUS
        return
    assert counts.sum() / lengths.sum() - 1e-9 <= interval.low <= share + 1e-9
    assert share - 1e-9 <= interval.high <= 1 - (read - counts).sum() / lengths.sum() + 1e-9


def test_a_stratified_interval_narrows_as_more_of_the_list_is_read():
    widths = []
    for read in ([5, 5], [10, 10], [20, 20], [29, 59]):
        interval = stratified(np.array(read) * 0.4, read, [30, 60])
        widths.append(interval.high - interval.low)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.03


def test_a_stratum_read_whole_adds_what_is_known_and_no_doubt():
    alone = stratified([4], [10], [80])
    both = stratified([15, 4], [20, 10], [20, 80])
    assert both.low == pytest.approx((15 + 80 * alone.low) / 100)
    assert both.high == pytest.approx((15 + 80 * alone.high) / 100)


def test_strata_in_which_all_or_none_have_the_property_do_not_make_the_share_certain():
    interval = stratified([8, 0], [8, 8], [20, 60])
    assert interval.low < 20 / 80 - 0.05
    assert interval.high > 20 / 80 + 0.05


def test_one_stratum_is_a_simple_draw_from_a_list_of_that_length():
    # 24 of 212 without replacement is as good as 24 * 211 / 188 = 26.936 with it
    corrected, by_hand = stratified([17], [24], [212]), wilson(17 / 24 * 26.9361702, 26.9361702)
    assert (corrected.low, corrected.high) == pytest.approx((by_hand.low, by_hand.high))


def test_with_every_case_read_there_is_no_interval_and_nothing_else_pretends():
    assert hypergeometric(3, 24, population=24) == mid_p(3, 24, population=24) == CENSUS
    assert stratified([1, 0], [4, 5], [4, 5]) == CENSUS
    ones = np.ones(1)
    assert bootstrap_ratio(ones, ones, ones, strata=np.array(["a"]), seed="s") == CENSUS


def test_no_cases_give_no_interval():
    assert wilson(0, 0).low is None
    assert stratified([], [], []).low is None
    assert hypergeometric(0, 0, population=9).low is None
    assert mid_p(0, 0, population=9).low is None
    one = bootstrap(np.ones((1, 1)), lambda rows: 1.0, seed="s")
    assert one.method == "no interval: fewer than two cases"


@pytest.mark.parametrize("make", [hypergeometric, mid_p])
def test_impossible_counts_are_refused(make):
    with pytest.raises(ValueError, match="must satisfy"):
        make(5, 4, population=10)


# --- drawing cases again --------------------------------------------------------------------------------


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


def test_cases_that_do_not_differ_give_no_interval_rather_than_a_certain_one():
    interval = bootstrap(np.ones((9, 1)), lambda drawn: float(drawn.mean()), seed="a", draws=50)
    assert (interval.low, interval.method) == (None, "no interval: the cases do not differ")
    same = bootstrap_ratio(
        np.full(6, 2.0), np.full(6, 4.0), np.full(6, 9.0), strata=np.array(list("aabbbb")), seed="a"
    )
    assert same == interval.__class__(None, None, "no interval: the cases do not differ")


def test_the_ratio_of_strata_read_whole_is_in_no_doubt_however_much_their_cases_differ():
    top, bottom = np.array([0.0, 9, 2, 2]), np.array([9.0, 9, 4, 4])
    strata, weights = np.array(list("aabb")), np.array([1.0, 1, 30, 30])
    whole = bootstrap_ratio(top, bottom, weights, strata=strata, seed="a")
    assert whole.method == "no interval: the cases do not differ"
    partly = bootstrap_ratio(top, bottom, np.array([1.5, 1.5, 30, 30]), strata=strata, seed="a")
    assert partly.low < (9 + 120) / (18 + 240) < partly.high


@pytest.mark.parametrize("seed", range(5))
def test_a_weighted_median_is_that_of_every_case_written_as_often_as_its_weight(seed: int):
    draw = np.random.default_rng(seed)
    values, weights = draw.integers(0, 40, size=11).astype(float), draw.integers(1, 9, size=11)
    assert weighted_median(values, weights.astype(float)) == np.median(np.repeat(values, weights))
    assert weighted_median(values, np.full(11, 7.3)) == np.median(values)


def test_the_bootstrap_of_a_median_agrees_with_the_interval_by_order_statistics():
    values = np.random.default_rng(3).exponential(100, size=400)
    weights, strata = np.full(400, 1e6), np.full(400, "one")  # a list too long to matter
    interval = bootstrap_median(values, weights, strata=strata, seed="any")
    low, high = np.sort(values)[binom.ppf([0.025, 0.975], 400, 0.5).astype(int) - 1]
    assert (interval.low, interval.high) == (pytest.approx(low, rel=0.05), pytest.approx(high, rel=0.05))


def test_the_median_of_a_stratum_read_whole_is_in_no_doubt():
    values = np.arange(20.0)
    interval = bootstrap_median(values, np.ones(20), strata=np.full(20, "one"), seed="any")
    assert interval.low is None
    assert "every case counted" in interval.method


def test_a_case_without_a_value_takes_no_part_in_the_median():
    values = np.array([1.0, np.nan, 5.0, 9.0])
    weights, strata = np.full(4, 10.0), np.full(4, "one")
    interval = bootstrap_median(values, weights, strata=strata, seed="any")
    assert (interval.low, interval.high) == (1.0, 9.0)
