"""The learner: kernel ridge regression over likeness of wording, place and context, solved once.

Two units are alike when they share words and letter sequences (b); the likeness weighs more under a like
author role and heading (M); like text above them adds a little (C):

    K = (b + 0.3 b²) (1 + M) + 0.5 C + 0.1

The score of a unit is a sum over the training units, each weighed by its likeness. One inverse gives the
weights and, exactly, the scores every writer's units would get had that writer not been in the training:
for a group g of rows, y_g − (B_gg)⁻¹ (B y)_g with B the inverse of K + penalty (the block form of the
leave-one-out identity of ridge regression: Rifkin and Lippert 2007, "Notes on regularized least squares").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import cho_solve, lapack

from nlp.reader.matrices import Floats, Halves, Vocabulary, learn_vocabulary
from nlp.reader.plain import letter_features, phrase_features, words
from nlp.reader.views import View

PENALTY = 2.0
_SQUARED = np.float32(0.3)
_ROLE = np.float32(0.5)
_CONTEXT = np.float32(0.5)
_CONSTANT = np.float32(0.1)
UNITS_AT_ONCE = 256
_BLOCKS = (
    ("phrases", "wording", phrase_features, 2, False),
    ("letters", "wording", letter_features, 3, True),
    ("heading", "heading", str.split, 1, True),
    ("role", "role", str.split, 1, True),
    ("before", "before", words, 2, True),
    ("earlier", "earlier", words, 2, True),
)
"""Name, field of the view, how it is cut into features, in how many units a feature must occur, and whether
no feature reaches over a blank."""


@dataclass(frozen=True)
class Blocks:
    """Units as three sparse matrices with a row a unit: wording, place and context."""

    wording: sparse.csr_array
    place: sparse.csr_array
    context: sparse.csr_array

    @cached_property
    def wording_ready(self) -> Halves:
        """Wording to multiply by."""
        return Halves.of(self.wording)

    @cached_property
    def place_ready(self) -> Halves:
        """Place to multiply by."""
        return Halves.of(self.place)

    @cached_property
    def context_ready(self) -> Halves:
        """Context to multiply by."""
        return Halves.of(self.context)

    def rows(self, start: int, end: int) -> Blocks:
        """A slice of the units."""
        return Blocks(self.wording[start:end], self.place[start:end], self.context[start:end])


@dataclass(frozen=True)
class Likeness:
    """The vocabularies learnt from the training units, which place any unit beside them."""

    vocabularies: dict[str, Vocabulary]

    def blocks(self, views: Sequence[View]) -> Blocks:
        """The units as matrices."""
        made = {
            name: self.vocabularies[name].matrix([getattr(view, field) for view in views])
            for name, field, *_ in _BLOCKS
        }
        return Blocks(
            wording=sparse.hstack([made["phrases"], made["letters"]], format="csr"),
            place=sparse.hstack([made["heading"], made["role"] * np.sqrt(_ROLE)], format="csr"),
            context=sparse.hstack([made["heading"], made["before"], made["earlier"]], format="csr"),
        )


def learn_likeness(views: Sequence[View]) -> Likeness:
    """Learn every vocabulary from the training units."""
    return Likeness(
        {
            name: learn_vocabulary(
                [getattr(view, field) for view in views], features, least=least, by_word=by_word
            )
            for name, field, features, least, by_word in _BLOCKS
        }
    )


def vocabulary_from(name: str, features: Sequence[str], weights: Floats) -> Vocabulary:
    """A vocabulary read back from its stored features, in column order, and their weights."""
    cut, by_word = next((block[2], block[4]) for block in _BLOCKS if block[0] == name)
    return Vocabulary({feature: at for at, feature in enumerate(features)}, weights, cut, by_word)


@dataclass(frozen=True)
class Solution:
    """Training units and their weights for each target, shape (units, targets)."""

    blocks: Blocks
    weights: Floats

    @cached_property
    def _of_context(self) -> Floats:
        return np.asarray(self.blocks.context.T @ self.weights)

    @cached_property
    def _turned(self) -> Floats:
        return np.ascontiguousarray(self.weights.T)

    def scores(self, units: Blocks) -> Floats:
        """The scores of units for each target, shape (units, targets); memory stays flat."""
        parts = [
            self.weigh(units.rows(at, at + UNITS_AT_ONCE)).scores
            for at in range(0, units.wording.shape[0], UNITS_AT_ONCE)
        ]
        return np.concatenate([np.zeros((0, self.weights.shape[1]), np.float32), *parts])

    def weigh(self, units: Blocks) -> Weighed:
        """Set a few units, `UNITS_AT_ONCE` at most, beside all training units."""
        b, reach = _reach(units, self.blocks)
        context = _CONTEXT * (units.context @ self._of_context)
        scores = (b * reach) @ self.weights + context + _CONSTANT * self.weights.sum(axis=0)
        return Weighed(self, units, reach, scores)


@dataclass(frozen=True)
class Weighed:
    """A few units beside the training units.

    Attributes
    ----------
    solution, units
        The training units and the few.
    reach
        How far a training unit bears on a unit for each bit of wording they share,
        shape (units, training units).
    scores
        Of the units for each target, shape (units, targets).
    """

    solution: Solution
    units: Blocks
    reach: Floats
    scores: Floats

    def shares(self, rows: Sequence[int], targets: Sequence[int]) -> Shares:
        """What some of the scores are made of: that of unit `rows[i]` for target `targets[i]`, for each i.

        The squared likeness is shared out over the features it comes from, so that the shares of wording
        and context and the constant add up to the score.
        """
        solution, asked = self.solution, list(targets)
        wording = self.units.wording[list(rows)]
        drawn = self.reach[list(rows)] * solution._turned[asked]
        shared = solution.blocks.wording_ready.sums(wording, drawn)
        shared.data *= wording.data
        context = (self.units.context @ solution._of_context)[list(rows), asked]
        constant = solution.weights.sum(axis=0)[asked]
        return Shares(shared, _CONTEXT * context, _CONSTANT * constant)


@dataclass(frozen=True)
class Shares:
    """Scores in their parts; `wording` has a row for each score and a column for each feature."""

    wording: sparse.csr_array
    context: Floats
    constant: Floats


@dataclass(frozen=True)
class Solved:
    """What one training gives.

    Attributes
    ----------
    solution
        Learnt from every unit.
    unseen
        The scores each group's units would get from all the others, shape (units, targets).
    """

    solution: Solution
    unseen: Floats
    _targets: Floats
    _inverse: Floats
    _groups: npt.NDArray[np.str_]

    def of(self, group: str) -> npt.NDArray[np.intp]:
        """The rows of a group's units."""
        return np.flatnonzero(self._groups == group)

    def without(self, group: str) -> Solved:
        """What the training would have given without a group's units, had the vocabularies been the same.

        The group's own rows are zero in the weights and not a number in the scores. The inverse without the
        group is B - B_g (B_gg)⁻¹ B_gᵀ, of which only the blocks of the other groups are needed.
        """
        here = self.of(group)
        columns = _columns(self._inverse, here)
        block = columns[here]
        weights = self.solution.weights - columns @ np.linalg.solve(block, self.solution.weights[here])
        weights[here] = 0
        unseen = np.full_like(self.unseen, np.nan)
        for other in sorted(set(self._groups) - {group}):
            there = self.of(other)
            cross = columns[there]
            reduced = _block(self._inverse, there) - cross @ np.linalg.solve(block, cross.T)
            unseen[there] = self._targets[there] - np.linalg.solve(reduced, weights[there])
        return replace(self, solution=Solution(self.solution.blocks, weights), unseen=unseen)


