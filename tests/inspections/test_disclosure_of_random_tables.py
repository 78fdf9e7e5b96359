"""A thousand random sets of linked tables, each attacked by linear programming.

Every set counts the cases of a made-up force in tables that nest (area, district), overlap (subtotals of
outcomes), and print rates with their bases and percentages beside their counts. The reader who attacks knows
all definitions, so what each kind of case is counted in, and everything printed, and of the cases nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from made_material import coded, effort, material
from scipy.optimize import linprog
from scipy.sparse import block_diag

from inspections.disclosure import Policy, decide, release_indicators
from inspections.indicators import Indicator
from inspections.indicators.registry import results_of
from inspections.indicators.rows import share_of_cases
from inspections.rounding import half_up
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
    """A row as it is published: counts, and a whole per cent beside them; None where suppressed."""

    numerator: float | None
    denominator: float | None
    value: float | None


@dataclass(frozen=True)
class Linked:
    """A force, the rows published about it, and what is printed of them."""

    amounts: np.ndarray
    printed: dict[str, Printed]
    policy: Policy


def as_published(row: CountedRow, hidden: Collection[RowName], policy: Policy) -> Printed:
    if row.name in hidden:
        return Printed(None, None, None)
    counts = [
        None if atoms is None else policy.rounded(len(atoms)) for atoms in (row.numerator, row.denominator)
    ]
    share = half_up(100 * counts[0] / counts[1]) if counts[0] is not None and counts[1] else None
    return Printed(*counts, share)


def made_up_force(seed: int) -> tuple[np.ndarray, dict[str, CountedRow], Policy]:
    """Cases of each kind, and the rows that somebody wants to publish about them."""
    rng = np.random.default_rng(seed)
    amounts = rng.choice([0, 0, 0, 0, 1, 2, 3, 9], size=len(KINDS))
    cases = [(place, n) for place, amount in enumerate(amounts) for n in range(amount)]
    chosen = map(str, rng.choice(list(ROWS), size=rng.integers(9, 16), replace=False))

    def atoms(members: np.ndarray | None) -> frozenset | None:
        return None if members is None else frozenset(case for case in cases if members[case[0]])

    rows = {
        name: CountedRow(("table", name), *map(atoms, MEMBERS[name]), of_people=ROWS[name][2])
        for name in chosen
    }
    return amounts.astype(float), rows, Policy(threshold=THRESHOLD, base=5 if seed % 2 else 1)


def linked_tables(seed: int) -> Linked:
    amounts, rows, policy = made_up_force(seed)
    cases = frozenset((place, n) for place, amount in enumerate(amounts) for n in range(int(amount)))
    everything = CountedRow(("force", "all"), None, cases, open=True)
    hidden = rows_to_hide([everything, *rows.values()], dict.fromkeys(cases, 1.0), threshold=THRESHOLD).rules
    return Linked(amounts, {name: as_published(row, hidden, policy) for name, row in rows.items()}, policy)


# --- the reader -----------------------------------------------------------------------------------------


def facts(tables: Linked) -> Iterator[tuple[np.ndarray, float]]:
    """What the printed numbers say of the cases of each kind: so many times each come to at most so much."""
    yield from within(np.ones(len(KINDS)), tables.policy.rounded(tables.amounts.sum()), tables.policy)
    for name, printed in tables.printed.items():
        numerator, denominator = MEMBERS[name]
        for members, count in ((numerator, printed.numerator), (denominator, printed.denominator)):
            if members is not None and count is not None:
                yield from within(members, count, tables.policy)
            elif members is not None and members @ tables.amounts:
                yield -members, -1.0  # none is always printed
        if printed.value is not None and tables.policy.base == 1:
            # of rounded counts the percentage is worked out, so it says no more than they do
            yield numerator - (printed.value + 0.5) / 100 * denominator, 0.0
            yield (printed.value - 0.5) / 100 * denominator - numerator, 0.0


def within(members: np.ndarray, count: float, policy: Policy) -> Iterator[tuple[np.ndarray, float]]:
    """A count lies where it rounds to what is printed; a count that is printed is none, or not small."""
    half = (policy.base - 1) / 2
    yield members, count + half if count else 0.0
    if count:
        yield -members, -max(count - half, THRESHOLD)


def small_and_hidden(tables: Linked) -> dict[str, np.ndarray]:
    """What must not be told: small counts, and of people small remainders."""
    found = {}
    for name in tables.printed:
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
    told, hidden = set(), {}
    for name, printed in tables.printed.items():
        if printed.denominator is None:
            hidden[name] = MEMBERS[name][0]
        else:
            told |= {members.tobytes() for members in MEMBERS[name] if members is not None}
    return {
        name: members
        for name, members in hidden.items()
        if members is not None and members.tobytes() not in told
    }


def reach(attacks: list[tuple[np.ndarray, Linked]], sign: int) -> np.ndarray:
    """Most (sign 1) or least (sign -1) of each target, all in one program."""
    known = {id(tables): list(facts(tables)) for _, tables in attacks}
    blocks = [np.array([fact for fact, _ in known[id(tables)]]) for _, tables in attacks]
    limits = [limit for _, tables in attacks for _, limit in known[id(tables)]]
    targets = np.array([target for target, _ in attacks])
    found = linprog(
        -sign * targets.ravel(), A_ub=block_diag(blocks, format="csr"), b_ub=limits,
        bounds=(0, 1e6), method="highs",
    )  # fmt: skip
    assert found.status == 0
    return (targets * found.x.reshape(targets.shape)).sum(axis=1)


def attack(every: dict[int, Linked]) -> list[str]:
    """Everything small or suppressed that the reader knows too well, in words."""
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
    found = [line for seeds in batches for line in attack({seed: linked_tables(seed) for seed in seeds})]
    assert found == []


def released(seed: int) -> Linked:
    """The same for rows about people, through the indicator table as it is released."""
    amounts, rows, policy = made_up_force(seed)
    ids = [f"{place}-{n}" for place, amount in enumerate(amounts) for n in range(int(amount))]
    kind = pd.Series([int(case.partition("-")[0]) for case in ids], index=ids)
    of_people = {name: row for name, row in rows.items() if row.of_people and row.numerator is not None}
    given = material(coded(*effort("x", victim=1, suspect=1)), cases=pd.DataFrame({"case_id": ids}))
    computed = []
    for number, name in enumerate(of_people):
        numerator, denominator = (kind.map(pd.Series(members)).astype(bool) for members in MEMBERS[name])
        row = share_of_cases(numerator[denominator], "cases")
        computed.append((replace(PEOPLE, id=f"row-{number}"), [row]))
    table = release_indicators(decide(results_of(computed, given), policy)).table
    printed = {}
    for name, row in zip(of_people, table.to_dict("records"), strict=True):
        numbers = [
            None if pd.isna(row[column]) else row[column] for column in ("numerator", "denominator", "value")
        ]
        nothing_to_count = row["status"] == "missing"
        printed[name] = Printed(0.0, 0.0, None) if nothing_to_count else Printed(*numbers)
    return Linked(amounts, printed, policy)


PEOPLE = Indicator(
    id="row", label="A row", pillar=0, unit="per cent", definition="d", formula="f", denominator="n",
    caveat="", source="s", direction="Higher: more.", about="people",
)  # fmt: skip


def test_nor_can_any_of_the_indicator_tables_that_are_released_of_them():
    every = {seed: tables for seed in range(60) if len((tables := released(seed)).printed) > 1}
    assert sum(row.denominator is None for tables in every.values() for row in tables.printed.values()) > 60
    assert attack(every) == []


def test_percentages_beside_rounded_counts_are_worked_out_from_them():
    for seed in range(1, 30, 2):
        for row in released(seed).printed.values():
            if row.value is not None and row.denominator and 0.5 < row.value < 99.5:
                assert row.value == half_up(100 * row.numerator / row.denominator)


def test_the_attack_works_out_much_of_what_is_hidden_alone():
    attacked = broken = 0
    for seed in range(0, 80, 2):  # counts as they are
        amounts, rows, policy = made_up_force(seed)
        alone = [
            row.name for row in rows.values() if any(0 < len(atoms) < THRESHOLD for atoms in row.printed())
        ]
        careless = Linked(
            amounts, {name: as_published(row, alone, policy) for name, row in rows.items()}, policy
        )
        if targets := list(small_and_hidden(careless).values()):
            attacked += 1
            broken += bool((reach([(target, careless) for target in targets], 1) < THRESHOLD - 1e-6).any())
    assert attacked > 20
    assert broken > attacked / 3
