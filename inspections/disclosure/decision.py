"""Which rows of all released tables are hidden, decided for all of them at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import permutations
from types import MappingProxyType
from typing import Any

import pandas as pd

from inspections.disclosure.policy import Policy
from inspections.indicators.coded_files import counted_codes
from inspections.indicators.registry import Results
from inspections.suppression import Atoms, CountedRow, RowName, Rule, rows_to_hide
from parameters import models

__all__ = ["Decision", "decide"]

_PEOPLE = "people"


@dataclass(frozen=True)
class Decision:
    """What disclosure control decided on the rows of all released tables.

    Attributes
    ----------
    results : Results
        The indicators decided on.
    policy : Policy
        Threshold, exceptions and rounding.
    rules : dict of (table, row) to Rule
        Every row that is hidden, or whose counts are.
    exempted : dict of (table, row) to parameters.models.DisclosureException
        Rows that are published by a person's decision and would have been hidden without it.
    exposed : frozenset of (table, row)
        Rows with a small count that may be worked out from what is published come what may: the length of the
        frame, counts of the method, and rows published by decision. Logged for whoever signs.
    """

    results: Results
    policy: Policy
    rules: Mapping[RowName, Rule]
    exempted: Mapping[RowName, models.DisclosureException]
    exposed: frozenset[RowName]

    def of(self, table: str) -> dict[str, Rule]:
        """Rule by row of one table."""
        return {row: rule for (of, row), rule in self.rules.items() if of == table}


def decide(
    results: Results,
    policy: Policy,
    *,
    coding: pd.DataFrame | None = None,
    further: Mapping[str, Mapping[str, Atoms]] = MappingProxyType({}),
) -> Decision:
    """Decide which rows of all released tables to hide.

    Counts of people are laid side by side, all but those declared to stand apart: they come from the force's
    own lists, and the definitions say how they nest. What police wrote in files, or reviewers found there, is
    independent by definition from one indicator to the next, so there the rows of each are laid side by side.
    A set of cases that several rows print, whatever their table, is hidden in all of them or in none.

    Parameters
    ----------
    results : Results
        Indicators with the cases behind them. The gaps table repeats some of them and follows them.
    policy : Policy
        Threshold, exceptions and rounding.
    coding : DataFrame, optional
        Coded units, where the table of codes is released.
    further : mapping of str to mapping of str to Atoms
        Table -> row -> cases of the frame that it counts, for every further table of people: ``strata``, and
        what was found in the data.
    """
    sizes = _sizes(results)
    rows = _rows(results, policy, coding=coding, further=further)
    rests = _rests(rows, results.frame, sizes, policy)
    hidden = rows_to_hide(rows, sizes, threshold=policy.threshold, rests=rests)
    exempted: dict[RowName, models.DisclosureException] = {}
    if policy.exceptions:
        strictly = _rows(results, Policy(policy.threshold), coding=coding, further=further)
        without = rows_to_hide(strictly, sizes, threshold=policy.threshold, rests=rests)
        covered = {name: policy.exception(*name) for name in without.rules}
        exempted = {name: exception for name, exception in covered.items() if exception is not None}
    rules = hidden.rules | _units_to_hide(results.table, coding, hidden.rules, policy)
    return Decision(results, policy, rules, exempted, frozenset(hidden.given_away))


# --- rows as sets of cases ------------------------------------------------------------------------------


def _rows(
    results: Results,
    policy: Policy,
    *,
    coding: pd.DataFrame | None,
    further: Mapping[str, Mapping[str, Atoms]],
) -> list[CountedRow]:
    frame, files = results.frame, results.sample
    rows = [CountedRow(("force", "frame"), None, frame, beside=_PEOPLE, open=True)]
    behind = dict(list(results.cases.groupby(["indicator", "group"], sort=False)))
    counted = results.table[results.table["status"].isin(["shown", "zero"])]
    for record in counted.to_dict("records"):
        row = _row(record, behind[record["indicator"], record["group"]], policy)
        if row.beside not in {known.beside for known in rows}:
            length, whole = ("frame", frame) if row.of_people else ("sample", files)
            rows.append(
                CountedRow(
                    ("force", length), None, whole, beside=row.beside, of_people=row.of_people, open=True
                )
            )
        rows.append(row)
    if coding is not None:
        of_code = counted_codes(coding).groupby("code")["case_id"].agg(frozenset)
        rows += [_part("codes", str(code), found, None, policy) for code, found in of_code.items()]
    for table, sets in further.items():
        rows += [_part(table, row, cases, frame, policy) for row, cases in sets.items()]
    return rows


def _row(record: Mapping[Any, Any], cases: pd.DataFrame, policy: Policy) -> CountedRow:
    """A row of the indicator table; a number of units tells no number of cases but that of their base."""
    counted: Atoms = frozenset(cases.loc[cases["counted"].astype(bool), "case_id"])
    of_people, of_cases = record["about"] == "people", record["counts"] == "cases"
    name = ("indicators", f"{record['indicator']}: {record['group']}")
    return CountedRow(
        name,
        numerator=counted if of_cases else None,
        denominator=frozenset(cases.loc[cases["denominator"] > 0, "case_id"]),
        behind=None if of_cases else counted,
        beside=(record["apart"] or _PEOPLE) if of_people else record["indicator"],
        of_people=of_people,
        open=record["about"] == "method" or policy.exception(*name) is not None,
        outlives_counts=record["unit"] == "days",
    )


def _part(table: str, row: str, cases: Atoms, among: Atoms | None, policy: Policy) -> CountedRow:
    """A row of a further table: of people where it counts cases of the frame, else of one code's files."""
    beside = f"{table}: {row}" if among is None else _PEOPLE
    return CountedRow(
        (table, row), cases, among, beside=beside, open=policy.exception(table, row) is not None
    )


