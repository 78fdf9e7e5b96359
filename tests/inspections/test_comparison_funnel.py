from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from released_forces import STRATA, row, sampled
from scipy.stats import binom, chi2

from inspections.comparison.effective import comparison_number, kish
from inspections.comparison.funnel import Limits, binomial_limits, dispersion, pooled, standing
from inspections.intervals import wilson
from parameters import PROJECT

OFFICIAL = PROJECT.parent / "shared" / "data" / "ho_outcomes_2018_19" / "check_rape_by_force_2018_19.csv"
FACTS = {"strata": STRATA, "counts": {"frame": 100, "sample": 20}}


@pytest.mark.parametrize("number", [5, 24, 60, 400])
@pytest.mark.parametrize("target", [0.02, 0.3, 0.5, 0.97])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_a_count_is_beyond_a_limit_exactly_where_its_binomial_tail_is_below_half_of_what_is_left(
    number: int, target: float, level: float
) -> None:
    limits, tail = binomial_limits(target, number, level=level), (1 - level) / 2
    for count in range(number + 1):
        as_low, as_high = binom.cdf(count, number, target), binom.sf(count - 1, number, target)
        if min(abs(as_low - tail), abs(as_high - tail)) > 1e-9:
            assert (count / number < limits.low - 1e-12) == (as_low < tail)
            assert (count / number > limits.high + 1e-12) == (as_high < tail)


@pytest.mark.parametrize("level", [0.95, 0.998])
def test_chance_alone_never_puts_more_outside_than_is_said(level: float) -> None:
    for number in (7, 30, 121):
        for target in np.linspace(0.01, 0.99, 25):
            limits = binomial_limits(float(target), number, level=level)
            counts = np.arange(number + 1)
            outside = (counts / number < limits.low - 1e-12) | (counts / number > limits.high + 1e-12)
            assert binom.pmf(counts[outside], number, target).sum() <= 1 - level + 1e-12


def test_limits_close_in_on_the_target_as_more_cases_stand_behind_a_share() -> None:
    widths = [
        limits.high - limits.low
        for limits in (binomial_limits(0.4, number, level=0.95) for number in (10.5, 34.6, 35.2, 200))
    ]
    assert widths == sorted(widths, reverse=True)
    assert binomial_limits(0.4, 3, level=0.998) == Limits(0.0, 1.0)


def test_over_dispersion_is_as_if_so_many_fewer_cases_stood_behind_a_share() -> None:
    assert binomial_limits(0.3, 90, level=0.95, factor=3) == binomial_limits(0.3, 30, level=0.95)


def test_a_share_has_one_place_the_widest_limit_that_it_is_beyond() -> None:
    limits = [(0.95, Limits(0.2, 0.4)), (0.998, Limits(0.1, 0.5))]
    words = [standing(share, limits) for share in (0.3, 0.2, 0.45, 0.6, 0.05)]
    assert words == [
        "within the limits", "within the limits", "above the 95% limit", "above the 99.8% limit",
        "below the 99.8% limit",
    ]  # fmt: skip


def test_over_dispersion_is_not_estimated_from_few_forces() -> None:
    few = dispersion(np.full(9, 0.5), np.full(9, 20.0), target=0.5)
    assert few.found is None
    assert few.factor == 1
    assert "cannot be estimated from fewer than 10 forces" in few.words


def test_forces_that_differ_by_chance_alone_show_no_over_dispersion() -> None:
    random = np.random.Generator(np.random.PCG64(1))
    found = []
    for _ in range(200):
        shares = random.binomial(200, 0.3, size=43) / 200
        spread = dispersion(shares, np.full(43, 200.0), target=float(shares.mean()))
        assert spread.found is not None
        found.append(spread.found)
    # of normal scores drawn in by a tenth at each end, the mean square is 0.68
    assert np.mean(found) == pytest.approx(0.68, abs=0.03)
    assert dispersion(np.full(43, 0.3), np.full(43, 200.0), target=0.3).factor == 1


def test_two_forces_far_off_do_not_widen_the_limits_that_are_meant_to_find_them() -> None:
    random = np.random.Generator(np.random.PCG64(2))
    shares = random.binomial(200, 0.3, size=40) / 200
    calm = dispersion(shares, np.full(40, 200.0), target=0.3)
    with_two = dispersion(np.append(shares, [0.9, 0.95]), np.full(42, 200.0), target=0.3)
    assert calm.found is not None
    assert with_two.found is not None
    assert with_two.found < calm.found + 0.3


