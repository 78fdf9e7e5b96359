"""A thousand random sets of linked tables, each attacked by linear programming.

Every set counts the cases of a made-up force in tables that nest (area, district), overlap (subtotals of
outcomes), and print rates with their bases and percentages beside their counts. The reader who attacks knows
all definitions, so what each kind of case is counted in, and everything printed, and of the cases nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import block_diag

from inspections.disclosure import Policy
from inspections.rounding import per_cent
from inspections.suppression import CountedRow, RowName, rows_to_hide

THRESHOLD = 5
TABLES = 1000
TOGETHER = 25  # sets of tables attacked in one program

AREAS, DISTRICTS, OUTCOMES, FLAGS = (0, 1), (0, 1), (1, 14, 15, 16), (False, True)
KINDS = list(product(AREAS, DISTRICTS, OUTCOMES, FLAGS))
Part = Callable[[tuple[int, int, int, bool]], bool]


def definitions() -> dict[str, tuple[Part | None, Part, bool]]:
    """What is counted, among which, and whether of people; no number of cases counted where of units."""
    every: Part = lambda kind: True  # noqa: E731
    outcome = {o: (lambda kind, o=o: kind[2] == o) for o in OUTCOMES}
    area = {a: (lambda kind, a=a: kind[0] == a) for a in AREAS}
    district = {(a, d): (lambda kind, a=a, d=d: kind[:2] == (a, d)) for a in AREAS for d in DISTRICTS}
    flag: Part = lambda kind: kind[3]  # noqa: E731

    def both(first: Part, second: Part) -> Part:
        return lambda kind: first(kind) and second(kind)

    def either(first: Part, second: Part) -> Part:
        return lambda kind: first(kind) or second(kind)

    rows: dict[str, tuple[Part | None, Part, bool]] = {"flag": (flag, every, True)}
    for a in AREAS:
        rows[f"area {a}"] = (area[a], every, True)
        rows[f"flag in area {a}"] = (both(flag, area[a]), area[a], True)
        for d in DISTRICTS:
            rows[f"district {a}{d}"] = (district[a, d], area[a], True)
            rows[f"units in district {a}{d}"] = (None, district[a, d], False)
    for o in OUTCOMES:
        rows[f"outcome {o}"] = (outcome[o], every, True)
        rows[f"flag in outcome {o}"] = (both(flag, outcome[o]), outcome[o], False)
        for a in AREAS:
            rows[f"outcome {o} in area {a}"] = (both(outcome[o], area[a]), area[a], True)
    for o, other in combinations(OUTCOMES, 2):
        rows[f"outcomes {o} and {other}"] = (either(outcome[o], outcome[other]), every, True)
    return rows


ROWS = definitions()
MEMBERS = {
    name: tuple(
        None if part is None else np.array([part(kind) for kind in KINDS], dtype=float) for part in parts[:2]
    )
    for name, parts in ROWS.items()
}


@dataclass(frozen=True)
class Printed:
    """A row as it is published: counts, or None where suppressed; a percentage beside them."""

    numerator: float | None
    denominator: float | None
    value: str


@dataclass(frozen=True)
class Linked:
    """A force, the rows published about it, and what was decided on them."""

    amounts: np.ndarray
    rows: dict[str, CountedRow]
    hidden: dict[RowName, str]
    policy: Policy

    def printed(self) -> dict[str, Printed]:
        return {name: self._printed(row) for name, row in self.rows.items()}

    def _printed(self, row: CountedRow) -> Printed:
        if row.name in self.hidden:
            return Printed(None, None, "suppressed")
        counts = [
            None if atoms is None else self.policy.rounded(len(atoms))
            for atoms in (row.numerator, row.denominator)
        ]
        share = 100 * counts[0] / counts[1] if counts[0] is not None and counts[1] else 0.0
        return Printed(*counts, per_cent(share))


def linked_tables(seed: int) -> Linked:
    rng = np.random.default_rng(seed)
    amounts = rng.choice([0, 0, 0, 0, 1, 2, 3, 9], size=len(KINDS))
    cases = [(place, n) for place, amount in enumerate(amounts) for n in range(amount)]
    chosen = rng.choice(list(ROWS), size=rng.integers(9, 16), replace=False)
    policy = Policy(threshold=THRESHOLD, base=5 if seed % 2 else 1)

    def atoms(members: np.ndarray | None) -> frozenset | None:
        return None if members is None else frozenset(case for case in cases if members[case[0]])

    rows = {
        name: CountedRow(("table", name), *map(atoms, MEMBERS[name]), of_people=ROWS[name][2])
        for name in map(str, chosen)
    }
    everything = CountedRow(("force", "all"), None, frozenset(cases), open=True)
    decided = rows_to_hide([everything, *rows.values()], dict.fromkeys(cases, 1.0), threshold=THRESHOLD)
    return Linked(amounts.astype(float), rows, {**decided.rules}, policy)


# --- the reader -----------------------------------------------------------------------------------------


def facts(tables: Linked) -> Iterator[tuple[np.ndarray, float, float]]:
    """Sets of kinds with the least and the most that the printed numbers leave for each."""
    total = tables.policy.rounded(tables.amounts.sum())
    yield np.ones(len(KINDS)), *span(total, tables.policy)
    for name, printed in tables.printed().items():
        for members, count in zip(MEMBERS[name], (printed.numerator, printed.denominator), strict=True):
            if members is None:
                continue
            if count is not None:
                yield members, *span(count, tables.policy)
            elif members @ tables.amounts:
                yield members, 1.0, np.inf  # none is always printed


def span(count: float, policy: Policy) -> tuple[float, float]:
    """Counts that are printed as this one; a count that is printed is none, or not small."""
    if not count:
        return 0.0, 0.0
    half = (policy.base - 1) / 2
    return max(count - half, THRESHOLD), count + half


def small_and_hidden(tables: Linked) -> dict[str, np.ndarray]:
    """What must not be told: small counts, and of people small remainders."""
    found = {}
    for name in tables.rows:
        numerator, denominator = MEMBERS[name]
        sets = {"count": numerator, "base": denominator}
        if numerator is not None and ROWS[name][2]:
            sets["rest"] = denominator - numerator
        for what, members in sets.items():
            if members is not None and 0 < members @ tables.amounts < THRESHOLD:
                found[f"{name}, {what}"] = members
    return found


def suppressed(tables: Linked) -> dict[str, np.ndarray]:
    """Every suppressed count that no other row prints."""
    shown = [MEMBERS[name] for name, row in tables.rows.items() if row.name not in tables.hidden]
    told = {members.tobytes() for pair in shown for members in pair if members is not None}
    return {
        name: MEMBERS[name][0]
        for name, row in tables.rows.items()
        if row.name in tables.hidden
        and MEMBERS[name][0] is not None
        and MEMBERS[name][0].tobytes() not in told
    }


def reach(attacks: list[tuple[np.ndarray, Linked]], sign: int) -> np.ndarray:
    """Most (sign 1) or least (sign -1) of each target, all in one program."""
    blocks, limits = [], []
    for _, tables in attacks:
        rows = list(facts(tables))
        least = [(-members, -low) for members, low, _ in rows if low > 0]
        most = [(members, high) for members, _, high in rows if np.isfinite(high)]
        blocks.append(np.array([members for members, _ in least + most]))
        limits += [limit for _, limit in least + most]
    targets = np.array([target for target, _ in attacks])
    found = linprog(
        -sign * targets.ravel(), A_ub=block_diag(blocks, format="csr"), b_ub=limits,
        bounds=(0, 1e6), method="highs",
    )  # fmt: skip
    assert found.status == 0
    return (targets * found.x.reshape(targets.shape)).sum(axis=1)


def attack(seeds: range) -> list[str]:
    """Everything small or suppressed that the reader knows too well, in words."""
    every = {seed: linked_tables(seed) for seed in seeds}
    attacks, names = [], []
    for seed, tables in every.items():
        for kind, targets in (("small", small_and_hidden(tables)), ("suppressed", suppressed(tables))):
            for name, members in targets.items():
                attacks.append((members, tables))
                names.append((seed, kind, name))
    if not attacks:
        return []
    most = reach(attacks, 1)
    truth = np.array([target @ tables.amounts for target, tables in attacks])
    tight = np.flatnonzero(most < truth + 1 - 1e-6)
    least = (
        dict(zip(tight.tolist(), reach([attacks[n] for n in tight], -1), strict=True)) if len(tight) else {}
    )
    found = []
    for n, (seed, kind, name) in enumerate(names):
        if kind == "small" and most[n] < max(THRESHOLD, truth[n] + 1) - 1e-6:
            found.append(f"set {seed}: {name} is {truth[n]:.0f} and at most {most[n]:.1f}")
        if n in least and least[n] > truth[n] - 1 + 1e-6:
            found.append(f"set {seed}: {name} is known to be {truth[n]:.0f}")
    return found


@pytest.mark.parametrize("first", range(0, TABLES, 250))
def test_no_suppressed_count_of_random_linked_tables_can_be_worked_out(first: int):
    batches = [range(start, start + TOGETHER) for start in range(first, first + 250, TOGETHER)]
    assert [line for seeds in batches for line in attack(seeds)] == []


def test_the_attack_works_out_much_of_what_is_hidden_alone():
    attacked = broken = 0
    for seed in range(0, 80, 2):  # counts as they are
        tables = linked_tables(seed)
        alone = {
            row.name: "primary"
            for row in tables.rows.values()
            if any(0 < len(atoms) < THRESHOLD for atoms in row.printed())
        }
        careless = Linked(tables.amounts, tables.rows, alone, tables.policy)
        if targets := list(small_and_hidden(careless).values()):
            attacked += 1
            broken += bool((reach([(target, careless) for target in targets], 1) < THRESHOLD - 1e-6).any())
    assert attacked > 20
    assert broken > attacked / 3
