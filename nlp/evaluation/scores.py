"""How well a coding table agrees with gold: precision, recall, F1 of what counts, with intervals over cases.

A row of the table belongs to the gold unit of its entry with which it overlaps most, so the table's own unit
boundaries need not be the gold's.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr

from nlp.context import DEFAULTS
from nlp.reader.corpus import GoldUnit, read_gold

__all__ = [
    "ORIENTATIONS",
    "Balance",
    "Evaluation",
    "coding_of_gold",
    "evaluate",
    "evaluate_coders",
    "rows_by_unit",
    "shared",
    "two_coders_of_each",
]

ORIENTATIONS = {"vic-": "VICTIM-CREDIBILITY", "sus-": "SUSPECT-FOCUS"}
VIEWS = ("counted", "mentioned")
_ENOUGH_GOLD = 10
_ENOUGH_IN_CASE = 5
_DRAWS = 1000
_SEED = 20261122
_CONTEXT = ("polarity", "voice", "status")
_ATTRIBUTES = (*_CONTEXT, "frame")

Counts = npt.NDArray[np.int64]
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found.

    Attributes
    ----------
    headlines
        A row a view and measure: `view` ("counted", "mentioned"), `measure` (`vc_f1`, `sf_f1`, `micro_f1`
        over (unit, code) pairs, `macro_f1` over codes with at least ten gold units), `value`, and `low`,
        `high` (95%, percentile bootstrap over cases).
    codes
        A row a view and code or orientation: `precision`, `recall`, `f1`, `low`, `high` of the F1, `gold`,
        `predicted`, `right` (units).
    context
        A row an attribute, over the (unit, code) pairs both gave: `agree`, `n`, and the same where the
        gold is not the default.
    attributes
        A row an attribute and value that either side gives, over the same pairs: `precision`, `recall`,
        `f1`, `gold`, `predicted`, `right` (pairs).
    balance
        Over cases with at least five counted gold units, the balance (suspect units − victim units) /
        (both): rank correlation (Spearman) and mean absolute error of the table's against the gold's.
    units, cases, outside
        Gold units, cases, and rows of the table that touch no gold unit.
    """

    headlines: pd.DataFrame
    codes: pd.DataFrame
    context: pd.DataFrame
    attributes: pd.DataFrame
    balance: Balance
    units: int
    cases: int
    outside: int

    def value(self, measure: str, *, view: str = "counted") -> float:
        """One headline figure."""
        chosen = (self.headlines["view"] == view) & (self.headlines["measure"] == measure)
        return float(self.headlines.loc[chosen, "value"].iloc[0])


@dataclass(frozen=True)
class Balance:
    """How near a table's case balances come to the gold's; not numbers for fewer than three cases."""

    cases: int
    spearman: float
    mean_absolute_error: float


@dataclass
class _Found:
    """What a table says of one code of one gold unit; the first row's context stands."""

    attributes: dict[str, str]
    counts: bool


def evaluate(gold: Sequence[GoldUnit], table: pd.DataFrame, *, draws: int = _DRAWS) -> Evaluation:
    """Score a coding table against gold units.

    Parameters
    ----------
    gold
        Gold units, as `read_gold` gives them.
    table
        Columns `case_id, entry_no, start, end, code, counts` and, for the context, `polarity, voice, status,
        frame`; what is missing is taken as the default.
    draws
        Bootstrap samples of cases; 0 leaves the intervals empty.
    """
    inside, outside = rows_by_unit(gold, table)
    found = _found(inside)
    cases = sorted({unit.case_id for unit in gold})
    keys, tallies = _tallies(gold, found, cases)
    total = tallies.sum(axis=0)
    sampled = _sampled(tallies, draws)
    codes = [_code_row(key, total[at], sampled[:, at]) for at, key in enumerate(keys)]
    headlines = [
        row
        for view in VIEWS
        for row in _headlines(view, keys, total, sampled if view == "counted" else sampled[:0])
    ]
    return Evaluation(
        headlines=pd.DataFrame(headlines, columns=["view", "measure", "value", "low", "high"]),
        codes=pd.DataFrame(
            codes,
            columns=[
                "view",
                "code",
                "precision",
                "recall",
                "f1",
                "low",
                "high",
                "gold",
                "predicted",
                "right",
            ],
        ),
        context=pd.DataFrame([_context_row(gold, found, attribute) for attribute in _CONTEXT]),
        attributes=_attributes(gold, found),
        balance=_balance(keys, tallies),
        units=len(gold),
        cases=len(cases),
        outside=len(outside),
    )


