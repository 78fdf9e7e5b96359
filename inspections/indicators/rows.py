"""Rows of the indicator table: shares of cases, ratios of units, medians of days.

Each carries the cases behind it, so that a number can be walked back and disclosure control knows whom it is
about. ``status`` is ``shown``, ``zero`` (counted, and none), ``missing`` (nothing to count from) or
``not recorded`` (the force does not keep the field); ``suppressed`` is for disclosure control alone to give.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from inspections.intervals import (
    CENSUS,
    NO_INTERVAL,
    Interval,
    bootstrap,
    bootstrap_median,
    bootstrap_ratio,
    mid_p,
    weighted_median,
    wilson_stratified,
)

__all__ = [
    "Row",
    "SampledFiles",
    "Status",
    "base_in_words",
    "estimate_share",
    "mean_of_all",
    "median_days",
    "not_recorded",
    "share_of_cases",
    "share_of_counts",
]

Status = Literal["shown", "suppressed", "zero", "missing", "not recorded"]

_NO_CASES = pd.DataFrame(columns=["numerator", "denominator", "counted"]).rename_axis("case_id")


@dataclass(frozen=True)
class Row:
    """One row of the indicator table, with the cases behind it.

    Attributes
    ----------
    base, base_unit : str
        What the value is based on, with its number ("{denominator:,} sampled case files") and without.
        Numbers are names in braces (`base_in_words`), so that they can be published rounded.
    cases : DataFrame
        Indexed by case reference: ``numerator`` and ``denominator`` it adds, and whether it is ``counted``;
        of shares of sampled files also ``weight`` and ``stratum``.
    weighted_to : int or None
        Cases of the frame the value was weighted to, where strata were read unequally.
    counts : "cases" or "units"
        What numerator and denominator count.
    apart : str
        Of people, counts are taken to be bound up with all other counts, so that one might be worked out from
        others. Rows that are independent of all others by definition, as a referral is of how the case ended,
        share a name of their own here, and less need be hidden for their sake.
    """

    group: str
    numerator: float | None
    denominator: float | None
    value: float | None
    interval: Interval
    base: str
    base_unit: str
    status: Status
    cases: pd.DataFrame
    caveat: str = ""
    weighted_to: int | None = None
    counts: Literal["cases", "units"] = "cases"
    apart: str = ""


def base_in_words(template: str, numbers: Mapping[str, Any]) -> str:
    """A base with its numbers: those of ``numerator, denominator, cases, weighted_to`` that it names.

    Examples
    --------
    >>> base_in_words("{denominator:,} sampled case files", {"denominator": 1024.0})
    '1,024 sampled case files'
    """
    names = ("numerator", "denominator", "cases", "weighted_to")
    return template.format(**{name: int(numbers[name]) for name in names if not pd.isna(numbers.get(name))})


def not_recorded(base_unit: str, *, group: str = "force") -> Row:
    """A row for what the force does not record."""
    return Row(group, None, None, None, NO_INTERVAL, base_unit, base_unit, "not recorded", _NO_CASES)


def share_of_cases(
    counted: pd.Series, base_unit: str, *, group: str = "force", caveat: str = "", apart: str = ""
) -> Row:
    """Share of a whole list of cases: every one is counted, so there is no sampling error.

    Parameters
    ----------
    counted : Series of bool
        Indexed by case reference.
    base_unit : str
        What is counted, in the plural: "cases closed in the period".
    apart : str
        See :class:`Row`.
    """
    cases = _per_case(counted.astype(int), pd.Series(1, index=counted.index), counted=counted)
    return replace(_share(cases, CENSUS, base_unit, group=group, caveat=caveat), apart=apart)


def median_days(days: pd.Series, base_unit: str, *, seed: str, group: str = "force") -> Row:
    """Median of whole days over the cases that have both dates.

    Parameters
    ----------
    days : Series
        Days by case reference; missing where a date is. Negative values are errors in the dates and are left
        out as missing.
    seed : str
        Decides the bootstrap.
    """
    known = days.where(days >= 0).dropna().astype(np.float64)
    has_both = pd.Series(days.index.isin(known.index), index=days.index)
    cases = _per_case(has_both.astype(int), pd.Series(1, index=days.index), counted=has_both)
    n, of = len(known), len(days)
    base = f"{{numerator:,}} of {{denominator:,}} {base_unit} with both dates"
    if not n:
        return Row(group, 0, of, None, NO_INTERVAL, base, base_unit, "missing", cases)
    interval = bootstrap(
        np.asarray(known, dtype=np.float64).reshape(-1, 1), lambda drawn: float(np.median(drawn)), seed=seed
    )
    return Row(group, n, of, float(known.median()), interval, base, base_unit, "shown", cases)


def share_of_counts(numbers: pd.Series, counted: pd.Series, base_unit: str, *, group: str) -> Row:
    """Share in a table of counts that somebody else made; its rows stand where the cases would.

    Parameters
    ----------
    numbers : Series of int
        Counts by name of the row.
    counted : Series of bool
        Which of them add up to the numerator; same index.
    """
    cases = _per_case(numbers.where(counted, 0), numbers, counted=counted)
    return _share(cases, CENSUS, base_unit, group=group)


def mean_of_all(amounts: pd.Series, base_unit: str, *, group: str = "force") -> Row:
    """Mean of an amount over a whole list, such as the open cases of every officer.

    Parameters
    ----------
    amounts : Series
        By reference of what stands in the list; nothing missing.
    base_unit : str
        What is listed, in the plural: "officers whose open cases are recorded".
    """
    amounts = amounts.astype(float)
    cases = _per_case(amounts, pd.Series(1, index=amounts.index), counted=amounts > 0)
    base = f"{{denominator:,}} {base_unit}"
    if amounts.empty:
        return Row(group, 0, 0, None, NO_INTERVAL, base, base_unit, "missing", cases, counts="units")
    status: Status = "shown" if amounts.any() else "zero"
    return Row(
        group, float(round(amounts.sum())), len(amounts), float(amounts.mean()), CENSUS, base, base_unit,
        status, cases, counts="units",
    )  # fmt: skip


def estimate_share(
    cases: pd.DataFrame, *, printed: tuple[float, float] | None = None
) -> tuple[Interval, float]:
    """Interval of a share of a list that sampled case files stand for, and the share itself.

    Parameters
    ----------
    cases : DataFrame
        ``counted, weight, stratum`` of the files looked at.
    printed : (float, float), optional
        Count and number of files as they are published, where these are rounded: the share of so many is
        estimated, so that it does not tell the exact ones.
    """
    counted, weight = cases["counted"].astype(bool), cases["weight"].astype(np.float64)
    count, n = printed or (float(counted.sum()), float(len(counted)))
    if not n:
        return NO_INTERVAL, math.nan
    if np.ptp(weight) < 1e-9:
        in_list = max(round(n * weight.iloc[0]), int(n))
        return mid_p(int(count), int(n), population=in_list), count / n
    scale = (count / n) / counted.mean() if counted.any() else 1.0
    files = pd.DataFrame({"counted": scale * counted, "read": 1.0, "length": weight})
    strata = files.groupby(cases["stratum"]).sum()
    read, lengths = strata["read"].to_numpy(), strata["length"].to_numpy()
    counts = np.minimum(strata["counted"].to_numpy(), read)
    share = float(np.sum(lengths * counts / read) / lengths.sum())
    return wilson_stratified(counts, read, lengths), share


@dataclass(frozen=True)
class SampledFiles:
    """The sample as the indicators see it: weights, strata, and the length of the list behind it.

    Attributes
    ----------
    weight, stratum : Series
        By case reference.
    population : int
        Cases in the frame.
    """

    weight: pd.Series
    stratum: pd.Series
    population: int

    @classmethod
    def of(cls, sample: pd.DataFrame, frame: pd.DataFrame) -> SampledFiles:
        """Read weights and strata off the sample."""
        by_case = sample.set_index("case_id")
        return cls(by_case["weight"].astype(float), by_case["stratum"].astype(str), len(frame))

    @property
    def weighted_to(self) -> int | None:
        """Cases the values are weighted to, or None where every file stands for as many."""
        return None if np.ptp(self.weight.to_numpy()) < 1e-9 else self.population

    def share(
        self, counted: pd.Series, *, among: pd.Series | None = None, group: str = "force", base: str = ""
    ) -> Row:
        """Share of the sampled case files with a property.

        Unequally read strata are weighted: sum of the weights of the files counted over sum of all weights.

        Parameters
        ----------
        counted : Series of bool
            By case reference, for every sampled file.
        among : Series of bool, optional
            The files looked at, when not all.
        base : str
            What narrows the files looked at: "with at least 5 counted units".
        """
        counted = counted.reindex(self.weight.index, fill_value=False).astype(bool)
        if among is not None:
            counted = counted[among.reindex(counted.index, fill_value=False).astype(bool)]
        weight, stratum = self.weight.loc[counted.index], self.stratum.loc[counted.index]
        cases = _per_case(counted.astype(int), pd.Series(1, index=counted.index), counted=counted)
        cases = cases.assign(weight=weight, stratum=stratum)
        interval, value = estimate_share(cases)
        return _share(
            cases, interval, self._words(f"sampled case files {base}".strip()),
            group=group, value=value, weighted_to=self.weighted_to,
        )  # fmt: skip

    def ratio(
        self, numerator: pd.Series, denominator: pd.Series, *, seed: str, units: str, per: float = 100,
        counted: pd.Series | None = None, group: str = "force", caveat: str = "",
    ) -> Row:  # fmt: skip
        """Ratio of two totals of units, such as counted units per 100 coding units.

        Both totals are weighted where strata were read unequally; the interval draws whole case files.

        Parameters
        ----------
        numerator, denominator : Series of int
            By case reference; files that are absent add nothing.
        units : str
            What the denominator counts, in the plural: "coding units".
        per : float
            100 for per cent, 1 for a balance.
        counted : Series of bool, optional
            The files that add to the numerator, where that is not simply "other than zero".
        """
        top = numerator.reindex(self.weight.index, fill_value=0).astype(float)
        bottom = denominator.reindex(self.weight.index, fill_value=0).astype(float)
        counted = top != 0 if counted is None else counted.reindex(self.weight.index, fill_value=False)
        cases = _per_case(top, bottom, counted=counted)
        base_unit = self._words(f"{units} in sampled case files")
        base = self._words(f"{{denominator:,}} {units} in {{cases:,}} sampled case files")
        if not bottom.sum():
            return Row(
                group, 0, 0, None, NO_INTERVAL, base, base_unit, "missing", cases, caveat,
                self.weighted_to, counts="units",
            )  # fmt: skip
        interval = bootstrap_ratio(
            np.asarray(top, dtype=np.float64),
            np.asarray(bottom, dtype=np.float64),
            np.asarray(self.weight, dtype=np.float64),
            strata=self.stratum.to_numpy(dtype=str),
            seed=seed,
        )
        totals = np.column_stack([top * self.weight, bottom * self.weight])
        status: Status = "zero" if per == 100 and not top.sum() else "shown"
        return Row(
            group, top.sum(), bottom.sum(), per * _ratio(totals), _scaled(interval, per), base, base_unit,
            status, cases, caveat, self.weighted_to, counts="units",
        )  # fmt: skip

    def median_days(self, days: pd.Series, *, seed: str, group: str = "force", base: str = "") -> Row:
        """Weighted median of whole days over the sampled case files that have both dates.

        Parameters
        ----------
        days : Series
            By case reference; missing where a date is.
        base : str
            What narrows the files looked at.
        """
        values = days.reindex(self.weight.index).astype(np.float64)
        known = values.notna()
        cases = _per_case(known.astype(int), pd.Series(1, index=values.index), counted=known)
        n, of = int(known.sum()), len(values)
        base_unit = f"sampled case files {base}".strip()
        words = self._words(f"{{numerator:,}} of {{denominator:,}} {base_unit} with both dates")
        base_unit = self._words(base_unit)
        if not n:
            return Row(
                group, 0, of, None, NO_INTERVAL, words, base_unit, "missing", cases,
                weighted_to=self.weighted_to,
            )  # fmt: skip
        numbers, weights = np.asarray(values, dtype=np.float64), np.asarray(self.weight, dtype=np.float64)
        interval = bootstrap_median(numbers, weights, strata=self.stratum.to_numpy(dtype=str), seed=seed)
        value = weighted_median(numbers[known], weights[known])
        return Row(
            group, n, of, value, interval, words, base_unit, "shown", cases, weighted_to=self.weighted_to
        )

    def _words(self, base: str) -> str:
        if self.weighted_to is None:
            return base
        return f"{base}, weighted to the {{weighted_to:,}} cases of the frame"


def _share(
    cases: pd.DataFrame, interval: Interval, base_unit: str, *, group: str,
    value: float | None = None, caveat: str = "", weighted_to: int | None = None,
) -> Row:  # fmt: skip
    count, n = int(cases["numerator"].sum()), int(cases["denominator"].sum())
    base = f"{{denominator:,}} {base_unit}"
    if not n:
        return Row(group, 0, 0, None, NO_INTERVAL, base, base_unit, "missing", cases, caveat, weighted_to)
    per_cent = 100 * (count / n if value is None else value)
    status: Status = "shown" if count else "zero"
    return Row(
        group, count, n, per_cent, _scaled(interval, 100), base, base_unit,
        status, cases, caveat, weighted_to,
    )  # fmt: skip


def _per_case(numerator: pd.Series, denominator: pd.Series, *, counted: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {"numerator": numerator, "denominator": denominator, "counted": counted}, index=denominator.index
    ).rename_axis("case_id")


def _ratio(totals: np.ndarray) -> float:
    top, bottom = totals.sum(axis=0)
    return float(top / bottom) if bottom else float("nan")


def _scaled(interval: Interval, by: float) -> Interval:
    if interval.low is None or interval.high is None:
        return interval
    return Interval(by * interval.low, by * interval.high, interval.method)