def solve(blocks: Blocks, targets: Floats, groups: Sequence[str], *, penalty: float = PENALTY) -> Solved:
    """Learn the weights, and the scores each group would get from all the others.

    Parameters
    ----------
    blocks
        Training units.
    targets
        Shape (units, targets), 0 or 1.
    groups
        Who wrote each unit.
    penalty
        Added to the diagonal: the higher, the smoother.
    """
    kernel = _kernel(blocks)
    kernel[np.diag_indices_from(kernel)] += np.float32(penalty)
    factor, failed = lapack.spotrf(kernel.T, lower=1, overwrite_a=1)
    if failed:
        raise ArithmeticError("the reader could not be trained: its likeness matrix is not positive definite")
    weights = cho_solve((factor, True), targets, check_finite=False)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    unseen = np.empty_like(targets)
    owner = np.array(groups)
    for group in sorted(set(groups)):
        here = np.flatnonzero(owner == group)
        unseen[here] = targets[here] - np.linalg.solve(_block(inverse, here), weights[here])
    return Solved(Solution(blocks, weights.astype(np.float32)), unseen, targets, inverse, owner)


def _block(lower: Floats, here: npt.NDArray[np.intp]) -> Floats:
    """Some rows and the same columns of a symmetric matrix of which the lower triangle holds."""
    block = np.tril(lower[np.ix_(here, here)])
    return np.asarray(block + np.tril(block, -1).T)


def _columns(lower: Floats, here: npt.NDArray[np.intp]) -> Floats:
    """Whole columns of a symmetric matrix of which the lower triangle holds, shape (rows, here)."""
    return np.where(np.arange(len(lower))[:, None] >= here, lower[:, here], lower[here].T)


def _kernel(blocks: Blocks) -> Floats:
    size = blocks.wording.shape[0]
    kernel = np.empty((size, size), np.float32)
    for at in range(0, size, UNITS_AT_ONCE):
        here = blocks.rows(at, at + UNITS_AT_ONCE)
        b, reach = _reach(here, blocks)
        rows = np.multiply(b, reach, out=kernel[at : at + UNITS_AT_ONCE])
        rows += _CONTEXT * blocks.context_ready.times(here.context) + _CONSTANT
    return kernel


def _reach(units: Blocks, training: Blocks) -> tuple[Floats, Floats]:
    """Likeness of wording b, and (1 + 0.3 b)(1 + M), which makes of it how much a training unit says."""
    b = training.wording_ready.times(units.wording)
    reach = training.place_ready.times(units.place)
    reach += 1
    reach *= 1 + _SQUARED * b
    return b, reach
