"""One way to round and write a number, so that a chart and a sentence never differ. Halves go up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

__all__ = ["days", "half_up", "per_cent", "signed", "to_base", "whole"]


def half_up(value: float, *, places: int = 0) -> float:
    """A number rounded to so many decimals, halves away from nought.

    Examples
    --------
    >>> half_up(132.5), half_up(-0.125, places=2)
    (133.0, -0.13)
    """
    return float(_rounded(value, places))


def to_base(count: float, base: int) -> float:
    """A count rounded to the nearest multiple of a base; never 0 for what is not none.

    Examples
    --------
    >>> to_base(13, 5), to_base(2, 5), to_base(0, 5), to_base(13, 1)
    (15.0, 5.0, 0.0, 13.0)
    """
    rounded = base * half_up(count / base)
    return rounded if rounded or not count else float(base)


def whole(value: float) -> str:
    """A whole number as it is written.

    Examples
    --------
    >>> whole(1234.5)
    '1,235'
    """
    return f"{_rounded(value, 0):,}"


def days(value: float) -> str:
    """A time in whole days as it is written.

    Examples
    --------
    >>> days(1.2), days(41.5)
    ('1 day', '42 days')
    """
    number = whole(value)
    return f"{number} day{'' if number == '1' else 's'}"


def per_cent(value: float) -> str:
    """A whole per cent as it is written; never 0 or 100 for what is neither none nor all.

    Examples
    --------
    >>> per_cent(62.5), per_cent(0.1), per_cent(99.9)
    ('63', 'less than 1', 'more than 99')
    """
    rounded = whole(value)
    if rounded == "0" and value > 0:
        return "less than 1"
    return "more than 99" if rounded == "100" and value < 100 else rounded


def signed(value: float) -> str:
    """A balance as it is written: two decimals and a sign, nought without one.

    Examples
    --------
    >>> signed(0.125), signed(-0.001)
    ('+0.13', '0.00')
    """
    rounded = _rounded(value, 2)
    return f"{rounded:+}" if rounded else "0.00"


def _rounded(value: float, places: int) -> Decimal:
    # nine decimals first: a half made by floating point may fall short by a hair
    return Decimal(str(round(value, 9))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