def coding_of_gold(gold: Iterable[GoldUnit]) -> pd.DataFrame:
    """Gold units as a coding table, so that one coder can be evaluated against another."""
    rows = [
        {
            "case_id": unit.case_id,
            "entry_no": unit.entry_no,
            "start": unit.start,
            "end": unit.end,
            "code": code.code,
            "counts": code.counts,
            **{attribute: code.attributes[attribute] for attribute in _ATTRIBUTES},
        }
        for unit in gold
        for code in unit.codes
    ]
    return pd.DataFrame(rows, columns=["case_id", "entry_no", "start", "end", "code", "counts", *_ATTRIBUTES])


def two_coders_of_each(corpora: Path) -> dict[str, Evaluation]:
    """How well two coders agree with each other, for each corpus of a folder that two have coded.

    Parameters
    ----------
    corpora : Path
        A folder of corpora; those with ``coder-a.jsonl`` and ``coder-b.jsonl`` are taken.

    Returns
    -------
    dict of str to Evaluation
        By the name of the corpus, in order.
    """
    return {
        second.parent.name: evaluate_coders(second.with_name("coder-a.jsonl"), second)
        for second in sorted(corpora.glob("*/coder-b.jsonl"))
    }


def evaluate_coders(first: Path, second: Path, *, draws: int = _DRAWS) -> Evaluation:
    """Score one coder against another, on the units both coded: a ceiling for any coder by machine.

    Parameters
    ----------
    first, second
        Gold files (`read_gold`); the first is taken as gold.
    """
    other = read_gold(second)
    both = {unit.unit_id for unit in other}
    gold = [unit for unit in read_gold(first) if unit.unit_id in both]
    return evaluate(gold, coding_of_gold(other), draws=draws)


def rows_by_unit(gold: Sequence[GoldUnit], table: pd.DataFrame) -> tuple[dict[str, list[Row]], list[Row]]:
    """The rows of a coding table by the gold unit each belongs to, and the rows that touch no gold unit."""
    of_entry: dict[tuple[str, int], list[GoldUnit]] = {}
    for unit in gold:
        of_entry.setdefault((unit.case_id, unit.entry_no), []).append(unit)
    inside: dict[str, list[Row]] = {}
    outside: list[Row] = []
    for row in table.to_dict("records"):
        here = of_entry.get((str(row["case_id"]), int(row["entry_no"])), [])
        nearest = max(here, key=lambda unit: shared(unit, row), default=None)
        if nearest is None or shared(nearest, row) <= 0:
            outside.append(row)
        else:
            inside.setdefault(nearest.unit_id, []).append(row)
    return inside, outside


def shared(unit: GoldUnit, row: Row) -> int:
    """How many code points a gold unit and a row of the same entry share; none where that is not above 0."""
    return min(int(row["end"]), unit.end) - max(int(row["start"]), unit.start)


def _found(rows: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, _Found]]:
    found: dict[str, dict[str, _Found]] = {}
    for unit_id, here in rows.items():
        codes = found.setdefault(unit_id, {})
        for row in here:
            attributes = {name: row.get(name) or DEFAULTS[name] for name in _ATTRIBUTES}
            slot = codes.setdefault(row["code"], _Found(attributes, counts=False))
            slot.counts = slot.counts or bool(row["counts"])
    return found


