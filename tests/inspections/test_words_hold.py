"""How often the words for shares and strands claim what is not so, drawn again and again from known lists."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from inspections.findings import quantifier
from inspections.intervals import mid_p
from inspections.rounding import half_up

LISTS = [(24, 200), (60, 600)]
DRAWS = 2000


@cache
def ends(count: int, n: int, population: int) -> tuple[float, float]:
    interval = mid_p(count, n, population=population)
    assert interval.low is not None
    assert interval.high is not None
    return 100 * interval.low, 100 * interval.high


def drawn(share: float, n: int, population: int, rng: np.random.Generator) -> Iterator[int]:
    has = round(share * population)
    return map(int, rng.hypergeometric(has, population - has, n, DRAWS))


@pytest.mark.parametrize(("n", "population"), LISTS)
def test_a_word_seldom_takes_the_wrong_side_of_one_half(n: int, population: int):
    rng = np.random.default_rng(11)
    worst = 0.0
    for share in np.arange(0.05, 0.51, 0.05):
        words = [quantifier(100 * count / n, *ends(count, n, population))
                 for count in drawn(share, n, population, rng)]  # fmt: skip
        worst = max(worst, np.mean([word in ("more than half", "most", "nearly all") for word in words]))
    assert worst < 0.045


@pytest.mark.parametrize(("n", "population"), LISTS)
def test_strands_with_the_same_share_are_seldom_said_to_differ(n: int, population: int):
    rng = np.random.default_rng(13)
    worst = 0.0
    for share in np.arange(0.05, 1, 0.05):
        pairs = zip(drawn(share, n, population, rng), drawn(share, n, population, rng), strict=True)
        apart = [_apart(ends(one, n, population), ends(other, n, population)) for one, other in pairs]
        worst = max(worst, np.mean(apart))
    assert worst < 0.015


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    (low, high), (other_low, other_high) = (tuple(map(half_up, pair)) for pair in (one, other))
    return high < other_low or other_high < low
