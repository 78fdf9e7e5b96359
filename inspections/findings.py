"""Findings: what the released numbers say, in sentences that carry their base and their doubt.

A finding states; it never judges or grades. Every quantifier word comes from the published table of
``parameters/words.yml``, so that "most" means the same in every report and claims no more than the interval
bears out, and every share stands beside the counts it is made of. Only released numbers are read here, so a
hidden number cannot reach a sentence, nor a word that would give it away.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

import pandas as pd

from inspections.intervals import CENSUS
from inspections.rounding import days, half_up, per_cent, signed, whole
from inspections.sentences import SENTENCES, Sentence
from inspections.strands import matters_of, printed_ends
from parameters.words import load_words

__all__ = ["NONE", "Finding", "as_records", "quantifier", "strength", "write_findings"]

NONE, ALL = "none", "all"
"""Words for shares of nought and of everything, among the cases that were looked at."""

_Row = Mapping[str, object]


@dataclass(frozen=True)
class Finding:
    """One statement with what it stands on; numbers are None where ``status`` says why.

    ``codes`` are those whose units are counted, ``questions`` those to reviewers that are set beside it.
    """

    id: str
    pillar: int
    title: str
    statement: str
    quantifier: str
    indicators: tuple[str, ...]
    codes: tuple[str, ...]
    questions: tuple[str, ...]
    numerator: float | None
    denominator: float | None
    value: float | None
    low: float | None
    high: float | None
    strength: str
    status: str


def quantifier(share: float, low: float, high: float) -> str:
    """The word for a share with its interval, all in per cent, from the published table of words.

    It is chosen by whole per cent as printed, so that it always fits the numbers beside it.

    Parameters
    ----------
    share : float
        None and all are exact, and speak of the cases looked at, whatever the interval.
    low, high : float
        Ends of the interval; both equal to the share where every case was counted.

    Examples
    --------
    >>> quantifier(71, 56, 85), quantifier(71, 48, 88), quantifier(24.6, 10, 44), quantifier(99.9, 99.9, 99.9)
    ('most', 'some', 'fewer than half', 'nearly all')
    """
    if share in (0, 100):
        return NONE if share == 0 else ALL
    words = load_words()
    printed, low, high = min(half_up(share), 99.0), half_up(low), half_up(high)
    fitting = (entry.word for entry in words.shares if entry.fits(printed, low, high))
    return next(fitting, words.otherwise)


def strength(cases: float | None, width: float) -> str:
    """The word for the strength of evidence, from the published table of words.

    Parameters
    ----------
    cases : float or None
        Cases behind the number; None where that is not published.
    width : float
        Width of its interval; 0 where every case was counted.
    """
    words = load_words()
    fitting = (entry.word for entry in words.strength if (cases or 0) >= entry.cases and width <= entry.width)
    return next(fitting, words.weakest)


def write_findings(indicators: pd.DataFrame, *, force: str) -> list[Finding]:
    """Write a finding for every released row that has a sentence.

    Parameters
    ----------
    indicators : DataFrame
        The *released* indicator table, the reviewers' answers among its rows where there was a review.
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
        _finding(
            rows[sentence.indicator, sentence.group],
            sentence,
            force,
            tuple(matter.question for matter in matters_of(sentence.indicator, sentence.group, rows)),
        )
        for sentence in SENTENCES
        if (sentence.indicator, sentence.group) in rows
    ]
    found = [_beside_the_count(finding, rows) for finding in found]
    return sorted(found, key=lambda finding: finding.pillar)


def as_records(findings: list[Finding]) -> list[dict[str, object]]:
    """Findings as plain values for ``findings.json``."""
    lists = ("indicators", "codes", "questions")
    return [asdict(finding) | {name: list(getattr(finding, name)) for name in lists} for finding in findings]


def _beside_the_count(finding: Finding, rows: Mapping[tuple[object, object], _Row]) -> Finding:
    """Tell beside a balance put right what the program counted, so that neither stands for the other."""
    counted = rows.get(("effort-balance", "force"))
    if finding.indicators != ("effort-balance-corrected",) or finding.value is None or counted is None:
        return finding
    value = _number(counted, "value")
    if value is None:
        return finding
    beside = f" By the program's own count the balance is {signed(value)} ({_interval(counted, signed)})."
    return replace(finding, statement=f"{finding.statement}{beside}")


