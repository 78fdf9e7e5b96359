from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2_contingency, norm

from inspections.comparison.change import Estimate, adjusted, change_of_estimates, change_of_shares

Z = 1.959963984540054


def test_a_published_difference_of_two_shares_has_the_published_interval() -> None:
    # Newcombe 1998, table II, method 10: 56 of 70 against 48 of 80
    change = change_of_shares((48 / 80, 80), (56 / 70, 70))
    assert change.difference == pytest.approx(20)
    assert (round(change.low, 2), round(change.high, 2)) == (5.24, 33.39)


def test_the_test_of_two_shares_is_the_chi_squared_test_of_their_counts() -> None:
    change = change_of_shares((48 / 80, 80), (56 / 70, 70))
    _, chance, _, _ = chi2_contingency([[56, 14], [48, 32]], correction=False)
    assert change.chance == pytest.approx(chance)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_no_difference_is_no_change_however_few_the_files(share: float) -> None:
    change = change_of_shares((share, 9.5), (share, 12.2))
    assert change.difference == 0
    assert change.low < 0 < change.high
    assert change.chance == 1


def test_a_difference_of_nothing_and_all_is_no_error() -> None:
    change = change_of_shares((0.0, 24), (1.0, 24))
    assert change.difference == 100
    assert change.low > 70
    assert change.chance < 1e-6


def test_when_nothing_has_changed_one_sample_in_twenty_says_otherwise() -> None:
    random = np.random.Generator(np.random.PCG64(4))
    pairs = random.binomial(40, 0.35, size=(4_000, 2)) / 40
    found = [change_of_shares((a, 40), (b, 40)) for a, b in pairs]
    assert np.mean([change.chance < 0.05 for change in found]) == pytest.approx(0.05, abs=0.012)
    assert np.mean([change.low <= 0 <= change.high for change in found]) == pytest.approx(0.95, abs=0.015)


def test_intervals_that_reach_alike_add_as_standard_errors_do() -> None:
    change: Any = change_of_estimates(Estimate(0.1, -0.1, 0.3), Estimate(0.5, 0.2, 0.8))
    assert change.high - change.difference == pytest.approx(np.hypot(0.2, 0.3))
    z = change.difference / (np.hypot(0.2, 0.3) / Z)
    assert change.chance == pytest.approx(2 * norm.sf(z))
    assert (change.chance < 0.05) == (change.low > 0)


def test_a_list_read_nearly_whole_is_as_sure_in_a_comparison_as_its_cases_allow() -> None:
    half = change_of_estimates(Estimate(0.1, 0.0, 0.2, unread=0.25), Estimate(0.5, 0.4, 0.6, unread=0.25))
    full = change_of_estimates(Estimate(0.1, -0.1, 0.3), Estimate(0.5, 0.3, 0.7))
    assert half is not None
    assert full is not None
    assert (half.low, half.high) == pytest.approx((full.low, full.high))
    assert change_of_estimates(Estimate(0.1, 0.1, 0.1, unread=0.0), Estimate(0.5, 0.4, 0.6)) is None


def test_many_tests_are_allowed_for_by_holms_method() -> None:
    assert adjusted([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert adjusted([]) == []
