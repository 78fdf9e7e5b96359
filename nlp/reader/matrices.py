"""Texts as rows of numbers: term frequency by inverse document frequency, each row of length one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float32]
Features = Callable[[str], list[str]]
_COMMON = 0.05
"""Share of the rows from which on a column is common."""


@dataclass(frozen=True)
class Vocabulary:
    """The features learnt from the training texts and the weight of each: the rarer, the heavier.

    Attributes
    ----------
    columns
        Column of each feature.
    weights
        Inverse document frequency by column, shape (features,).
    features
        Cuts a text into its features.
    by_word
        Whether no feature reaches over a blank, so that a text has the features of its words.
    """

    columns: dict[str, int]
    weights: Floats
    features: Features
    by_word: bool = False

    def known(self, text: str) -> Sequence[int]:
        """The columns of the text's features, as often as they occur; those never seen are left out."""
        if self.by_word:
            return [column for word in text.split() for column in self.of_word(word)]
        return self._known(text)

    @cached_property
    def of_word(self) -> Callable[[str], tuple[int, ...]]:
        """The columns of one word's features; frequent words are remembered."""
        return lru_cache(maxsize=50_000)(self._known)

    def _known(self, text: str) -> tuple[int, ...]:
        return tuple(self.columns[name] for name in self.features(text) if name in self.columns)

    def matrix(self, texts: Sequence[str]) -> sparse.csr_array:
        """The texts as rows, shape (texts, features); features never seen in training are left out.

        A term that occurs n times weighs 1 + ln n (sublinear term frequency), and each row is
        divided by its Euclidean length.
        """
        known = [self.known(text) for text in texts]
        starts = np.fromiter(accumulate(map(len, known), initial=0), np.int32)
        columns = np.fromiter(chain.from_iterable(known), np.int32, count=starts[-1])
        shape = (len(texts), len(self.columns))
        matrix = sparse.csr_array((np.ones(len(columns), np.float32), columns, starts), shape=shape)
        matrix.sum_duplicates()
        matrix.data = (1 + np.log(matrix.data)) * self.weights[matrix.indices]
        row_of = np.repeat(np.arange(len(texts)), np.diff(matrix.indptr))
        matrix.data /= np.sqrt(np.bincount(row_of, matrix.data**2)).astype(np.float32)[row_of]
        return matrix


def learn_vocabulary(
    texts: Sequence[str], features: Features, *, least: int = 1, by_word: bool = False
) -> Vocabulary:
    """Learn the features that occur in at least `least` of the texts, in alphabetical order.

    The weight of a feature in d of n texts is ln((1 + n) / (1 + d)) + 1.
    """
    spread = Counter(name for text in texts for name in set(features(text)))
    kept = sorted(name for name, texts_with in spread.items() if texts_with >= least)
    counts = np.array([spread[name] for name in kept], np.float64)
    weights = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
    return Vocabulary({name: at for at, name in enumerate(kept)}, weights, features, by_word)


@dataclass(frozen=True)
class Halves:
    """A sparse matrix made ready to be multiplied by batches of rows, its common columns dense.

    The few features that stand in many texts, such as the endings of words, make up nine tenths of the
    multiplications, which a dense block does many times faster.

    Attributes
    ----------
    common
        Which columns are common.
    dense
        Those columns, shape (rows, common).
    rest
        The matrix with a row for each of its columns, the common ones empty, shape (columns, rows).
    """

    common: npt.NDArray[np.intp]
    dense: Floats
    rest: sparse.csr_array

    @classmethod
    def of(cls, matrix: sparse.csr_array) -> Self:
        """Make a matrix ready."""
        often = np.bincount(matrix.indices, minlength=matrix.shape[1]) >= _COMMON * matrix.shape[0]
        common = np.flatnonzero(often)
        rest = matrix.copy()
        rest.data[often[rest.indices]] = 0
        rest.eliminate_zeros()
        return cls(common, matrix[:, common].toarray(), rest.T.tocsr())

    def times(self, rows: sparse.csr_array) -> Floats:
        """The product of each of `rows` with each row of the matrix, shape (rows, rows of the matrix)."""
        product = rows[:, self.common].toarray() @ self.dense.T
        return np.asarray(rows @ self.rest + product)

    def sums(self, rows: sparse.csr_array, weights: Floats) -> sparse.csr_array:
        """For each number in `rows` the weighted sum of its column of the matrix.

        Parameters
        ----------
        rows
            Which columns are wanted, shape (rows, columns).
        weights
            Of each row of the matrix, for each of `rows`, shape (rows, rows of the matrix).

        Returns
        -------
        csr_array
            The sums, in the places of the numbers of `rows`.
        """
        parts = np.split(rows.indices, rows.indptr[1:-1])
        found = np.concatenate(
            [self.rest[columns] @ mine for columns, mine in zip(parts, weights, strict=True)]
        )
        place = np.full(rows.shape[1], -1)
        place[self.common] = np.arange(len(self.common))
        column = place[rows.indices]
        row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
        dense = column >= 0
        found[dense] = (weights @ self.dense)[row[dense], column[dense]]
        return sparse.csr_array((found, rows.indices, rows.indptr), shape=rows.shape)