def _finding(row: _Row, sentence: Sentence, force: str, questions: tuple[str, ...]) -> Finding:
    numerator, denominator, value = (
        _number(row, "numerator"),
        _number(row, "denominator"),
        _number(row, "value"),
    )
    told = value is not None
    word = _word(row) if sentence.kind in ("share", "units") else ""
    return Finding(
        id=f"{sentence.indicator}-{sentence.group.replace(' ', '-')}",
        pillar=int(str(row["pillar"])),
        title=_title(word, sentence),
        statement=_WRITE[sentence.kind](row, sentence) if told else _untold(row, sentence, force),
        quantifier=word,
        indicators=(sentence.indicator,),
        codes=sentence.codes,
        questions=questions,
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
    return (_number(row, "cases") or 0) >= load_words().smallest_base


def _word(row: _Row) -> str:
    """The quantifier word of a share; none where the counts behind it are few or not published."""
    value = _number(row, "value")
    counts = [_number(row, name) for name in ("numerator", "denominator")]
    if value is None or None in counts or not _rests_on_enough(row):
        return ""
    return quantifier(value, *printed_ends(row))


def _title(word: str, sentence: Sentence) -> str:
    if not word or word == NONE or sentence.kind != "share":
        return sentence.title
    if word == ALL:
        return f"In all {sentence.among}, {sentence.says}"
    return f"In {word}{' of the' if word.endswith('half') else ''} {sentence.noun}, {sentence.says}"


def _width(row: _Row, sentence: Sentence) -> float:
    low, high, value = _number(row, "low"), _number(row, "high"), _number(row, "value")
    if low is None or high is None:
        return 0.0 if row["interval"] == CENSUS.method else math.inf
    if sentence.kind == "days":  # of a median of nought any doubt is without measure
        return 100 * (high - low) / value if value else math.inf
    return (high - low) * (50.0 if sentence.kind == "balance" else 1.0)


# --- statements -----------------------------------------------------------------------------------------


def _share(row: _Row, sentence: Sentence) -> str:
    count, n, value = (_number(row, name) or 0.0 for name in ("numerator", "denominator", "value"))
    narrower = str(row["base"]).partition(" sampled case files ")[2].partition(", weighted")[0]
    among = f"{sentence.among} {narrower}".rstrip()
    if not count:
        return f"We found none among the {n:,.0f} {among} in which {sentence.says}."
    word, whole_list = _word(row), value == 100 and count == n
    if word and word != ALL and _number(row, "weighted_to") is None:
        return (
            f"In {word} of the {among}, {sentence.says} "
            f"({count:,.0f} of {n:,.0f}, or {per_cent(value)} per cent; {_interval(row)})."
        )
    # rounded counts may be equal though some are left out
    of = f"all {n:,.0f}" if whole_list else f"{count:,.0f} of the {n:,.0f}"
    opening = f"In {of} {among}, {sentence.says}"
    if not _rests_on_enough(row):
        return f"{opening}. That is too few cases for a percentage."
    if _number(row, "weighted_to") is not None:
        of_them = "" if word in (ALL, load_words().otherwise) else f"{word} of them: "
        return (
            f"{opening}. Weighted to the {_number(row, 'weighted_to'):,.0f} cases they were drawn from, that "
            f"is {of_them}{per_cent(value)} per cent ({_interval(row)})."
        )
    return f"{opening} ({per_cent(value)} per cent; {_interval(row)})."


def _units(row: _Row, sentence: Sentence) -> str:
    count, n, value = (_number(row, name) or 0.0 for name in ("numerator", "denominator", "value"))
    if not _rests_on_enough(row):
        few = f"all {n:,.0f}" if count == n else f"{f'{count:,.0f}' if count else 'none'} of the {n:,.0f}"
        return f"{sentence.says.format(share=few)} ({row['base']})."
    estimated = "" if _number(row, "weighted_to") is None else "an estimated "
    told = f"{estimated}{per_cent(value)} per cent"
    share = f"{word} ({told})" if (word := _word(row)) else told
    return f"{sentence.says.format(share=share)} ({_sureness(row)}; {count:,.0f} of {row['base']})."


def _balance(row: _Row, sentence: Sentence) -> str:
    value = _number(row, "value") or 0.0
    victim = int(whole(50 * (1 - value)))
    return (
        f"{sentence.says}, {victim} units in 100 went on testing the victim's account and {100 - victim} on "
        f"investigating the suspect (balance {signed(value)} between -1 and +1; {_interval(row, signed)}; "
        f"{row['base']})."
    )


def _days(row: _Row, sentence: Sentence) -> str:
    median = days(_number(row, "value") or 0.0)
    same = ", the same day" if median == "0 days" else ""
    return f"The median time {sentence.says} was {median}{same} ({_interval(row)}; {row['base']})."


def _mean(row: _Row, sentence: Sentence) -> str:
    return (
        f"There were on average {whole(_number(row, 'value') or 0.0)} {sentence.says} "
        f"({_sureness(row)}; {row['base']})."
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


def _sureness(row: _Row) -> str:
    """The interval of what is counted in other things than cases."""
    return "all counted" if row["interval"] == CENSUS.method else _interval(row)


def _interval(row: _Row, write: Callable[[float], str] = whole) -> str:
    low, high = _number(row, "low"), _number(row, "high")
    if low is None or high is None:
        return str(row["interval"]).partition(":")[0]
    return f"95 per cent interval {write(low)} to {write(high)}"
