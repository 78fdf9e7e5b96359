"""What a reader can work out from published counts, and which counts to hide so that they cannot.

Published counts are sizes of sets: of cases, or of the parts of a total. Sets overlap, nest and add up,
within a table and between tables, so hiding one count is seldom enough. What a reader can work out about a
hidden count is found by linear programming over the groups of cases that the published sets tell apart.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

__all__ = ["Atoms", "sets_to_hide"]

Atoms = frozenset[Hashable]
"""A set of cases, or of the parts of a total, whose size is published or must not be."""


def sets_to_hide(
    published: Iterable[Atoms],
    sizes: Mapping[Hashable, float],
    *,
    hidden: Collection[Atoms],
    protected: Iterable[Atoms],
    threshold: int,
    totals: Collection[Atoms] = (),
    prints: Mapping[Atoms, int] = MappingProxyType({}),
    fixed: Collection[Atoms] = (),
) -> set[Atoms]:
    """Sets to hide besides those hidden already.

    A protected set is safe when the sizes still published allow it to be as large as the threshold and larger
    than it is: the reader cannot tell that it is small, nor what it is. While one is not safe, one of the
    published sets that the reader's proof leans on (their dual price is not nil) is hidden as well: the one
    that costs fewest printed numbers, and of these the smallest.

    Parameters
    ----------
    published : iterable of Atoms
        Sets whose sizes would be printed.
    sizes : mapping
        How many each atom stands for.
    hidden : collection of Atoms
        Published sets that are hidden already.
    protected : iterable of Atoms
        Sets whose size must not be told, published or not.
    threshold : int
        Sizes below this are small.
    totals : collection of Atoms
        Sets hidden only when nothing else is left.
    prints : mapping of Atoms to int
        How many numbers are lost with a set; 1 where not given.
    fixed : collection of Atoms
        Sets that stay published whatever follows.

    Returns
    -------
    set of Atoms

    Examples
    --------
    >>> a, b, c, total = frozenset("a"), frozenset("b"), frozenset("c"), frozenset("abc")
    >>> sizes = {"a": 3, "b": 9, "c": 20}
    >>> sets_to_hide([a, b, c, total], sizes, hidden=[a], protected=[a], threshold=5, fixed=[total])
    {frozenset({'b'})}
    """
    sets, guarded = list(dict.fromkeys(published)), list(dict.fromkeys(protected))
    matrix, amounts = _signatures([*sets, *guarded], sizes)
    printed = matrix[: len(sets)] @ amounts
    before = {place for place, atoms in enumerate(sets) if atoms in hidden and atoms not in fixed}
    away = set(before)
    for target in matrix[len(sets) :]:
        need = max(threshold, float(target @ amounts) + 1)
        while leaned_on := _proof_that_it_is_less(target, need, matrix, printed, away):
            choice = [place for place in leaned_on if sets[place] not in fixed and printed[place] > 0]
            if not choice:
                break
            away.add(
                min(
                    choice,
                    key=lambda place: (
                        sets[place] in totals,
                        prints.get(sets[place], 1),
                        printed[place],
                        place,
                    ),
                )
            )
    return {sets[place] for place in away - before}


def _proof_that_it_is_less(
    target: NDArray[np.float64],
    need: float,
    matrix: NDArray[np.float64],
    printed: NDArray[np.float64],
    away: set[int],
) -> list[int]:
    """Published sets from which it follows that the target is smaller than ``need``; none if it does not."""
    from scipy.optimize import linprog

    known = [place for place in range(len(printed)) if place not in away]
    unknown = sorted(away)
    most = linprog(
        -target,
        A_ub=-matrix[unknown],
        b_ub=np.full(len(unknown), -1.0),  # none is always printed, so a hidden count is not nought
        A_eq=matrix[known],
        b_eq=printed[known],
        method="highs",
    )
    if most.status != 0 or -most.fun >= need - 1e-6:  # unbounded counts as safe: nothing printed limits it
        return []
    return [place for place, price in zip(known, most.eqlin.marginals, strict=True) if abs(price) > 1e-9]


def _signatures(
    sets: Sequence[Atoms], sizes: Mapping[Hashable, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sets as rows of 0 and 1 over the groups of atoms that share all their sets, and the groups' sizes."""
    atoms = sorted(frozenset().union(*sets), key=str)
    member = np.array([[atom in found for atom in atoms] for found in sets], dtype=np.float64)
    groups, which = np.unique(member.reshape(len(sets), len(atoms)), axis=1, return_inverse=True)
    amounts = np.array([sizes[atom] for atom in atoms], dtype=np.float64)
    together = np.bincount(which.ravel(), weights=amounts, minlength=groups.shape[1])
    return groups, together.astype(np.float64)