def _tallies(
    gold: Sequence[GoldUnit], found: dict[str, dict[str, _Found]], cases: Sequence[str]
) -> tuple[list[tuple[str, str]], Counts]:
    """Right, wrong and missed by case and key, shape (cases, keys, 3); a key is a view and a code."""
    place = {case: at for at, case in enumerate(cases)}
    tally: dict[tuple[str, str], Counts] = {}
    for unit in gold:
        given = found.get(unit.unit_id, {})
        for view in VIEWS:
            wanted = _with_orientations(
                code.code for code in unit.codes if code.counts or view == "mentioned"
            )
            got = _with_orientations(code for code, one in given.items() if one.counts or view == "mentioned")
            for code in wanted | got:
                which = 0 if code in wanted and code in got else 1 if code in got else 2
                cells = tally.setdefault((view, code), np.zeros((len(cases), 3), np.int64))
                cells[place[unit.case_id], which] += 1
    keys = sorted(tally)
    if not keys:
        return [], np.zeros((len(cases), 0, 3), np.int64)
    return keys, np.stack([tally[key] for key in keys], axis=1)


def _with_orientations(codes: Iterable[str]) -> set[str]:
    focus = {code for code in codes if code[:4] in ORIENTATIONS}
    return focus | {ORIENTATIONS[code[:4]] for code in focus}


def _sampled(tallies: Counts, draws: int) -> Counts:
    """Totals over cases drawn with replacement, shape (draws, keys, 3)."""
    generator = random.Random(_SEED)  # noqa: S311 -- draws a bootstrap, keeps no secret
    cases = range(len(tallies))
    drawn = [[generator.choice(cases) for _ in cases] for _ in range(draws)]
    return np.array([tallies[chosen].sum(axis=0) for chosen in drawn]).reshape(draws, *tallies.shape[1:])


def _f1(tally: Counts) -> npt.NDArray[np.float64]:
    """F1 of right, wrong, missed along the last axis; not a number where there is nothing to find."""
    right, wrong, missed = np.moveaxis(tally, -1, 0)
    whole = 2 * right + wrong + missed
    return np.where(whole > 0, 2 * right / np.maximum(whole, 1), np.nan)


def _headlines(
    view: str, keys: Sequence[tuple[str, str]], total: Counts, sampled: Counts
) -> list[tuple[str, str, float, float, float]]:
    mine = {code: at for at, (of, code) in enumerate(keys) if of == view}
    codes = [at for code, at in mine.items() if code[:4] in ORIENTATIONS]
    enough = [at for at in codes if total[at, 0] + total[at, 2] >= _ENOUGH_GOLD]

    def measures(tally: Counts) -> dict[str, npt.NDArray[np.float64]]:
        nothing = np.zeros((*tally.shape[:-2], 3), np.int64)
        of = {code: tally[..., mine[code], :] if code in mine else nothing for code in ORIENTATIONS.values()}
        return {
            "vc_f1": _f1(of["VICTIM-CREDIBILITY"]),
            "sf_f1": _f1(of["SUSPECT-FOCUS"]),
            "micro_f1": _f1(tally[..., codes, :].sum(axis=-2)),
            "macro_f1": _mean(_f1(tally[..., enough, :])),
        }

    drawn = measures(sampled)
    return [(view, name, float(value), *_interval(drawn[name])) for name, value in measures(total).items()]


