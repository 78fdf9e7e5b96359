"""What a reader can work out from published counts, and which rows to hide so that they cannot.

Published counts are sizes of sets: of cases, or of the parts of a total. Sets overlap, nest and add up,
within a table and between tables, so hiding one count is seldom enough. What a reader can work out about a
hidden count is found by linear programming over the groups of cases that the sets tell apart.

How sets belong together is not declared. The groups are read off the cases themselves, so the reader is taken
to know of every two sets laid side by side how they overlap: that withdrawal is outcomes 14 and 16 together,
and also what only happens to be so. Who knows less can work out less, so nobody can work out more.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Atoms", "CountedRow", "Hidden", "RowName", "Rule", "rows_to_hide"]

Atoms = frozenset[Hashable]
"""A set of cases, or of the parts of a total, whose size is published or must not be."""

RowName = tuple[str, str]
"""Table and row: ("indicators", "charged: closed"), ("codes", "sus-digital"), ("strata", "charged")."""

Rule = Literal["primary", "secondary", "counts only"]

_NO_LIMIT = 1e6
"""Stands for "any number": larger than a count can be, and small enough to reckon with."""


@dataclass(frozen=True)
class CountedRow:
    """A row that would be published, with the sets whose sizes it prints.

    Attributes
    ----------
    name : (str, str)
        Table and row.
    numerator : Atoms or None
        What is counted; None where the row prints no number of cases but only their base.
    denominator : Atoms or None
        What it is counted among; None where the row prints a count alone.
    behind : Atoms or None
        The cases a number of units comes from. Their number is not printed; where it is small, the row goes.
    beside : str
        Rows with the same word here are laid side by side: the reader is taken to know how their sets
        overlap. Rows with another word print nothing that helps, but for the size of a set that is also here
        and too large to be the same by chance.
    of_people : bool
        Whether those *left out* of the count are protected as those in it are.
    open : bool
        Whether the row is published whatever its counts: they are about the method, or a person has said so.
    outlives_counts : bool
        Whether its value may stay when its counts go, as that of a median.
    """

    name: RowName
    numerator: Atoms | None
    denominator: Atoms | None
    behind: Atoms | None = None
    beside: str = ""
    of_people: bool = True
    open: bool = False
    outlives_counts: bool = False

    def printed(self) -> tuple[Atoms, ...]:
        """Sets of cases whose sizes the row prints."""
        return tuple(atoms for atoms in (self.numerator, self.denominator) if atoms is not None)

    def told(self) -> tuple[Atoms, ...]:
        """Sets it tells of: those printed and, of people, those left out."""
        if not self.of_people or self.numerator is None or self.denominator is None:
            return self.printed()
        return (*self.printed(), self.denominator - self.numerator)

    def rests_on(self) -> tuple[Atoms, ...]:
        """Sets that must not be small for the row to be published."""
        return self.printed() if self.behind is None else (*self.printed(), self.behind)


@dataclass(frozen=True)
class Hidden:
    """Rows to hide, and what cannot be hidden.

    Attributes
    ----------
    rules : dict of (table, row) to Rule
        ``primary`` where a count is small, ``secondary`` where it would give another away, ``counts only``
        where the value may stay.
    given_away : tuple of (table, row)
        Rows with a small count that open rows give away all the same.
    """

    rules: dict[RowName, Rule]
    given_away: tuple[RowName, ...]


def rows_to_hide(
    rows: Sequence[CountedRow],
    sizes: Mapping[Any, float],
    *,
    threshold: int,
    rests: Mapping[str, Collection[Atoms]] = MappingProxyType({}),
    hidden: Collection[RowName] = (),
) -> Hidden:
    """Rows to hide so that no small count is printed or can be worked out.

    A small count is safe when what stays published allows it to be as large as the threshold and larger than
    it is: the reader can tell neither that it is small nor what it is. Within a small set that is published
    all the same, a count is safe when it may be the whole of it. While one is not safe, a set that the
    reader's proof leans on (its dual price is not nil) is hidden with every row that prints it: no whole list
    as long as there is another, then the one that costs fewest rows, then the smallest. In the end a row
    that turns out to be hidden for nothing is published again.

    Parameters
    ----------
    rows : sequence of CountedRow
        Every row of every released table.
    sizes : mapping
        How many each atom stands for.
    threshold : int
        Sizes from 1 to below this are small.
    rests : mapping of str to collection of Atoms
        Further sets that must not be told where they are small, by the rows they are beside.
    hidden : collection of (table, row)
        Rows hidden for another reason. What they count is protected as small counts are, however large.

    Examples
    --------
    >>> small, other, rest = frozenset("a"), frozenset("b"), frozenset("c")
    >>> total = small | other | rest
    >>> rows = [CountedRow(("letters", *part), part, total) for part in (small, other, rest)]
    >>> rows_to_hide(rows, {"a": 3, "b": 9, "c": 20}, threshold=5).rules
    {('letters', 'a'): 'primary', ('letters', 'b'): 'secondary'}
    """
    control = _Control(rows, sizes, threshold, rests, hidden)
    control.hide_small()
    control.hide_what_gives_them_away()
    control.publish_again()
    rules = {row.name: control.rules[row.name] for row in rows if row.name in control.rules}
    return Hidden(rules, tuple(row.name for row in rows if control.is_given_away(row)))


class _Control:
    """The rows while it is decided which of them to hide."""

    def __init__(
        self,
        rows: Sequence[CountedRow],
        sizes: Mapping[Any, float],
        threshold: int,
        rests: Mapping[str, Collection[Atoms]],
        hidden: Collection[RowName],
    ) -> None:
        self.rows, self.threshold = rows, threshold
        self.rules: dict[RowName, Rule] = {name: "primary" for name in hidden}
        self._lost: set[Atoms] = set()
        self._always = {atoms for row in rows if row.open for atoms in row.printed()}
        self._lists = {row.denominator for row in rows}
        every = [atoms for row in rows for atoms in (*row.told(), *row.rests_on())]
        every += [atoms for further in rests.values() for atoms in further]
        self._size = {atoms: sum(sizes[atom] for atom in atoms) for atoms in dict.fromkeys(every)}
        guarded = {row.numerator for row in rows if row.name in self.rules}
        self._sides = []
        for beside in dict.fromkeys(row.beside for row in rows):
            own = [row for row in rows if row.beside == beside]
            told = [atoms for row in own if not row.open for atoms in row.told()]
            targets = [
                atoms
                for atoms in dict.fromkeys([*told, *rests.get(beside, ())])
                if atoms and atoms not in self._always and (self._is_small(atoms) or atoms in guarded)
            ]
            if targets:
                self._sides.append(_Side(beside, own, targets))

    def hide_small(self) -> None:
        for row in self.rows:
            if not row.open and any(map(self._is_small, row.rests_on())):
                self.rules[row.name] = "primary"

    def hide_what_gives_them_away(self) -> None:
        """Side by side in turn: what is hidden for one tells the readers of the others no more."""
        for side in self._sides:
            while unsafe := self._unsafe(side):
                target, leaned_on = unsafe
                choice = [atoms for atoms in leaned_on if atoms not in self._always and self._size[atoms]]
                if choice:
                    self._hide(min(choice, key=self._cost))
                else:
                    self._lost.add(target)

    def publish_again(self) -> None:
        """Try the rows that print most first; what is safe with a row published was hidden for nothing."""
        candidates = [row for row in self.rows if self.rules.get(row.name, "primary") != "primary"]
        for row in sorted(candidates, key=lambda row: -max(self._size[atoms] for atoms in row.printed())):
            rule = self.rules.pop(row.name)
            if any(self._unsafe(side) for side in self._sides if side.knows_of(row)):
                self.rules[row.name] = rule

    def is_given_away(self, row: CountedRow) -> bool:
        return not row.open and not self._lost.isdisjoint(row.told())

    def _is_small(self, atoms: Atoms) -> bool:
        return 0 < self._size[atoms] < self.threshold

    def _unsafe(self, side: _Side) -> tuple[Atoms, list[Atoms]] | None:
        """The first set of which the reader of a side can tell too much, and what the proof leans on."""
        published = {
            atoms: self._size[atoms]
            for row in self.rows
            if row.name not in self.rules
            for atoms in row.printed()
            if row.beside == side.beside or not self._is_small(atoms)
        }
        targets = [atoms for atoms in side.targets if atoms not in self._lost]
        sizes = {atoms: size for atoms, size in published.items() if atoms in side.place}
        # none is always printed, so a hidden count is not nought
        hidden = [atoms for atoms in side.printed if atoms not in published and self._size[atoms]]
        for target, (most, leaned_on) in zip(targets, side.most(targets, sizes, hidden), strict=True):
            if most < self._need(target) - 1e-6:
                return target, leaned_on
        return None

    def _need(self, target: Atoms) -> float:
        """How large a target must be able to be for all a reader can tell."""
        around = min((self._size[atoms] for atoms in self._always if target < atoms), default=np.inf)
        return min(max(self.threshold, self._size[target] + 1), around)

    def _cost(self, atoms: Atoms) -> tuple[bool, int, float, int]:
        printing = [place for place, row in enumerate(self.rows) if atoms in row.printed()]
        return atoms in self._lists, len(printing), self._size[atoms], printing[0]

    def _hide(self, atoms: Atoms) -> None:
        for row in self.rows:
            if row.name in self.rules or row.open or atoms not in row.printed():
                continue
            keeps = row.outlives_counts and atoms != row.denominator
            self.rules[row.name] = "counts only" if keeps else "secondary"


class _Side:
    """Rows laid side by side, and what must not be told of them."""

    def __init__(self, beside: str, rows: Sequence[CountedRow], targets: list[Atoms]) -> None:
        self.beside, self.targets = beside, targets
        self.printed = dict.fromkeys(atoms for row in rows for atoms in row.printed())
        self.place = {atoms: place for place, atoms in enumerate(dict.fromkeys([*self.printed, *targets]))}
        self._matrix = _groups_in(list(self.place))

    def knows_of(self, row: CountedRow) -> bool:
        """Whether a set that the row prints is among those of this side."""
        return any(atoms in self.place for atoms in row.printed())

    def most(
        self, targets: Sequence[Atoms], sizes: Mapping[Atoms, float], hidden: Sequence[Atoms]
    ) -> list[tuple[float, list[Atoms]]]:
        """Most that each target can hold, given sizes, and the sets that the proof of it leans on.

        All targets are solved in one program, a block each.
        """
        from scipy.optimize import linprog
        from scipy.sparse import csr_array, identity, kron

        if not targets:
            return []
        known, unknown, wanted = (
            self._matrix[[self.place[atoms] for atoms in sets]] for sets in (sizes, hidden, targets)
        )
        blocks = identity(len(targets), format="csr")
        found = linprog(
            -wanted.ravel(),
            A_eq=kron(blocks, csr_array(known), format="csr") if len(known) else None,
            b_eq=np.tile(list(sizes.values()), len(targets)) if len(known) else None,
            A_ub=-kron(blocks, csr_array(unknown), format="csr") if len(unknown) else None,
            b_ub=np.full(len(unknown) * len(targets), -1.0) if len(unknown) else None,
            bounds=(0, _NO_LIMIT),
            method="highs",
        )
        if found.status != 0:
            raise RuntimeError(f"the counts to publish contradict each other: {found.message}")
        most = (wanted * found.x.reshape(wanted.shape)).sum(axis=1)
        prices = found.eqlin.marginals.reshape(len(targets), len(known)) if len(known) else wanted[:, :0]
        return [
            (float(limit), [atoms for atoms, price in zip(sizes, own, strict=True) if abs(price) > 1e-9])
            for limit, own in zip(most, prices, strict=True)
        ]


def _groups_in(sets: Sequence[Atoms]) -> NDArray[np.float64]:
    """Sets as rows of 0 and 1 over the groups of atoms that share all their sets."""
    atoms = sorted(frozenset().union(*sets), key=str)
    member = np.array([[atom in found for atom in atoms] for found in sets], dtype=np.float64)
    return np.unique(member.reshape(len(sets), len(atoms)), axis=1)
