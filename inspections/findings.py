"""Findings: what the released numbers say, in sentences that carry their base and their doubt.

A finding states; it never judges or grades. Every quantifier word comes from one table, so that "most" means
the same in every report, and every share stands beside the counts it is made of. Only released numbers are
read here, so a hidden number cannot reach a sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from inspections.intervals import CENSUS
from inspections.rounding import half_up, per_cent, signed, whole
from inspections.sentences import SENTENCES, Sentence

__all__ = ["QUANTIFIERS", "STRENGTHS", "Finding", "as_records", "quantifier", "strength", "write_findings"]

QUANTIFIERS: tuple[tuple[float, float, str], ...] = (
    (0, 0, "none"),
    (0, 10, "very few"),
    (10, 25, "few"),
    (25, 45, "fewer than half"),
    (45, 55, "about half"),
    (55, 70, "more than half"),
    (70, 90, "most"),
    (90, 100, "nearly all"),
    (100, 100, "all"),
)
"""Words for shares: from this whole per cent, as printed, to below that, the word. None and all are exact."""

STRENGTHS: tuple[tuple[str, int, float], ...] = (("strong", 30, 20.0), ("moderate", 15, 40.0))
"""Strength of evidence: at least so many cases, and an interval at most so wide; else ``indicative``.