def _mean(f1: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean over codes of those that have an F1."""
    known = ~np.isnan(f1)
    number = known.sum(axis=-1)
    return np.where(number > 0, np.where(known, f1, 0).sum(axis=-1) / np.maximum(number, 1), np.nan)


def _interval(drawn: npt.NDArray[np.float64]) -> tuple[float, float]:
    ordered = np.sort(drawn[~np.isnan(drawn)])
    if not len(ordered):
        return float("nan"), float("nan")
    return float(ordered[int(0.025 * len(ordered))]), float(ordered[int(0.975 * len(ordered)) - 1])


def _code_row(
    key: tuple[str, str], total: Counts, sampled: Counts
) -> tuple[str, str, float, float, float, float, float, int, int, int]:
    right, wrong, missed = (int(number) for number in total)
    return (
        *key,
        *_precision_recall(total),
        float(_f1(total)),
        *_interval(_f1(sampled)),
        right + missed,
        right + wrong,
        right,
    )


def _balance(keys: Sequence[tuple[str, str]], tallies: Counts) -> Balance:
    place = {code: at for at, (view, code) in enumerate(keys) if view == "counted"}
    nothing = np.zeros((len(tallies), 3), np.int64)
    victim, suspect = (
        tallies[:, place[name]] if name in place else nothing for name in ORIENTATIONS.values()
    )
    in_gold = [tally[:, 0] + tally[:, 2] for tally in (suspect, victim)]
    in_table = [tally[:, 0] + tally[:, 1] for tally in (suspect, victim)]
    enough = in_gold[0] + in_gold[1] >= _ENOUGH_IN_CASE
    gold, table = ((sf - vc)[enough] / np.maximum((sf + vc)[enough], 1) for sf, vc in (in_gold, in_table))
    if len(gold) < 3:
        return Balance(len(gold), float("nan"), float("nan"))
    varies = len(set(gold)) > 1 and len(set(table)) > 1
    correlation = float(spearmanr(gold, table).statistic) if varies else float("nan")
    return Balance(len(gold), correlation, float(np.abs(gold - table).mean()))


def _pairs(
    gold: Sequence[GoldUnit], found: Mapping[str, Mapping[str, _Found]], attribute: str
) -> list[tuple[str, str]]:
    """What gold and table say of an attribute, for every (unit, code) pair both gave."""
    return [
        (code.attributes[attribute], given.attributes[attribute])
        for unit in gold
        for code in unit.codes
        if code.code[:4] in ORIENTATIONS and (given := found.get(unit.unit_id, {}).get(code.code))
    ]


def _attributes(gold: Sequence[GoldUnit], found: Mapping[str, Mapping[str, _Found]]) -> pd.DataFrame:
    rows = []
    for attribute in _ATTRIBUTES:
        pairs = _pairs(gold, found, attribute)
        for value in sorted({value for pair in pairs for value in pair}):
            right = sum(pair == (value, value) for pair in pairs)
            in_gold, in_table = (sum(pair[side] == value for pair in pairs) for side in (0, 1))
            tally = np.array([right, in_table - right, in_gold - right])
            rows.append(
                (attribute, value, *_precision_recall(tally), float(_f1(tally)), in_gold, in_table, right)
            )
    columns = ["attribute", "value", "precision", "recall", "f1", "gold", "predicted", "right"]
    return pd.DataFrame(rows, columns=columns)


def _precision_recall(tally: Counts) -> tuple[float, float]:
    right, wrong, missed = (int(number) for number in tally)
    precision = right / (right + wrong) if right + wrong else float("nan")
    recall = right / (right + missed) if right + missed else float("nan")
    return precision, recall


def _context_row(
    gold: Sequence[GoldUnit], found: Mapping[str, Mapping[str, _Found]], attribute: str
) -> dict[str, str | float | int]:
    pairs = _pairs(gold, found, attribute)
    odd = [(wanted, got) for wanted, got in pairs if wanted != DEFAULTS[attribute]]
    return {
        "attribute": attribute,
        "agree": _agreement(pairs),
        "n": len(pairs),
        "agree_where_not_default": _agreement(odd),
        "n_not_default": len(odd),
    }


def _agreement(pairs: Sequence[tuple[str, str]]) -> float:
    return sum(wanted == got for wanted, got in pairs) / len(pairs) if pairs else float("nan")