def _sizes(results: Results) -> dict[Hashable, float]:
    """How many each atom stands for: a case for itself, a row of somebody else's table for its count."""
    table = results.table
    names = zip(table["indicator"], table["group"], strict=True)
    counts: dict[tuple[Hashable, ...], str] = dict(zip(names, table["counts"], strict=True))
    sizes: dict[Hashable, float] = dict.fromkeys([*results.frame, *results.sample], 1.0)
    for name, cases in results.cases.groupby(["indicator", "group"], sort=False):
        of_cases = counts[tuple(name)] == "cases"
        for case, amount in zip(cases["case_id"], cases["denominator"], strict=True):
            sizes.setdefault(case, float(amount) if of_cases else 1.0)
    return sizes


def _rests(
    rows: Iterable[CountedRow], frame: Atoms, sizes: Mapping[Hashable, float], policy: Policy
) -> dict[str, list[Atoms]]:
    """Small rests of one list of people less another within it, by the rows they are beside.

    All cases less those with a suspect, for one. Where the rest are cases that could not be drawn, it is let
    be: the length of the frame is known.
    """
    lists: dict[str, dict[Atoms, None]] = {}
    for row in rows:
        if row.of_people and row.denominator:
            lists.setdefault(row.beside, {})[row.denominator] = None
    return {
        beside: [
            whole - part
            for whole, part in permutations(own, 2)
            if part < whole
            and not (whole - part).isdisjoint(frame)
            and policy.is_small(sum(sizes[atom] for atom in whole - part))
        ]
        for beside, own in lists.items()
    }


# --- units ----------------------------------------------------------------------------------------------


def _units_to_hide(
    table: pd.DataFrame, coding: pd.DataFrame | None, rules: Mapping[RowName, Rule], policy: Policy
) -> dict[RowName, Rule]:
    """Further rows to hide where rows divide up a printed total of units: one is that less the rest."""
    found: dict[RowName, Rule] = {}
    divided = table[table["divides"].astype(bool) & table["status"].isin(["shown", "zero"])]
    for indicator, rows in divided.groupby("indicator", sort=False):
        units = dict(zip(f"{indicator}: " + rows["group"], rows["numerator"].astype(float), strict=True))
        found |= _parts_to_hide("indicators", units, rules, policy)
    if coding is not None:
        for _, rows in counted_codes(coding).groupby("orientation", sort=True):
            units = {str(code): float(number) for code, number in rows.groupby("code").size().items()}
            found |= _parts_to_hide("codes", units, rules, policy)
    return found


def _parts_to_hide(
    table: str, units: Mapping[str, float], rules: Mapping[RowName, Rule], policy: Policy
) -> dict[RowName, Rule]:
    names = {(table, row): frozenset([row]) for row in units}
    gone = [name for name in names if name in rules]
    if not gone:
        return {}
    rows = [
        CountedRow(name, part, None, of_people=False, open=policy.exception(*name) is not None)
        for name, part in names.items()
    ]
    total = CountedRow((table, ""), frozenset(units), None, open=True)
    hidden = rows_to_hide([*rows, total], units, threshold=policy.threshold, hidden=gone)
    return {name: "secondary" for name in hidden.rules if name not in rules}
