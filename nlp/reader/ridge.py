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

from nlp.reader.matrices import Floats, Vocabulary, learn_vocabulary
from nlp.reader.plain import letter_features, phrase_features, words
from nlp.reader.views import View

PENALTY = 2.0
_SQUARED = np.float32(0.3)
_ROLE = np.float32(0.5)
_CONTEXT = np.float32(0.5)
_CONSTANT = np.float32(0.1)
_ROWS = 256
_BLOCKS = (
    ("phrases", "wording", phrase_features, 2),
    ("letters", "wording", letter_features, 3),
    ("heading", "heading", str.split, 1),
    ("role", "role", str.split, 1),
    ("before", "before", words, 2),
    ("earlier", "earlier", words, 2),
)
"""Name, field of the view, how it is cut into features, and in how many units a feature must occur."""


@dataclass(frozen=True)
class Blocks:
    """Units as three sparse matrices with a row a unit: wording, place and context."""

    wording: sparse.csr_array
    place: sparse.csr_array
    context: sparse.csr_array

    @cached_property
    def wording_turned(self) -> sparse.csr_array:
        """Wording with a row a feature."""
        return self.wording.T.tocsr()

    @cached_property
    def place_turned(self) -> sparse.csr_array:
        """Place with a row a feature."""
        return self.place.T.tocsr()

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
            for name, field, _, _ in _BLOCKS
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
            name: learn_vocabulary([getattr(view, field) for view in views], features, least=least)
            for name, field, features, least in _BLOCKS
        }
    )


def vocabulary_from(name: str, features: Sequence[str], weights: Floats) -> Vocabulary:
    """A vocabulary read back from its stored features, in column order, and their weights."""
    cut = next(block[2] for block in _BLOCKS if block[0] == name)
    return Vocabulary({feature: at for at, feature in enumerate(features)}, weights, cut)


@dataclass(frozen=True)
class Solution:
    """Training units and their weights for each target, shape (units, targets)."""

    blocks: Blocks
    weights: Floats

    @cached_property
    def _of_context(self) -> Floats:
        return np.asarray(self.blocks.context.T @ self.weights)

    def scores(self, units: Blocks) -> Floats:
        """The scores of units for each target, shape (units, targets)."""
        context = self._of_context
        constant = _CONSTANT * self.weights.sum(axis=0)
        found = [
            _pull(units.rows(at, at + _ROWS), self.blocks) @ self.weights
            for at in range(0, units.wording.shape[0], _ROWS)
        ]
        pulled = np.concatenate(found) if found else np.zeros((0, self.weights.shape[1]), np.float32)
        return np.asarray(pulled + _CONTEXT * (units.context @ context) + constant, np.float32)

    def shares(self, unit: Blocks, targets: Sequence[int]) -> Shares:
        """What the scores of one unit are made of.

        The squared likeness is shared out over the features it comes from, so that for each target the
        shares of wording and context and the constant add up to the score.
        """
        columns, values = unit.wording.indices, unit.wording.data
        alike = self.blocks.wording_turned[columns]
        pull = 1 + _SQUARED * (alike.T @ values)
        pull *= 1 + self.blocks.place_turned[unit.place.indices].T @ unit.place.data
        weights = self.weights[:, list(targets)]
        wording = (alike @ (pull[:, None] * weights)) * values[:, None]
        context = _CONTEXT * (unit.context @ self._of_context[:, list(targets)])[0]
        return Shares(columns, wording, context, _CONSTANT * weights.sum(axis=0))


@dataclass(frozen=True)
class Shares:
    """A score in its parts: `wording` has a row for each of `columns`, and a column for each target."""

    columns: npt.NDArray[np.int32]
    wording: Floats
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
    context = blocks.context.T.tocsr()
    for at in range(0, size, _ROWS):
        here = blocks.rows(at, at + _ROWS)
        rows = _pull(here, blocks)
        rows += _CONTEXT * _product(here.context, context) + _CONSTANT
        kernel[at : at + _ROWS] = rows
    return kernel


def _pull(units: Blocks, training: Blocks) -> Floats:
    """(b + 0.3 b²)(1 + M): how much each training unit says about each unit."""
    b = _product(units.wording, training.wording_turned)
    pull = b * (1 + _SQUARED * b)
    pull *= 1 + _product(units.place, training.place_turned)
    return pull


def _product(left: sparse.csr_array, right: sparse.csr_array) -> Floats:
    return np.asarray((left @ right).toarray(), np.float32)
