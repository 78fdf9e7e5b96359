"""Which numbers may leave the inspectorate: small counts are hidden, and so is whatever would give them away.

A count of cases below the threshold is hidden (*primary*). Further counts are hidden (*secondary*) until a
reader who adds and subtracts across all released tables can no longer tell that the first is small
(:mod:`inspections.suppression`). Suppressed, zero, missing and not recorded stay four different values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from types import MappingProxyType

import numpy as np
import pandas as pd

from inspections.indicators.registry import Results
from inspections.rounding import half_up
from inspections.suppression import Atoms, sets_to_hide

__all__ = [
    "INDICATOR_COLUMNS",
    "Policy",
    "Released",
    "cover",
    "release_balances",
    "release_codes",
    "release_gaps",
    "release_indicators",
    "release_strata",
]

INDICATOR_COLUMNS = (
    "indicator", "label", "pillar", "group", "unit", "numerator", "denominator", "value", "low", "high",
    "interval", "base", "status", "caveat", "definition", "cases", "weighted_to",
)  # fmt: skip
"""Columns of the released indicator table."""

_COUNTS = ["numerator", "denominator", "cases"]
_NUMBERS = [*_COUNTS, "value", "low", "high"]
_WORKED_OUT = "would let a hidden count be worked out"
_LOG = ["table", "row", "rule", "why"]


@dataclass(frozen=True)
class Policy:
    """How cautious a release is.

    Parameters
    ----------
    threshold : int
        Counts of cases from 1 to one below this are hidden.
    exceptions : mapping of str to str
        Indicators published whatever their counts, with the reason. Each use is logged.
    """

    threshold: int = 10
    exceptions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def is_small(self, count: float) -> bool:
        """Whether a count must be hidden."""
        return 0 < count < self.threshold


@dataclass(frozen=True)
class Released:
    """A table that may leave the inspectorate, and a log of every number that may not.

    Attributes
    ----------
    table : DataFrame
        The released table; hidden numbers are blank and their status is ``suppressed``.
    log : DataFrame
        ``table, row, rule, why``: rule is primary, secondary or exception. Holds no hidden number.
    """

    table: pd.DataFrame
    log: pd.DataFrame


def release_indicators(results: Results, policy: Policy) -> Released:
    """Hide what the policy does not let out of the indicator table.

    A hidden row keeps its words and loses every number, those in its base too. A median keeps its value when
    only the number of cases *without* both dates is small; it then loses its counts alone. Values are rounded
    as reports print them: from many weighted shares with all their digits the weights could be solved for,
    and with them the lengths of hidden strata.

    Parameters
    ----------
    results : Results
        Indicators with the cases behind them.
    policy : Policy
        Threshold and exceptions.

    Returns
    -------
    Released
        Columns :data:`INDICATOR_COLUMNS`.
    """
    table = results.table.reset_index(drop=True)
    rows, sizes = _read_rows(results, policy)
    hidden = {row.number: "primary" for row in rows if row.is_small(policy, sizes)}
    free = {atoms for row in rows if row.free for atoms in row.printed()}
    visible = {atoms for row in rows if row.number not in hidden for atoms in row.printed()}
    away = _sets_to_hide(
        rows, sizes, hidden={a for row in rows for a in row.printed()} - visible, free=free, policy=policy
    )
    count_only = set()
    for row in rows:
        if row.number in hidden or away.isdisjoint(row.printed()):
            continue
        if table.loc[row.number, "unit"] == "days" and row.denominator not in away:
            count_only.add(row.number)
        else:
            hidden[row.number] = "secondary"
    for number in _divisions_to_hide(table, set(hidden), policy):
        hidden[number] = "secondary"
    exempt = {
        row.number for row in rows if row.free and table.loc[row.number, "indicator"] in policy.exceptions
    }
    return Released(
        _blank(table, hidden, count_only), _indicator_log(table, hidden, count_only, exempt, policy)
    )


def release_codes(codes: pd.DataFrame, policy: Policy) -> Released:
    """Hide codes found in few case files, and others whose units would show them by subtraction.

    Parameters
    ----------
    codes : DataFrame
        As :func:`inspections.indicators.codes_table` gives it.
    policy : Policy
        Threshold.

    Returns
    -------
    Released
        ``code, title, orientation, units, cases, status``; units and cases are blank where hidden.
    """
    table = codes.reset_index(drop=True)
    rules = {row: "primary" for row in table.index if policy.is_small(table.loc[row, "cases"])}
    for _, group in table.groupby("orientation", sort=False):
        for row in _parts_to_hide(group["units"], rules.keys() & set(group.index), policy):
            rules[row] = "secondary"
    hidden = table.index.isin(list(rules))
    table["status"] = np.where(hidden, "suppressed", np.where(table["cases"] > 0, "shown", "zero"))
    table[["units", "cases"]] = (
        table[["units", "cases"]].astype("Int64").mask(np.column_stack([hidden, hidden]))
    )
    return Released(
        table, _log("codes", ((table.loc[row, "code"], rules[row]) for row in sorted(rules)), policy)
    )


def release_balances(balances: pd.DataFrame, indicators: pd.DataFrame, *, policy: Policy) -> Released:
    """Balances of the case files from lowest to highest, or nothing.

    One row a case tells how many cases lean to the victim, so the table is empty wherever that count is not
    itself released. A balance to two decimals is all a row holds, in an order that is the balance's own:
    counts of units would single a file out to whoever has read it, a group would tell how many files of a
    short stratum lean which way, and an order by a hash could be repeated by whoever knows the seed.

    Parameters
    ----------
    balances : DataFrame
        As :func:`inspections.indicators.case_balances` gives it.
    indicators : DataFrame
        The *released* indicator table.
    policy : Policy
        Threshold.

    Returns
    -------
    Released
        ``case, balance, status``: a running number, and last the files with too few units for a balance.
    """
    columns = ["case", "balance", "status"]
    leaning = indicators.loc[indicators["indicator"] == "effort-more-on-victim", "status"]
    if leaning.empty or not leaning.isin(["shown", "zero"]).all() or policy.is_small(len(balances)):
        return Released(pd.DataFrame(columns=columns), _log("balance", [("all cases", "secondary")], policy))
    table = balances[["balance", "status"]].sort_values("balance", ignore_index=True)
    table["balance"] = table["balance"].map(lambda balance: half_up(balance, places=2), na_action="ignore")
    table["case"] = [f"C{number:02}" for number in range(1, len(table) + 1)]
    return Released(table[columns], _log("balance", [], policy))


def release_gaps(gaps: pd.DataFrame, indicators: Released, *, policy: Policy) -> Released:
    """Blank the counts of gaps whose indicator row was hidden.

    Parameters
    ----------
    gaps : DataFrame
        As :func:`inspections.completeness.find_gaps` gives it, of the frame.
    indicators : Released
        The released indicators, which hold the same counts as ``missing-fields``.
    policy : Policy
        Threshold.
    """
    rules = _rules_of("missing-fields", indicators)
    hidden = gaps["field"].isin(list(rules)).to_numpy()
    table = gaps.assign(status=gaps["status"].mask(hidden, "suppressed"))
    table[["missing", "of"]] = (
        table[["missing", "of"]].astype("Int64").mask(np.column_stack([hidden, hidden]))
    )
    return Released(table, _log("gaps", ((name, rules[name]) for name in table.loc[hidden, "field"]), policy))


def release_strata(strata: pd.DataFrame, indicators: Released, *, policy: Policy) -> Released:
    """Blank the length of a stratum where the released decisions do, and of other short strata.

    Where a hidden stratum was read whole, the number read is its length. As the total read is printed and
    places are dealt to the strata by a known rule, the numbers read of all strata are then blank.

    Parameters
    ----------
    strata : DataFrame
        ``stratum, frame, wanted, sample, weight`` of the sample.
    indicators : Released
        The released indicators: a stratum that is a decision is hidden, and shown, as it is there.
    policy : Policy
        Threshold.

    Returns
    -------
    Released
        The same columns and ``status``.
    """
    told = indicators.table[indicators.table["indicator"] == "decisions"]
    decided = strata["stratum"].isin(told["group"])
    by_decision = _rules_of("decisions", indicators)
    rules: dict[Hashable, str] = {
        row: by_decision[name] for row, name in strata["stratum"].items() if name in by_decision
    }
    rules |= dict.fromkeys(strata.index[~decided & strata["frame"].map(policy.is_small)], "primary")
    shown = set(strata.index[decided]) - set(rules)
    rules |= dict.fromkeys(_parts_to_hide(strata["frame"], set(rules), policy, shown=shown), "secondary")
    hidden = strata.index.isin(list(rules))
    read_whole = np.full(len(strata), (hidden & (strata["sample"] == strata["frame"]).to_numpy()).any())
    table = strata.assign(
        frame=strata["frame"].astype("Int64").mask(hidden),
        wanted=strata["wanted"].astype("Int64").mask(read_whole),
        sample=strata["sample"].astype("Int64").mask(read_whole),
        weight=strata["weight"].astype("Float64").mask(hidden | read_whole),
        status=np.where(hidden, "suppressed", "shown"),
    )
    return Released(
        table,
        _log(
            "strata", ((name, rules[row]) for row, name in strata["stratum"].items() if row in rules), policy
        ),
    )


def cover(indicators: pd.DataFrame) -> pd.DataFrame:
    """How much of each indicator is released: ``indicator, rows, shown, per_cent``; 0 means wholly hidden."""
    counted = indicators[indicators["status"].isin(["shown", "zero", "suppressed"])]
    shown = counted["status"].ne("suppressed")
    table = shown.groupby(counted["indicator"], sort=False).agg(rows="size", shown="sum").reset_index()
    return table.assign(per_cent=100 * table["shown"] / table["rows"])


# --- the rows of the indicator table as sets of cases ---------------------------------------------------


def _sets_to_hide(
    rows: list[_CountedRow],
    sizes: Mapping[Hashable, float],
    *,
    hidden: set[Atoms],
    free: set[Atoms],
    policy: Policy,
) -> set[Atoms]:
    """Sets to hide besides those hidden, family by family.

    A reader knows how the sets of one family nest, since their definitions say so; how sets of different
    families overlap only the case files tell. A set that several families print is hidden in all or in none.
    """
    away = set(hidden)
    prints = Counter(atoms for row in rows for atoms in row.printed())
    while True:
        before = set(away)
        for family in dict.fromkeys(row.family for row in rows):
            members = [row for row in rows if row.family == family]
            printed = [atoms for row in members for atoms in row.printed()]
            away |= sets_to_hide(
                printed,
                sizes,
                hidden=away,
                protected=[
                    atoms
                    for atoms in [
                        *(atoms for row in members for atoms in row.to_protect(policy, sizes)),
                        *_remainders(members, sizes, policy),
                    ]
                    if atoms not in free
                ],
                threshold=policy.threshold,
                totals={row.denominator for row in members},
                prints=prints,
                fixed=free,
            )
        if away == before:
            return away - hidden


@dataclass(frozen=True)
class _CountedRow:
    """A row of the indicator table with the cases above and below its line."""

    number: int
    family: str
    numerator: Atoms
    denominator: Atoms
    counts_cases: bool
    of_people: bool
    of_frame: bool
    free: bool

    def printed(self) -> list[Atoms]:
        """Sets of cases whose sizes the row prints; a number of units tells no number of cases."""
        return [self.numerator, self.denominator] if self.counts_cases else [self.denominator]

    def is_small(self, policy: Policy, sizes: Mapping[Hashable, float]) -> bool:
        """Whether the row rests on too few cases."""
        if self.free:
            return False
        return any(policy.is_small(_size(atoms, sizes)) for atoms in (self.numerator, self.denominator))

    def to_protect(self, policy: Policy, sizes: Mapping[Hashable, float]) -> list[Atoms]:
        """Sets whose size must not be told: too small ones and, of people, a too small remainder."""
        if self.free:
            return []
        remainder = [self.denominator - self.numerator] if self.of_people and self.counts_cases else []
        found = [*self.printed(), *remainder]
        return [atoms for atoms in found if atoms and policy.is_small(_size(atoms, sizes))]


def _remainders(rows: list[_CountedRow], sizes: Mapping[Hashable, float], policy: Policy) -> list[Atoms]:
    """Small rests of one list of people less another within it: all cases less those with a suspect.

    A list of the frame within one of the period is let be: what it lacks are cases that could not be drawn,
    and the length of the frame is known.
    """
    lists = dict.fromkeys((row.denominator, row.of_frame) for row in rows if row.of_people and not row.free)
    rests = [
        whole - part
        for (whole, of_frame), (part, also_of_frame) in permutations(lists, 2)
        if part < whole and of_frame == also_of_frame
    ]
    return [rest for rest in dict.fromkeys(rests) if policy.is_small(_size(rest, sizes))]


def _size(atoms: Atoms, sizes: Mapping[Hashable, float]) -> float:
    return sum(sizes[atom] for atom in atoms)


def _read_rows(results: Results, policy: Policy) -> tuple[list[_CountedRow], dict[Hashable, float]]:
    """Counted rows, and how many each atom stands for.

    A case stands for itself; a row of somebody else's table for its count.
    """
    table = results.table.reset_index(drop=True)
    behind = dict(list(results.cases.groupby(["indicator", "group"], sort=False)))
    rows: list[_CountedRow] = []
    sizes: dict[Hashable, float] = {}
    for number in table.index[table["status"].isin(["shown", "zero"])]:
        name, group = table.loc[number, ["indicator", "group"]]
        cases, counts_cases = behind[name, group], table.loc[number, "counts"] == "cases"
        for case, amount in zip(cases["case_id"], cases["denominator"], strict=True):
            sizes.setdefault(case, float(amount) if counts_cases else 1.0)
        rows.append(
            _CountedRow(
                number=int(number),
                family=str(table.loc[number, "family"]),
                numerator=frozenset(cases.loc[cases["counted"].astype(bool), "case_id"]),
                denominator=frozenset(cases.loc[cases["denominator"] > 0, "case_id"]),
                counts_cases=counts_cases,
                of_people=table.loc[number, "about"] == "people",
                of_frame=str(table.loc[number, "base_unit"]).endswith("in the frame"),
                free=table.loc[number, "about"] == "method" or name in policy.exceptions,
            )
        )
    return rows, sizes


def _parts_to_hide(
    parts: pd.Series, hidden: Collection[Hashable], policy: Policy, *, shown: Collection[Hashable] = ()
) -> set[Hashable]:
    """Parts to hide besides those hidden, where their total is printed; those in ``shown`` stay."""
    if not hidden:
        return set()
    one: dict[Hashable, Atoms] = {name: frozenset([name]) for name in parts.index}
    total = frozenset(one)
    away = sets_to_hide(
        [*one.values(), total],
        {name: float(size) for name, size in parts.items()},
        hidden=[one[name] for name in hidden],
        protected=[one[name] for name in one if name in hidden],
        threshold=policy.threshold,
        fixed=[total, *(one[name] for name in shown)],
    )
    return {name for atoms in away for name in atoms}


def _divisions_to_hide(table: pd.DataFrame, hidden: Collection[int], policy: Policy) -> set[int]:
    """Rows to hide besides those hidden, where rows divide up one printed total of units."""
    counted = table[table["divides"].astype(bool) & table["status"].isin(["shown", "zero"])]
    found: set[int] = set()
    for _, rows in counted.groupby("indicator", sort=False):
        gone = set(rows.index).intersection(hidden)
        found |= {int(str(row)) for row in _parts_to_hide(rows["numerator"], gone, policy)}
    return found


# --- tables and log -------------------------------------------------------------------------------------


def _blank(table: pd.DataFrame, hidden: Collection[int], count_only: Collection[int]) -> pd.DataFrame:
    released = table.copy()
    gone = released.index.isin(list(hidden))
    without_numbers = gone | ~released["status"].isin(["shown", "zero"])
    released["weighted_to"] = released["weighted_to"].astype("Int64")
    for name in _NUMBERS:
        released[name] = released[name].astype("Float64").mask(without_numbers)
    for name in ("value", "low", "high"):
        released[name] = [
            number if pd.isna(number) else _as_printed(float(number), unit)
            for number, unit in zip(released[name], released["unit"], strict=True)
        ]
        released[name] = released[name].astype("Float64")
    released["interval"] = released["interval"].mask(gone, "")
    released["base"] = released["base"].mask(gone, released["base_unit"])
    released["status"] = released["status"].mask(gone, "suppressed")
    without = released.index.isin(list(count_only))
    for name in _COUNTS:
        released[name] = released[name].mask(without)
    released["base"] = released["base"].mask(
        without, released["base_unit"] + " with both dates, number suppressed"
    )
    return released[list(INDICATOR_COLUMNS)]


def _as_printed(value: float, unit: str) -> float:
    """A value with the digits a report prints; a share is 0 or 100 only where it is just that."""
    if unit == "balance":
        return half_up(value, places=2)
    if unit == "per cent" and 0 < round(value, 9) < 0.5:
        return min(max(half_up(value, places=1), 0.1), 0.4)
    if unit == "per cent" and 99.5 <= round(value, 9) < 100:
        return min(max(half_up(value, places=1), 99.6), 99.9)
    return half_up(value)


def _log(table: str, rules: Iterable[tuple[object, str]], policy: Policy) -> pd.DataFrame:
    why = {"primary": f"fewer than {policy.threshold} cases", "secondary": _WORKED_OUT}
    return pd.DataFrame([(table, str(row), rule, why[rule]) for row, rule in rules], columns=_LOG)


def _rules_of(indicator: str, released: Released) -> dict[str, str]:
    """By which rule each hidden group of an indicator is hidden."""
    log = released.log[released.log["rule"] != "exception"]
    own = log[log["row"].str.startswith(f"{indicator}: ")]
    return dict(zip(own["row"].str.removeprefix(f"{indicator}: "), own["rule"], strict=True))


def _indicator_log(
    table: pd.DataFrame,
    hidden: Mapping[int, str],
    count_only: Collection[int],
    exempt: Collection[int],
    policy: Policy,
) -> pd.DataFrame:
    name = table["indicator"] + ": " + table["group"]
    counts = [(f"{name[row]} (counts only)", "secondary") for row in sorted(count_only)]
    log = _log("indicators", [*((name[row], hidden[row]) for row in sorted(hidden)), *counts], policy)
    excepted = [
        ("indicators", name[row], "exception", policy.exceptions[str(table.loc[row, "indicator"])])
        for row in sorted(exempt)
    ]
    return pd.concat([log, pd.DataFrame(excepted, columns=_LOG)], ignore_index=True)