def test_a_list_read_whole_is_worth_its_length_and_even_files_their_number() -> None:
    assert comparison_number(row(count=(12, 45)), FACTS) == (45.0, "every one counted")
    even = {**FACTS, "strata": [{"frame": 50, "sample": 10}, {"frame": 50, "sample": 10}]}
    assert comparison_number(sampled((12, 20), (38, 78)), even)[0] == 20


def test_files_that_stand_for_unequal_numbers_of_cases_are_worth_fewer() -> None:
    number = kish(STRATA)
    assert number == pytest.approx(100**2 / (20**2 / 10 + 80**2 / 10))
    assert comparison_number(sampled((12, 20), (38, 78)), FACTS)[0] == pytest.approx(number)
    half = comparison_number(sampled((6, 10), (30, 80)), FACTS)[0]
    assert half == pytest.approx(number / 2)


def test_the_effective_number_gives_the_variance_that_drawing_shows() -> None:
    random = np.random.Generator(np.random.PCG64(3))
    drawn = [random.binomial(each["sample"], 0.4, size=40_000) / each["sample"] for each in STRATA]
    shares = sum(each["frame"] / 100 * share for each, share in zip(STRATA, drawn, strict=True))
    assert np.var(shares) == pytest.approx(0.4 * 0.6 / kish(STRATA), rel=0.03)


def test_where_a_stratum_is_hidden_the_number_is_worked_back_from_the_interval() -> None:
    hidden = {**FACTS, "strata": [STRATA[0], {"frame": None, "sample": None}]}
    interval = wilson(15, 25)  # as if of 25 files of an endless list
    ends = (100 * interval.low, 100 * interval.high)
    number, how = comparison_number(sampled((12, 20), ends, value=60.0), hidden)
    assert how == "worked back from the interval"
    assert number == pytest.approx(25 * (1 - 20 / 100))  # the list's length no longer counts


def test_units_of_one_file_are_not_taken_for_so_many_cases() -> None:
    requests = row(count=(40, 80), ends=(35, 65), interval="bootstrap of cases, 2,000 draws",
                   base="units about records in 20 sampled case files")  # fmt: skip
    number, _ = comparison_number(requests, FACTS)
    assert number is not None
    assert number < 40
    whole = row(count=(40, 80), base="units about records in 20 sampled case files")
    assert comparison_number(whole, FACTS) == (None, "no interval to go by")


def test_the_share_of_all_forces_weighs_each_by_the_cases_behind_it() -> None:
    assert pooled(np.array([0.2, 0.8]), np.array([30.0, 10.0])) == pytest.approx(0.35)


@pytest.mark.skipif(not Path(OFFICIAL).is_file(), reason="real public material is not on this machine")
def test_the_funnel_of_rape_charges_in_forty_three_forces_is_over_dispersed() -> None:
    table = pd.read_csv(OFFICIAL)
    table = table[~table["force_name"].isin(["British Transport Police"])]
    numbers = table["rape_offences_recorded_total"].to_numpy(dtype=float)
    shares = table["outcome_01"].to_numpy(dtype=float) / numbers
    assert len(table) == 43
    centre = pooled(shares, numbers)
    assert centre == pytest.approx(table["outcome_01"].sum() / numbers.sum())
    spread = dispersion(shares, numbers, target=centre)
    z = (shares - centre) / np.sqrt(centre * (1 - centre) / numbers)
    ordered = np.sort(z)  # a tenth of 43 is four at each end
    ordered[:4], ordered[-4:] = ordered[4], ordered[-5]
    assert spread.found == pytest.approx(np.mean(ordered**2))
    assert spread.factor > 2
    assert np.sum(z**2) > chi2.ppf(0.999, 42)

    def beyond(factor: float) -> int:
        limits = [binomial_limits(centre, n, level=0.998, factor=factor) for n in numbers]
        return sum(not end.low <= share <= end.high for end, share in zip(limits, shares, strict=True))

    assert beyond(spread.factor) < beyond(1.0)
    assert beyond(1.0) >= 5