Width is in percentage points; for a balance, which spans two, in per cent of its span; for days, in per cent
of the median."""

SMALL_BASE = 10
"""Below this many cases a share is given in counts alone: neither per cent nor quantifier."""

_Row = Mapping[str, object]


@dataclass(frozen=True)
class Finding:
    """One statement with the numbers it stands on; numbers are None where ``status`` says why."""

    id: str
    pillar: int
    title: str
    statement: str
    quantifier: str
    indicators: tuple[str, ...]
    numerator: float | None
    denominator: float | None
    value: float | None
    low: float | None
    high: float | None
    strength: str
    status: str


def quantifier(share: float) -> str:
    """The word for a share in per cent, from :data:`QUANTIFIERS`: it fits the whole per cent beside it.

    Examples
    --------
    >>> quantifier(100 * 17 / 24), quantifier(24.6), quantifier(0), quantifier(99.9)
    ('most', 'fewer than half', 'none', 'nearly all')
    """
    if share in (0, 100):
        return "none" if share == 0 else "all"
    printed = min(half_up(share), 99)
    return next(word for low, high, word in QUANTIFIERS if low <= printed < high)


def strength(cases: float | None, width: float) -> str:
    """Strength of evidence, by the rule of :data:`STRENGTHS`.

    Parameters
    ----------
    cases : float or None
        Cases behind the number; None where that is not published.
    width : float
        Width of its interval; 0 where every case was counted.
    """
    return next(
        (word for word, least, widest in STRENGTHS if (cases or 0) >= least and width <= widest), "indicative"
    )


def write_findings(indicators: pd.DataFrame, *, force: str) -> list[Finding]:
    """Write a finding for every released row that has a sentence.

    Parameters
    ----------
    indicators : DataFrame
        The *released* indicator table.
    force : str
        Name of the force, as printed.

    Returns
    -------
    list of Finding
        In the order of the pillars, then of the sentences. A suppressed row gives a finding that says so and
        holds no number; what a force does not record gives one that says that.
    """
    records = [{str(name): value for name, value in row.items()} for row in indicators.to_dict("records")]
    rows = {(row["indicator"], row["group"]): row for row in records}
    found = [
        _finding(rows[sentence.indicator, sentence.group], sentence, force)
        for sentence in SENTENCES
        if (sentence.indicator, sentence.group) in rows
    ]
    return sorted(found, key=lambda finding: finding.pillar)


def as_records(findings: list[Finding]) -> list[dict[str, object]]:
    """Findings as plain values for ``findings.json``."""
    return [asdict(finding) | {"indicators": list(finding.indicators)} for finding in findings]


def _finding(row: _Row, sentence: Sentence, force: str) -> Finding:
    numerator, denominator, value = (
        _number(row, "numerator"),
        _number(row, "denominator"),
        _number(row, "value"),
    )
    told = value is not None
    is_large = told and _rests_on_enough(row)
    is_share = is_large and sentence.kind == "share"
    word = quantifier(value) if value is not None and is_large and sentence.kind in ("share", "units") else ""
    return Finding(
        id=f"{sentence.indicator}-{sentence.group.replace(' ', '-')}",
        pillar=int(str(row["pillar"])),
        title=f"In {_OF[word]} {sentence.noun}, {sentence.says}"
        if is_share and word != "none"
        else sentence.title,
        statement=_WRITE[sentence.kind](row, sentence) if told else _untold(row, sentence, force),
        quantifier=word,
        indicators=(sentence.indicator,),
        numerator=numerator,
        denominator=denominator,
        value=value,
        low=_number(row, "low"),
        high=_number(row, "high"),
        strength=strength(_number(row, "cases"), _width(row, sentence)) if told else "",
        status=str(row["status"]),
    )


def _rests_on_enough(row: _Row) -> bool:
    """Whether the cases behind a number, not its units, are enough for a percentage."""
    return (_number(row, "cases") or 0) >= SMALL_BASE


_OF = {word: f"{word} of the" if word.endswith("half") else word for _, _, word in QUANTIFIERS}


def _width(row: _Row, sentence: Sentence) -> float:
    low, high, value = _number(row, "low"), _number(row, "high"), _number(row, "value")
    if low is None or high is None:
        return 0.0 if row["interval"] == CENSUS.method else math.inf
    scale = {"balance": 50.0, "days": 100 / value if value else 0.0}.get(sentence.kind, 1.0)
    return (high - low) * scale


# --- statements -----------------------------------------------------------------------------------------


def _share(row: _Row, sentence: Sentence) -> str:
    count, n, value = (_number(row, name) or 0.0 for name in ("numerator", "denominator", "value"))
    narrower = str(row["base"]).partition(" sampled case files ")[2].partition(", weighted")[0]
    among = f"{sentence.among} {narrower}".rstrip()
    if not count:
        return f"We found none among the {n:,.0f} {among} in which {sentence.says}."
    # rounded counts may be equal though some are left out
    of = f"all {n:,.0f}" if count == n and value == 100 else f"{count:,.0f} of the {n:,.0f}"
    opening = f"In {of} {among}, {sentence.says}"
    if not _rests_on_enough(row):
        return f"{opening}. That is too few cases for a percentage."
    if _number(row, "weighted_to") is not None:
        return (
            f"{opening}. Weighted to the {_number(row, 'weighted_to'):,.0f} cases they were drawn from, that "
            f"is {per_cent(value)} per cent ({_interval(row)})."
        )
    return f"{opening} ({per_cent(value)} per cent; {_interval(row)})."


def _units(row: _Row, sentence: Sentence) -> str:
    count, n, value = (_number(row, name) or 0.0 for name in ("numerator", "denominator", "value"))
    if not _rests_on_enough(row):
        return f"{sentence.says.format(share=f'{count:,.0f} of {n:,.0f}')} ({row['base']})."
    estimated = "" if _number(row, "weighted_to") is None else "an estimated "
    told = sentence.says.format(share=f"{estimated}{per_cent(value)} per cent")
    return f"{told} ({_interval(row)}; {count:,.0f} of {row['base']})."


def _balance(row: _Row, sentence: Sentence) -> str:
    value = _number(row, "value") or 0.0
    victim = int(whole(50 * (1 - value)))
    return (
        f"{sentence.says}, {victim} units in 100 went on testing the victim's account and {100 - victim} on "
        f"investigating the suspect (balance {signed(value)} between -1 and +1; {_interval(row, signed)}; "
        f"{row['base']})."
    )


def _days(row: _Row, sentence: Sentence) -> str:
    days = whole(_number(row, "value") or 0.0)
    unit = "day" if days == "1" else "days"
    return f"The median time {sentence.says} was {days} {unit} ({_interval(row)}; {row['base']})."


def _mean(row: _Row, sentence: Sentence) -> str:
    return (
        f"There were on average {whole(_number(row, 'value') or 0.0)} {sentence.says} "
        f"({_interval(row)}; {row['base']})."
    )


_WRITE: Mapping[str, Callable[[_Row, Sentence], str]] = {
    "share": _share,
    "units": _units,
    "balance": _balance,
    "days": _days,
    "mean": _mean,
}


def _untold(row: _Row, sentence: Sentence, force: str) -> str:
    if row["status"] == "suppressed":
        return (
            f"{sentence.title}: not published. So few cases stand behind this number, or behind one that "
            "could be worked out from it, that somebody's anonymity would be at risk."
        )
    if row["status"] == "not recorded":
        return f"{sentence.title}: {force} does not record what is needed to say."
    return f"{sentence.title}: there was no case to count."


# --- numbers in words -----------------------------------------------------------------------------------


def _number(row: _Row, name: str) -> float | None:
    value = row[name]
    return None if pd.isna(value) else float(str(value))  # type: ignore[call-overload]


def _interval(row: _Row, write: Callable[[float], str] = whole) -> str:
    low, high = _number(row, "low"), _number(row, "high")
    if low is None or high is None:
        return str(row["interval"]).partition(":")[0]
    return f"95 per cent interval {write(low)} to {write(high)}"
